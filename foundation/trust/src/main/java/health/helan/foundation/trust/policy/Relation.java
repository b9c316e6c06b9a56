package health.helan.foundation.trust.policy;

/** How a row stands to a caller. */
public enum Relation {
  /** Open data: levels 1 and 2 of GB/T 39725. */
  OPEN,
  /** About the resident itself, or someone it acts for. */
  OWN,
  /** About a resident whose record a grant opens to the caller now. */
  TREATED,
  /** Written by, or loaded for, the institution the caller acts for. */
  INSTITUTION,
  /**
   * A Task whose owner is the institution or the practitioner: a referral that waits for an answer.
   */
  ADDRESSED
}
