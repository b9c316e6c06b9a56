package health.helan.foundation.registry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where the membership of an alliance stands. The codes are stored: never renamed. */
public enum AllianceState {
  /** 拟加入. */
  PROPOSED,
  /** 在盟. */
  ACTIVE,
  /** 已退出, or never approved. */
  ENDED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Null for a word that none has. */
  public static @Nullable AllianceState of(String word) {
    for (AllianceState each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return null;
  }
}
