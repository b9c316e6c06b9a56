package health.helan.app.backup;

import health.helan.app.start.StartRefused;
import health.helan.foundation.store.Json;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What stands in clear at the head of a backup file; its digest is authenticated with every frame.
 *
 * @param format of the file; a program reads none that is newer than its own
 * @param id of this backup, random
 * @param chain id of the full backup that this one builds on, its own for a full one
 * @param number 0 for a full backup, then 1, 2, …
 * @param parent id of the one before; null for a full backup
 * @param created ISO 8601, UTC
 * @param program version of the platform
 * @param migrations versions of the database's tables, with their checksums
 */
record Head(
    int format,
    String id,
    String chain,
    int number,
    @Nullable String parent,
    String created,
    String program,
    Map<String, String> migrations,
    String cipher,
    List<BackupKeys.Lock> locks) {
  static final int FORMAT = 1;

  private static final byte[] MAGIC = "HELANBAK".getBytes(StandardCharsets.US_ASCII);
  private static final int MOST_BYTES = 1 << 20;

  /** A head as it stands in the file, and what is authenticated of it. */
  record Written(byte[] bytes, byte[] digest) {}

  boolean isFull() {
    return number == 0;
  }

  Written write() {
    byte[] json = Json.MAPPER.writeValueAsBytes(this);
    byte[] bytes =
        ByteBuffer.allocate(MAGIC.length + Integer.BYTES + json.length)
            .put(MAGIC)
            .putInt(json.length)
            .put(json)
            .array();
    return new Written(bytes, digest(bytes));
  }

  /** A head that was read, and what its frames authenticate. */
  record Read(Head head, byte[] digest) {}

  /**
   * @throws Damaged if this is no backup
   * @throws StartRefused if a newer program wrote it
   */
  static Read read(InputStream in, Path file) throws IOException {
    DataInputStream data = new DataInputStream(in);
    try {
      byte[] magic = new byte[MAGIC.length];
      data.readFully(magic);
      if (!Arrays.equals(magic, MAGIC)) {
        throw new Damaged(file, "it is no backup of this platform");
      }
      int length = data.readInt();
      if (length < 2 || length > MOST_BYTES) {
        throw new Damaged(file, "its head has no sensible length");
      }
      byte[] json = new byte[length];
      data.readFully(json);
      int format = Json.MAPPER.readTree(json).path("format").asInt(0);
      if (format > FORMAT) {
        throw newer(file);
      }
      Head head = Json.MAPPER.readValue(json, Head.class);
      return new Read(
          head,
          digest(
              ByteBuffer.allocate(MAGIC.length + Integer.BYTES + length)
                  .put(MAGIC)
                  .putInt(length)
                  .put(json)
                  .array()));
    } catch (EOFException cut) {
      throw new Damaged(file, "it ends within its head", cut);
    } catch (JacksonException unreadable) {
      throw new Damaged(file, "its head cannot be read", unreadable);
    }
  }

  static StartRefused newer(Path file) {
    return new StartRefused(
        "备份 " + file + " 由更新的版本制作，请用该版本或更新的版本恢复。",
        "The backup "
            + file
            + " was made by a newer version of the platform: restore it with that version or a later one.");
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
