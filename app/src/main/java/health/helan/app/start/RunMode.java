package health.helan.app.start;

import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether the platform holds real records ({@code HELAN_MODE=production}) or is being tried out
 * ({@code trial}, the default). In production what makes trying easy is refused: each place that
 * does so says so.
 */
public enum RunMode {
  TRIAL,
  PRODUCTION;

  private static final String VARIABLE = "HELAN_MODE";

  /**
   * @param environment value of a variable; null where it is not set
   * @throws StartRefused for another word
   */
  public static RunMode of(UnaryOperator<@Nullable String> environment) {
    String word = environment.apply(VARIABLE);
    return switch (word == null ? "" : word.strip().toLowerCase(Locale.ROOT)) {
      case "", "trial" -> TRIAL;
      case "production" -> PRODUCTION;
      default ->
          throw new StartRefused(
              VARIABLE + " 只能是 trial（试用）或 production（生产）。",
              VARIABLE + " takes trial or production.");
    };
  }

  public boolean isProduction() {
    return this == PRODUCTION;
  }
}
