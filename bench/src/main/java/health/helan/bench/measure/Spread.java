package health.helan.bench.measure;

import java.util.Arrays;
import java.util.Collection;

/**
 * One quantity over several runs.
 *
 * @param median middle value; the mean of the two middle ones for an even number; NaN without any
 */
public record Spread(double median, double least, double most) {
  /** Values that are not numbers (a run that failed) are left out. */
  public static Spread of(Collection<Double> values) {
    double[] sorted =
        values.stream().mapToDouble(Double::doubleValue).filter(v -> !Double.isNaN(v)).toArray();
    Arrays.sort(sorted);
    int n = sorted.length;
    if (n == 0) {
      return new Spread(Double.NaN, Double.NaN, Double.NaN);
    }
    double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    return new Spread(median, sorted[0], sorted[n - 1]);
  }

  /** Geometric mean; NaN where one of them is not a number above zero, or none is given. */
  public static double geometricMean(Collection<Double> values) {
    if (values.isEmpty() || values.stream().anyMatch(v -> !(v > 0))) {
      return Double.NaN;
    }
    return Math.exp(values.stream().mapToDouble(Math::log).average().orElseThrow());
  }
}
