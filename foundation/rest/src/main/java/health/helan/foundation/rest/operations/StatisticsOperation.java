package health.helan.foundation.rest.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $statistics}: how many resources of each type there are, as the change log's consumer has
 * counted them so far: Parameters with a {@code resources} each, parts {@code type} (code) and
 * {@code count} (decimal).
 */
public final class StatisticsOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "statistics",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/statistics");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "statistics");
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = Json.MAPPER.createArrayNode();
    for (Map.Entry<String, Long> count : new TreeMap<>(call.store().statistics()).entrySet()) {
      ArrayNode parts = parameters.addObject().put("name", "resources").putArray("part");
      parts.addObject().put("name", "type").put("valueCode", count.getKey());
      parts.addObject().put("name", "count").put("valueDecimal", count.getValue());
    }
    if (!parameters.isEmpty()) {
      answer.set("parameter", parameters);
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
