package health.helan.foundation.rest;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Figures that take a while to count and that many look at: counted once for all who ask within a
 * while, by one thread at a time for each key. Nobody waits while there are figures that are not
 * too old. What is costly is counted less often, so that watchers, however many, take no more than
 * a {@link #SHARE}th of one core. Thread-safe; of one application instance (docs/adr/0103).
 *
 * @param <K> what was asked, with whatever the caller's rights change in the answer
 */
public final class SharedAnswers<K, V> {
  /** An answer is used for so many times as long as it took to count. */
  static final int SHARE = 20;

  private static final int MOST_KEYS = 500;

  private final long least;
  private final long most;
  private final LongSupplier nanos;
  private final ConcurrentHashMap<K, Slot<V>> slots = new ConcurrentHashMap<>();

  private record Counted<V>(V value, long at, long until) {}

  private static final class Slot<V> {
    private final ReentrantLock turn = new ReentrantLock();
    private volatile @Nullable Counted<V> counted;
  }

  /**
   * @param least answers are used for at least so long; zero to count each time
   * @param most none is given that is older, unless counting takes so long
   */
  public SharedAnswers(Duration least, Duration most) {
    this(least, most, System::nanoTime);
  }

  SharedAnswers(Duration least, Duration most, LongSupplier nanos) {
    this.least = least.toNanos();
    this.most = most.toNanos();
    this.nanos = nanos;
  }

  /** The answer to {@code key}, counted now or a moment ago. */
  public V get(K key, Supplier<V> count) {
    Slot<V> slot = slot(key);
    Counted<V> known = slot.counted;
    if (known != null && nanos.getAsLong() - known.until < 0) {
      return known.value;
    }
    boolean isMine = slot.turn.tryLock();
    if (!isMine && known != null && nanos.getAsLong() - known.at < most) {
      return known.value; // Somebody is counting.
    }
    if (!isMine) {
      slot.turn.lock();
    }
    try {
      Counted<V> meanwhile = slot.counted;
      if (meanwhile != null && meanwhile != known && nanos.getAsLong() - meanwhile.until < 0) {
        return meanwhile.value;
      }
      long begun = nanos.getAsLong();
      V value = count.get();
      long done = nanos.getAsLong();
      long use = least == 0 ? 0 : Math.max(least, SHARE * (done - begun));
      slot.counted = new Counted<>(value, begun, done + use);
      return value;
    } finally {
      slot.turn.unlock();
    }
  }

  private Slot<V> slot(K key) {
    Slot<V> slot = slots.get(key);
    if (slot != null) {
      return slot;
    }
    if (slots.size() >= MOST_KEYS) {
      long now = nanos.getAsLong();
      slots.values().removeIf(one -> isOver(one, now));
      if (slots.size() >= MOST_KEYS) {
        return new Slot<>(); // Counted, and not kept.
      }
    }
    return slots.computeIfAbsent(key, _ -> new Slot<>());
  }

  private static boolean isOver(Slot<?> slot, long now) {
    Counted<?> counted = slot.counted;
    return counted != null && now - counted.until >= 0;
  }
}
