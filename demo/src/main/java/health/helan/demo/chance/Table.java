package health.helan.demo.chance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A small text table shipped with the generator: a record per line, {@code #} begins a comment. */
public final class Table {
  private Table() {}

  /**
   * The lines of a table.
   *
   * @param name of the file beside {@code health.helan.demo}
   * @throws IllegalStateException if the file is not part of the build
   */
  public static List<String> lines(String name) {
    InputStream stream = Table.class.getResourceAsStream("/health/helan/demo/" + name);
    if (stream == null) {
      throw new IllegalStateException("The table " + name + " is missing from the build.");
    }
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
