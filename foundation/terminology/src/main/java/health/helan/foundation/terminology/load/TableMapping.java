package health.helan.foundation.terminology.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which column of a table is what: a properties file with {@code url, id, name, title, copyright}
 * of the code system; {@code code, zh, en, parent, status} with the names that a column may have,
 * parted by {@code |}; {@code inactive}, values of the status that mean so; {@code property.NAME}
 * columns kept as properties; {@code parent=prefix} where codes say themselves what they lie below,
 * down to {@code shortest} characters, with the chapters of the shipped table {@code under} above.
 */
public final class TableMapping {
  /** Mappings that come along. */
  public static final Set<String> KNOWN = Set.of("icd10-cn", "icd9cm3-cn", "loinc", "generic");

  private final Properties said;

  private TableMapping(Properties said) {
    this.said = said;
  }

  /**
   * @param name one of {@link #KNOWN}
   */
  public static TableMapping named(String name) {
    try (InputStream in = TableMapping.class.getResourceAsStream(name + ".properties")) {
      if (in == null) {
        throw new IllegalArgumentException(name);
      }
      return of(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static TableMapping of(Reader reader) throws IOException {
    var said = new Properties();
    said.load(reader);
    return new TableMapping(said);
  }

  /** The same with what a file says otherwise. */
  public TableMapping with(Path file) throws IOException {
    var all = new Properties();
    all.putAll(said);
    all.load(new StringReader(Files.readString(file)));
    return new TableMapping(all);
  }

  /** The same with one entry set. */
  public TableMapping with(String name, String value) {
    var all = new Properties();
    all.putAll(said);
    all.setProperty(name, value);
    return new TableMapping(all);
  }

  /** Entry of that name; empty for none. */
  public String get(String name) {
    return said.getProperty(name, "").strip();
  }

  private List<String> names(String column) {
    return java.util.Arrays.stream(get(column).split("\\|"))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  String codeNames() {
    return String.join(" / ", names("code"));
  }

  boolean isByPrefix() {
    return get("parent").equals("prefix");
  }

  int shortest() {
    return get("shortest").isEmpty() ? 1 : Integer.parseInt(get("shortest"));
  }

  String under() {
    return get("under");
  }

  Set<String> inactive() {
    return Set.copyOf(new java.util.TreeSet<>(names("inactive")));
  }

  /** Places of the columns; -1 for none. */
  record Columns(
      int code, int zh, int en, int parent, int status, Map<String, Integer> properties) {
    String cell(List<String> cells, int column) {
      return column < 0 || column >= cells.size() ? "" : cells.get(column);
    }
  }

  /** Null when this line is not the header. */
  @Nullable Columns columns(List<String> cells) {
    Map<String, Integer> places = new TreeMap<>();
    for (int i = 0; i < cells.size(); i++) {
      places.putIfAbsent(folded(cells.get(i)), i);
    }
    int code = place(places, names("code"));
    int zh = place(places, names("zh"));
    int en = place(places, names("en"));
    if (code < 0 || zh < 0 && en < 0) {
      return null;
    }
    Map<String, Integer> properties = new LinkedHashMap<>();
    for (String name : new java.util.TreeSet<>(said.stringPropertyNames())) {
      if (name.startsWith("property.")) {
        int place = place(places, names(name));
        if (place >= 0) {
          properties.put(name.substring("property.".length()), place);
        }
      }
    }
    return new Columns(
        code,
        zh,
        en,
        isByPrefix() ? -1 : place(places, names("parent")),
        place(places, names("status")),
        properties);
  }

  private static int place(Map<String, Integer> places, List<String> names) {
    for (String name : names) {
      Integer place = places.get(folded(name));
      if (place != null) {
        return place;
      }
    }
    return -1;
  }

  private static String folded(String name) {
    return name.replace("\uFEFF", "").replaceAll("\\s", "").toLowerCase(Locale.ROOT);
  }
}
