package health.helan.foundation.trust.erasure;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST [base]/Patient/[id]/$hold}: forbids to erase a resident's record (legal hold) until
 * {@code lift=true} is sent. Parameter {@code document}: the order it rests on. For the operator
 * only.
 */
public final class HoldOperation implements FhirOperation {
  private final Erasures erasures;

  public HoldOperation(Erasures erasures) {
    this.erasures = erasures;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "hold",
        Set.of(Level.INSTANCE),
        Set.of("Patient"),
        true,
        "https://helan.health/fhir/OperationDefinition/hold");
  }

  @Override
  public Answer execute(Call call) {
    String id = Objects.requireNonNull(call.id());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ObjectNode parameter = answer.putArray("parameter").addObject();
    if ("true".equals(call.text("lift"))) {
      parameter.put("name", "lifted").put("valueInteger", erasures.lift(call.caller(), id));
    } else {
      parameter
          .put("name", "hold")
          .put("valueString", erasures.hold(call.caller(), id, call.text("document")));
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
