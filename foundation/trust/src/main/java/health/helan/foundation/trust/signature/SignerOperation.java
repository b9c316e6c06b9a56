package health.helan.foundation.trust.signature;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.crypto.CertificateFiles;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST [base]/$signer}: who signs with which certificate. Parameter {@code holder}
 * (Practitioner/… or Organization/…) and {@code step}: {@code enrol} (a key in the vault, certified
 * by the platform's own authority; {@code name}, {@code algorithm}), {@code import} ({@code file}
 * PKCS#12 in Base64, {@code passphrase}: a key that another authority certified), {@code register}
 * ({@code certificate} in PEM, its own first: the holder keeps the key), {@code list}. For the
 * operator only.
 */
public final class SignerOperation implements FhirOperation {
  private static final Pattern HOLDER =
      Pattern.compile("(Practitioner|Organization)/[A-Za-z0-9\\-.]{1,64}");
  private static final int LONGEST_NAME = 60;

  private final Signers signers;

  public SignerOperation(Signers signers) {
    this.signers = signers;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "signer",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/signer");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    call.store().checkMayOperate(caller, "signer");
    String holder = Given.required(call, "holder");
    if (!HOLDER.matcher(holder).matches()) {
      throw Given.missing("holder");
    }
    String by = caller.subject();
    return answer(
        switch (Given.required(call, "step")) {
          case "enrol" -> {
            exists(call, holder);
            String name = Given.required(call, "name");
            if (name.length() > LONGEST_NAME) {
              throw Given.missing("name");
            }
            SignatureAlgorithm algorithm = Given.algorithm(call);
            yield List.of(
                signers.enroll(
                    holder, name, algorithm == null ? SignatureAlgorithm.SM2_SM3 : algorithm, by));
          }
          case "import" -> {
            exists(call, holder);
            yield List.of(
                signers.take(
                    holder,
                    CertificateFiles.pkcs12(
                        Given.base64(call, "file"),
                        Given.required(call, "passphrase").toCharArray()),
                    by));
          }
          case "register" -> {
            exists(call, holder);
            yield List.of(
                signers.register(
                    holder, CertificateFiles.pem(Given.required(call, "certificate")), by));
          }
          case "list" -> signers.of(holder);
          default -> throw Given.missing("step");
        });
  }

  /** Nobody signs who is not in the registry. */
  private static void exists(Call call, String holder) {
    int slash = holder.indexOf('/');
    call.store().read(call.caller(), holder.substring(0, slash), holder.substring(slash + 1));
  }

  private static Answer answer(List<Signers.Registered> all) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    for (Signers.Registered one : all) {
      X509Certificate certificate = one.chain().getFirst();
      ArrayNode parts = parameters.addObject().put("name", "signer").putArray("part");
      parts.addObject().put("name", "holder").put("valueString", one.holder());
      parts
          .addObject()
          .put("name", "key")
          .put("valueCode", one.keyName().isEmpty() ? "holder" : "vault");
      parts
          .addObject()
          .put("name", "subject")
          .put("valueString", certificate.getSubjectX500Principal().getName());
      parts
          .addObject()
          .put("name", "serial")
          .put("valueString", certificate.getSerialNumber().toString(16));
      parts
          .addObject()
          .put("name", "notAfter")
          .put("valueInstant", certificate.getNotAfter().toInstant().toString());
      parts
          .addObject()
          .put("name", "certificate")
          .put("valueString", CertificateFiles.pem(List.of(certificate)));
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
