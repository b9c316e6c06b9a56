package health.helan.foundation.trust.signature;

import java.util.Locale;

/** What verification finds of a signature; the first that applies, in this order. */
public enum Verdict {
  /** No signature that can be read, or one that its own certificate's key did not make. */
  MALFORMED,
  /** The version that was signed is not there any more. */
  MISSING,
  /** The content, or what the Provenance says of the signature, is not what was signed. */
  ALTERED,
  /**
   * The time stamp or the certificate comes from nobody whom the platform trusts, or is another's.
   */
  UNTRUSTED,
  /** The certificate was not valid yet when it signed. */
  NOT_YET_VALID,
  /** The certificate had expired when it signed. */
  EXPIRED,
  /** The certificate had been revoked when it signed. */
  REVOKED,
  VALID;

  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
