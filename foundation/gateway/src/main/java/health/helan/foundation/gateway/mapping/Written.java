package health.helan.foundation.gateway.mapping;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.time.ZoneId;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Functions for values as people write them into tables: dates in several forms, results. */
final class Written {
  /**
   * Year first, with what separates them: {@code 2026-11-01}, {@code 2026/1/5}, {@code 2026年1月5日}.
   */
  private static final Pattern YEAR_FIRST =
      Pattern.compile(
          "(\\d{4})\\s*[-/.年]\\s*(\\d{1,2})(?:\\s*[-/.月]\\s*(\\d{1,2})\\s*日?|月?)(?:[T ,]*(.+))?");

  private static final Pattern YEAR_LAST =
      Pattern.compile("(\\d{1,2})\\s*[-/.]\\s*(\\d{1,2})\\s*[-/.]\\s*(\\d{4})(?:[T ,]+(.+))?");

  private static final Pattern CLOCK =
      Pattern.compile(
          "(上午|下午|晚上|凌晨|AM|PM|am|pm)?\\s*(\\d{1,2})\\s*[:时点]\\s*(\\d{1,2})?\\s*(?:[:分]\\s*(\\d{1,2})?(?:\\.\\d+)?秒?)?\\s*(AM|PM|am|pm)?\\s*(Z|[+-]\\d{2}:?\\d{2})?");

  private static final Pattern COMPARED = Pattern.compile("(<=|>=|<|>)\\s*([+-]?[\\d.]+)");

  static final Map<String, Functions.Function> ALL =
      Map.ofEntries(
          Map.entry("day", (run, v, order) -> noted(run, v, day(words(v), order))),
          Map.entry(
              "dayTime",
              (run, v, order) -> noted(run, v, dayTime(words(v), order, run.feed().zone()))),
          Map.entry("local", Written::local),
          Map.entry("result", Written::result));

  private Written() {}

  private static String words(Object value) {
    String text = value instanceof Node node ? node.text() : value.toString();
    return Normalizer.normalize(text, Normalizer.Form.NFKC).strip();
  }

  private static @Nullable String noted(Run run, Object value, @Nullable String made) {
    if (made == null && !words(value).isEmpty()) {
      run.find("gateway.found-no-time", value instanceof Node node ? node.place() : "");
    }
    return made;
  }

  /**
   * A date as precise as it is written; null for what is none.
   *
   * @param order {@code dmy} or {@code mdy} of dates with the year at the end; empty: they are none
   */
  static @Nullable String day(String text, String order) {
    return Times.date(plain(text, order));
  }

  static @Nullable String dayTime(String text, String order, ZoneId zone) {
    return Times.dateTime(plain(text, order), zone);
  }

  /** In the form that {@link Times} reads; empty for what cannot be brought into it. */
  private static String plain(String text, String order) {
    Matcher m = YEAR_FIRST.matcher(text);
    if (m.matches()) {
      return join(m.group(1), m.group(2), m.group(3), m.group(4));
    }
    m = YEAR_LAST.matcher(text);
    if (m.matches()) {
      return switch (order) {
        case "dmy" -> join(m.group(3), m.group(2), m.group(1), m.group(4));
        case "mdy" -> join(m.group(3), m.group(1), m.group(2), m.group(4));
        // 03/04/2026 is two days: the mapping has to say which.
        default -> "";
      };
    }
    return text;
  }

  private static String join(
      String year, String month, @Nullable String day, @Nullable String clock) {
    String date = year + two(month) + (day == null ? "" : two(day));
    if (clock == null || clock.isBlank() || day == null) {
      return date;
    }
    Matcher m = CLOCK.matcher(clock.strip());
    if (!m.matches()) {
      return "";
    }
    int hour = Integer.parseInt(m.group(2));
    String half = m.group(1) != null ? m.group(1) : m.group(5) != null ? m.group(5) : "";
    boolean isLate = half.matches("下午|晚上|PM|pm");
    if (isLate && hour < 12) {
      hour += 12;
    } else if (half.matches("AM|am|上午|凌晨") && hour == 12) {
      hour = 0;
    }
    return date
        + two(Integer.toString(hour))
        + two(m.group(3) == null ? "0" : m.group(3))
        + two(m.group(4) == null ? "0" : m.group(4))
        + (m.group(6) == null ? "" : m.group(6));
  }

  private static String two(String number) {
    return number.length() == 1 ? "0" + number : number;
  }

  /**
   * A code of a table of the institution's own, with what it is called in another column, and what
   * it means elsewhere: {@code local laboratory item_name}.
   */
  private static @Nullable Object local(Run run, Object value, String argument) {
    int space = argument.indexOf(' ');
    String table = space < 0 ? argument : argument.substring(0, space);
    String code = words(value).replaceAll("\\s+", " ");
    if (code.isEmpty()) {
      return null;
    }
    String display = "";
    if (space > 0 && value instanceof Node node) {
      var named = node.select(argument.substring(space + 1).strip());
      display = named.isEmpty() ? "" : named.getFirst().text();
    }
    ObjectNode concept = Run.object();
    var codings = concept.putArray("coding");
    ObjectNode coding =
        codings
            .addObject()
            .put("system", Identifiers.codeSystem(run.feed(), table))
            .put("code", code);
    if (!display.isEmpty()) {
      coding.put("display", display);
      concept.put("text", display);
    }
    Functions.translate(run, codings);
    return concept;
  }

  /**
   * A result as {@code valueQuantity} with the unit of another column, where it is a number or a
   * comparison with one; else as {@code valueString}.
   */
  private static @Nullable Object result(Run run, Object value, String unitPath) {
    String text = words(value);
    if (text.isEmpty()) {
      return null;
    }
    ObjectNode made = Run.object();
    Matcher compared = COMPARED.matcher(text.replace("≤", "<=").replace("≥", ">="));
    BigDecimal number = Functions.number(text);
    String comparator = "";
    if (number == null && compared.matches()) {
      number = Functions.number(compared.group(2));
      comparator = compared.group(1);
    }
    if (number == null) {
      made.put("valueString", value instanceof Node node ? node.text() : text);
      return made;
    }
    ObjectNode quantity = made.putObject("valueQuantity");
    quantity.put("value", number);
    if (!comparator.isEmpty()) {
      quantity.put("comparator", comparator);
    }
    if (value instanceof Node node && !unitPath.isEmpty()) {
      var unit = node.select(unitPath);
      if (!unit.isEmpty() && !unit.getFirst().text().isBlank()) {
        quantity.put("unit", unit.getFirst().text());
      }
    }
    return made;
  }
}
