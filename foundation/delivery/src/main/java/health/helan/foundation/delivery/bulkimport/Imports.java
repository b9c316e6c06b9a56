package health.helan.foundation.delivery.bulkimport;

import health.helan.foundation.delivery.bulkimport.ImportJobs.Input;
import health.helan.foundation.delivery.bulkimport.ImportJobs.Job;
import health.helan.foundation.delivery.bulkimport.ImportJobs.Refused;
import health.helan.foundation.delivery.kept.Standing;
import health.helan.foundation.delivery.wire.GuardedHttp;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** Imports: the kick-off, the status, and the workers of this application instance. */
public final class Imports implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Imports.class);

  /** Bytes of the longest line. */
  private static final int LONGEST_LINE = 16 << 20;

  private static final int CHUNK_BYTES = 4 << 20;

  /**
   * Times and limits.
   *
   * @param workers jobs that this instance works on at once
   * @param perCaller unfinished jobs that a caller may have
   * @param patience for a connection and for each read
   * @param longest time that one fetch of a file may take; then it goes on with another
   * @param firstRetry pause after a failure; doubles
   * @param tries failures in a row after which a file is given up
   * @param lease how long a job stays with an instance that is not heard of
   * @param keep how long it is kept what became of it
   * @param poll how often an idle worker looks for work
   * @param chunk lines that are written together
   */
  public record Settings(
      int workers,
      int perCaller,
      Duration patience,
      Duration longest,
      Duration firstRetry,
      int tries,
      Duration lease,
      Duration keep,
      Duration poll,
      int chunk) {
    public static final Settings DEFAULT =
        new Settings(
            2,
            3,
            Duration.ofSeconds(30),
            Duration.ofHours(1),
            Duration.ofSeconds(2),
            12,
            Duration.ofMinutes(2),
            Duration.ofDays(7),
            Duration.ofMillis(500),
            200);
  }

  /** The job is no longer this instance's, or this instance ends. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("stopped", null, false, false);
    }
  }

  private final ImportJobs jobs;
  private final RecordStore store;
  private final AuditSink audit;
  private final Standing standing;
  private final GuardedHttp http;
  private final Settings settings;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Opens, and begins to work on what is there.
   *
   * @param codec seals addresses, which may hold signatures
   * @param standing as what who asked would be let in today: lines are written with that
   * @param allowed networks that files may lie in
   */
  public Imports(
      DataSource dataSource,
      RecordStore store,
      ContentCodec codec,
      AuditSink audit,
      Standing standing,
      Predicate<InetAddress> allowed,
      Settings settings) {
    this.jobs = new ImportJobs(dataSource, codec);
    this.store = store;
    this.audit = audit;
    this.standing = standing;
    this.http = new GuardedHttp(allowed, settings.patience());
    this.settings = settings;
    for (int i = 0; i < settings.workers(); i++) {
      threads.add(Thread.ofPlatform().daemon().name("helan-import-" + i).start(this::work));
    }
    threads.add(Thread.ofPlatform().daemon().name("helan-import-upkeep").start(this::keepUp));
  }

  /** {@code $import}, {@code $import-status}, {@code $import-errors}. */
  public List<FhirOperation> operations() {
    return List.of(
        new ImportOperation(this, jobs),
        new ImportStatusOperation(jobs, false),
        new ImportStatusOperation(jobs, true));
  }

  Settings settings() {
    return settings;
  }

  GuardedHttp.@Nullable Flaw flaw(String address) {
    return http.flaw(address);
  }

  void hint() {
    threads.forEach(LockSupport::unpark);
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  private void work() {
    while (!closed) {
      Job job = null;
      try {
        job = jobs.take(store.instance(), Instant.now(), settings.lease());
      } catch (Refusal e) {
        LOG.warn("Jobs of imports cannot be read: {}", e.messageKey());
      } catch (RuntimeException e) {
        LOG.error("Looking for imports failed", e);
      }
      if (job == null) {
        LockSupport.parkNanos(this, settings.poll().toNanos());
        continue;
      }
      try {
        run(job);
      } catch (Stopped e) {
        jobs.leave(job, Instant.now());
      } catch (RuntimeException e) {
        LOG.warn("Import {} stopped: {}", job.id(), e.toString());
        putOff(job, "platform");
      }
    }
  }

  private void putOff(Job job, String fault) {
    long pause = settings.firstRetry().toMillis() << Math.min(job.failures(), 10);
    Instant now = Instant.now();
    try {
      jobs.putOff(job, fault, now, now.plusMillis(pause));
    } catch (RuntimeException e) {
      LOG.warn("Import {} is left to its lease", job.id());
    }
  }

  private void run(Job taken) {
    Caller today = standing.now(taken.caller());
    if (today == null) {
      jobs.finish(taken, "failed", "import.client", now());
      return;
    }
    Job job = taken.as(today);
    while (job.file() < job.inputs().size()) {
      Input input = job.inputs().get(job.file());
      String fault;
      boolean passing;
      try (GuardedHttp.Download file = http.download(input.url(), settings.longest())) {
        if (file.status() == 200) {
          job = read(job, input, file);
          continue;
        }
        fault = file.status() > 0 ? "HTTP " + file.status() : file.fault();
        passing = file.status() == 0 || file.status() == 429 || file.status() >= 500;
      } catch (IOException e) {
        fault = "cut";
        passing = true;
      }
      // What was read before the cut is done: the job is where it stands by now.
      Job now = jobs.find(job.id());
      if (now == null || now.epoch() != job.epoch()) {
        throw new Stopped();
      }
      job = now.as(today);
      if (passing && job.failures() < settings.tries()) {
        putOff(job, fault);
        return;
      }
      advance(job, job.file() + 1, 0, 0, List.of(), fault);
      job = job.at(job.file() + 1, 0);
    }
    jobs.finish(job, "completed", "", now());
  }

  private void advance(
      Job job, int file, long line, long stored, List<Refused> refused, String fault) {
    boolean mine =
        jobs.advance(
            job,
            file,
            line,
            job.file(),
            stored,
            refused,
            fault,
            Instant.now().plus(settings.lease()));
    if (!mine || closed) {
      throw new Stopped();
    }
  }

  // ------------------------------------------------------------------ a file

  /** Six digits and more, but none of an escape of JSON. */
  private static final String NUMBER = "(?<!\\\\u[0-9a-fA-F]{0,3})\\d{6,}";

  /** A line; {@code text} is null for one that is too long. */
  private record Line(long number, byte @Nullable [] text) {}

  private Job read(Job from, Input input, GuardedHttp.Download file) throws IOException {
    Job job = from;
    boolean packed =
        file.header("Content-Encoding").equalsIgnoreCase("gzip")
            || URI.create(input.url()).getPath().endsWith(".gz");
    InputStream body = held(from, file.body());
    try (InputStream in =
        new BufferedInputStream(packed ? new GZIPInputStream(body) : body, 64 << 10)) {
      long number = 0;
      boolean ended = false;
      while (!ended) {
        List<Line> chunk = new ArrayList<>();
        long bytes = 0;
        while (chunk.size() < settings.chunk() && bytes < CHUNK_BYTES) {
          Line line = line(in, number + 1);
          if (line == null) {
            ended = true;
            break;
          }
          number++;
          if (number > job.line()) {
            byte[] text = line.text();
            chunk.add(line);
            bytes += text == null ? 0 : text.length;
          }
        }
        List<Refused> refused = new ArrayList<>();
        long stored = write(job, input, chunk, refused);
        long line = Math.max(number, job.line());
        if (ended) {
          advance(job, job.file() + 1, 0, stored, refused, "");
        } else if (!chunk.isEmpty()) {
          advance(job, job.file(), line, stored, refused, "");
        }
        job = ended ? job.at(job.file() + 1, 0) : job.at(job.file(), line);
      }
    }
    return job;
  }

  /**
   * Reading alone keeps the job, as long as who asked for it would still be let in as before; with
   * less, it is taken up again where it stands.
   */
  private InputStream held(Job job, InputStream in) {
    return new FilterInputStream(in) {
      private long renewed = System.nanoTime();

      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        if (System.nanoTime() - renewed > settings.lease().toNanos() / 4) {
          renewed = System.nanoTime();
          if (closed
              || !job.caller().equals(standing.now(job.caller()))
              || !jobs.renew(job, Instant.now().plus(settings.lease()))) {
            throw new Stopped();
          }
        }
        return super.read(bytes, from, length);
      }
    };
  }

  private static @Nullable Line line(InputStream in, long number) throws IOException {
    var text = new ByteArrayOutputStream(2048);
    boolean any = false;
    boolean tooLong = false;
    for (int one = in.read(); one >= 0; one = in.read()) {
      any = true;
      if (one == '\n') {
        break;
      }
      if (text.size() >= LONGEST_LINE) {
        tooLong = true;
      } else {
        text.write(one);
      }
    }
    return any ? new Line(number, tooLong ? null : text.toByteArray()) : null;
  }

  /** A resource that is to be written. */
  private record Ready(long line, Interaction interaction) {}

  /**
   * Writes a chunk.
   *
   * @param refused gets the lines that were not stored
   * @return how many were
   */
  private long write(Job job, Input input, List<Line> chunk, List<Refused> refused) {
    List<Ready> ready = new ArrayList<>();
    for (Line line : chunk) {
      byte[] text = line.text();
      if (text != null && new String(text, java.nio.charset.StandardCharsets.UTF_8).isBlank()) {
        continue;
      }
      try {
        ready.add(new Ready(line.number(), interaction(input, text)));
      } catch (Refusal e) {
        refused.add(refused(job, line.number(), e));
      }
    }
    return ready.isEmpty() ? 0 : write(job, input, ready, refused, Instant.now());
  }

  private long write(
      Job job, Input input, List<Ready> ready, List<Refused> refused, Instant begun) {
    var trail = new AccessTrail();
    try {
      ScopedValue.where(AccessTrail.CURRENT, trail)
          .run(
              () ->
                  store.transact(
                      job.caller(),
                      ready.stream().map(Ready::interaction).toList(),
                      Set.of(),
                      // After a crash between the commit and the note of it: carried out once.
                      "import-"
                          + job.id()
                          + "-"
                          + job.file()
                          + "-"
                          + ready.getFirst().line()
                          + "-"
                          + ready.getLast().line()));
      trace(job, input, ready.size(), 200, trail, begun);
      return ready.size();
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT || e.kind() == Refusal.Kind.NO_STORE) {
        throw e;
      }
      if (ready.size() == 1) {
        trace(job, input, 0, e.kind().status(), trail, begun);
        refused.add(refused(job, ready.getFirst().line(), e));
        return 0;
      }
      int half = ready.size() / 2;
      return write(job, input, ready.subList(0, half), refused, Instant.now())
          + write(job, input, ready.subList(half, ready.size()), refused, Instant.now());
    }
  }

  private static Interaction interaction(Input input, byte @Nullable [] text) {
    if (text == null) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "import.line-too-long", LONGEST_LINE >> 20);
    }
    ObjectNode resource;
    try {
      resource = Json.MAPPER.readTree(text) instanceof ObjectNode object ? object : null;
    } catch (JacksonException e) {
      resource = null;
    }
    if (resource == null) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "import.no-json");
    }
    if (!resource.path("resourceType").asString("").equals(input.type())) {
      throw new Refusal(Refusal.Kind.INVALID, "import.other-type", input.type());
    }
    String id = resource.path("id").asString("");
    Interaction.Body body = Interaction.Body.of(resource);
    return id.isEmpty()
        ? new Interaction.Create(input.type(), body, null, null, null)
        : new Interaction.Update(input.type(), id, null, body, null, false, null, null);
  }

  private static Refused refused(Job job, long line, Refusal refusal) {
    // A sentence may quote the value at fault: long numbers are blotted out, since they may be
    // somebody's, and these rows are not sealed.
    ObjectNode outcome =
        (ObjectNode)
            Json.MAPPER.readTree(
                Outcomes.of(refusal, job.language()).toString().replaceAll(NUMBER, "***"));
    // Where it is, in a way that programs can read: the line, from 1.
    outcome
        .putArray("extension")
        .addObject()
        .put("url", "https://helan.health/fhir/StructureDefinition/import-line")
        .put("valueDecimal", line);
    return new Refused(line, outcome.toString());
  }

  private void trace(
      Job job, Input input, int count, int status, AccessTrail trail, Instant begun) {
    audit.record(
        new AuditSink.Request(
            now(),
            job.caller(),
            URI.create(input.url()).getHost(),
            "transaction",
            input.type(),
            "",
            "import",
            List.of(),
            0,
            status,
            count,
            0,
            (int) Math.min(Integer.MAX_VALUE, Duration.between(begun, Instant.now()).toMillis()),
            trail.subjects()));
  }

  // ------------------------------------------------------------------ upkeep

  private void keepUp() {
    while (!closed) {
      LockSupport.parkNanos(this, Duration.ofMinutes(10).toNanos());
      if (closed) {
        return;
      }
      try {
        jobs.prune(Instant.now().minus(settings.keep()));
      } catch (RuntimeException e) {
        LOG.warn("Upkeep of imports failed: {}", e.toString());
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    hint();
    for (Thread thread : threads) {
      try {
        thread.join(settings.patience().plusSeconds(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
