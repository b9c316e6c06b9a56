package health.helan.foundation.trust.crypto;

/**
 * Signature algorithms, by their JCA names. National ones first (GM/T 0003 SM2 with GM/T 0004 SM3),
 * international ones beside them, so that either can be retired without touching what it signed.
 */
public enum SignatureAlgorithm {
  SM2_SM3("SM3withSM2"),
  ECDSA_SHA256("SHA256withECDSA"),
  RSA_SHA256("SHA256withRSA");

  private final String jca;

  SignatureAlgorithm(String jca) {
    this.jca = jca;
  }

  /** Name for {@link java.security.Signature#getInstance(String)}. */
  public String jca() {
    return jca;
  }
}
