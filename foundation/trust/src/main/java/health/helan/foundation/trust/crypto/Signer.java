package health.helan.foundation.trust.crypto;

import java.security.cert.X509Certificate;

/**
 * A private key that signs, wherever it lies: in a key store or in a hardware module. Thread-safe.
 */
public interface Signer {

  /** How {@link #sign} signs. */
  SignatureAlgorithm algorithm();

  /** Certificate of the key. */
  X509Certificate certificate();

  /**
   * @return the signature; for SM2 and ECDSA the DER sequence of r and s
   */
  byte[] sign(byte[] data);
}
