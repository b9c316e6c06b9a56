package health.helan.foundation.trust.crypto;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.time.Clock;
import java.util.Base64;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST [base]/$trust-authority}: takes in what is given of {@code pem} (certificates of an
 * authority), {@code revocation-list} (DER in Base64) and {@code remove} (fingerprint of one that
 * is trusted no more). Answers, like a {@code GET}, with the authorities that are trusted now. For
 * the operator only.
 */
public final class TrustAuthorityOperation implements FhirOperation {
  private final TrustedAuthorities trusted;
  private final Clock clock;

  public TrustAuthorityOperation(TrustedAuthorities trusted, Clock clock) {
    this.trusted = trusted;
    this.clock = clock;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "trust-authority",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/trust-authority");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    String pem = call.text("pem");
    if (pem != null) {
      trusted.add(CertificateFiles.pem(pem), clock.instant(), call.caller().subject());
    }
    String list = call.text("revocation-list");
    if (list != null) {
      trusted.addRevocations(CertificateFiles.revocationList(bytes(list)));
    }
    String remove = call.text("remove");
    if (remove != null) {
      trusted.remove(remove);
    }
    return answer(trusted);
  }

  private static byte[] bytes(String base64) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new CertificateRefused(CertificateRefused.Reason.UNREADABLE);
    }
  }

  static Answer answer(TrustedAuthorities trusted) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    for (TrustedAuthorities.Authority authority : trusted.list()) {
      ObjectNode parameter = parameters.addObject().put("name", "authority");
      ArrayNode parts = parameter.putArray("part");
      parts.addObject().put("name", "fingerprint").put("valueString", authority.fingerprint());
      parts.addObject().put("name", "subject").put("valueString", authority.subject());
      parts
          .addObject()
          .put("name", "notAfter")
          .put("valueInstant", authority.notAfter().toString());
      parts.addObject().put("name", "addedBy").put("valueString", authority.addedBy());
    }
    if (parameters.isEmpty()) {
      answer.remove("parameter"); // FHIR has no empty arrays.
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
