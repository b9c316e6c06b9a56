package health.helan.oversight.settlement.rules;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Who pays before the resident does. In which order, the rules say. */
public enum PayerKind {
  /** 基本医疗保险. */
  BASIC,
  /** 大病保险. */
  SERIOUS,
  /** 医疗救助. */
  ASSISTANCE,
  /** 扶贫兜底（防返贫保障）. */
  POVERTY,
  /** 财政补助. */
  SUBSIDY,
  /** 商业健康保险. */
  COMMERCIAL;

  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Null for none of that code. */
  public static @Nullable PayerKind of(String code) {
    for (PayerKind kind : values()) {
      if (kind.code().equals(code)) {
        return kind;
      }
    }
    return null;
  }
}
