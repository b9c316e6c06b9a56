package health.helan.foundation.trust.signature;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET} or {@code POST [base]/Provenance/[id]/$verify-signature}: one signature; {@code
 * [base]/[type]/[id]/$verify-signature}, with {@code version} for another than the current one: all
 * signatures over that version. Answers with Parameters: {@code valid} (all of them, and at least
 * one), {@code version}, {@code currentVersion}, {@code signaturesOnOtherVersions}, and a {@code
 * signature} for each, with the parts {@code verdict} ({@link Verdict}), {@code provenance}, {@code
 * signer}, {@code when} and what the certificate says.
 */
public final class VerifySignatureOperation implements FhirOperation {
  private final Signatures signatures;

  public VerifySignatureOperation(Signatures signatures) {
    this.signatures = signatures;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "verify-signature",
        Set.of(Level.INSTANCE),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/verify-signature");
  }

  @Override
  public Answer execute(Call call) {
    String type = Objects.requireNonNull(call.type());
    String id = Objects.requireNonNull(call.id());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    List<Verification> found;
    if (type.equals("Provenance")) {
      found = List.of(signatures.verify(call.store(), call.caller(), id));
    } else {
      Signatures.OfVersion all =
          signatures.verify(call.store(), call.caller(), type, id, Given.version(call, "version"));
      found = all.found();
      parameters.addObject().put("name", "version").put("valueInteger", all.version());
      parameters.addObject().put("name", "currentVersion").put("valueInteger", all.current());
      parameters
          .addObject()
          .put("name", "signaturesOnOtherVersions")
          .put("valueInteger", all.others());
    }
    parameters.insert(
        0,
        Json.MAPPER
            .createObjectNode()
            .put("name", "valid")
            .put(
                "valueBoolean",
                !found.isEmpty() && found.stream().allMatch(Verification::isValid)));
    for (Verification one : found) {
      part(parameters.addObject().put("name", "signature").putArray("part"), one);
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private static void part(ArrayNode parts, Verification one) {
    code(parts, "verdict", one.verdict().code());
    code(parts, "detail", one.detail());
    text(parts, "provenance", "Provenance/" + one.provenance().path("id").asString(""));
    one.targets().forEach(target -> text(parts, "target", target));
    JsonNode signature = one.provenance().path("signature").path(0);
    if (signature.path("who") instanceof ObjectNode who) {
      parts.addObject().put("name", "signer").set("valueReference", who);
    }
    if (signature.path("onBehalfOf") instanceof ObjectNode other) {
      parts.addObject().put("name", "onBehalfOf").set("valueReference", other);
    }
    if (signature.path("type").path(0) instanceof ObjectNode type) {
      parts.addObject().put("name", "type").set("valueCoding", type);
    }
    if (one.provenance().path("reason").path(0) instanceof ObjectNode reason) {
      parts.addObject().put("name", "reason").set("valueCodeableConcept", reason);
    }
    if (one.when() != null) {
      parts.addObject().put("name", "when").put("valueInstant", one.when());
    }
    code(parts, "heldBy", one.session() ? "platform-session" : "certificate");
    if (one.at() != null) {
      parts.addObject().put("name", "checkedAt").put("valueInstant", one.at().toString());
    }
    code(parts, "timeFrom", one.stamped() ? "time-stamp" : "none");
    code(parts, "algorithm", one.algorithm());
    X509Certificate certificate = one.certificate();
    if (certificate != null) {
      text(parts, "certificateSubject", certificate.getSubjectX500Principal().getName());
      text(parts, "certificateIssuer", certificate.getIssuerX500Principal().getName());
      text(parts, "certificateSerial", certificate.getSerialNumber().toString(16));
      ObjectNode period = Json.MAPPER.createObjectNode();
      period.put("start", certificate.getNotBefore().toInstant().toString());
      period.put("end", certificate.getNotAfter().toInstant().toString());
      parts.addObject().put("name", "certificatePeriod").set("valuePeriod", period);
      parts.addObject().put("name", "revocationKnown").put("valueBoolean", one.revocationKnown());
    }
    code(parts, "certificateNow", one.later());
  }

  private static void code(ArrayNode parts, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      parts.addObject().put("name", name).put("valueCode", value);
    }
  }

  private static void text(ArrayNode parts, String name, String value) {
    if (!value.isEmpty()) {
      parts.addObject().put("name", name).put("valueString", value);
    }
  }
}
