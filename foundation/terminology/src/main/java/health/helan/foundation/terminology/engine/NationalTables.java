package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tables of code systems that come with the platform as tab-separated files: lines of {@code
 * #name value} (url, version, title, copyright …), then one concept a line: code, Chinese, English
 * and the code above it, the last two may be empty.
 */
final class NationalTables {
  private static final String FOLDER = "national/";

  /**
   * One table.
   *
   * @param digest changes when anything in it does
   */
  record Entry(
      String type,
      String url,
      String version,
      String valueSet,
      long digest,
      Map<String, String> head,
      List<String[]> rows) {
    ObjectNode json() {
      ObjectNode json = Json.MAPPER.createObjectNode();
      json.put("resourceType", type);
      json.put("url", url);
      if (!version.isEmpty()) {
        json.put("version", version);
      }
      put(json, "name", "name");
      put(json, "title", "title");
      json.put("status", "active");
      json.put("experimental", false);
      put(json, "description", "source");
      put(json, "copyright", "copyright");
      json.put("caseSensitive", true);
      if (!valueSet.isEmpty()) {
        json.put("valueSet", valueSet);
      }
      json.put("hierarchyMeaning", "is-a");
      json.put("content", head.getOrDefault("content", "complete"));
      json.put("language", "zh");
      ArrayNode concepts = json.putArray("concept");
      for (String[] row : rows) {
        ObjectNode concept = concepts.addObject();
        concept.put("code", row[0]).put("display", row[1]);
        if (row.length > 2 && !row[2].isEmpty()) {
          concept.putArray("designation").addObject().put("language", "en").put("value", row[2]);
        }
        if (row.length > 3 && !row[3].isEmpty()) {
          concept.putArray("property").addObject().put("code", "parent").put("valueCode", row[3]);
        }
      }
      json.put("count", rows.size());
      return json;
    }

    /** What the file does not say is left out: FHIR knows no empty text. */
    private void put(ObjectNode json, String element, String name) {
      String value = head.getOrDefault(name, "");
      if (!value.isEmpty()) {
        json.put(element, value);
      }
    }
  }

  private static final class Instance {
    static final NationalTables TABLES = new NationalTables();

    private Instance() {}
  }

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  static NationalTables get() {
    return Instance.TABLES;
  }

  private NationalTables() {
    for (String file : lines("index.txt")) {
      if (!file.isBlank()) {
        Entry entry = read(file.strip());
        entries.put(entry.type() + " " + entry.url(), entry);
      }
    }
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  @Nullable Entry find(String type, String url) {
    return entries.get(type + " " + url);
  }

  private static List<String> lines(String file) {
    InputStream in = NationalTables.class.getResourceAsStream(FOLDER + file);
    if (in == null) {
      throw new IllegalStateException("missing: " + FOLDER + file);
    }
    try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Entry read(String file) {
    Map<String, String> head = new LinkedHashMap<>();
    List<String[]> rows = new ArrayList<>();
    var digest = new CRC32();
    for (String line : lines(file)) {
      digest.update(line.getBytes(StandardCharsets.UTF_8));
      if (line.startsWith("#")) {
        int space = line.indexOf(' ');
        head.merge(line.substring(1, space), line.substring(space + 1), (a, b) -> a + " " + b);
      } else if (!line.isBlank()) {
        String[] row = line.split("\t", -1);
        if (row.length < 2) {
          throw new IllegalStateException(file + ": " + line);
        }
        rows.add(row);
      }
    }
    return new Entry(
        "CodeSystem",
        Objects.requireNonNull(head.get("url"), file),
        head.getOrDefault("version", ""),
        head.getOrDefault("valueSet", ""),
        digest.getValue(),
        head,
        rows);
  }
}
