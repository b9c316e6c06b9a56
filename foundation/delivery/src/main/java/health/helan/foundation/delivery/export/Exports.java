package health.helan.foundation.delivery.export;

import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.delivery.export.ExportJobs.File;
import health.helan.foundation.delivery.export.ExportJobs.Job;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectOwner;
import health.helan.foundation.store.objects.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out exports on this application instance. Instances share the jobs by leases; whoever
 * takes a job over goes on after the last file that was committed.
 */
public final class Exports implements AutoCloseable, ObjectOwner {
  private static final Logger LOG = LoggerFactory.getLogger(Exports.class);

  /** Faults in a row after which a job is given up. */
  private static final int MOST_ATTEMPTS = 8;

  /**
   * Limits.
   *
   * @param workers jobs that this instance works on at once
   * @param perCaller unfinished jobs that a caller may have
   * @param keep how long the files of a finished job are kept
   * @param lease how long a job stays with an instance that is not heard of
   * @param poll how often an idle worker looks for jobs
   * @param fileResources most resources in a file
   * @param fileBytes length, unpacked, at which a file ends
   */
  public record Settings(
      int workers,
      int perCaller,
      Duration keep,
      Duration lease,
      Duration poll,
      int fileResources,
      long fileBytes) {
    public static final Settings DEFAULT =
        new Settings(
            2,
            3,
            Duration.ofHours(24),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            100_000,
            256L << 20);
  }

  private final ExportJobs jobs;
  private final RecordStore store;
  private final ObjectStore objects;
  private final Agreements agreements;
  private final Settings settings;
  private final String holder;
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Work> running = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Opens, and begins to work on what is there. */
  public Exports(
      DataSource dataSource,
      RecordStore store,
      ObjectStore objects,
      Agreements agreements,
      Settings settings) {
    this.jobs = new ExportJobs(dataSource);
    this.store = store;
    this.objects = objects;
    this.agreements = agreements;
    this.settings = settings;
    this.holder = store.instance();
    for (int i = 0; i < settings.workers(); i++) {
      threads.add(Thread.ofPlatform().daemon().name("helan-export-" + i).start(this::work));
    }
    threads.add(Thread.ofPlatform().daemon().name("helan-export-upkeep").start(this::keepUp));
  }

  /** {@code $export}. */
  public FhirOperation ofEverything() {
    return new ExportOperation(ExportOperation.Of.SYSTEM, this, jobs);
  }

  /** {@code Patient/$export}. */
  public FhirOperation ofPatients() {
    return new ExportOperation(ExportOperation.Of.PATIENTS, this, jobs);
  }

  /** {@code Group/[id]/$export}. */
  public FhirOperation ofGroup() {
    return new ExportOperation(ExportOperation.Of.GROUP, this, jobs);
  }

  /** {@code $export-status}. */
  public FhirOperation status() {
    return new ExportStatusOperation(this, jobs);
  }

  /** {@code $export-file}. */
  public FhirOperation file() {
    return new ExportFileOperation(jobs, objects, this);
  }

  Agreements agreements() {
    return agreements;
  }

  /**
   * @throws Refusal for what stands on an agreement whose time is over
   */
  void checkAgreed(ExportRequest request) {
    if (!request.agreement().isEmpty() && !agreements.isInForce(request.agreement())) {
      throw Agreements.notInForce(request.agreement());
    }
  }

  Settings settings() {
    return settings;
  }

  /** A job was added: no need to wait for the next look. */
  void hint() {
    threads.forEach(LockSupport::unpark);
  }

  private void work() {
    while (!closed) {
      Job job = null;
      try {
        job = jobs.take(holder, Instant.now(), settings.lease());
      } catch (Refusal e) {
        LOG.warn("Jobs of exports cannot be read: {}", e.messageKey());
      } catch (RuntimeException e) {
        LOG.error("Looking for exports failed", e);
      }
      if (job == null) {
        LockSupport.parkNanos(this, settings.poll().toNanos());
        continue;
      }
      var work = new Work(job, jobs, store, objects, this);
      running.put(job.id(), work);
      try {
        work.run();
      } catch (Work.Stopped e) {
        // Cancelled, taken over, or this instance ends.
        if (closed) {
          leave(job, job.attempts(), Instant.now());
        }
      } catch (IOException | RuntimeException e) {
        failed(job, e);
      } finally {
        running.remove(job.id());
      }
    }
  }

  private void failed(Job job, Exception e) {
    int attempts = job.attempts() + 1;
    boolean isKnown = e instanceof Refusal;
    if (isKnown) {
      LOG.warn("Export {} failed, attempt {}: {}", job.id(), attempts, e.getMessage());
    } else {
      LOG.error("Export {} failed, attempt {}", job.id(), attempts, e);
    }
    try {
      if (attempts >= MOST_ATTEMPTS) {
        jobs.finish(job, "failed", "export.failed", Instant.now());
      } else {
        leave(job, attempts, Instant.now().plusMillis(500L << attempts));
      }
    } catch (RuntimeException again) {
      LOG.warn("Export {} is left to its lease: {}", job.id(), again.toString());
    }
  }

  private void leave(Job job, int attempts, Instant until) {
    try {
      jobs.leave(job.id(), job.epoch(), attempts, until);
    } catch (RuntimeException e) {
      LOG.warn("Export {} is left to its lease: {}", job.id(), e.toString());
    }
  }

  /** Renews leases, and erases what is over. */
  private void keepUp() {
    while (!closed) {
      LockSupport.parkNanos(this, settings.lease().toNanos() / 3);
      if (closed) {
        return;
      }
      try {
        Instant until = Instant.now().plus(settings.lease());
        running.forEach(
            (id, work) -> {
              if (!jobs.renew(id, work.epoch(), until)) {
                work.stop();
              }
            });
        erase();
      } catch (IOException | RuntimeException e) {
        LOG.warn("Upkeep of exports failed: {}", e.toString());
      }
    }
  }

  /** Erases the contents of jobs that are cancelled or over, then their rows. */
  void erase() throws IOException {
    for (String job : jobs.over(Instant.now().minus(settings.keep()))) {
      for (File file : jobs.files(job)) {
        objects.delete(file.object());
      }
      jobs.remove(job);
    }
  }

  void cancel(String id) {
    jobs.cancel(id, Instant.now());
    Work work = running.get(id);
    if (work != null) {
      work.stop();
    }
    LockSupport.unpark(threads.getLast());
  }

  @Override
  public Set<ObjectKey> referenced(Set<ObjectKey> keys) {
    return jobs.referenced(keys);
  }

  /** Where a job stands in its plan, 0 to 100. */
  int percent(Job job) {
    int steps = Work.steps(job.request()).size();
    return steps == 0 ? 100 : 100 * Math.min(job.at().step(), steps) / steps;
  }

  /** Ends after the page that is being read; others go on from the last file. */
  @Override
  public void close() {
    closed = true;
    running.values().forEach(Work::stop);
    hint();
    for (Thread thread : threads) {
      try {
        thread.join(10_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
