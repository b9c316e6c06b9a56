package health.helan.foundation.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Categories of health data that need a grant of their own. Recognised by codes (the table {@code
 * sensitive-codes.csv}, from general knowledge) and by security labels.
 */
public enum Sensitivity {
  /** 艾滋病. Label HIV. */
  HIV("HIV"),
  /** 精神卫生. Labels PSY, MH. */
  MENTAL_HEALTH("PSY", "MH"),
  /** 遗传. Label GDIS. */
  GENETICS("GDIS"),
  /** 生殖健康. Labels SEX, STD. */
  REPRODUCTIVE("SEX", "STD");

  /** All categories. */
  public static final int ALL = (1 << values().length) - 1;

  private static final String TABLE = "sensitive-codes.csv";

  private final List<String> labels;

  Sensitivity(String... labels) {
    this.labels = List.of(labels);
  }

  /** Its bit in a set of categories. */
  public int bit() {
    return 1 << ordinal();
  }

  /** The security label ({@code v3-ActCode}) that names it first. */
  public String label() {
    return labels.getFirst();
  }

  /** The category of a security label's code; null for a label that names none. */
  public static @Nullable Sensitivity ofLabel(String code) {
    for (Sensitivity one : values()) {
      if (one.labels.contains(code)) {
        return one;
      }
    }
    return null;
  }

  private record Range(String from, String to, int bit) {}

  /** By kind of code system. */
  private static final Map<String, List<Range>> CODES = read();

  private static Map<String, List<Range>> read() {
    var codes = new HashMap<String, List<Range>>();
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(Sensitivity.class.getResourceAsStream(TABLE)),
                StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] cells = line.split(",", -1);
          codes
              .computeIfAbsent(cells[1], _ -> new ArrayList<>())
              .add(new Range(cells[2], cells[3], valueOf(cells[0]).bit()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return codes;
  }

  /** The labels of the categories that a resource's codes, or its own labels, speak of. */
  public static List<String> labelsOf(JsonNode resource) {
    int bits = of(resource);
    var labels = new ArrayList<String>();
    for (Sensitivity each : values()) {
      if ((bits & each.bit()) != 0) {
        labels.add(each.label());
      }
    }
    return labels;
  }

  /** Bits of the categories that the codes of a resource, or its labels, speak of. */
  static int of(JsonNode resource) {
    return labels(resource) | inCodes(resource);
  }

  private static int labels(JsonNode resource) {
    int bits = 0;
    for (JsonNode label : resource.path("meta").path("security")) {
      Sensitivity category = ofLabel(label.path("code").asString(""));
      bits |= category == null ? 0 : category.bit();
    }
    return bits;
  }

  private static int inCodes(JsonNode node) {
    int bits = 0;
    if (node.isObject()) {
      JsonNode code = node.get("code");
      if (code != null && code.isString() && node.get("system") != null) {
        bits = ofCode(node.path("system").asString(""), code.stringValue());
      }
      for (var property : node.properties()) {
        if (property.getValue().isContainer() && !property.getKey().equals("meta")) {
          bits |= inCodes(property.getValue());
        }
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        if (node.get(i).isContainer()) {
          bits |= inCodes(node.get(i));
        }
      }
    }
    return bits;
  }

  private static int ofCode(String system, String code) {
    List<Range> ranges = CODES.get(kind(system));
    if (ranges == null) {
      return 0;
    }
    int bits = 0;
    String plain = code.toUpperCase(Locale.ROOT);
    for (Range range : ranges) {
      // A range's end takes in all that is finer: B24 takes in B24.x01.
      if (plain.compareTo(range.from) >= 0
          && (plain.compareTo(range.to) <= 0 || plain.startsWith(range.to))) {
        bits |= range.bit;
      }
    }
    return bits;
  }

  /** ICD-10 has many addresses: WHO's, its national editions', the national code tables'. */
  private static String kind(String system) {
    if (system.equals("http://loinc.org")) {
      return "LOINC";
    }
    String lower = system.toLowerCase(Locale.ROOT);
    return lower.contains("icd-10")
            || lower.contains("icd10")
            || lower.contains("14396")
            || lower.endsWith("2.16.156.10011.2.3.3.11")
        ? "ICD-10"
        : "";
  }
}
