package health.helan.foundation.quality.rules;

import java.util.Locale;

/**
 * In which way a record can be wrong. Arrays of the sums follow this order: new ones go to the end.
 */
public enum Dimension {
  /** 完整性: what care needs is there. */
  COMPLETENESS,
  /** 规范性: values have the form and the code that the standard gives them. */
  VALIDITY,
  /** 一致性: elements of a record do not contradict one another. */
  CONSISTENCY,
  /** 及时性: it came in time. */
  TIMELINESS,
  /** 唯一性: it is not there twice. */
  UNIQUENESS,
  /** 关联性: what it refers to is there. */
  REFERENCES,
  /** 合理性: it can be true of a living person. */
  PLAUSIBILITY,
  /** 符合性: it keeps the profiles that it claims. */
  CONFORMANCE;

  /** As it stands in rules and answers. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException for what is none
   */
  public static Dimension of(String code) {
    return valueOf(code.toUpperCase(Locale.ROOT));
  }
}
