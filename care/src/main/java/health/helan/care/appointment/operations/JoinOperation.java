package health.helan.care.appointment.operations;

import health.helan.care.appointment.WaitingList;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Set;

/**
 * {@code POST Appointment/$join}: joins the waiting list (候补) of a {@code schedule} on a {@code
 * day} that is full, for a {@code patient}. Answers with the Appointment, status {@code waitlist}.
 */
final class JoinOperation implements FhirOperation {
  private final WaitingList waiting;

  JoinOperation(WaitingList waiting) {
    this.waiting = waiting;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "join",
        Set.of(Level.TYPE),
        Set.of("Appointment"),
        true,
        "https://helan.health/fhir/OperationDefinition/Appointment-join");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "book");
    var in = new Given(call);
    in.only(Set.of("schedule", "day", "patient", "patient-reference"));
    String schedule = in.id("schedule", "Schedule");
    String day = in.text("day");
    if (schedule == null || day == null) {
      throw Given.missing(schedule == null ? "schedule" : "day");
    }
    try {
      return Out.appointment(
          waiting.join(call.caller(), in.patient(), schedule, LocalDate.parse(day)));
    } catch (DateTimeException e) {
      throw Given.wrong("day");
    }
  }
}
