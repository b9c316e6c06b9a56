package health.helan.foundation.quality;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of the machine judging may take: while this instance commits much, little. A record that
 * waits a while to be judged harms nobody; a doctor who waits does.
 */
final class Pace {
  private static final long SECOND = 1_000_000_000L;

  private final int busyCommits;

  /** Commits of the current second and of the one before, and which second that is. */
  private final AtomicLong current = new AtomicLong();

  private volatile long second = System.nanoTime() / SECOND;
  private volatile long before;

  Pace(int busyCommits) {
    this.busyCommits = busyCommits;
  }

  void committed() {
    turn();
    current.incrementAndGet();
  }

  private void turn() {
    long now = System.nanoTime() / SECOND;
    if (now != second) {
      synchronized (this) {
        if (now != second) {
          before = now == second + 1 ? current.getAndSet(0) : 0;
          current.set(0);
          second = now;
        }
      }
    }
  }

  boolean isBusy() {
    turn();
    return Math.max(before, current.get()) >= busyCommits;
  }

  /** Nineteen times as long while busy, else as long as was worked. */
  long restNanos(long workedNanos) {
    return isBusy() ? 19 * workedNanos : workedNanos;
  }
}
