package health.helan.foundation.store.objects;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** An incoming stream that is counted, bounded and digested on its way. */
final class Intake {
  private final InputStream bytes;
  private final long maxBytes;
  private final MessageDigest sha256;
  private long size;

  Intake(InputStream bytes, long maxBytes) {
    this.bytes = bytes;
    this.maxBytes = maxBytes;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /**
   * Fills the buffer as far as the stream goes.
   *
   * @return how much; less than the buffer holds at the stream's end alone
   * @throws Refusal TOO_LONG if that is more than may come
   */
  int fill(byte[] buffer) throws IOException {
    int count = bytes.readNBytes(buffer, 0, buffer.length);
    size += count;
    if (size > maxBytes) {
      throw new Refusal(Kind.TOO_LONG, "objects.too-large", maxBytes);
    }
    sha256.update(buffer, 0, count);
    return count;
  }

  /** Once all has come. */
  Stored stored(ObjectKey key) {
    return new Stored(key, size, HexFormat.of().formatHex(sha256.digest()));
  }
}
