package health.helan.foundation.trust.signature;

import health.helan.foundation.store.Refusal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a signature is meant to say: codes of FHIR's {@code valueset-signature-type}, which come
 * from ASTM E1762-95.
 */
final class SignatureTypes {
  static final String SYSTEM = "urn:iso-astm:E1762-95:2013";

  static final String AUTHOR = "1.2.840.10065.1.12.1.1";
  static final String CONSENT = "1.2.840.10065.1.12.1.7";

  private static final Pattern CODE =
      Pattern.compile("1\\.2\\.840\\.10065\\.1\\.12\\.1\\.([1-9]|1[0-8])");

  private SignatureTypes() {}

  /**
   * @param given null for the one that the resource suggests
   * @throws Refusal VALUE
   */
  static String of(@Nullable String given, String resourceType) {
    if (given == null) {
      return resourceType.equals("Consent") || resourceType.equals("Contract") ? CONSENT : AUTHOR;
    }
    if (!CODE.matcher(given).matches()) {
      throw new Refusal(Refusal.Kind.VALUE, "signature.unknown-type");
    }
    return given;
  }
}
