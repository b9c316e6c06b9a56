package health.helan.foundation.trust.crypto;

import java.security.GeneralSecurityException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** AES-GCM by the JDK, whose own is compiled to the processor's AES instructions. */
final class AesGcm implements Aead {
  private final SecretKey key;
  private final Queue<Cipher> ready = new ConcurrentLinkedQueue<>();

  AesGcm(SecretKey key) {
    this.key = key;
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] bound) throws GeneralSecurityException {
    Cipher cipher = ready.poll();
    if (cipher == null) {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    }
    cipher.init(mode, key, new GCMParameterSpec(AeadAlgorithm.TAG * 8, nonce));
    cipher.updateAAD(bound);
    return cipher;
  }

  @Override
  public void seal(
      byte[] nonce, byte[] bound, byte[] data, int from, int length, byte[] out, int at) {
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, bound);
      cipher.doFinal(data, from, length, out, at);
      ready.add(cipher);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public byte[] open(byte[] nonce, byte[] bound, byte[] sealed, int from, int length) {
    if (length < AeadAlgorithm.TAG) {
      throw new Broken();
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, nonce, bound);
      byte[] out = cipher.doFinal(sealed, from, length);
      ready.add(cipher);
      return out;
    } catch (AEADBadTagException e) {
      throw new Broken();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
