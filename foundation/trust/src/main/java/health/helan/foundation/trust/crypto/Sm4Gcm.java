package health.helan.foundation.trust.crypto;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jspecify.annotations.Nullable;

/** SM4-GCM. Ciphers are kept with the key in them: its schedule and tables cost more than a row. */
final class Sm4Gcm implements Aead {
  private final KeyParameter key;
  private final Queue<GCMModeCipher> ready = new ConcurrentLinkedQueue<>();

  Sm4Gcm(byte[] key) {
    this.key = new KeyParameter(key);
  }

  private GCMModeCipher cipher(boolean seals, byte[] nonce, byte[] bound) {
    GCMModeCipher cipher = ready.poll();
    KeyParameter given = null; // As it was given when the cipher was made.
    if (cipher == null) {
      cipher = GCMBlockCipher.newInstance(new SM4Engine());
      given = key;
    }
    cipher.init(seals, parameters(given, nonce, bound));
    return cipher;
  }

  /** BouncyCastle takes no key for "as before", which its annotations cannot say. */
  private static AEADParameters parameters(@Nullable KeyParameter key, byte[] nonce, byte[] bound) {
    return new AEADParameters(key, AeadAlgorithm.TAG * 8, nonce, bound);
  }

  @Override
  public void seal(
      byte[] nonce, byte[] bound, byte[] data, int from, int length, byte[] out, int at) {
    GCMModeCipher cipher = cipher(true, nonce, bound);
    try {
      int written = cipher.processBytes(data, from, length, out, at);
      cipher.doFinal(out, at + written);
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException(e);
    }
    ready.add(cipher);
  }

  @Override
  public byte[] open(byte[] nonce, byte[] bound, byte[] sealed, int from, int length) {
    if (length < AeadAlgorithm.TAG) {
      throw new Broken();
    }
    GCMModeCipher cipher = cipher(false, nonce, bound);
    byte[] out = new byte[length - AeadAlgorithm.TAG];
    try {
      int written = cipher.processBytes(sealed, from, length, out, 0);
      cipher.doFinal(out, written);
    } catch (InvalidCipherTextException e) {
      ready.add(cipher);
      throw new Broken();
    }
    ready.add(cipher);
    return out;
  }
}
