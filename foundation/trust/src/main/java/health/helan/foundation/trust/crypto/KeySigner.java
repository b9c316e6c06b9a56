package health.helan.foundation.trust.crypto;

import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** Signs with a key that is in memory. */
record KeySigner(SignatureAlgorithm algorithm, PrivateKey key, @Nullable X509Certificate own)
    implements Signer {
  @Override
  public X509Certificate certificate() {
    if (own == null) {
      throw new IllegalStateException("a key without a certificate yet");
    }
    return own;
  }

  @Override
  public byte[] sign(byte[] data) {
    try {
      return algorithm.sign(key, data);
    } catch (InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "KeySigner[" + algorithm + "]";
  }
}
