package health.helan.care.appointment.operations;

import health.helan.care.appointment.Appointments;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST Appointment/[id]/$reschedule}: moves a booking to other places, {@code slot} or
 * {@code appointment-reference} as in {@link HoldOperation}, of the same institution.
 */
final class RescheduleOperation implements FhirOperation {
  private final Appointments appointments;

  RescheduleOperation(Appointments appointments) {
    this.appointments = appointments;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "reschedule",
        Set.of(Level.INSTANCE),
        Set.of("Appointment"),
        true,
        "https://helan.health/fhir/OperationDefinition/Appointment-reschedule");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "book");
    var in = new Given(call);
    in.only(Set.of("slot", "appointment-reference"));
    List<String> slots = new ArrayList<>(in.ids("slot", "Slot"));
    slots.addAll(in.ids("appointment-reference", "Appointment"));
    return Out.appointment(
        appointments.reschedule(
            call.caller(), Objects.requireNonNull(call.id()), call.ifMatch(), slots));
  }
}
