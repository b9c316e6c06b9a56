package health.helan.foundation.store.scaleout;

import health.helan.foundation.store.sql.Distribution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules that keep the store a configuration away from distributed PostgreSQL (docs/adr/0002),
 * as far as a statement's text shows them.
 */
public final class Rules {
  private static final Map<String, Pattern> NEVER = new LinkedHashMap<>();

  static {
    never("advisory locks (7)", "\\bpg_\\w*advisory");
    never("LISTEN and NOTIFY (7)", "^(un)?listen\\b|^notify\\b|\\bpg_notify\\b");
    never("triggers (7)", "\\btrigger\\b");
    never("MERGE (7)", "\\bmerge into\\b");
    never("functions and procedures", "\\bcreate (or replace )?(function|procedure)\\b|^do\\b");
    never(
        "the database's clock (7)",
        "\\bnow ?\\( ?\\)|\\b(clock|statement|transaction)_timestamp\\b|\\bcurrent_(timestamp|date|time)\\b"
            + "|\\blocaltime(stamp)?\\b");
    never(
        "transaction ids (4)",
        "\\bpg_\\w*(snapshot|xact)\\w*|\\btxid_\\w+|\\bxmin\\b|\\bxmax\\b|\\bcmin\\b");
    never(
        "sequences (3)",
        "\\b(nextval|currval|setval|lastval)\\b|\\b(big|small)?serial\\b|\\bas identity\\b|\\bcreate sequence\\b");
    never("foreign keys (3)", "\\breferences\\b|\\bforeign key\\b");
    never("table locks (7)", "^lock\\b");
  }

  private static final Pattern LOCKING =
      Pattern.compile("\\bfor (no key )?(key )?(update|share)\\b");
  private static final Pattern ONE_HOME = Pattern.compile("\\b(\\w+\\.)?home = (\\?|\\w+\\.home)");
  private static final Pattern SOME_HOMES =
      Pattern.compile("\\b(\\w+\\.)?home between \\? and \\?");
  private static final Pattern INSERT =
      Pattern.compile("\\b(?:insert into|copy) (\\w+) \\(([^)]*)\\)");
  private static final Pattern CONFLICT = Pattern.compile("\\bon conflict \\(([^)]*)\\)");
  private static final Pattern UPDATE =
      Pattern.compile(
          "\\bupdate (?!set\\b)(\\w+)(?: \\w+)? set (.*?)(?: where (.*?))?(?: returning .*)?$");
  private static final Pattern DELETE =
      Pattern.compile("\\bdelete from (\\w+)(?: \\w+)?(?: where (.*))?$");

  private Rules() {}

  private static void never(String rule, String pattern) {
    NEVER.put(rule, Pattern.compile(pattern));
  }

  static String normal(String sql) {
    return sql.replaceAll("--[^\\n]*", " ")
        .replaceAll("'(?:[^']|'')*'", "''")
        .replaceAll("\\s+", " ")
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /** Rules that even a piece of a statement can break. */
  public static List<String> brokenByWords(String sql) {
    String text = normal(sql);
    var broken = new ArrayList<String>();
    NEVER.forEach(
        (rule, pattern) -> {
          if (pattern.matcher(text).find()) {
            broken.add(rule + ": " + text);
          }
        });
    return broken;
  }

  /** Rules that a whole statement breaks. */
  public static List<String> broken(String sql) {
    var broken = new ArrayList<>(brokenByWords(sql));
    String text = normal(sql);
    if (LOCKING.matcher(text).find() && !(ONE_HOME.matcher(text).find() && !manyHomes(text))) {
      broken.add("rows of several homes locked (7): " + text);
    }
    if (text.startsWith("with recursive") && !ONE_HOME.matcher(text).find()) {
      broken.add("recursion across homes (7): " + text);
    }
    Matcher insert = INSERT.matcher(text);
    while (insert.find()) {
      if (byHome(insert.group(1)) && !columns(insert.group(2)).contains("home")) {
        broken.add("insert without home (1): " + text);
      }
      // Of several inserts in one statement, each has its own.
      Matcher next = INSERT.matcher(text);
      Matcher conflict =
          CONFLICT
              .matcher(text)
              .region(insert.end(), next.find(insert.end()) ? next.start() : text.length());
      if (byHome(insert.group(1))
          && conflict.find()
          && !columns(conflict.group(1)).contains("home")) {
        broken.add("conflict without home (3): " + text);
      }
    }
    for (String part : parts(text)) {
      Matcher update = UPDATE.matcher(part);
      if (update.find() && byHome(update.group(1))) {
        if (Pattern.compile("(^|, ?)home =").matcher(update.group(2)).find()) {
          broken.add("home changed (1): " + text);
        }
        needsHome(broken, update.group(3), text);
      }
      Matcher delete = DELETE.matcher(part);
      if (delete.find() && byHome(delete.group(1))) {
        needsHome(broken, delete.group(2), text);
      }
    }
    return broken;
  }

  /** The statement without its common table expressions, and each of those. */
  private static List<String> parts(String text) {
    var parts = new ArrayList<String>();
    if (text.startsWith("with ")) {
      int depth = 0;
      int start = -1;
      int end = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '(' && depth++ == 0) {
          start = i + 1;
        } else if (c == ')' && --depth == 0) {
          parts.add(text.substring(start, i).strip());
          end = i + 1;
        }
      }
      parts.add(text.substring(end).strip());
    } else if (!CONFLICT.matcher(text).find()) {
      parts.add(text);
    }
    return parts;
  }

  private static void needsHome(List<String> broken, String where, String text) {
    if (where == null
        || manyHomes(where)
        || !(ONE_HOME.matcher(where).find() || SOME_HOMES.matcher(where).find())) {
      broken.add("written without a home (1): " + text);
    }
  }

  private static boolean manyHomes(String text) {
    return Pattern.compile("\\bhome (= any|in) ?\\(").matcher(text).find();
  }

  private static List<String> columns(String list) {
    return List.of(list.strip().split("\\s*,\\s*"));
  }

  private static boolean byHome(String table) {
    return Distribution.byTable().get(table) == Distribution.HOME
        || Distribution.ofOtherRooms().get(table) == Distribution.HOME;
  }
}
