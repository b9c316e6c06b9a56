package health.helan.oversight.settlement.rules;

import java.util.List;
import java.util.Locale;

/**
 * What one payer pays, and how that was reckoned.
 *
 * @param rule id of the rule that says so
 */
public record Share(PayerKind kind, String rule, long fen, List<Reckoning> how) {

  /**
   * A line of the reckoning; amounts in fen.
   *
   * @param percent of {@code base}; 0 where there is none
   * @param fen what came out
   */
  public record Reckoning(What what, long base, int percent, long fen) {
    /** What a line says. */
    public enum What {
      /** {@code fen}: the amount that the rule looks at. */
      BASE,
      /** Of the deductible, {@code base} was left; {@code fen} is taken off. */
      DEDUCTIBLE,
      /** A part, its ratio, what is paid of it. */
      BAND,
      /** Of the year's ceiling, {@code base} was left; {@code fen} is cut off. */
      CEILING,
      /** The resident's own money is to be at most so many percent of the bill: {@code fen}. */
      OWN_LIMIT;

      public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
      }
    }
  }

  public Share {
    how = List.copyOf(how);
  }
}
