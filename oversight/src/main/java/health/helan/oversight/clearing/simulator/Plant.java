package health.helan.oversight.clearing.simulator;

/**
 * What is wrong in a written statement.
 *
 * @param every of so many lines, one has it; 0 for none
 * @param seed which ones
 */
public record Plant(Kind kind, int every, long seed) {
  /** Kinds of faults. */
  public enum Kind {
    /** The line is missing. */
    LOST,
    /** It is there twice. */
    TWICE,
    /** Its amount is ten fen more. */
    AMOUNT,
    /** A line that nobody else knows follows it. */
    STRANGE,
    /** It is on the statement of the next day. */
    LATE
  }
}
