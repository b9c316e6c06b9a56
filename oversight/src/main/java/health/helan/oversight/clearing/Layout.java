package health.helan.oversight.clearing;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * How the file of a statement is laid out, as data ({@code docs/guide/reconciliation.md}).
 *
 * @param time pattern of times, of Beijing
 * @param isFen whether amounts are whole fen; else yuan with at most two places
 * @param isSigned whether what went back is below zero; else the word in the flow's column says it
 * @param hasNames whether the first line (after a summary that comes first) has the names of
 *     columns
 * @param payments words of the flow's column that mean a payment
 * @param refunds and those that mean a refund
 * @param skipped and those of lines that are counted and not taken: nothing moved
 * @param summary null for none
 */
public record Layout(
    Charset charset,
    char delimiter,
    DateTimeFormatter time,
    boolean isFen,
    boolean isSigned,
    boolean hasNames,
    List<Column> columns,
    Set<String> payments,
    Set<String> refunds,
    Set<String> skipped,
    @Nullable Summary summary) {

  private static final Set<String> KNOWN =
      Set.of(
          "charset",
          "delimiter",
          "time",
          "unit",
          "sign",
          "names",
          "columns",
          "payment",
          "refund",
          "skip",
          "summary");
  private static final int MOST_COLUMNS = 200;

  /** What a column holds. */
  public enum Holds {
    NOTHING,
    KEY,
    REFERENCE,
    TIME,
    FLOW,
    AMOUNT,
    INSTITUTION
  }

  public record Column(String name, Holds holds) {}

  /**
   * A line with sums.
   *
   * @param isFirst whether it is the first line; else the last
   * @param mark what its first cell begins with
   * @param count cell with the number of lines, from 0; below 0 for none; likewise the others
   * @param net what came less what went back
   */
  public record Summary(
      boolean isFirst, String mark, int count, int payments, int refunds, int net) {}

  /**
   * @throws Refusal VALUE naming the property that is wrong
   */
  public static Layout parse(String json) {
    JsonNode tree;
    try {
      tree = Json.MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw wrong("json");
    }
    if (!tree.isObject()) {
      throw wrong("json");
    }
    tree.propertyNames()
        .forEach(
            name -> {
              if (!KNOWN.contains(name)) {
                throw wrong(name.matches("[a-z-]{1,30}") ? name : "?");
              }
            });
    List<Column> columns = columns(tree.path("columns"));
    boolean isSigned = word(tree, "sign", "plain", "plain", "signed").equals("signed");
    Set<String> payments = words(tree, "payment");
    Set<String> refunds = words(tree, "refund");
    Set<String> skipped = words(tree, "skip");
    boolean hasFlow = columns.stream().anyMatch(one -> one.holds() == Holds.FLOW);
    if (hasFlow != !payments.isEmpty() || !isSigned && !refunds.isEmpty() && !hasFlow) {
      throw wrong("payment");
    }
    Set<String> all = new HashSet<>(payments);
    if (!refunds.stream().allMatch(all::add) || !skipped.stream().allMatch(all::add)) {
      throw wrong("refund");
    }
    return new Layout(
        charset(tree),
        delimiter(tree),
        time(tree),
        word(tree, "unit", "yuan", "yuan", "fen").equals("fen"),
        isSigned,
        tree.path("names").asBoolean(true),
        columns,
        payments,
        refunds,
        skipped,
        summary(tree.path("summary"), columns.size()));
  }

  static Refusal wrong(String property) {
    return new Refusal(Refusal.Kind.VALUE, "clearing.layout-wrong", property);
  }

  private static Charset charset(JsonNode tree) {
    return switch (tree.path("charset").asString("UTF-8").toUpperCase(Locale.ROOT)) {
      case "UTF-8" -> StandardCharsets.UTF_8;
      case "GB18030", "GBK", "GB2312" -> Charset.forName("GB18030"); // Holds the other two.
      default -> throw wrong("charset");
    };
  }

  private static char delimiter(JsonNode tree) {
    String text = tree.path("delimiter").asString(",");
    if (text.length() != 1
        || "\"\r\n".contains(text)
        || Character.isLetterOrDigit(text.charAt(0))) {
      throw wrong("delimiter");
    }
    return text.charAt(0);
  }

  private static DateTimeFormatter time(JsonNode tree) {
    try {
      return DateTimeFormatter.ofPattern(
          tree.path("time").asString("uuuu-MM-dd HH:mm:ss"), Locale.ROOT);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw wrong("time");
    }
  }

  private static String word(JsonNode tree, String name, String otherwise, String... known) {
    String text = tree.path(name).asString(otherwise);
    if (!Arrays.asList(known).contains(text)) {
      throw wrong(name);
    }
    return text;
  }

  private static Set<String> words(JsonNode tree, String name) {
    var words = new TreeSet<String>();
    tree.path(name).forEach(one -> words.add(one.asString("").strip()));
    return words;
  }

  private static List<Column> columns(JsonNode list) {
    List<Column> columns = new ArrayList<>();
    Set<Holds> held = new HashSet<>();
    for (JsonNode one : list) {
      Holds holds;
      try {
        holds = Holds.valueOf(one.path("holds").asString("nothing").toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw wrong("holds");
      }
      if (holds != Holds.NOTHING && !held.add(holds)) {
        throw wrong("holds");
      }
      columns.add(new Column(one.path("name").asString("").strip(), holds));
    }
    if (columns.size() > MOST_COLUMNS
        || !held.containsAll(Set.of(Holds.KEY, Holds.TIME, Holds.AMOUNT))) {
      throw wrong("columns");
    }
    return List.copyOf(columns);
  }

  private static @Nullable Summary summary(JsonNode tree, int columns) {
    if (!tree.isObject()) {
      return null;
    }
    String mark = tree.path("mark").asString("").strip();
    int most = Math.max(columns, MOST_COLUMNS);
    int[] cells = new int[4];
    String[] names = {"count", "payments", "refunds", "net"};
    for (int i = 0; i < names.length; i++) {
      cells[i] = tree.path(names[i]).asInt(-1);
      if (cells[i] >= most) {
        throw wrong("summary");
      }
    }
    if (mark.isEmpty() || cells[0] < 0) {
      throw wrong("summary");
    }
    return new Summary(
        word(tree, "place", "last", "first", "last").equals("first"),
        mark,
        cells[0],
        cells[1],
        cells[2],
        cells[3]);
  }

  /** Which column holds something; -1 for none. */
  int place(Holds holds) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).holds() == holds) {
        return i;
      }
    }
    return -1;
  }
}
