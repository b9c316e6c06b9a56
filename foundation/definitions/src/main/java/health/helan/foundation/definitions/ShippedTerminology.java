package health.helan.foundation.definitions;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The code systems and value sets that R4 (4.0.1) ships, as resources: with displays, definitions
 * and compositions, which {@link ShippedCodes} leaves out. Read from the jar one at a time; nothing
 * but the list of them stays in memory.
 */
public final class ShippedTerminology {
  static final String RESOURCE = "r4-terminology.bin";

  /**
   * One of them.
   *
   * @param type {@code CodeSystem} or {@code ValueSet}
   * @param version business version; empty for none
   */
  public record Entry(String type, String url, String version, long offset, int length) {}

  private static final class Instance {
    static final ShippedTerminology SHIPPED = new ShippedTerminology();

    private Instance() {}
  }

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Where the first resource begins in the file. */
  private final long start;

  /** The one instance; reads the list on first use. */
  public static ShippedTerminology get() {
    return Instance.SHIPPED;
  }

  private ShippedTerminology() {
    try (var in = open()) {
      byte[] head = new byte[in.readInt()];
      in.readFully(head);
      start = 4L + head.length;
      var list = new DataInputStream(new ByteArrayInputStream(head));
      long offset = 0;
      for (int i = list.readInt(); i > 0; i--) {
        var entry =
            new Entry(list.readUTF(), list.readUTF(), list.readUTF(), offset, list.readInt());
        offset += entry.length();
        entries.put(entry.type() + " " + entry.url(), entry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The shipped terminology cannot be read", e);
    }
  }

  private static DataInputStream open() {
    var in = ShippedTerminology.class.getResourceAsStream(RESOURCE);
    if (in == null) {
      throw new IllegalStateException(
          "The shipped terminology is missing: build helan-definitions with Maven, which runs the"
              + " compiler after javac.");
    }
    return new DataInputStream(new BufferedInputStream(in));
  }

  /** All of them, by {@code type url}. */
  public Map<String, Entry> entries() {
    return java.util.Collections.unmodifiableMap(entries);
  }

  /** Null when R4 does not ship it. */
  public @Nullable Entry find(String type, String url) {
    return entries.get(type + " " + url);
  }

  /** The resource as JSON: what terminology is made of, without narrative and contacts. */
  public byte[] json(Entry entry) {
    try (var in = open()) {
      in.skipNBytes(start + entry.offset());
      byte[] packed = new byte[entry.length()];
      in.readFully(packed);
      return new InflaterInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("The shipped terminology cannot be read", e);
    }
  }
}
