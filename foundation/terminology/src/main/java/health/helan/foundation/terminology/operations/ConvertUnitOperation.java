package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.terminology.engine.Ucum;
import java.math.BigDecimal;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code CodeSystem/$convert-unit?value=…&from=…&to=…}: a value in another unit of UCUM. Answers
 * with the parameter {@code return}, a Quantity.
 */
final class ConvertUnitOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "convert-unit",
        Set.of(Level.TYPE),
        Set.of("CodeSystem"),
        false,
        "https://helan.health/fhir/OperationDefinition/CodeSystem-convert-unit");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayRead(call.caller(), "CodeSystem");
    In in = new In(call);
    String text = in.need("value");
    if (!text.matches("[+-]?\\d{1,30}(\\.\\d{1,30})?")) {
      throw In.wrong("value");
    }
    String to = in.need("to");
    BigDecimal value = Ucum.convert(new BigDecimal(text), in.need("from"), to);
    ObjectNode answer = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    answer
        .putArray("parameter")
        .addObject()
        .put("name", "return")
        .putObject("valueQuantity")
        .put("value", value)
        .put("unit", to)
        .put("system", Ucum.SYSTEM)
        .put("code", to);
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
