package health.helan.foundation.delivery.export;

import health.helan.foundation.delivery.export.ExportJobs.At;
import health.helan.foundation.delivery.export.ExportJobs.File;
import health.helan.foundation.delivery.export.ExportJobs.Job;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One job, on one thread. */
final class Work {
  /** The job is no longer this instance's. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("stopped", null, false, false);
    }
  }

  /**
   * A part of the plan.
   *
   * @param deleted what was deleted, instead of what is there
   */
  record Step(String type, boolean deleted) {}

  private static final int PAGE = 1000;

  /** Resources of a type with several filters, whose ids must be remembered. */
  private static final int MOST_FILTERED = 2_000_000;

  private final Job job;
  private final ExportRequest request;
  private final ExportJobs jobs;
  private final RecordStore store;
  private final ObjectStore objects;
  private final Exports exports;
  private final Exports.Settings settings;
  private final List<Step> steps;
  private final long @Nullable [] patients;
  private volatile boolean stopped;

  Work(Job job, ExportJobs jobs, RecordStore store, ObjectStore objects, Exports exports) {
    this.job = job;
    this.request = job.request();
    this.jobs = jobs;
    this.store = store;
    this.objects = objects;
    this.exports = exports;
    this.settings = exports.settings();
    this.steps = steps(request);
    List<String> ids = request.patients();
    this.patients =
        ids == null
            ? null
            : ids.stream()
                .mapToLong(id -> store.parameters().digests().reference("Patient", id))
                .sorted()
                .toArray();
  }

  static List<Step> steps(ExportRequest request) {
    List<Step> steps = new ArrayList<>();
    request.types().forEach(type -> steps.add(new Step(type, false)));
    if (request.since() != null) {
      request.types().forEach(type -> steps.add(new Step(type, true)));
    }
    return steps;
  }

  long epoch() {
    return job.epoch();
  }

  void stop() {
    stopped = true;
  }

