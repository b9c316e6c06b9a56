package health.helan.oversight.supervision.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How hits become a score. Each rule takes {@code points} for each hit in {@code per} visits, and
 * no more than {@code most}; an institution with fewer visits than {@code least} is judged as if it
 * had so many, so that one hit does not ruin a small one.
 *
 * @param start what an institution without a hit has
 */
public record Formula(int start, int per, int least, int most) {
  /**
   * What one rule took, or what residents said.
   *
   * @param tenths tenths of a point
   */
  public record Taken(String rule, int points, long hits, long tenths) {}

  /**
   * A score and what explains it.
   *
   * @param tenths tenths of a point, 0 or more
   */
  public record Score(long visits, long tenths, List<Taken> taken) {}

  /** Hits of a rule. */
  public record Hits(int points, long count) {}

  /**
   * Ratings by residents.
   *
   * @param low how many of them are low
   */
  public record Ratings(long count, long low) {}

  /**
   * @param visits of the month
   * @param hits by rule; those that were found to be none are not among them
   * @param ratings null for fewer than count
   */
  public Score of(long visits, Map<String, Hits> hits, @Nullable Ratings ratings) {
    List<Taken> taken = new ArrayList<>();
    long total = start * 10L;
    for (var one : hits.entrySet()) {
      long tenths =
          Math.min(
              most * 10L,
              10L
                  * one.getValue().points()
                  * one.getValue().count()
                  * per
                  / Math.max(visits, least));
      taken.add(new Taken(one.getKey(), one.getValue().points(), one.getValue().count(), tenths));
      total -= tenths;
    }
    if (ratings != null && ratings.low() > 0) {
      Taken said = ShippedRules.satisfaction().taken(ratings.count(), ratings.low());
      taken.add(said);
      total -= said.tenths();
    }
    taken.sort(Comparator.comparingLong(Taken::tenths).reversed().thenComparing(Taken::rule));
    return new Score(visits, Math.max(0, total), List.copyOf(taken));
  }
}
