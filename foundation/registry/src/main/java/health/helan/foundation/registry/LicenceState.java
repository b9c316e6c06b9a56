package health.helan.foundation.registry;

import java.util.Locale;

/** Where a licence (执业许可、执业注册、备案) stands. The codes are stored: never renamed. */
public enum LicenceState {
  /** 未登记: said by somebody, filed by nobody. */
  UNFILED,
  /** 已备案待核: an institution has filed it. */
  FILED,
  /** 已退回: to be filed again. */
  RETURNED,
  /** 已核验: somebody else has looked. */
  VERIFIED,
  /** 有效: acts may lean on it, within its period. */
  ACTIVE,
  /** 暂停: nothing may until it is resumed. */
  SUSPENDED,
  /** 失效: its period is over, or it was revoked. */
  EXPIRED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** UNFILED for a word that none has. */
  public static LicenceState of(String word) {
    for (LicenceState each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return UNFILED;
  }

  /** Whether it was active once: from then on the registry answers for it. */
  public boolean isRegistered() {
    return this == ACTIVE || this == SUSPENDED || this == EXPIRED;
  }
}
