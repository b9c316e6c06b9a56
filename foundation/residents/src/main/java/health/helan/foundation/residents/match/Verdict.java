package health.helan.foundation.residents.match;

/** What a comparison comes to. */
public enum Verdict {
  /** One person; may be linked by itself. */
  SAME,
  /** Someone has to look. */
  POSSIBLE,
  DIFFERENT
}
