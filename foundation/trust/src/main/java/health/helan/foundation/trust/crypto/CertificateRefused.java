package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.Refusal;

/**
 * A certificate, or what was to be one, that the platform does not accept; one sentence says why.
 */
public final class CertificateRefused extends Refusal {
  private static final long serialVersionUID = 1L;

  /** Why, and the sentence. */
  public enum Reason {
    /** Argument: the last day it was valid. */
    EXPIRED("crypto.certificate-expired"),
    /** Argument: the first day it will be valid. */
    NOT_YET_VALID("crypto.certificate-not-yet-valid"),
    UNKNOWN_AUTHORITY("crypto.certificate-unknown-authority"),
    /** Argument: the day it was revoked. */
    REVOKED("crypto.certificate-revoked"),
    /** Its chain breaks the rules of RFC 5280: a signature, a usage, a path too long. */
    BROKEN_CHAIN("crypto.certificate-broken-chain"),
    /** It was to be an authority's and is none. */
    NO_AUTHORITY("crypto.certificate-no-authority"),
    UNREADABLE("crypto.certificate-unreadable"),
    WRONG_PASSPHRASE("crypto.certificate-wrong-passphrase");

    private final String messageKey;

    Reason(String messageKey) {
      this.messageKey = messageKey;
    }
  }

  private final Reason reason;

  CertificateRefused(Reason reason, Object... arguments) {
    super(Kind.UNPROCESSABLE, reason.messageKey, arguments);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
