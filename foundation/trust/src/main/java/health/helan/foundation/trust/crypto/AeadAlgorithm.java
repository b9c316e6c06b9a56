package health.helan.foundation.trust.crypto;

import java.security.SecureRandom;
import javax.crypto.spec.SecretKeySpec;

/**
 * Authenticated encryption: SM4 (GM/T 0002) in Galois/Counter Mode as in RFC 8998, AES-256 in the
 * same mode (NIST SP 800-38D) beside it. Nonces of 96 bits, tags of 128.
 */
public enum AeadAlgorithm {
  SM4_GCM("SM4-GCM", 16),
  AES_256_GCM("AES-256-GCM", 32);

  /** Bytes of a nonce. */
  public static final int NONCE = 12;

  /** Bytes by which the sealed text is longer than the plain one. */
  public static final int TAG = 16;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final String code;
  private final int keyBytes;

  AeadAlgorithm(String code, int keyBytes) {
    this.code = code;
    this.keyBytes = keyBytes;
  }

  /** Name as it is stored. */
  public String code() {
    return code;
  }

  /** The algorithm of a stored name. */
  public static AeadAlgorithm of(String code) {
    for (AeadAlgorithm algorithm : values()) {
      if (algorithm.code.equals(code)) {
        return algorithm;
      }
    }
    throw new IllegalArgumentException("no encryption is called " + code);
  }

  /** A new random key. */
  public byte[] newKey() {
    byte[] key = new byte[keyBytes];
    RANDOM.nextBytes(key);
    return key;
  }

  /** The algorithm with a key; the array is not kept. */
  public Aead with(byte[] key) {
    if (key.length != keyBytes) {
      throw new IllegalArgumentException(code + " takes keys of " + keyBytes + " bytes");
    }
    return switch (this) {
      case SM4_GCM -> new Sm4Gcm(key);
      case AES_256_GCM -> new AesGcm(new SecretKeySpec(key, "AES"));
    };
  }
}
