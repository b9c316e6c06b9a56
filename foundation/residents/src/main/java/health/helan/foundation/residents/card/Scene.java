package health.helan.foundation.residents.card;

import health.helan.foundation.store.Refusal;
import java.util.Locale;

/** What a code is shown for. */
public enum Scene {
  /** 挂号. */
  REGISTRATION,
  /** 就诊签到: the one that opens the record, as {@code $check-in} does. */
  CHECK_IN,
  /** 缴费. */
  PAYMENT,
  /** 取药. */
  PHARMACY,
  /** 取报告. */
  REPORT,
  /** 预防接种. */
  VACCINATION,
  /** 住院. */
  INPATIENT,
  /** 身份核验, of any other kind. */
  IDENTIFY,
  /** 医保结算: of an insurer's system, not of terminals. */
  INSURANCE,
  /** 支付: of a payment service's system, not of terminals. */
  PAY,
  /** 绑定: the resident lets a party note the number that it has there. */
  ENROL;

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether terminals of institutions ask for it. */
  boolean isOfTerminals() {
    return ordinal() <= IDENTIFY.ordinal();
  }

  /**
   * @throws Refusal for a word that no scene of terminals has
   */
  public static Scene of(String word) {
    for (Scene each : values()) {
      if (each.isOfTerminals() && each.word().equals(word)) {
        return each;
      }
    }
    throw new Refusal(Refusal.Kind.VALUE, "card.scene-unknown");
  }
}
