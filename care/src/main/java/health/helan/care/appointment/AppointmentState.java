package health.helan.care.appointment;

import health.helan.foundation.store.Refusal;
import java.util.Arrays;

/** Where a booking stands: codes of FHIR R4 {@code Appointment.status}. */
public enum AppointmentState {
  /** Not there yet: no code, never written. */
  NONE(""),
  /** In line for a place: 候补. */
  WAITLIST("waitlist"),
  /** A place is held until the booking is confirmed: 占号. */
  PENDING("pending"),
  BOOKED("booked"),
  /** The resident has come and checked in: 报到. */
  ARRIVED("arrived"),
  /** Seen, examined, operated on. */
  FULFILLED("fulfilled"),
  CANCELLED("cancelled"),
  /** The resident did not come: 爽约. */
  NOSHOW("noshow");

  private final String code;

  AppointmentState(String code) {
    this.code = code;
  }

  public String code() {
    return code;
  }

  /** Whether the booking has its places: nobody else gets them. */
  public boolean hasPlaces() {
    return switch (this) {
      case PENDING, BOOKED, ARRIVED, FULFILLED, NOSHOW -> true;
      case NONE, WAITLIST, CANCELLED -> false;
    };
  }

  /** Whether the resident is still to come or to be seen. */
  public boolean isOpen() {
    return this == WAITLIST || this == PENDING || this == BOOKED || this == ARRIVED;
  }

  /**
   * The state of a code.
   *
   * @throws Refusal BUSINESS_RULE for one of FHIR's that bookings of the pool do not know
   */
  public static AppointmentState of(String code) {
    return Arrays.stream(values())
        .filter(state -> !code.isEmpty() && state.code.equals(code))
        .findFirst()
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.unknown-state", code));
  }
}
