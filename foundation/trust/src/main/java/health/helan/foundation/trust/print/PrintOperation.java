package health.helan.foundation.trust.print;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET [base]/[type]/[id]/$print}: the document as PDF, A4, sealed by the institution's or
 * the platform's key. Parameters: {@code version} (the current one unless said), {@code algorithm}
 * of the seal ({@code sm2}; {@code rsa} for readers that know no SM2). Answers with the PDF itself,
 * or with a Binary where FHIR is asked for.
 */
public final class PrintOperation implements FhirOperation {
  private final Printing printing;

  public PrintOperation(Printing printing) {
    this.printing = printing;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "print",
        Set.of(Level.INSTANCE),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/print");
  }

  @Override
  public Answer execute(Call call) {
    String version = call.text("version");
    if (version != null && !version.matches("[1-9][0-9]{0,8}")) {
      throw missing("version");
    }
    byte[] pdf =
        printing.print(
            call,
            version == null ? null : Integer.valueOf(version),
            algorithm(call.text("algorithm")));
    return Answer.file(pdf, "application/pdf", call.type() + "-" + call.id() + ".pdf");
  }

  private static @Nullable SignatureAlgorithm algorithm(@Nullable String text) {
    return text == null
        ? null
        : switch (text.toLowerCase(Locale.ROOT)) {
          case "sm2" -> SignatureAlgorithm.SM2_SM3;
          case "rsa" -> SignatureAlgorithm.RSA_SHA256;
          default -> throw missing("algorithm");
        };
  }

  private static Refusal missing(String name) {
    return new Refusal(Refusal.Kind.INVALID, "signature.parameter-missing", name);
  }
}
