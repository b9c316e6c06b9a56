package health.helan.app.load;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * What was refused and why, as tab-separated lines: file, number of the resource in the file, HTTP
 * status, FHIR issue code, the platform's own words. Nothing of the resources themselves. Made when
 * the first refusal comes.
 */
final class RefusalReport implements AutoCloseable {
  private final Path file;
  private @Nullable BufferedWriter writer;
  private long lines;

  RefusalReport(Path file) throws IOException {
    this.file = file;
    Files.deleteIfExists(file);
  }

  /**
   * @param entry from 1; 0 for the file as a whole
   */
  synchronized void add(String fileName, int entry, int status, String code, String why) {
    try {
      BufferedWriter out = writer;
      if (out == null) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        out.write("file\tentry\tstatus\tcode\twhy\n");
        writer = out;
      }
      out.write(
          "%s\t%s\t%s\t%s\t%s\n"
              .formatted(
                  flat(fileName),
                  entry == 0 ? "" : Integer.toString(entry),
                  status == 0 ? "" : Integer.toString(status),
                  code,
                  flat(why)));
      out.flush();
      lines++;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String flat(String text) {
    return text.replaceAll("[\\t\\r\\n]+", " ");
  }

  synchronized boolean isEmpty() {
    return lines == 0;
  }

  Path file() {
    return file;
  }

  @Override
  public synchronized void close() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
