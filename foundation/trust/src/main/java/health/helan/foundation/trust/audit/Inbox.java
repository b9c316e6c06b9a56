package health.helan.foundation.trust.audit;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Rows that wait for one appender. It is woken for the first and once enough have gathered, not for
 * each: waking a thread costs more than a row.
 */
final class Inbox {
  private static final int MOST_WAITING = 20_000;

  private final Queue<Appender.Waiting> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicInteger present;
  private final int appenders;
  private volatile @Nullable Thread asleep;

  /**
   * @param present requests under way in this instance, whose rows wait or will come
   * @param appenders among which their rows are shared out
   */
  Inbox(AtomicInteger present, int appenders) {
    this.present = present;
    this.appenders = appenders;
  }

  /** False when it is full. */
  boolean offer(Appender.Waiting waiting) {
    if (size.get() >= MOST_WAITING) {
      return false;
    }
    queue.add(waiting);
    int waitingNow = size.incrementAndGet();
    Thread sleeper = asleep;
    if (sleeper != null && (waitingNow == 1 || isEnough(waitingNow))) {
      asleep = null;
      LockSupport.unpark(sleeper);
    }
    return true;
  }

  boolean isEmpty() {
    return size.get() == 0;
  }

  /** Half of all requests under way wait here, as far as this appender is concerned. */
  private boolean isEnough(int waiting) {
    return 2L * appenders * waiting >= present.get();
  }

  /**
   * Waits for a first row, and then for enough of them; whichever time is over ends it.
   *
   * @throws InterruptedException if the thread is to end
   */
  void await(long idleNanos, long gatherNanos) throws InterruptedException {
    sleep(idleNanos, 1);
    if (!isEmpty()) {
      sleep(gatherNanos, Integer.MAX_VALUE);
    }
  }

  /** Until there are so many, or enough. */
  private void sleep(long nanos, int wanted) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (true) {
      asleep = Thread.currentThread();
      int waiting = size.get();
      long left = end - System.nanoTime();
      if (waiting >= wanted || waiting > 0 && isEnough(waiting) || left <= 0) {
        asleep = null;
        return;
      }
      LockSupport.parkNanos(this, left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /** Moves what waits to a batch, in the order it came. */
  void drainTo(List<Appender.Waiting> batch, int most) {
    for (int i = 0; i < most; i++) {
      Appender.Waiting next = queue.poll();
      if (next == null) {
        return;
      }
      size.decrementAndGet();
      batch.add(next);
    }
  }
}
