package health.helan.foundation.trust.signature;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.crypto.CertificateFiles;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET} or {@code POST [base]/[type]/[id]/$signature-input}: what a client signs with a key
 * of its own, for {@code $sign}. Parameters as there, and {@code certificate} (PEM) unless exactly
 * one is registered as the caller's. Answers with {@code target}, {@code content} (canonical form),
 * {@code signedAttributes} (the bytes to sign: the algorithm takes their digest itself), {@code
 * algorithm}, {@code certificate}.
 */
public final class SignatureInputOperation implements FhirOperation {
  private final Signatures signatures;

  public SignatureInputOperation(Signatures signatures) {
    this.signatures = signatures;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "signature-input",
        Set.of(Level.INSTANCE),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/signature-input");
  }

  @Override
  public Answer execute(Call call) {
    String certificate = call.text("certificate");
    Signatures.Input input =
        signatures.input(
            call.store(),
            call.caller(),
            Given.wish(call),
            certificate == null ? null : CertificateFiles.pem(certificate).getFirst());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    parameters.addObject().put("name", "target").put("valueUri", input.document());
    parameters
        .addObject()
        .put("name", "content")
        .put("valueBase64Binary", Base64.getEncoder().encodeToString(input.content()));
    parameters
        .addObject()
        .put("name", "signedAttributes")
        .put("valueBase64Binary", Base64.getEncoder().encodeToString(input.attributes()));
    parameters.addObject().put("name", "algorithm").put("valueCode", input.algorithm().jca());
    parameters
        .addObject()
        .put("name", "certificate")
        .put("valueString", CertificateFiles.pem(List.of(input.certificate())));
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
