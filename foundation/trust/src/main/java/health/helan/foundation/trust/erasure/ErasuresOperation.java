package health.helan.foundation.trust.erasure;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.Base64;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET [base]/$erasures}: the proofs of all erasures, to be kept outside the backups: {@code
 * $repeat-erasures} takes them after a restore. For the operator only.
 */
public final class ErasuresOperation implements FhirOperation {
  private final Erasures erasures;

  public ErasuresOperation(Erasures erasures) {
    this.erasures = erasures;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "erasures",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/erasures");
  }

  @Override
  public Answer execute(Call call) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    for (Erasure erasure : erasures.list(call.caller())) {
      proof(parameters, erasure);
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  static void proof(ArrayNode parameters, Erasure erasure) {
    ObjectNode parameter = parameters.addObject().put("name", "erasure");
    ArrayNode parts = parameter.putArray("part");
    parts.addObject().put("name", "id").put("valueString", erasure.id());
    parts
        .addObject()
        .put("name", "subject")
        .put("valueString", Long.toHexString(erasure.subject()));
    parts.addObject().put("name", "at").put("valueInstant", erasure.at().toString());
    parts.addObject().put("name", "by").put("valueString", erasure.by());
    parts.addObject().put("name", "ground").put("valueCode", erasure.ground().code());
    parts.addObject().put("name", "document").put("valueString", erasure.document());
    parts.addObject().put("name", "resources").put("valueInteger", erasure.resources());
    parts.addObject().put("name", "versions").put("valueInteger", erasure.versions());
    parts.addObject().put("name", "objects").put("valueInteger", erasure.objects());
    if (erasure.finished() != null) {
      parts.addObject().put("name", "finished").put("valueInstant", erasure.finished().toString());
    }
    if (erasure.signature() != null) {
      parts
          .addObject()
          .put("name", "signature")
          .put("valueBase64Binary", Base64.getEncoder().encodeToString(erasure.signature()));
    }
  }
}
