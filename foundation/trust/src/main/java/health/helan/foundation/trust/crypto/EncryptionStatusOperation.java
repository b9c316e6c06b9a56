package health.helan.foundation.trust.crypto;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET [base]/$encryption-status}: the keys of contents at rest with their states, and how
 * far each table has come with being rewritten under the newest, and how many large contents are
 * plain still. For the operator only.
 */
public final class EncryptionStatusOperation implements FhirOperation {
  private final DataKeys keys;
  private final Recoding recoding;

  public EncryptionStatusOperation(DataKeys keys, Recoding recoding) {
    this.keys = keys;
    this.recoding = recoding;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "encryption-status",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/encryption-status");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    parameters.addObject().put("name", "encrypts").put("valueBoolean", keys.isOn());
    for (DataKeys.Shown key : keys.list()) {
      ArrayNode parts = part(parameters, "key");
      parts.addObject().put("name", "id").put("valueInteger", key.id());
      parts.addObject().put("name", "algorithm").put("valueCode", key.algorithm());
      parts.addObject().put("name", "state").put("valueCode", key.state());
      parts.addObject().put("name", "made").put("valueInstant", key.made().toString());
      if (key.retired() != null) {
        parts.addObject().put("name", "retired").put("valueInstant", key.retired().toString());
      }
    }
    for (Recoding.Progress table : recoding.progress()) {
      ArrayNode parts = part(parameters, "table");
      parts.addObject().put("name", "name").put("valueString", table.table());
      parts.addObject().put("name", "key").put("valueInteger", table.keyId());
      parts.addObject().put("name", "checked").put("valueDecimal", table.checked());
      parts.addObject().put("name", "changed").put("valueDecimal", table.changed());
      if (table.finished() != null) {
        parts.addObject().put("name", "finished").put("valueInstant", table.finished().toString());
      }
    }
    ObjectRecoding.Progress large = ObjectRecoding.progress(keys.database());
    if (large != null) {
      ArrayNode parts = part(parameters, "large-contents");
      parts.addObject().put("name", "checked").put("valueDecimal", large.checked());
      parts.addObject().put("name", "changed").put("valueDecimal", large.changed());
      Long left = large.left();
      if (left != null) {
        parts.addObject().put("name", "plain").put("valueDecimal", left);
      }
      if (large.finished() != null) {
        parts.addObject().put("name", "finished").put("valueInstant", large.finished().toString());
      }
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private static ArrayNode part(ArrayNode parameters, String name) {
    ObjectNode parameter = parameters.addObject().put("name", name);
    return parameter.putArray("part");
  }
}
