package health.helan.app.backup;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A checksum of a table's rows that does not depend on their order: number of rows, and the sum of
 * their digests. Guards against what was lost or changed by mistake; against malice the file's
 * authentication does.
 */
final class RowSum {
  private final MessageDigest digest;
  private long rows;
  private long high;
  private long low;

  RowSum() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  void add(byte[] row) {
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(row));
    rows++;
    high += hash.getLong();
    low += hash.getLong();
  }

  long rows() {
    return rows;
  }

  /** Rows and sum, as they are compared. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return rows + ":" + hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
