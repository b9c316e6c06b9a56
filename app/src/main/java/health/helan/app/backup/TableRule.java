package health.helan.app.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * How the rows of a table are kept in increments. Full backups hold every table as a whole, but for
 * {@link Kind#NONE}.
 *
 * @param words what follows the kind
 */
record TableRule(Kind kind, List<String> words) {
  /** Where each module says how its tables are kept: {@code table=kind words}. */
  static final String RESOURCE = "db/backup-rules.properties";

  private static final String MARK = "mark.";

  static final TableRule WHOLE = new TableRule(Kind.WHOLE, List.of());

  enum Kind {
    /** The table as a whole, each time: what is small, or changes in place. Needs no words. */
    WHOLE,
    /** Not at all; the words are the reason. */
    NONE,
    /** The change log itself. Old rows may go. */
    LOG,
    /**
     * Current versions of what the change log names. The word is the one type of the table; without
     * it, the table has a column {@code type}. Key: home, (type,) id.
     */
    ROWS,
    /** Superseded versions of what the change log names. Key: home, type, id, version. */
    VERSIONS,
    /** Belongs, by home, type and id, to what the change log names, and changes with it only. */
    WITH,
    /**
     * Only inserted into, with a time in the column of the word that is the time of the writing
     * transaction's begin as {@code instance.floor} counts it. Old rows may go.
     */
    SINCE,
    /**
     * Only inserted into, and numbered: the last word is the column of the number, those before it
     * the columns of a series within which numbers become visible in order. Old rows may go.
     */
    SERIES
  }

  /**
   * The rule of a table: its own, else that of its schema ({@code schema.*}), else {@link #WHOLE}.
   *
   * @param table with its schema in front where that is not the usual one
   */
  static TableRule of(Map<String, TableRule> rules, String table) {
    TableRule own = rules.get(table);
    if (own != null) {
      return own;
    }
    int dot = table.indexOf('.');
    return dot < 0 ? WHOLE : rules.getOrDefault(table.substring(0, dot) + ".*", WHOLE);
  }

  String text() {
    return (kind.name().toLowerCase(Locale.ROOT) + " " + String.join(" ", words)).strip();
  }

  static TableRule parse(String text) {
    List<String> words = List.of(text.strip().split("\\s+"));
    Kind kind = Kind.valueOf(words.getFirst().toUpperCase(Locale.ROOT));
    return new TableRule(kind, words.subList(1, words.size()));
  }

  /** True when an increment cannot be read without what the change log names. */
  boolean followsLog() {
    return kind == Kind.ROWS || kind == Kind.VERSIONS || kind == Kind.WITH;
  }

  /** The rules of all modules on the class path, by table. */
  static Map<String, TableRule> declared() {
    Map<String, TableRule> rules = new TreeMap<>();
    lines()
        .forEach(
            (name, text) -> {
              if (!name.startsWith(MARK)) {
                rules.put(name, parse(text));
              }
            });
    return rules;
  }

  /**
   * What tells of rows rewritten in place, past the change log, by the table that it is read from:
   * a SELECT of one text, which such a rewriting leaves another than before. The next backup is
   * then a full one.
   */
  static Map<String, String> marks() {
    Map<String, String> marks = new TreeMap<>();
    lines()
        .forEach(
            (name, text) -> {
              if (name.startsWith(MARK)) {
                marks.put(name.substring(MARK.length()), text);
              }
            });
    return marks;
  }

  /** The rule by which the columns of a {@link Kind#LOG} are numbered. */
  TableRule asSeries() {
    return kind == Kind.LOG ? new TableRule(Kind.SERIES, List.of("home", "seq")) : this;
  }

  private static Map<String, String> lines() {
    Map<String, String> all = new TreeMap<>();
    try {
      for (URL url : Collections.list(TableRule.class.getClassLoader().getResources(RESOURCE))) {
        Properties properties = new Properties();
        try (InputStream in = url.openStream();
            Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
          properties.load(reader);
        }
        for (String name : properties.stringPropertyNames()) {
          if (all.put(name, properties.getProperty(name)) != null) {
            throw new IllegalStateException("two lines for " + name);
          }
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return all;
  }
}
