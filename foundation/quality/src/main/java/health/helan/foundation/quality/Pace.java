package health.helan.foundation.quality;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;

/**
 * How much of the machine judging may take: while this instance commits much, or the machine has
 * much to do, little. A record that waits a while to be judged harms nobody; a doctor who waits
 * does.
 */
final class Pace {
  private static final long SECOND = 1_000_000_000L;

  private final int busyCommits;
  private final double busyLoad;
  private final DoubleSupplier load;

  /** Commits of the current second and of the one before, and which second that is. */
  private final AtomicLong current = new AtomicLong();

  private volatile long second = System.nanoTime() / SECOND;
  private volatile long before;
  private volatile double lastLoad;
  private volatile long looked = System.nanoTime() - SECOND;

  /**
   * @param busyLoad share of the machine's processors in use
   */
  Pace(int busyCommits, double busyLoad) {
    this(
        busyCommits,
        busyLoad,
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getCpuLoad);
  }

  Pace(int busyCommits, double busyLoad, DoubleSupplier load) {
    this.busyCommits = busyCommits;
    this.busyLoad = busyLoad;
    this.load = load;
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
          before = now == second + 1 ? current.get() : 0;
          current.set(0);
          second = now;
        }
      }
    }
  }

  boolean isBusy() {
    turn();
    return Math.max(before, current.get()) >= busyCommits || load() >= busyLoad;
  }

  /** Negative where it is not known. */
  private double load() {
    long now = System.nanoTime();
    if (now - looked >= SECOND) {
      looked = now;
      lastLoad = load.getAsDouble(); // Since it was last asked: a shorter while says nothing.
    }
    return lastLoad;
  }

  /** Nineteen times as long while busy, else as long as was worked. */
  long restNanos(long workedNanos) {
    return isBusy() ? 19 * workedNanos : workedNanos;
  }
}
