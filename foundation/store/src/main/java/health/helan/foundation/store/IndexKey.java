package health.helan.foundation.store;

import health.helan.foundation.store.index.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret behind all digests of this store: tokens, claims, directory and homes. It never
 * changes in the life of a store; without it nothing can be found, so it belongs into the backup of
 * keys. Thread-safe.
 */
public final class IndexKey {
  /** Length in bytes. */
  public static final int LENGTH = 32;

  /** Number of this key in the rows. */
  static final short ID = 1;

  private final SecretKeySpec key;
  private final Digests digests;
  private final ThreadLocal<Mac> macs = ThreadLocal.withInitial(this::newMac);

  public IndexKey(byte[] key) {
    if (key.length != LENGTH) {
      throw new IllegalArgumentException("an index key has " + LENGTH + " bytes");
    }
    this.key = new SecretKeySpec(key, "HmacSHA256");
    this.digests = new Digests(Arrays.copyOf(mac("tokens"), 16));
  }

  private Mac newMac() {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** HMAC-SHA-256 of the text, 32 bytes. */
  byte[] mac(String text) {
    return macs.get().doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Key and proof of a lookup row. */
  Lookup lookup(String text) {
    byte[] mac = mac(text);
    return new Lookup(ByteBuffer.wrap(mac).getLong(), Arrays.copyOf(mac, 16));
  }

  /** Bucket of a resident's key. */
  int home(String residentKey) {
    return (int) (digests.of("home:" + residentKey) & (Ids.HOMES - 1));
  }

  public Digests digests() {
    return digests;
  }

  /** Tells a wrong key from the right one without giving the key away. */
  String checkValue() {
    return HexFormat.of().formatHex(mac("check"), 0, 8);
  }

  /** First 64 and first 128 bits of an HMAC. */
  record Lookup(long key, byte[] mac) {}
}
