package health.helan.care.appointment.operations;

import health.helan.care.appointment.AppointmentStep;
import health.helan.care.appointment.Appointments;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST Appointment/[id]/$complete, $leave, $miss, $excuse}: steps that the hospital takes
 * and that change nothing but the state. {@code reason}: told in the Provenance.
 */
final class StepOperation implements FhirOperation {
  /** Which; checking in is the queue's, which gives out a ticket with it. */
  static final Set<AppointmentStep> STEPS =
      Set.of(
          AppointmentStep.COMPLETE,
          AppointmentStep.LEAVE,
          AppointmentStep.MISS,
          AppointmentStep.EXCUSE);

  private final Appointments appointments;
  private final AppointmentStep step;

  StepOperation(Appointments appointments, AppointmentStep step) {
    this.appointments = appointments;
    this.step = step;
  }

  @Override
  public Spec spec() {
    return new Spec(
        step.word(),
        Set.of(Level.INSTANCE),
        Set.of("Appointment"),
        true,
        "https://helan.health/fhir/OperationDefinition/Appointment-" + step.word());
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "appointment-step");
    var in = new Given(call);
    in.only(Set.of("reason"));
    return Out.appointment(
        appointments.step(
            call.caller(),
            step,
            Objects.requireNonNull(call.id()),
            call.ifMatch(),
            in.text("reason")));
  }
}
