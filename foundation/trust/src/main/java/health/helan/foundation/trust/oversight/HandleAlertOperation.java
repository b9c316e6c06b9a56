package health.helan.foundation.trust.oversight;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST AuditEvent/$handle-alert}: takes an alert a step on; {@code id}, {@code step}
 * (triage, contain, close) and {@code note}, which says what was found or done. For regulators and
 * operators.
 */
public final class HandleAlertOperation implements FhirOperation {
  private final Alerts alerts;

  public HandleAlertOperation(Alerts alerts) {
    this.alerts = alerts;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "handle-alert",
        Set.of(Level.TYPE),
        Set.of("AuditEvent"),
        true,
        "https://helan.health/fhir/OperationDefinition/AuditEvent-handle-alert");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    String note = Note.of(call.text("note"), "note");
    String id = call.text("id");
    String step = call.text("step");
    alerts.step(id == null ? "" : id, step == null ? "" : step, note, call.caller().subject());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
