package health.helan.foundation.trust.erasure;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST [base]/$repeat-erasures}: erases again what a restored backup brought back. The body
 * is an answer of {@code $erasures}. For the operator only.
 */
public final class RepeatErasuresOperation implements FhirOperation {
  private final Erasures erasures;

  public RepeatErasuresOperation(Erasures erasures) {
    this.erasures = erasures;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "repeat-erasures",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/repeat-erasures");
  }

  @Override
  public Answer execute(Call call) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    answer
        .putArray("parameter")
        .addObject()
        .put("name", "again")
        .put("valueInteger", erasures.repeat(call.caller(), proofs(call)));
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private static List<Erasure> proofs(Call call) {
    var proofs = new ArrayList<Erasure>();
    ObjectNode body = call.body();
    if (body != null) {
      for (JsonNode parameter : body.path("parameter")) {
        if (parameter.path("name").asString("").equals("erasure")) {
          proofs.add(proof(parameter));
        }
      }
    }
    if (proofs.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "erasure.proofs-missing");
    }
    return proofs;
  }

  private static Erasure proof(JsonNode parameter) {
    Map<String, String> parts = new HashMap<>();
    for (JsonNode part : parameter.path("part")) {
      for (var property : part.properties()) {
        if (property.getKey().startsWith("value")) {
          parts.put(part.path("name").asString(""), property.getValue().asString(""));
        }
      }
    }
    Ground ground = Ground.of(parts.get("ground"));
    String subject = parts.getOrDefault("subject", "");
    if (ground == null || !subject.matches("[0-9a-f]{1,16}")) {
      throw new Refusal(Refusal.Kind.INVALID, "erasure.proofs-missing");
    }
    return new Erasure(
        parts.getOrDefault("id", ""),
        Long.parseUnsignedLong(subject, 16),
        Instant.EPOCH,
        "",
        ground,
        parts.getOrDefault("document", ""),
        0,
        0,
        0,
        null,
        null);
  }
}
