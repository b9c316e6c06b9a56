package health.helan.foundation.residents.index;

/**
 * Two records, the smaller first.
 *
 * @param low keyed digest of its {@code Patient/id}
 */
public record Pair(long low, long high) {
  public static Pair of(long a, long b) {
    return a < b ? new Pair(a, b) : new Pair(b, a);
  }
}
