package health.helan.app.load;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a load is. Counts go up only; written by all connections, read by those who tell.
 *
 * @param id names the load among the platform's
 * @param source what is loaded, as shown to people
 */
record Progress(
    String id,
    String source,
    Instant started,
    AtomicLong totalFiles,
    AtomicLong totalBytes,
    AtomicLong doneFiles,
    AtomicLong doneBytes,
    AtomicLong resources,
    AtomicLong skipped,
    AtomicLong refused) {

  static Progress of(String id, String source, long totalFiles, long totalBytes) {
    return new Progress(
        id,
        source,
        Instant.now(),
        new AtomicLong(totalFiles),
        new AtomicLong(totalBytes),
        new AtomicLong(),
        new AtomicLong(),
        new AtomicLong(),
        new AtomicLong(),
        new AtomicLong());
  }

  /** A unit is through, one way or the other. */
  void passed(Unit unit) {
    doneBytes.addAndGet(unit.bytesOfFile());
    if (unit.lastOfFile()) {
      doneFiles.incrementAndGet();
    }
  }

  /** Files, rate since the start, and the time that is left at the pace so far. */
  String detail() {
    double seconds =
        Math.max(0.001, (System.currentTimeMillis() - started.toEpochMilli()) / 1000.0);
    long done = doneBytes.get();
    long left = done == 0 ? -1 : (long) (seconds * (totalBytes.get() - done) / done);
    return "%d/%d 个文件 files  %,d 份资源 resources  %,.0f/s%s%s"
        .formatted(
            doneFiles.get(),
            totalFiles.get(),
            resources.get(),
            resources.get() / seconds,
            refused.get() == 0 ? "" : "  被拒 refused %,d".formatted(refused.get()),
            left <= 0 ? "" : "  剩余 left %d:%02d".formatted(left / 60, left % 60));
  }
}
