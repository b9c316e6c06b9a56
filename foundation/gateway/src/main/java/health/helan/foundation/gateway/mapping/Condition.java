package health.helan.foundation.gateway.mapping;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code PV1-2 = I}, {@code OBX-2 in [NM, SN]}, {@code not PID-30}, {@code PV1}; joined by {@code
 * and} and {@code or} ({@code and} binds closer). A path alone holds when something is there. An
 * equality looks at the first repetition; {@code MRG-1 != @PID-3} compares two of them.
 */
interface Condition {
  boolean holds(Node at);

  /**
   * @throws MappingFault for what is no condition
   */
  static Condition parse(String mapping, String text) {
    var any = new ArrayList<Condition>();
    for (String part : text.split(" or ")) {
      var all = new ArrayList<Condition>();
      for (String term : part.split(" and ")) {
        all.add(term(mapping, term.strip()));
      }
      any.add(at -> all.stream().allMatch(each -> each.holds(at)));
    }
    return at -> any.stream().anyMatch(each -> each.holds(at));
  }

  private static Condition term(String mapping, String text) {
    if (text.startsWith("not ")) {
      Condition inner = term(mapping, text.substring(4).strip());
      return at -> !inner.holds(at);
    }
    int in = text.indexOf(" in [");
    if (in > 0 && text.endsWith("]")) {
      String path = text.substring(0, in).strip();
      List<String> values = values(text.substring(in + 5, text.length() - 1));
      return at -> values.contains(first(at, path));
    }
    int unequal = text.indexOf("!=");
    if (unequal > 0) {
      String path = text.substring(0, unequal).strip();
      String value = unquoted(text.substring(unequal + 2));
      return at -> !first(at, path).equals(meant(at, value));
    }
    int equal = text.indexOf('=');
    if (equal > 0) {
      String path = text.substring(0, equal).strip();
      String value = unquoted(text.substring(equal + 1));
      return at -> first(at, path).equals(meant(at, value));
    }
    if (text.isEmpty() || text.indexOf(' ') >= 0) {
      throw new MappingFault(mapping, text);
    }
    return at -> !at.select(text).isEmpty();
  }

  private static List<String> values(String list) {
    var values = new ArrayList<String>();
    for (String value : list.split(",")) {
      values.add(unquoted(value));
    }
    return values;
  }

  private static String unquoted(String text) {
    String stripped = text.strip();
    return stripped.length() >= 2 && stripped.startsWith("'") && stripped.endsWith("'")
        ? stripped.substring(1, stripped.length() - 1)
        : stripped;
  }

  /** A value, or what stands at a path: {@code @PID-3}. */
  private static String meant(Node at, String value) {
    return value.startsWith("@") ? first(at, value.substring(1)) : value;
  }

  private static String first(Node at, String path) {
    List<? extends Node> found = at.select(path);
    return found.isEmpty() ? "" : found.getFirst().text();
  }
}
