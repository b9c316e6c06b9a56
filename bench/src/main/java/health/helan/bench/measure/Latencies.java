package health.helan.bench.measure;

import java.util.Arrays;

/** Durations of single requests, sorted; percentiles by nearest rank. */
public final class Latencies {
  private final long[] sortedNanos;

  /**
   * @param nanos in any order; not kept
   */
  public Latencies(long[] nanos) {
    sortedNanos = nanos.clone();
    Arrays.sort(sortedNanos);
  }

  /**
   * The duration that a share of the requests did not exceed, in milliseconds; NaN without
   * requests.
   *
   * @param share above 0 and at most 1: 0.5 is the median, 0.95 the 95th percentile
   */
  public double percentileMs(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("a share lies above 0 and at most at 1, not " + share);
    }
    if (sortedNanos.length == 0) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(share * sortedNanos.length);
    return sortedNanos[Math.max(0, rank - 1)] / 1e6;
  }

  public int count() {
    return sortedNanos.length;
  }
}
