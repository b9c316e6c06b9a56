package health.helan.foundation.trust.print;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.print.Printing.Format;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET [base]/[type]/[id]/$print}: the document as PDF or OFD, A4, sealed by the
 * institution's or the platform's key. Parameters: {@code version} (the current one unless said),
 * {@code format} ({@code pdf}, {@code ofd}; else what {@code Accept} prefers, else PDF), {@code
 * algorithm} of the seal ({@code sm2}; {@code rsa} for readers of PDF that know no SM2). Answers
 * with the file itself, or with a Binary where FHIR is asked for.
 */
public final class PrintOperation implements FhirOperation {
  private static final String PDF = "application/pdf";

  /** From general knowledge; not registered with IANA as far as we know. */
  private static final String OFD = "application/ofd";

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
    Format format = format(call);
    SignatureAlgorithm algorithm = algorithm(call.text("algorithm"));
    if (format == Format.OFD && algorithm == SignatureAlgorithm.RSA_SHA256) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "print.ofd-rsa");
    }
    byte[] file =
        printing.print(call, version == null ? null : Integer.valueOf(version), format, algorithm);
    String name = call.type() + "-" + call.id();
    return switch (format) {
      case PDF -> Answer.file(file, PDF, name + ".pdf");
      case OFD -> Answer.file(file, OFD, name + ".ofd");
    };
  }

  private static Format format(Call call) {
    String text = call.text("format");
    if (text == null) {
      return call.prefers(OFD, PDF) ? Format.OFD : Format.PDF;
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "pdf" -> Format.PDF;
      case "ofd" -> Format.OFD;
      default -> throw missing("format");
    };
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
