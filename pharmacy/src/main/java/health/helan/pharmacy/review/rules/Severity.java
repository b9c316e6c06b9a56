package health.helan.pharmacy.review.rules;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a finding does to a prescription. */
public enum Severity {
  /** What the law forbids: only another prescription helps. No reason overrides it. */
  FORBID,
  /** Goes no further as it is: the doctor mends it, or overrides with a reason and a signature. */
  BLOCK,
  /** The pharmacist looks at it. */
  WARN,
  /** Worth knowing. */
  INFO;

  /** Whether a prescription goes to no pharmacist with such a finding. */
  public boolean holds() {
    return this == FORBID || this == BLOCK;
  }

  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Null for a code that none has. */
  public static @Nullable Severity of(String code) {
    for (Severity each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return null;
  }
}
