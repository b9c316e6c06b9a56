package health.helan.foundation.trust.rules;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a version of a rule stands. */
public enum RuleState {
  /** Judges nothing yet. */
  DRAFT,
  /** Judges everything; what it finds is shown as such, and holds nobody up. */
  TRIAL,
  LIVE,
  RETIRED;

  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static @Nullable RuleState of(String code) {
    for (RuleState each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return null;
  }
}
