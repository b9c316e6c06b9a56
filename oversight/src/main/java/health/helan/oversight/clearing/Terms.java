package health.helan.oversight.clearing;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * How a counterpart is reconciled and cleared, as data.
 *
 * @param revision 1 for the first; 0 for what is not kept yet
 * @param layout code of the layout of its statements
 * @param lists code of the layout of institutions' own lists; empty when they send none
 * @param rules what is tried beyond keys
 * @param windowSeconds how far apart two lines of the same amount may be; for {@link Rule#AMOUNT}
 * @param advancePercent what is paid of a month at first, 0 to 100
 */
public record Terms(
    Counterpart counterpart,
    int revision,
    String chinese,
    String english,
    String layout,
    String lists,
    Set<Rule> rules,
    int windowSeconds,
    int advancePercent) {

  private static final Set<String> KNOWN =
      Set.of("zh", "en", "layout", "lists", "rules", "window-seconds", "advance-percent");
  private static final int MOST_WINDOW = 86_400;

  /** How lines may be matched that have no partner by their key. */
  public enum Rule {
    /** By reference and sum, one to many or many to one. */
    REFERENCE,
    /** By amount and time, where only one fits. */
    AMOUNT
  }

  /**
   * @throws Refusal VALUE naming the property that is wrong
   */
  static Terms parse(Counterpart counterpart, int revision, String json) {
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
    var rules = EnumSet.noneOf(Rule.class);
    for (JsonNode rule : tree.path("rules")) {
      try {
        rules.add(Rule.valueOf(rule.asString("").toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw wrong("rules");
      }
    }
    String layout = tree.path("layout").asString("");
    String lists = tree.path("lists").asString("");
    if (!layout.matches("[a-z0-9.-]{1,40}")) {
      throw wrong("layout");
    }
    if (!lists.matches("[a-z0-9.-]{0,40}")) {
      throw wrong("lists");
    }
    String chinese = tree.path("zh").asString("").strip();
    String english = tree.path("en").asString("").strip();
    if (chinese.isEmpty() || english.isEmpty() || chinese.length() + english.length() > 200) {
      throw wrong("zh");
    }
    return new Terms(
        counterpart,
        revision,
        chinese,
        english,
        layout,
        lists,
        Set.copyOf(rules),
        number(tree, "window-seconds", 0, MOST_WINDOW),
        number(tree, "advance-percent", 90, 100));
  }

  private static int number(JsonNode tree, String name, int otherwise, int most) {
    JsonNode number = tree.path(name);
    if (number.isMissingNode()) {
      return otherwise;
    }
    if (!number.isIntegralNumber() || number.asLong() < 0 || number.asLong() > most) {
      throw wrong(name);
    }
    return number.asInt();
  }

  private static Refusal wrong(String property) {
    return new Refusal(Refusal.Kind.VALUE, "clearing.terms-wrong", property);
  }
}
