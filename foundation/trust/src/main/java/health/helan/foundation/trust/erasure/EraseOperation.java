package health.helan.foundation.trust.erasure;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST [base]/Patient/[id]/$erase}: erases a resident's record. Parameters: {@code ground}
 * ({@code request} or {@code law}) and {@code document}, the order or request it rests on. Answers
 * with the proof. For the operator only.
 */
public final class EraseOperation implements FhirOperation {
  private final Erasures erasures;

  public EraseOperation(Erasures erasures) {
    this.erasures = erasures;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "erase",
        Set.of(Level.INSTANCE),
        Set.of("Patient"),
        true,
        "https://helan.health/fhir/OperationDefinition/erase");
  }

  @Override
  public Answer execute(Call call) {
    Erasure erasure =
        erasures.erase(
            call.caller(),
            Objects.requireNonNull(call.id()),
            Ground.of(call.text("ground")),
            call.text("document"));
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ErasuresOperation.proof(answer.putArray("parameter"), erasure);
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
