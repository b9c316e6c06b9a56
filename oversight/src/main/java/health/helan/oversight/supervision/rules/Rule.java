package health.helan.oversight.supervision.rules;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A version of a rule. The shipped file and those who write rules use the same JSON;
 * docs/guide/supervision.md tells its members.
 *
 * @param rule its id, the same through all versions
 * @param version of shipped rules below {@value #OWN}; of the region's own from there
 * @param blocks true: the act is refused before it is committed; else it is told of behind
 * @param points what a hit costs in the score
 * @param from first day it holds
 * @param until last day it holds; null for no end
 * @param title its name, by language
 * @param says the sentence, with values in braces
 * @param source what it stands on; where nobody has checked it, it says so
 * @param spec the JSON that it was read from
 */
public record Rule(
    String rule,
    int version,
    Kind kind,
    ObjectNode with,
    boolean blocks,
    int points,
    LocalDate from,
    @Nullable LocalDate until,
    Text title,
    Text says,
    Text source,
    List<Case> cases,
    ObjectNode spec) {
  /** First version of what a region writes itself: no shipped rule ever comes so far. */
  public static final int OWN = 1001;

  private static final int LONGEST_TEXT = 300;
  private static final int MOST_CASES = 50;
  private static final int MOST_POINTS = 20;
  private static final int MOST_NUMBER = 100_000;
  private static final Pattern VALUE = Pattern.compile("\\{([a-z]+)}");

  private static final Set<String> MEMBERS =
      Set.of(
          "rule", "kind", "with", "blocks", "points", "from", "until", "title", "says", "source",
          "cases");

  /** Chinese and English. */
  public record Text(String zh, String en) {
    public String in(Locale language) {
      return language.getLanguage().equals(Locale.CHINESE.getLanguage()) ? zh : en;
    }
  }

  /** A case of a rule: a test that travels with it. */
  public record Case(boolean fires, ObjectNode facts) {}

  /** That a rule fired. */
  public record Hit(Rule rule, Map<String, String> told) {}

  /**
   * Reads a rule.
   *
   * @throws Refusal saying what is wrong with it, or that it does not do what its cases say
   */
  public static Rule of(ObjectNode spec, int version) {
    spec.properties()
        .forEach(
            member -> {
              if (!MEMBERS.contains(member.getKey())) {
                throw wrong(member.getKey(), "supervision.rule-member", member.getKey());
              }
            });
    String id = spec.path("rule").asString("");
    if (!id.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*") || id.length() > 64) {
      throw wrong("rule", "supervision.rule-id");
    }
    Kind kind = Kind.of(spec.path("kind").asString(""));
    if (kind == null) {
      throw wrong("kind", "supervision.rule-kind", spec.path("kind").asString(""));
    }
    boolean blocks = spec.path("blocks").asBoolean(false);
    if (blocks && !kind.isCertain()) {
      throw wrong("blocks", "supervision.rule-uncertain", kind.code());
    }
    JsonNode points = spec.path("points");
    if (!points.isInt() || points.asInt() < 0 || points.asInt() > MOST_POINTS) {
      throw wrong("points", "supervision.rule-points", MOST_POINTS);
    }
    ObjectNode with =
        spec.path("with") instanceof ObjectNode given ? given : Json.MAPPER.createObjectNode();
    check(kind, with);
    LocalDate from = day(spec, "from");
    if (from == null) {
      throw wrong("from", "supervision.rule-day", "from");
    }
    Text says = text(spec, "says");
    for (String sentence : List.of(says.zh(), says.en())) {
      Matcher value = VALUE.matcher(sentence);
      while (value.find()) {
        if (!kind.told().contains(value.group(1))) {
          throw wrong("says", "supervision.rule-value", value.group(1), kind.code());
        }
      }
    }
    LocalDate until = day(spec, "until");
    if (until != null && until.isBefore(from)) {
      throw wrong("until", "supervision.rule-until");
    }
    Rule rule =
        new Rule(
            id,
            version,
            kind,
            with,
            blocks,
            points.asInt(),
            from,
            until,
            text(spec, "title"),
            says,
            text(spec, "source"),
            cases(kind, spec),
            spec);
    for (int i = 0; i < rule.cases.size(); i++) {
      if (rule.fires(rule.cases.get(i).facts()) != rule.cases.get(i).fires()) {
        throw wrong(
            "cases[" + i + "]",
            rule.cases.get(i).fires() ? "supervision.case-silent" : "supervision.case-fires",
            i);
      }
    }
    return rule;
  }

  private static List<Case> cases(Kind kind, ObjectNode spec) {
    List<Case> all = new ArrayList<>();
    if (spec.path("cases").size() > MOST_CASES) {
      throw wrong("cases", "supervision.rule-cases");
    }
    int i = 0;
    for (JsonNode one : spec.path("cases")) {
      String place = "cases[" + i++ + "]";
      if (!one.path("fires").isBoolean()
          || !(one.path("facts") instanceof ObjectNode facts)
          || !facts.propertyNames().containsAll(kind.facts())) {
        throw wrong(place, "supervision.case", String.join(", ", kind.facts()));
      }
      all.add(new Case(one.path("fires").asBoolean(), facts));
    }
    if (all.stream().noneMatch(Case::fires) || all.stream().allMatch(Case::fires)) {
      throw wrong("cases", "supervision.rule-cases");
    }
    return List.copyOf(all);
  }

  private static void check(Kind kind, ObjectNode with) {
    with.properties()
        .forEach(
            member -> {
              if (!kind.members().contains(member.getKey())) {
                throw wrong("with." + member.getKey(), "supervision.rule-member", member.getKey());
              }
            });
    for (String member : kind.members()) {
      JsonNode value = with.path(member);
      boolean isGood =
          switch (member) {
            case "groups" -> isGroups(value);
            case "from", "until" -> isTime(value.asString(""));
            default -> value.isInt() && value.asInt() >= 0 && value.asInt() <= MOST_NUMBER;
          };
      if (!isGood) {
        throw wrong("with." + member, "supervision.rule-with", member);
      }
    }
  }

  private static boolean isGroups(JsonNode value) {
    if (!value.isArray() || value.isEmpty() || value.size() > 200) {
      return false;
    }
    for (JsonNode one : value) {
      if (!one.asString("").matches("[A-Z][0-9A-Z]{2,6}")) {
        return false;
      }
    }
    return true;
  }

  private static boolean isTime(String text) {
    try {
      return text.length() == 5 && LocalTime.parse(text) != null;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static @Nullable LocalDate day(ObjectNode spec, String member) {
    if (!spec.has(member)) {
      return null;
    }
    try {
      return LocalDate.parse(spec.path(member).asString(""));
    } catch (DateTimeException e) {
      throw wrong(member, "supervision.rule-day", member);
    }
  }

  private static Text text(ObjectNode spec, String member) {
    String zh = spec.path(member).path("zh").asString("");
    String en = spec.path(member).path("en").asString("");
    for (String text : List.of(zh, en)) {
      if (text.isBlank() || text.length() > LONGEST_TEXT) {
        throw wrong(member, "supervision.rule-text", member, LONGEST_TEXT);
      }
    }
    return new Text(zh, en);
  }

  private static Refusal wrong(String member, String key, Object... arguments) {
    return new Refusal(Refusal.Kind.INVALID, member, key, arguments);
  }

  /**
   * Reads the JSON of a rule.
   *
   * @throws Refusal for what is none
   */
  public static ObjectNode json(String text) {
    try {
      if (Json.MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      // Told below.
    }
    throw wrong("rule", "supervision.rule-json");
  }

  /** Whether it holds on a day of Beijing. */
  public boolean holdsOn(LocalDate day) {
    return !day.isBefore(from) && (until == null || !day.isAfter(until));
  }

  /**
   * Judges what is known of an act of its kind.
   *
   * @return null where it does not fire
   */
  public @Nullable Hit judge(ObjectNode facts) {
    Map<String, String> told = kind.judge(this, facts);
    return told == null ? null : new Hit(this, told);
  }

  boolean fires(ObjectNode facts) {
    return judge(facts) != null;
  }

  /** Its sentence with values. */
  public String sentence(Map<String, String> told, Locale language) {
    return sentence(says.in(language), told);
  }

  /** A sentence with values in its braces. */
  public static String sentence(String says, Map<String, String> told) {
    String text = says;
    for (var value : told.entrySet()) {
      text = text.replace("{" + value.getKey() + "}", value.getValue());
    }
    return text;
  }

  int number(String member) {
    return with.path(member).asInt(0);
  }

  /** Parameter, for a sentence. */
  public String word(String member) {
    return with.path(member).asString("");
  }

  List<String> words(String member) {
    List<String> all = new ArrayList<>();
    with.path(member).forEach(one -> all.add(one.asString("")));
    return all;
  }
}
