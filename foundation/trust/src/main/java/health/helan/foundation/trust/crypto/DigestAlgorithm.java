package health.helan.foundation.trust.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Digests of 256 bits: the national one (GM/T 0004 SM3), and SHA-256 (FIPS 180-4) beside it. */
public enum DigestAlgorithm {
  SM3("SM3"),
  SHA_256("SHA-256");

  private final String jca;

  DigestAlgorithm(String jca) {
    this.jca = jca;
  }

  /** A digest that has seen nothing yet; for one thread at a time. */
  public MessageDigest newDigest() {
    try {
      return this == SHA_256
          ? MessageDigest.getInstance(jca)
          : MessageDigest.getInstance(jca, BouncyCastle.PROVIDER);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Digest of the parts, one after the other; 32 bytes. */
  public byte[] digest(byte[]... parts) {
    MessageDigest digest = newDigest();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }
}
