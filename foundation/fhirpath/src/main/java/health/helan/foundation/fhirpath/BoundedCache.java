package health.helan.foundation.fhirpath;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A cache of two generations: when the young one is full it becomes the old one, and what is asked
 * for again moves over. Holds at most twice its size; reading takes no lock.
 */
final class BoundedCache<K, V> {
  private final int size;
  private volatile Map<K, V> young = new ConcurrentHashMap<>();
  private volatile Map<K, V> old = Map.of();

  BoundedCache(int size) {
    this.size = size;
  }

  V get(K key, Function<K, V> compute) {
    V found = young.get(key);
    if (found != null) {
      return found;
    }
    @Nullable V kept = old.get(key);
    V value = kept == null ? compute.apply(key) : kept;
    if (young.size() >= size) {
      synchronized (this) {
        if (young.size() >= size) {
          old = young;
          young = new ConcurrentHashMap<>();
        }
      }
    }
    young.put(key, value);
    return value;
  }
}
