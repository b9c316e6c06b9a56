package health.helan.foundation.trust.crypto;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST [base]/$certificate}: takes a certificate of the platform's own authority a step on.
 * Parameter {@code step}: {@code request} (with {@code kind} institution or practitioner, {@code
 * holder}, {@code name}, and {@code request}, PKCS#10 in PEM), {@code issue}, {@code renew}, {@code
 * revoke} (with {@code reason}), each with {@code id}. Answers with the certificate and its state.
 * For the operator only.
 */
public final class CertificateOperation implements FhirOperation {
  private static final int LONGEST = 120;

  private final CertificateAuthority authority;

  public CertificateOperation(CertificateAuthority authority) {
    this.authority = authority;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "certificate",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/certificate");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    String step = call.text("step");
    return answer(
        switch (step == null ? "" : step) {
          case "request" ->
              authority.request(
                  kind(call.text("kind")),
                  text(call, "holder"),
                  text(call, "name"),
                  required(call, "request"));
          case "issue" -> authority.issue(text(call, "id"));
          case "renew" -> authority.renew(text(call, "id"));
          case "revoke" -> {
            authority.revoke(text(call, "id"), reason(call.text("reason")));
            yield authority.find(text(call, "id"));
          }
          default -> throw missing("step");
        });
  }

  private static Refusal missing(String name) {
    return new Refusal(Refusal.Kind.INVALID, "crypto.parameter-missing", name);
  }

  private static String required(Call call, String name) {
    String text = call.text(name);
    if (text == null || text.isBlank()) {
      throw missing(name);
    }
    return text;
  }

  private static String text(Call call, String name) {
    String text = required(call, name).strip();
    if (text.length() > LONGEST) {
      throw missing(name);
    }
    return text;
  }

  /** The platform's own keys come about by themselves. */
  private static CertificateAuthority.Kind kind(@Nullable String code) {
    return switch (code == null ? "" : code) {
      case "institution" -> CertificateAuthority.Kind.INSTITUTION;
      case "practitioner" -> CertificateAuthority.Kind.PRACTITIONER;
      default -> throw missing("kind");
    };
  }

  private static CertificateAuthority.Reason reason(@Nullable String code) {
    if (code != null) {
      for (CertificateAuthority.Reason reason : CertificateAuthority.Reason.values()) {
        if (reason.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(code)) {
          return reason;
        }
      }
    }
    throw missing("reason");
  }

  private static Answer answer(CertificateAuthority.Entry entry) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    parameters.addObject().put("name", "id").put("valueString", entry.id());
    parameters.addObject().put("name", "state").put("valueCode", entry.state().code());
    parameters.addObject().put("name", "holder").put("valueString", entry.holder());
    X509Certificate certificate = entry.certificate();
    if (certificate != null) {
      parameters
          .addObject()
          .put("name", "certificate")
          .put("valueString", CertificateFiles.pem(List.of(certificate)));
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
