package health.helan.oversight.supervision.rules;

/**
 * What ratings by residents take from a score: {@code points}, by the share of low ones among them.
 *
 * @param least so many are told of and counted; fewer would tell who said what
 * @param low a rating of so many or fewer is low
 * @param points what it would take if all were low
 * @param title how the score names it
 */
public record Satisfaction(int least, int low, int points, Rule.Text title) {
  /** How the score names it, beside ids of rules. */
  public static final String CODE = "satisfaction";

  /** What {@code lows} of {@code count} ratings take. */
  Formula.Taken taken(long count, long lows) {
    return new Formula.Taken(CODE, points, lows, count < least ? 0 : 10L * points * lows / count);
  }
}
