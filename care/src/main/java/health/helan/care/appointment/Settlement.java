package health.helan.care.appointment;

import health.helan.foundation.store.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * How the fee of a booking is settled when it is confirmed: the place where payment (capability S2)
 * joins. Until it is there, what costs something is paid at the counter.
 */
public enum Settlement {
  FREE("free"),
  AT_COUNTER("counter");

  /** Extension of the Appointment that says it. */
  public static final String URL =
      "https://helan.health/fhir/StructureDefinition/booking-settlement";

  private final String code;

  Settlement(String code) {
    this.code = code;
  }

  public String code() {
    return code;
  }

  /**
   * What settles a fee.
   *
   * @param said by who confirms; null for nothing
   * @throws Refusal BUSINESS_RULE where there is something to pay and nothing is said of how
   */
  static Settlement of(long feeFen, @Nullable String said) {
    if (said != null && !said.equals(AT_COUNTER.code) && !said.equals(FREE.code)) {
      throw new Refusal(Refusal.Kind.VALUE, "appointment.parameter", "payment");
    }
    if (feeFen == 0) {
      return FREE;
    }
    if (!AT_COUNTER.code.equals(said)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.payment-missing");
    }
    return AT_COUNTER;
  }
}
