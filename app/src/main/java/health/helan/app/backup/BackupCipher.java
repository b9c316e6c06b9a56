package health.helan.app.backup;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/** What a backup is encrypted with: an authenticated cipher in GCM, 96-bit nonces, 128-bit tags. */
enum BackupCipher {
  /** The default: processors have it built in. */
  AES_256_GCM("AES-256-GCM", "AES", 32),
  /** GB/T 32907 in GCM, for where national commercial cryptography is asked for; slower. */
  SM4_GCM("SM4-GCM", "SM4", 16);

  static final int NONCE_BYTES = 12;
  static final int TAG_BYTES = 16;
  private static final int TAG_BITS = 8 * TAG_BYTES;

  final String label;
  final int keyBytes;
  private final String algorithm;

  BackupCipher(String label, String algorithm, int keyBytes) {
    this.label = label;
    this.algorithm = algorithm;
    this.keyBytes = keyBytes;
  }

  /** By its label, in whatever case; null for one that this program does not know. */
  static @Nullable BackupCipher named(String label) {
    for (BackupCipher cipher : values()) {
      if (cipher.label.equals(label.strip().toUpperCase(Locale.ROOT))) {
        return cipher;
      }
    }
    return null;
  }

  /**
   * @param mode {@link Cipher#ENCRYPT_MODE} or {@link Cipher#DECRYPT_MODE}
   * @param nonce never used twice with one key
   */
  Cipher start(int mode, byte[] key, byte[] nonce, byte[] alsoAuthenticated) {
    try {
      Cipher cipher = instance();
      start(cipher, mode, key, nonce, alsoAuthenticated);
      return cipher;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A cipher for many messages. */
  Cipher instance() throws GeneralSecurityException {
    String transformation = algorithm + "/GCM/NoPadding";
    return this == SM4_GCM
        ? Cipher.getInstance(transformation, National.PROVIDER)
        : Cipher.getInstance(transformation);
  }

  void start(Cipher cipher, int mode, byte[] key, byte[] nonce, byte[] alsoAuthenticated)
      throws GeneralSecurityException {
    cipher.init(mode, new SecretKeySpec(key, algorithm), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(alsoAuthenticated);
  }

  /** Loaded only where it is used. */
  private static final class National {
    static final Provider PROVIDER = new BouncyCastleProvider();
  }
}
