package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.store.IndexKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Ids of the projection: keyed digests (HMAC-SHA-256) of type and id in the records. The same each
 * time, so that references meet; and nobody without the key, which stands in the vault, can tell
 * one from the other, though ids can be guessed. Thread-safe.
 */
final class Pseudonyms {
  /** Length of the secret in bytes. */
  static final int LENGTH = 32;

  private static final char[] BASE32 = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();

  /** Three hex digits of the home, then this many of base 32: 90 bits. */
  private static final int DIGITS = 18;

  private final SecretKeySpec ids;
  private final byte[] indexKey;
  private final ThreadLocal<Mac> macs = ThreadLocal.withInitial(this::newMac);

  Pseudonyms(byte[] secret) {
    if (secret.length != LENGTH) {
      throw new IllegalArgumentException("a secret of pseudonyms has " + LENGTH + " bytes");
    }
    var root = new SecretKeySpec(secret, "HmacSHA256");
    ids = new SecretKeySpec(mac(root, "ids"), "HmacSHA256");
    indexKey = Arrays.copyOf(mac(root, "index"), IndexKey.LENGTH);
  }

  private static byte[] mac(SecretKeySpec key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Mac newMac() {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(ids);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key of the projection's own search values: its digests are not those of the records. */
  byte[] indexKey() {
    return indexKey.clone();
  }

  /**
   * Of the form that the server assigns ({@link health.helan.foundation.store.Ids}), so that the
   * store reads the home from it and needs no lookup.
   */
  String of(String type, String id) {
    byte[] mac = macs.get().doFinal((type + "/" + id).getBytes(StandardCharsets.UTF_8));
    var text = new StringBuilder(3 + DIGITS);
    text.append(Character.forDigit(mac[0] & 15, 16));
    text.append(Character.forDigit(mac[1] >> 4 & 15, 16));
    text.append(Character.forDigit(mac[1] & 15, 16));
    for (int i = 0; i < DIGITS; i++) {
      text.append(BASE32[mac[2 + i] & 31]);
    }
    return text.toString();
  }
}
