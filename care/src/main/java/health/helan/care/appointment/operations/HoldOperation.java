package health.helan.care.appointment.operations;

import health.helan.care.appointment.Appointments;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST Appointment/$hold} (IHE ITI-116): holds places for a {@code patient} until they are
 * confirmed. Which, says {@code appointment-reference} (a proposal of {@code $find}), {@code slot}
 * (repeats: a doctor, a room and a machine at once), or {@code appointment-resource}. Staff takes
 * what is held back with {@code referral}, a ServiceRequest of the patient.
 */
final class HoldOperation implements FhirOperation {
  static final Set<String> KNOWN =
      Set.of(
          "appointment-reference",
          "appointment-resource",
          "slot",
          "patient",
          "patient-reference",
          "referral");

  private final Appointments appointments;

  HoldOperation(Appointments appointments) {
    this.appointments = appointments;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "hold",
        Set.of(Level.TYPE),
        Set.of("Appointment"),
        true,
        "https://helan.health/fhir/OperationDefinition/Appointment-hold");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "book");
    var in = new Given(call);
    in.only(KNOWN);
    return Out.bundle(call.base(), appointments.hold(call.caller(), wanted(call, in)));
  }

  static Appointments.Wanted wanted(Call call, Given in) {
    List<String> slots = new ArrayList<>(in.ids("slot", "Slot"));
    slots.addAll(in.ids("appointment-reference", "Appointment"));
    ObjectNode given = call.resource("appointment-resource");
    if (given != null) {
      for (JsonNode slot : given.path("slot")) {
        String reference = slot.path("reference").asString("");
        if (!reference.matches("Slot/[A-Za-z0-9.-]{1,64}")) {
          throw Given.wrong("appointment-resource");
        }
        slots.add(reference.substring("Slot/".length()));
      }
    }
    if (slots.isEmpty()) {
      throw Given.missing("slot");
    }
    return new Appointments.Wanted(
        patient(in, given), List.copyOf(slots), in.id("referral", "ServiceRequest"));
  }

  private static String patient(Given in, @org.jspecify.annotations.Nullable ObjectNode given) {
    if (given != null) {
      for (JsonNode participant : given.path("participant")) {
        String actor = participant.path("actor").path("reference").asString("");
        if (actor.matches("Patient/[A-Za-z0-9.-]{1,64}")) {
          return actor.substring("Patient/".length());
        }
      }
    }
    return in.patient();
  }
}
