package health.helan.app.backup;

import com.github.luben.zstd.ZstdOutputStream;
import health.helan.foundation.store.Json;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The inside of a backup: entries one after the other, each a head in JSON, any number of pieces,
 * and an end with their number and checksum; then a manifest. Compressed as a whole.
 */
final class ArchiveWriter implements Closeable {
  static final int HEAD = 'E';
  static final int PIECE = 'D';
  static final int END = 'X';
  static final int MANIFEST = 'M';

  private static final int LEVEL = 3;
  private static final int FILE_PIECE = 128 * 1024;

  private final DataOutputStream out;
  private long bytes;

  ArchiveWriter(OutputStream sealed) throws IOException {
    out =
        new DataOutputStream(
            new BufferedOutputStream(new ZstdOutputStream(sealed, LEVEL), 128 * 1024));
  }

  /** Bytes of the pieces so far, before compression. */
  long bytes() {
    return bytes;
  }

  void begin(Entry entry) throws IOException {
    out.write(HEAD);
    json(entry);
  }

  void piece(byte[] piece, int from, int length) throws IOException {
    out.write(PIECE);
    out.writeInt(length);
    out.write(piece, from, length);
    bytes += length;
  }

  void end(long pieces, String sum) throws IOException {
    out.write(END);
    json(new Entry.End(pieces, sum));
  }

  /** A whole entry from a stream; its checksum is the SHA-256 of the bytes. */
  Entry.End file(Entry entry, InputStream in) throws IOException {
    begin(entry);
    MessageDigest digest = sha256();
    byte[] buffer = new byte[FILE_PIECE];
    long length = 0;
    for (int n = in.readNBytes(buffer, 0, FILE_PIECE);
        n > 0;
        n = in.readNBytes(buffer, 0, FILE_PIECE)) {
      digest.update(buffer, 0, n);
      piece(buffer, 0, n);
      length += n;
    }
    Entry.End end = new Entry.End(length, HexFormat.of().formatHex(digest.digest()));
    out.write(END);
    json(end);
    return end;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  void manifest(Manifest manifest) throws IOException {
    out.write(MANIFEST);
    json(manifest);
  }

  private void json(Object value) throws IOException {
    byte[] json = Json.MAPPER.writeValueAsBytes(value);
    out.writeInt(json.length);
    out.write(json);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
