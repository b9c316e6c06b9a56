package health.helan.care.visit;

import java.util.Locale;

/** Who takes a part in a visit. The ordinal of the first two stands in {@code visit_message}. */
public enum Party {
  /** The resident, or a guardian for a child. */
  RESIDENT,
  /** The doctor of the visit, signed in as itself; nobody else, no system and no root. */
  DOCTOR,
  /** The platform's own watch. */
  PLATFORM;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  Party other() {
    return this == RESIDENT ? DOCTOR : RESIDENT;
  }
}
