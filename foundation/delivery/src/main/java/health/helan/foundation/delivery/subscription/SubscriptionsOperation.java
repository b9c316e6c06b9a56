package health.helan.foundation.delivery.subscription;

import health.helan.foundation.delivery.subscription.SubscriptionTable.Backlog;
import health.helan.foundation.delivery.subscription.SubscriptionTable.Row;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $subscriptions}: how each fares, for operators. No criteria are in it: they may name
 * residents.
 */
final class SubscriptionsOperation implements FhirOperation {
  private final SubscriptionTable table;

  SubscriptionsOperation(SubscriptionTable table) {
    this.table = table;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "subscriptions",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/subscriptions");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "subscriptions");
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    List<Row> rows = table.all("", 1000);
    if (!rows.isEmpty()) {
      ArrayNode parameters = answer.putArray("parameter");
      for (Row row : rows) {
        ArrayNode parts = parameters.addObject().put("name", "subscription").putArray("part");
        parts.addObject().put("name", "id").put("valueId", row.id());
        if (!row.owner().isEmpty()) {
          parts.addObject().put("name", "institution").put("valueString", row.owner());
        }
        parts.addObject().put("name", "status").put("valueCode", row.state());
        parts
            .addObject()
            .put("name", "host")
            .put(
                "valueString",
                row.criteria().socket()
                    ? "websocket"
                    : java.net.URI.create(row.criteria().endpoint()).getHost());
        parts.addObject().put("name", "failures").put("valueInteger", row.failures());
        if (!row.fault().isEmpty()) {
          parts.addObject().put("name", "fault").put("valueString", row.fault());
        }
        parts.addObject().put("name", "next").put("valueInstant", row.due().toString());
        Backlog backlog = table.backlog(row.id());
        parts.addObject().put("name", "pending").put("valueDecimal", backlog.pending());
        if (backlog.oldest() != null) {
          parts.addObject().put("name", "oldest").put("valueInstant", backlog.oldest().toString());
        }
      }
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
