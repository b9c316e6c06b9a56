package health.helan.oversight.clearing;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * A file as it came, put down beside the database: whoever sends slowly holds no connection and no
 * lock. It is gone when it is closed. Only the platform's own account may read it.
 */
final class Spool implements AutoCloseable {
  private final Path path;
  private byte[] digest = {};

  private Spool() throws IOException {
    path = Files.createTempFile("helan-statement-", ".part");
  }

  /**
   * Reads a file to its end.
   *
   * @param most bytes
   * @throws Refusal TOO_LONG for more
   */
  static Spool of(InputStream file, long most) throws IOException {
    var spool = new Spool();
    try {
      spool.fill(file, most);
      return spool;
    } catch (IOException | RuntimeException e) {
      spool.close();
      throw e;
    }
  }

  private void fill(InputStream file, long most) throws IOException {
    MessageDigest seen = DigestAlgorithm.SHA_256.newDigest();
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), buffer.length)) {
      for (int read = file.read(buffer); read >= 0; read = file.read(buffer)) {
        bytes += read;
        if (bytes > most) {
          throw new Refusal(Refusal.Kind.TOO_LONG, "clearing.too-large", most >> 20);
        }
        seen.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
    }
    digest = seen.digest();
  }

  /** SHA-256 of the file as it came. */
  byte[] digest() {
    return digest.clone();
  }

  InputStream open() throws IOException {
    return Files.newInputStream(path);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
