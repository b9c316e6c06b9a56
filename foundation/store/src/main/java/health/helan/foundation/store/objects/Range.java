package health.helan.foundation.store.objects;

/**
 * A part of an object in bytes. What reaches beyond the end ends there.
 *
 * @param from first byte, from 0
 * @param length how many, at least 1
 */
public record Range(long from, long length) {
  public static final Range ALL = new Range(0, Long.MAX_VALUE);

  /**
   * @throws IllegalArgumentException if {@code from} is negative or {@code length} below 1
   */
  public Range {
    if (from < 0 || length < 1) {
      throw new IllegalArgumentException("No range: " + from + " + " + length);
    }
  }

  boolean isAll() {
    return from == 0 && length == Long.MAX_VALUE;
  }

  /** Last byte; {@link Long#MAX_VALUE} for the rest of the object. */
  long last() {
    return length > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + length - 1;
  }
}
