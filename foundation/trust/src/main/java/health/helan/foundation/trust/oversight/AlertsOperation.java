package health.helan.foundation.trust.oversight;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET AuditEvent/$alerts}: unusual accesses, the newest first: Parameters with an {@code
 * alert} each. Parameters {@code state} (detected, triaged, contained, closed), {@code kind},
 * {@code _count} (100, at most 1,000). For regulators and operators.
 */
public final class AlertsOperation implements FhirOperation {
  private static final int DEFAULT_COUNT = 100;

  private final Alerts alerts;

  public AlertsOperation(Alerts alerts) {
    this.alerts = alerts;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "alerts",
        Set.of(Level.TYPE),
        Set.of("AuditEvent"),
        false,
        "https://helan.health/fhir/OperationDefinition/AuditEvent-alerts");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    String state = call.text("state");
    if (state != null && !state.matches("detected|triaged|contained|closed")) {
      throw new Refusal(Refusal.Kind.VALUE, "audit.value-broken", "state");
    }
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    for (Alerts.Alert alert : alerts.list(state, call.text("kind"), count(call.text("_count")))) {
      ArrayNode parts = parameters.addObject().put("name", "alert").putArray("part");
      text(parts, "id", "valueId", alert.id());
      text(parts, "kind", "valueCode", alert.kind());
      text(parts, "state", "valueCode", alert.state());
      text(parts, "caller", "valueString", alert.caller());
      text(parts, "role", "valueCode", alert.role());
      if (!alert.institution().isEmpty()) {
        parts
            .addObject()
            .put("name", "institution")
            .putObject("valueReference")
            .put("reference", "Organization/" + alert.institution());
      }
      text(parts, "hour", "valueInstant", alert.hour().toString());
      parts.addObject().put("name", "count").put("valueDecimal", alert.count());
      parts.addObject().put("name", "usual").put("valueDecimal", alert.usual());
      text(parts, "detected", "valueInstant", alert.made().toString());
      text(parts, "note", "valueString", alert.note());
      text(parts, "by", "valueString", alert.by());
    }
    if (parameters.isEmpty()) {
      answer.remove("parameter");
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private static int count(@Nullable String text) {
    if (text == null) {
      return DEFAULT_COUNT;
    }
    if (!text.matches("[1-9]\\d{0,2}|1000")) {
      throw new Refusal(Refusal.Kind.VALUE, "audit.value-broken", "_count");
    }
    return Integer.parseInt(text);
  }

  private static void text(ArrayNode parts, String name, String type, String value) {
    if (!value.isEmpty()) {
      parts.addObject().put("name", name).put(type, value);
    }
  }
}
