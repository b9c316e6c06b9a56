package health.helan.foundation.quality.findings;

import java.util.Locale;

/** Where a finding stands. */
public enum FindingState {
  /** Found; nobody has taken it up. */
  DETECTED,
  /** Somebody at the institution has it. */
  ASSIGNED,
  /** The institution says that it is mended; the platform has not seen it yet. */
  FIXED,
  /** The rule is kept now. */
  VERIFIED,
  /** It may stay as it is, for a reason that was given. */
  WAIVED;

  /** Whether somebody still has to do something. */
  public boolean isOpen() {
    return this == DETECTED || this == ASSIGNED || this == FIXED;
  }

  /** As it is stored and answered. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  static FindingState of(String code) {
    return valueOf(code.toUpperCase(Locale.ROOT));
  }
}
