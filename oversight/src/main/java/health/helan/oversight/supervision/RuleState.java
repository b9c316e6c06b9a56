package health.helan.oversight.supervision;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a version of a rule stands. */
enum RuleState {
  /** Judges nothing yet. */
  DRAFT,
  /** Judges every act; its hits are shown as such, count nowhere, and hold nobody up. */
  TRIAL,
  LIVE,
  RETIRED;

  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  static @Nullable RuleState of(String code) {
    for (RuleState each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return null;
  }
}
