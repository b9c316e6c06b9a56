package health.helan.foundation.trust.erasure;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** On what ground a record is erased. */
public enum Ground {
  /** The resident asks, or the purpose is over: only once the time of keeping has passed. */
  REQUEST,
  /** A court or an authority orders it, or it should never have been there: at once. */
  LAW;

  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  static @Nullable Ground of(@Nullable String code) {
    for (Ground ground : values()) {
      if (ground.code().equals(code)) {
        return ground;
      }
    }
    return null;
  }
}
