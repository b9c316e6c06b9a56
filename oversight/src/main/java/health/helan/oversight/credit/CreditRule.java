package health.helan.oversight.credit;

import java.time.Duration;
import java.util.Set;

/**
 * How much is lent to whom, and for how long. A region that wants otherwise gives other numbers.
 *
 * @param insuredFen limit of who has basic insurance
 * @param assistedFen limit of who is assisted, or in danger of falling back into poverty
 * @param otherFen limit of everybody else
 * @param term until a bill has to be paid
 */
public record CreditRule(long insuredFen, long assistedFen, long otherFen, Duration term) {
  /** Numbers of the demonstration: from general knowledge, unverified. */
  public static final CreditRule DEFAULT =
      new CreditRule(3_000_00, 10_000_00, 500_00, Duration.ofDays(30));

  /**
   * @param groups that the resident belongs to: {@code assistance}, {@code poverty} …
   */
  public Limit limit(String scheme, Set<String> groups) {
    if (groups.contains("assistance") || groups.contains("poverty")) {
      return new Limit("assisted", assistedFen);
    }
    return scheme.equals("none") ? new Limit("other", otherFen) : new Limit("insured", insuredFen);
  }

  /**
   * @param rule by which it is so much
   */
  public record Limit(String rule, long fen) {}
}
