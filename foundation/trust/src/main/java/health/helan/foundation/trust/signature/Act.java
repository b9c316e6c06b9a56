package health.helan.foundation.trust.signature;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The act of signing as a Provenance. All that it says (of what, by whom, when, why, in which
 * sense) is itself signed: {@link #statement} goes into the signature, and verification compares.
 */
final class Act {
  /**
   * On {@code Provenance.signature}: the sign-in that stands for a certificate of the signer's own.
   */
  static final String SESSION = "https://helan.health/fhir/StructureDefinition/signature-session";

  static final String FORMAT = "application/pkcs7-signature";
  static final String TARGET_FORMAT =
      "application/fhir+json;canonicalization=" + CanonicalForm.NAME;

  private static final String PARTICIPANT =
      "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

  private Act() {}

  /**
   * The Provenance without its signature's value.
   *
   * @param targets versioned references, the document first
   * @param type a code of {@link SignatureTypes}
   * @param reason a CodeableConcept; null for none
   * @param who who signs, a Reference
   * @param onBehalfOf reference; null for none
   * @param session the caller whose sign-in is sealed; null where the signer's own key signs
   */
  static ObjectNode provenance(
      List<String> targets,
      Instant at,
      String type,
      @Nullable JsonNode reason,
      ObjectNode who,
      @Nullable String onBehalfOf,
      @Nullable Caller session) {
    ObjectNode provenance = Json.MAPPER.createObjectNode();
    provenance.put("resourceType", "Provenance");
    var target = provenance.putArray("target");
    targets.forEach(one -> target.addObject().put("reference", one));
    provenance.put("recorded", at.toString());
    if (reason != null) {
      provenance.putArray("reason").add(reason);
    }
    ObjectNode agent = provenance.putArray("agent").addObject();
    agent
        .putObject("type")
        .putArray("coding")
        .addObject()
        .put("system", PARTICIPANT)
        .put("code", type.equals(SignatureTypes.AUTHOR) ? "author" : "attester");
    agent.set("who", who);
    if (onBehalfOf != null) {
      agent.putObject("onBehalfOf").put("reference", onBehalfOf);
    }
    ObjectNode signature = provenance.putArray("signature").addObject();
    if (session != null) {
      ObjectNode extension = signature.putArray("extension").addObject().put("url", SESSION);
      var parts = extension.putArray("extension");
      parts.addObject().put("url", "account").put("valueString", session.subject());
      parts.addObject().put("url", "request").put("valueString", session.request());
    }
    signature.putArray("type").addObject().put("system", SignatureTypes.SYSTEM).put("code", type);
    signature.put("when", at.toString());
    signature.set("who", who.deepCopy());
    if (onBehalfOf != null) {
      signature.putObject("onBehalfOf").put("reference", onBehalfOf);
    }
    signature.put("targetFormat", TARGET_FORMAT);
    signature.put("sigFormat", FORMAT);
    return provenance;
  }

  /**
   * What a signature says of itself: the Provenance in canonical form, without what the store adds
   * and without the signature's value.
   */
  static String statement(ObjectNode provenance) {
    ObjectNode bare = provenance.deepCopy();
    bare.remove("id");
    for (JsonNode signature : bare.path("signature")) {
      if (signature instanceof ObjectNode object) {
        object.remove("data");
      }
    }
    return new String(CanonicalForm.of(bare), StandardCharsets.UTF_8);
  }

  /** Whether a session stands for the signer's certificate. */
  static boolean isSession(JsonNode signature) {
    for (JsonNode extension : signature.path("extension")) {
      if (SESSION.equals(extension.path("url").asString(""))) {
        return true;
      }
    }
    return false;
  }
}
