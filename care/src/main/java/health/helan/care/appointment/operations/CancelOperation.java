package health.helan.care.appointment.operations;

import health.helan.care.appointment.Appointments;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST Appointment/[id]/$cancel}: gives the places back. {@code reason}: a code of FHIR
 * {@code appointment-cancellation-reason}.
 */
final class CancelOperation implements FhirOperation {
  private final Appointments appointments;

  CancelOperation(Appointments appointments) {
    this.appointments = appointments;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "cancel",
        Set.of(Level.INSTANCE),
        Set.of("Appointment"),
        true,
        "https://helan.health/fhir/OperationDefinition/Appointment-cancel");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "book");
    var in = new Given(call);
    in.only(Set.of("reason"));
    return Out.appointment(
        appointments.cancel(
            call.caller(), Objects.requireNonNull(call.id()), call.ifMatch(), in.text("reason")));
  }
}
