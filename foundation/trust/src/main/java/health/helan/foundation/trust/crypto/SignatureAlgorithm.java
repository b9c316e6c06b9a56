package health.helan.foundation.trust.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import org.bouncycastle.jcajce.spec.SM2ParameterSpec;
import org.bouncycastle.jce.interfaces.ECKey;
import org.bouncycastle.jce.spec.ECParameterSpec;
import org.bouncycastle.math.ec.ECCurve;

/**
 * Signature algorithms, by their JCA names. National ones first (GM/T 0003 SM2 with GM/T 0004 SM3),
 * international ones beside them, so that either can be retired without touching what it signed.
 */
public enum SignatureAlgorithm {
  SM2_SM3("SM3withSM2", "EC", new ECGenParameterSpec("sm2p256v1")),
  ECDSA_SHA256("SHA256withECDSA", "EC", new ECGenParameterSpec("secp256r1")),
  RSA_SHA256("SHA256withRSA", "RSA", new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4));

  /**
   * Identity of a signer that is not agreed otherwise, part of what SM2 digests (GM/T 0009; from
   * general knowledge, and the default of OpenSSL's documentation and of sm-crypto alike).
   */
  static final String DEFAULT_ID = "1234567812345678";

  /** Coefficient a of sm2p256v1 sets it apart from other curves of 256 bits. */
  private static final ECCurve SM2_CURVE =
      org.bouncycastle.asn1.gm.GMNamedCurves.getByName("sm2p256v1").getCurve();

  private final String jca;
  private final String keys;
  private final AlgorithmParameterSpec parameters;

  SignatureAlgorithm(String jca, String keys, AlgorithmParameterSpec parameters) {
    this.jca = jca;
    this.keys = keys;
    this.parameters = parameters;
  }

  /** Name for {@link java.security.Signature#getInstance(String)}. */
  public String jca() {
    return jca;
  }

  /** A new key pair: SM2's curve, P-256, or RSA with 3072 bits. */
  public KeyPair newKeyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(keys, BouncyCastle.PROVIDER);
      generator.initialize(parameters);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * How a key signs.
   *
   * @throws IllegalArgumentException if it is of no kind that is known here
   */
  public static SignatureAlgorithm of(java.security.Key key) {
    if (key instanceof java.security.interfaces.RSAKey) {
      return RSA_SHA256;
    }
    if (key instanceof ECKey ec) {
      ECParameterSpec curve = ec.getParameters();
      if (curve != null) {
        return curve.getCurve().equals(SM2_CURVE) ? SM2_SM3 : ECDSA_SHA256;
      }
    }
    throw new IllegalArgumentException("No algorithm for a key of " + key.getAlgorithm());
  }

  /**
   * @throws InvalidKeyException if the key is of another kind
   */
  public byte[] sign(PrivateKey key, byte[] data) throws InvalidKeyException {
    try {
      Signature signature = signature();
      signature.initSign(key);
      signature.update(data);
      return signature.sign();
    } catch (SignatureException e) {
      throw new IllegalStateException(e);
    }
  }

  /** False for a wrong signature, and for one that is none, or a key of another kind. */
  public boolean verifies(PublicKey key, byte[] data, byte[] signature) {
    try {
      Signature verifier = signature();
      verifier.initVerify(key);
      verifier.update(data);
      return verifier.verify(signature);
    } catch (InvalidKeyException | SignatureException | RuntimeException e) {
      return false; // Bytes of others: whatever is wrong with them, they prove nothing.
    }
  }

  private Signature signature() {
    try {
      Signature signature = Signature.getInstance(jca, BouncyCastle.PROVIDER);
      if (this == SM2_SM3) {
        signature.setParameter(
            new SM2ParameterSpec(DEFAULT_ID.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
      }
      return signature;
    } catch (NoSuchAlgorithmException | java.security.InvalidAlgorithmParameterException e) {
      throw new IllegalStateException(e);
    }
  }
}
