package health.helan.foundation.registry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What somebody may prescribe at an institution (处方权). Codes of {@link #SYSTEM}. The grades of
 * antibacterials and the separate right for narcotics are those of the national rules on
 * prescriptions and on the clinical use of antibacterials, from general knowledge.
 */
public enum PrescribingRight {
  /** 普通处方权. */
  ORDINARY("普通处方权"),
  /** 麻醉药品和第一类精神药品处方权. */
  NARCOTIC("麻醉药品和第一类精神药品处方权"),
  /** 非限制使用级抗菌药物. */
  ANTIBIOTIC_1("非限制使用级抗菌药物处方权"),
  /** 限制使用级抗菌药物. */
  ANTIBIOTIC_2("限制使用级抗菌药物处方权"),
  /** 特殊使用级抗菌药物. */
  ANTIBIOTIC_3("特殊使用级抗菌药物处方权");

  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/prescribing-right";

  private final String title;

  PrescribingRight(String title) {
    this.title = title;
  }

  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public String title() {
    return title;
  }

  /** Null for a code that none has. */
  public static @Nullable PrescribingRight of(String code) {
    for (PrescribingRight each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return null;
  }

  /** Whether this right includes another: higher grades of antibacterials the lower ones. */
  boolean covers(PrescribingRight needed) {
    return this == needed
        || this == ANTIBIOTIC_3 && (needed == ANTIBIOTIC_1 || needed == ANTIBIOTIC_2)
        || this == ANTIBIOTIC_2 && needed == ANTIBIOTIC_1;
  }
}
