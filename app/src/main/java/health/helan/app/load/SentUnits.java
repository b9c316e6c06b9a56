package health.helan.app.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;

/**
 * Remembers which units a platform has acknowledged, so that a load that was cut goes on where it
 * stopped. One file per platform and path; a line per unit. A line lost in a crash costs sending
 * that unit once more, which its key makes harmless.
 */
final class SentUnits implements AutoCloseable {
  private final FileChannel file;
  private final Set<String> keys;

  private SentUnits(FileChannel file, Set<String> keys) {
    this.file = file;
    this.keys = keys;
  }

  /**
   * @param again true to start from nothing
   */
  static SentUnits open(Path file, boolean again) throws IOException {
    Files.createDirectories(
        file.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    if (again) {
      Files.deleteIfExists(file);
    }
    Set<String> keys =
        Files.exists(file) ? new HashSet<>(Files.readAllLines(file)) : new HashSet<>();
    return new SentUnits(
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
        keys);
  }

  synchronized boolean has(String key) {
    return keys.contains(key);
  }

  synchronized void add(String key) throws IOException {
    if (keys.add(key)) {
      file.write(ByteBuffer.wrap((key + "\n").getBytes(StandardCharsets.US_ASCII)));
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
