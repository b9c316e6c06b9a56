package health.helan.app.payment;

import health.helan.care.appointment.Appointments;
import health.helan.care.appointment.Settlement;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.oversight.payment.Payables;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * The fee of a place that is held: paid, it is booked; cancelled, the fee goes back. A booking that
 * the hospital calls off goes back whole whenever that is; one that the resident cancels, as its
 * rule says.
 */
final class BookingFees implements Payables {
  private static final String TYPE = "Appointment";

  /** Cancelled by the resident later than so long before, half goes back. One region's rule. */
  private static final Duration IN_TIME = Duration.ofHours(2);

  private static final int LATE_PERCENT = 50;

  private final Appointments appointments;
  private final RecordStore store;

  BookingFees(Appointments appointments, RecordStore store) {
    this.appointments = appointments;
    this.store = store;
  }

  @Override
  public boolean concerns(String type) {
    return type.equals(TYPE);
  }

  private static JsonNode tree(ResourceVersion version) {
    return Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }

  private static JsonNode extension(JsonNode resource, String url) {
    for (JsonNode one : resource.path("extension")) {
      if (url.equals(one.path("url").asString(""))) {
        return one;
      }
    }
    return Json.MAPPER.missingNode();
  }

  @Override
  public Due due(Caller caller, String reference) {
    JsonNode appointment = tree(store.read(caller, TYPE, Paid.id(reference)));
    // Only those of the pool: what a hospital books by itself has no fee that we know.
    var booking = appointments.pool().booking(store, Paid.id(reference));
    JsonNode until = extension(appointment, Appointments.HELD_UNTIL).path("valueInstant");
    long fen =
        extension(appointment, Appointments.FEE)
            .path("valueMoney")
            .path("value")
            .decimalValue(BigDecimal.ZERO)
            .movePointRight(2)
            .longValueExact();
    if (booking == null
        || fen <= 0
        || !until.isString()
        || !appointment.path("status").asString("").equals("pending")) {
      throw Paid.nothingDue();
    }
    String patient = "";
    for (JsonNode participant : appointment.path("participant")) {
      String actor = participant.path("actor").path("reference").asString("");
      if (actor.startsWith("Patient/")) {
        patient = actor.substring("Patient/".length());
      }
    }
    return new Due(patient, booking.institution(), fen, "预约挂号费", Instant.parse(until.asString("")));
  }

  @Override
  public Standing standing(String reference) {
    ResourceVersion version;
    try {
      version = store.read(Paid.PLATFORM, TYPE, Paid.id(reference));
    } catch (Refusal gone) {
      return Paid.deleted(gone);
    }
    JsonNode appointment = tree(version);
    return switch (appointment.path("status").asString("")) {
      case "proposed", "pending", "waitlist" -> new Standing.Waiting();
      case "cancelled", "entered-in-error" -> gone(appointment, version.updated());
      default -> new Standing.Kept();
    };
  }

  private static Standing gone(JsonNode appointment, Instant cancelled) {
    JsonNode reason = appointment.path("cancelationReason");
    String code = reason.path("coding").path(0).path("code").asString("");
    boolean isByResident = code.startsWith("pat");
    Instant start = Instant.parse(appointment.path("start").asString(Instant.MAX.toString()));
    boolean isInTime = !cancelled.plus(IN_TIME).isAfter(start);
    return new Standing.Gone(!isByResident || isInTime ? Paid.ALL : LATE_PERCENT, "cancelled");
  }

  @Override
  public Standing paid(String reference) {
    try {
      var unused =
          appointments.confirm(Paid.PLATFORM, Paid.id(reference), null, Settlement.ONLINE.code());
    } catch (Refusal refused) {
      if (refused.messageKey().equals("appointment.hold-lapsed")) {
        return new Standing.Gone(Paid.ALL, "lapsed");
      }
      if (refused.kind() == Refusal.Kind.TRANSIENT) {
        throw refused;
      }
    }
    Standing standing = standing(reference);
    if (standing instanceof Standing.Kept && !isPaidOnline(reference)) {
      // Booked meanwhile, to be paid at the counter: nobody pays twice.
      return new Standing.Gone(Paid.ALL, "at-counter");
    }
    return standing;
  }

  private boolean isPaidOnline(String reference) {
    return Settlement.ONLINE
        .code()
        .equals(
            extension(tree(store.read(Paid.PLATFORM, TYPE, Paid.id(reference))), Settlement.URL)
                .path("valueCode")
                .asString(""));
  }
}
