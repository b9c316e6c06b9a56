package health.helan.foundation.rest.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST [type]/$reindex}: indexes all resources of a type anew while the store works, after
 * an upgrade that indexes differently. Custom SearchParameters need no call: they start their own
 * walk. Answers at once with the job's name; {@code $reindex-progress} tells how far it is.
 */
public final class ReindexOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "reindex",
        Set.of(Level.TYPE),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/reindex");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "reindex");
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    answer
        .putArray("parameter")
        .addObject()
        .put("name", "job")
        .put("valueString", call.store().reindex().start(Objects.requireNonNull(call.type())));
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
