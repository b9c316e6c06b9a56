package health.helan.care.appointment;

import health.helan.foundation.rest.Given;
import health.helan.foundation.store.Refusal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How the fee of a booking is settled when it is confirmed: the place where payment (capability S2)
 * joins. What costs something is paid at the counter, or on line before it is confirmed.
 */
public enum Settlement {
  FREE("free"),
  AT_COUNTER("counter"),
  /** Paid: said by payment when the money is there, and by nobody else. */
  ONLINE("online");

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
   * @throws Refusal VALUE for an unknown way; BUSINESS_RULE where there is something to pay and
   *     nothing is said of how
   */
  static Settlement of(long feeFen, @Nullable String said) {
    if (said != null && Arrays.stream(values()).noneMatch(one -> one.code.equals(said))) {
      throw Given.wrong("payment");
    }
    if (feeFen == 0) {
      return FREE;
    }
    if (AT_COUNTER.code.equals(said)) {
      return AT_COUNTER;
    }
    if (ONLINE.code.equals(said)) {
      return ONLINE;
    }
    throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.payment-missing");
  }

  /**
   * What settles the fee of a booking that moves to other places.
   *
   * @param before the code of how it was settled; empty for not yet
   * @return to be said of the other fee; null for nothing
   * @throws Refusal BUSINESS_RULE where the fee was paid on line and is another: that money would
   *     have to go back first
   */
  static @Nullable String moved(String before, long feeFen, long otherFen) {
    if (ONLINE.code.equals(before) && feeFen != otherFen) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.paid-other-fee");
    }
    return before.isEmpty() || otherFen == 0
        ? null
        : ONLINE.code.equals(before) ? ONLINE.code : AT_COUNTER.code;
  }
}
