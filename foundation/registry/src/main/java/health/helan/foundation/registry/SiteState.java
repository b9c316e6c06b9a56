package health.helan.foundation.registry;

import java.util.Locale;

/** Where a place of practice (执业地点、多点执业备案) stands. The codes are stored: never renamed. */
public enum SiteState {
  /** 未备案: a post that nobody has filed. */
  UNFILED,
  /** 待批. */
  PENDING,
  /** 已批准: the practitioner may act there. */
  APPROVED,
  /** 已终止, or refused. */
  ENDED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** UNFILED for a word that none has. */
  public static SiteState of(String word) {
    for (SiteState each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return UNFILED;
  }
}
