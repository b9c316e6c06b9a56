package health.helan.pharmacy.knowledge;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Two drugs, or classes, that do not go well together.
 *
 * @param a {@code drug:id} or {@code class:id}
 */
public record Interaction(String id, String a, String b, Severity severity, Term effect) {
  /** How bad it is. */
  public enum Severity {
    CONTRAINDICATED,
    MAJOR,
    MODERATE;

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
}
