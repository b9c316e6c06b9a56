package health.helan.care.appointment.operations;

import health.helan.care.appointment.WaitingList;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET Appointment/[id]/$line}: how many stand {@code before} one that waits. */
final class LineOperation implements FhirOperation {
  private final WaitingList waiting;

  LineOperation(WaitingList waiting) {
    this.waiting = waiting;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "line",
        Set.of(Level.INSTANCE),
        Set.of("Appointment"),
        false,
        "https://helan.health/fhir/OperationDefinition/Appointment-line");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "find-places");
    new Given(call).only(Set.of());
    Integer before = waiting.before(call.caller(), Objects.requireNonNull(call.id()));
    if (before == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.not-waiting");
    }
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    parameters.putArray("parameter").addObject().put("name", "before").put("valueInteger", before);
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }
}