  /**
   * @throws Stopped when it ends early, which leaves the job as it is
   * @throws Refusal TRANSIENT when the database does not answer
   */
  void run() throws IOException {
    awaitWatermark();
    At at = job.at();
    while (at.step() < steps.size()) {
      Step step = steps.get(at.step());
      At next = new At(at.step() + 1, 0, 0, null);
      try {
        step(step, at);
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT || e.kind() == Refusal.Kind.NO_STORE) {
          throw e;
        }
        boolean isClosed = e.kind() == Refusal.Kind.FORBIDDEN && !request.named();
        // A type that the caller did not name and may not read is not missed; else it is told.
        advance(next, isClosed ? List.of() : List.of(fault(e)));
      }
      at = next;
    }
    if (!jobs.finish(job, "completed", "", Instant.now())) {
      throw new Stopped();
    }
  }

  /** What was answered before the kick-off is in the export; what is being written may be. */
  private void awaitWatermark() {
    long end = System.nanoTime() + 60_000_000_000L;
    while (store.watermark().isBefore(request.time().plusMillis(1))) {
      if (stopped) {
        throw new Stopped();
      }
      if (System.nanoTime() > end) {
        // A transaction that is longer than any should be.
        throw new Refusal(Refusal.Kind.TRANSIENT, "export.failed");
      }
      LockSupport.parkNanos(this, 50_000_000);
    }
  }

  /** Makes the files of a step, each committed with where it ends. */
  private void step(Step step, At from) throws IOException {
    exports.checkAgreed(request);
    At next = new At(from.step() + 1, 0, 0, null);
    // Several filters may find the same resource: their step is done in one go or anew.
    boolean inOneGo = !step.deleted && request.filtersOf(step.type).size() > 1;
    List<File> held = new ArrayList<>();
    var pages = new Pages(step, from, inOneGo ? new HashSet<>() : null);
    while (true) {
      File file = file(step, pages);
      boolean ended = pages.isEnded();
      if (file != null) {
        held.add(file);
      }
      if (ended || !inOneGo && file != null) {
        advance(ended ? next : pages.at(), held);
        held.clear();
      }
      if (ended) {
        return;
      }
    }
  }

  private void advance(At at, List<File> files) throws IOException {
    if (!jobs.advance(job, at, files)) {
      for (File file : files) {
        objects.delete(file.object());
      }
      throw new Stopped();
    }
  }

  /** The next file; null when there is nothing more. */
  private @Nullable File file(Step step, Pages pages) throws IOException {
    List<ResourceVersion> first = pages.next();
    if (first == null) {
      return null;
    }
    var found = new Found(settings);
    var lines =
        new Lines(
            new Lines.Page() {
              private @Nullable List<ResourceVersion> page = first;

              @Override
              public @Nullable List<byte[]> next() {
                List<ResourceVersion> now = page;
                if (now == null) {
                  return null;
                }
                List<byte[]> contents =
                    step.deleted
                        ? List.of(deletions(now))
                        : now.stream().map(Work::content).toList();
                found.add(now, contents);
                page = found.isFull() ? null : pages.next();
                return contents;
              }
            });
    Stored stored = objects.put(lines, Long.MAX_VALUE);
    return new File(
        0,
        step.deleted ? "deleted" : "output",
        step.deleted ? "Bundle" : step.type,
        step.deleted ? found.lines : found.count,
        lines.bytes(),
        stored.key(),
        found.patients());
  }

  private static byte[] content(ResourceVersion version) {
    byte[] content = version.content();
    if (content == null) {
      throw new IllegalStateException("a current version without content");
    }
    return content;
  }

  /** What is in a file so far. */
  private static final class Found {
    private final Exports.Settings settings;
    private long count;
    private long lines;
    private long bytes;
    private long[] patients = new long[1024];
    private int n;

    Found(Exports.Settings settings) {
      this.settings = settings;
    }

    void add(List<ResourceVersion> page, List<byte[]> contents) {
      count += page.size();
      lines += contents.size();
      for (byte[] content : contents) {
        bytes += content.length;
      }
      for (ResourceVersion version : page) {
        Long patient = version.patient();
        if (patient != null && (n == 0 || patients[n - 1] != patient)) {
          if (n == patients.length) {
            patients = Arrays.copyOf(patients, n * 2);
          }
          patients[n++] = patient;
        }
      }
    }

    boolean isFull() {
      return count >= settings.fileResources() || bytes >= settings.fileBytes();
    }

    long[] patients() {
      return Arrays.stream(patients, 0, n).distinct().sorted().toArray();
    }
  }

  /** A Bundle that deletes (Bulk Data Access 2.0, "Response - Complete Status", deleted). */
  private static byte[] deletions(List<ResourceVersion> page) {
    var bundle = Json.MAPPER.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "transaction");
    var entries = bundle.putArray("entry");
    for (ResourceVersion version : page) {
      entries
          .addObject()
          .putObject("request")
          .put("method", "DELETE")
          .put("url", version.type() + "/" + version.id());
    }
    return Json.MAPPER.writeValueAsBytes(bundle);
  }

  private File fault(Refusal e) throws IOException {
    Deque<List<byte[]>> page =
        new ArrayDeque<>(List.of(List.of(Outcomes.bytes(Outcomes.of(e, Locale.CHINESE)))));
    var lines = new Lines(page::poll);
    Stored stored = objects.put(lines, Long.MAX_VALUE);
    return new File(0, "error", "OperationOutcome", 1, lines.bytes(), stored.key(), new long[0]);
  }

  /** The pages of a step, with the caller's eyes. */
  private final class Pages {
    private final Step step;
    private final List<List<Parameter>> filters;
    private final @Nullable Set<String> seen;
    private final Set<String> gone = new HashSet<>();
    private int filter;
    private int patient;
    private @Nullable String cursor;

    /**
     * @param seen remembers ids, so that each comes once; null where it comes once anyhow
     */
    Pages(Step step, At from, @Nullable Set<String> seen) {
      this.step = step;
      this.filters = step.deleted ? List.of(List.of()) : request.filtersOf(step.type);
      this.seen = seen;
      this.filter = seen == null ? from.filter() : 0;
      this.patient = seen == null ? from.patient() : 0;
      this.cursor = seen == null ? from.cursor() : null;
    }

    boolean isEnded() {
      return filter == filters.size();
    }

    At at() {
      return new At(steps.indexOf(step), filter, patient, cursor);
    }

    /** The next page that holds something; null at the end. */
    @Nullable List<ResourceVersion> next() {
      while (!isEnded()) {
        if (stopped) {
          throw new Stopped();
        }
        List<ResourceVersion> page = step.deleted ? deleted() : current();
        if (!page.isEmpty()) {
          return page;
        }
      }
      return null;
    }

    private void goOn(@Nullable String next, boolean byPatient) {
      List<String> ids = request.patients();
      cursor = next;
      if (next == null) {
        if (byPatient && ids != null && patient + 1 < ids.size()) {
          patient++;
        } else {
          patient = 0;
          filter++;
        }
      }
    }

    private List<ResourceVersion> current() {
      List<String> ids = request.patients();
      if (ids != null && ids.isEmpty()) {
        filter = filters.size();
        return List.of();
      }
      List<Parameter> parameters = new ArrayList<>(filters.get(filter));
      parameters.add(new Parameter("_count", Integer.toString(PAGE)));
      Instant since = request.since();
      if (since != null) {
        // In the order of time, by its index: few are newer. What changes meanwhile is the next
        // export's, whose _since is this one's time.
        parameters.add(new Parameter("_lastUpdated", "ge" + since));
        parameters.add(new Parameter("_lastUpdated", "le" + request.time()));
        parameters.add(new Parameter("_sort", "_lastUpdated"));
      }
      if (!request.elements().isEmpty()) {
        parameters.add(new Parameter("_elements", request.elements()));
      }
      if (ids != null) {
        // Whoever is the same person stands among the ids.
        parameters.add(new Parameter(SearchEngine.LINKED, "false"));
      }
      if (cursor != null) {
        parameters.add(new Parameter("_cursor", cursor));
      }
      SearchResult result =
          store.search(
              job.caller(),
              new SearchRequest(
                  step.type,
                  ids == null ? null : "Patient",
                  ids == null ? null : ids.get(patient),
                  parameters,
                  false));
      goOn(result.next(), true);
      List<ResourceVersion> page = new ArrayList<>(result.entries().size());
      for (SearchResult.Entry entry : result.entries()) {
        ResourceVersion version = entry.resource();
        if (isMeant(version)) {
          page.add(version);
        }
      }
      return page;
    }

    private boolean isMeant(ResourceVersion version) {
      if (request.ofPatients() && version.patient() == null) {
        return false;
      }
      // Made after the time that the manifest names: not of this export. What only changed since
      // stays in it, or it would be in none.
      if (version.version() == 1 && version.updated().isAfter(request.time().plusMillis(1))) {
        return false;
      }
      if (seen == null) {
        return true;
      }
      if (seen.size() >= MOST_FILTERED) {
        throw new Refusal(Refusal.Kind.TOO_COSTLY, "export.filters-find-too-much", step.type);
      }
      return seen.add(version.id());
    }

    private List<ResourceVersion> deleted() {
      HistoryRequest.Page history =
          store.history(
              job.caller(),
              new HistoryRequest(step.type, null, request.since(), null, null, PAGE, cursor));
      goOn(history.next(), false);
      List<ResourceVersion> page = new ArrayList<>();
      for (ResourceVersion version : history.versions()) {
        if (version.isDeleted()
            && !version.updated().isAfter(request.time().plusMillis(1))
            && (!request.ofPatients() || ExportRequest.holds(patients, version.patient()))
            && isGone(version)
            && gone.add(version.id())) {
          page.add(version);
        }
      }
      return page;
    }

    /** Not made anew under the same id. */
    private boolean isGone(ResourceVersion version) {
      try {
        store.read(job.caller(), version.type(), version.id());
        return false;
      } catch (Refusal e) {
        return e.kind() == Refusal.Kind.GONE;
      }
    }
  }
}
