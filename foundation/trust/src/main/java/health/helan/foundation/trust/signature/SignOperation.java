package health.helan.foundation.trust.signature;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.trust.crypto.CertificateFiles;
import java.util.Set;

/**
 * {@code POST [base]/[type]/[id]/$sign}: signs the current version. Parameters, all optional:
 * {@code type} (Coding of FHIR's signature types, or its code), {@code reason} (CodeableConcept,
 * Coding or text), {@code ifVersion}, {@code algorithm} ({@code sm2, ecdsa, rsa}, of the key in the
 * vault). A client that signs with a key of its own sends {@code signature} and {@code
 * signedAttributes}, both Base64, and {@code certificate} in PEM; see {@code $signature-input}.
 * Answers 201 with the Provenance.
 */
public final class SignOperation implements FhirOperation {
  private final Signatures signatures;

  public SignOperation(Signatures signatures) {
    this.signatures = signatures;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "sign",
        Set.of(Level.INSTANCE),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/sign");
  }

  @Override
  public Answer execute(Call call) {
    Signatures.Wish wish = Given.wish(call);
    Outcome outcome;
    if (call.text("signature") == null) {
      outcome = signatures.sign(call.store(), call.caller(), wish);
    } else {
      String certificate = call.text("certificate");
      outcome =
          signatures.accept(
              call.store(),
              call.caller(),
              wish,
              certificate == null ? null : CertificateFiles.pem(certificate).getFirst(),
              Given.base64(call, "signedAttributes"),
              Given.base64(call, "signature"));
    }
    return new Answer(
        201,
        outcome.content(),
        "Provenance/" + outcome.id() + "/_history/" + outcome.version(),
        outcome.version(),
        outcome.updated());
  }
}
