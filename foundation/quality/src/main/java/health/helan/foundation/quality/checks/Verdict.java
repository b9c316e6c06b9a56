package health.helan.foundation.quality.checks;

/**
 * What a rule says of a record.
 *
 * @param path of a failure: FHIRPath of the element at fault, no content; else empty
 */
public record Verdict(Kind kind, String path) {
  /** Whether it counts, and how. */
  public enum Kind {
    PASSES,
    FAILS,
    /** The rule does not speak of such a record. */
    NOT_ASKED,
    /** It speaks of it, but cannot tell: too vague a date, a code table that is not loaded. */
    CANNOT_TELL
  }

  public static final Verdict PASSES = new Verdict(Kind.PASSES, "");
  public static final Verdict NOT_ASKED = new Verdict(Kind.NOT_ASKED, "");
  public static final Verdict CANNOT_TELL = new Verdict(Kind.CANNOT_TELL, "");

  public static Verdict failsAt(String path) {
    return new Verdict(Kind.FAILS, path);
  }

  public boolean fails() {
    return kind == Kind.FAILS;
  }

  /** Whether the record was held to the rule. */
  public boolean counts() {
    return kind == Kind.PASSES || kind == Kind.FAILS;
  }
}
