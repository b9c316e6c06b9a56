package health.helan.care.queue;

import health.helan.foundation.store.Refusal;
import java.util.Locale;

/**
 * How urgent somebody is, most urgent first. Four levels, as emergency triage in China has them
 * (from general knowledge); codes are those of HL7 v3 ActPriority, which {@code Encounter.priority}
 * carries. Numbers are stored: never renumber.
 */
public enum Level {
  /** 急危: life is in danger. */
  EMERGENCY("EM"),
  /** 急重: cannot wait long. */
  URGENT("UR"),
  /** 优先: by a rule of the house: age, pregnancy, disability, soldiers, results in hand. */
  PRIORITY("A"),
  /** 普通. */
  ROUTINE("R");

  private final String code;

  Level(String code) {
    this.code = code;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of {@code http://terminology.hl7.org/CodeSystem/v3-ActPriority}. */
  String code() {
    return code;
  }

  /**
   * @throws Refusal for a word that none has
   */
  public static Level of(String word) {
    for (Level each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    throw new Refusal(Refusal.Kind.VALUE, "queue.level-unknown");
  }
}
