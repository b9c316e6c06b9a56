package health.helan.pharmacy.review.rules;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.Interaction;
import health.helan.pharmacy.knowledge.Term;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
 * docs/guide/prescription-review.md tells its members.
 *
 * @param rule its id, the same through all versions
 * @param version of shipped rules below {@value #OWN}; of the region's own from there
 * @param with what its kind asks for
 * @param code of {@link CommentCode}
 * @param says the sentence, with values in braces
 * @param source what it stands on; where nobody has checked it, it says so
 * @param cases each with facts, and whether the rule fires on them
 * @param spec the JSON that it was read from
 */
public record Rule(
    String rule,
    int version,
    Kind kind,
    ObjectNode with,
    Severity severity,
    String code,
    Term title,
    Term says,
    Term source,
    List<Case> cases,
    ObjectNode spec) {
  /** First version of what a region writes itself: no shipped rule ever comes so far. */
  public static final int OWN = 1001;

  private static final int LONGEST_TEXT = 300;
  private static final int MOST_CASES = 50;
  private static final int MOST_WORDS = 200;
  private static final Pattern VALUE = Pattern.compile("\\{([a-z]+)}");

  private static final Set<String> MEMBERS =
      Set.of(
          "rule", "kind", "with", "severity", "code", "title", "says", "source", "cases", "note");

  private static final Map<String, Set<String>> WORDS =
      Map.of(
          "unless", Set.of("reason", "assessment", "nothing"),
          "bound", Set.of("max", "min"),
          "asks", Set.of("avoid", "daily"),
          "who", Set.of("pregnant", "lactating"),
          "level", Set.of("contraindicated", "caution"));

  private static final Set<String> NUMBERS = Set.of("most", "underMonths", "graceDays", "beyond");
  private static final Set<String> LISTS =
      Set.of("controls", "classes", "atc", "storage", "words", "needs", "onlyDiagnoses");

  /** A case of a rule: a test that travels with it. */
  public record Case(boolean fires, Facts facts, ObjectNode spec) {}

  /**
   * Reads a rule.
   *
   * @param cases reads the facts of its cases; null for a rule that was checked before, whose cases
   *     are left alone
   * @throws Refusal saying what is wrong with it
   */
  public static Rule of(ObjectNode spec, int version, @Nullable CaseReader cases) {
    spec.properties()
        .forEach(
            member -> {
              if (!MEMBERS.contains(member.getKey())) {
                throw wrong(member.getKey(), "review.rule-member", member.getKey());
              }
            });
    String id = spec.path("rule").asString("");
    if (!id.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*") || id.length() > 64) {
      throw wrong("rule", "review.rule-id");
    }
    Kind kind = Kind.of(spec.path("kind").asString(""));
    if (kind == null) {
      throw wrong("kind", "review.rule-kind", spec.path("kind").asString(""));
    }
    Severity severity = Severity.of(spec.path("severity").asString(""));
    if (severity == null) {
      throw wrong("severity", "review.rule-severity");
    }
    String code = spec.path("code").asString("");
    if (!CommentCode.all().contains(code)) {
      throw wrong("code", "review.rule-code", code);
    }
    ObjectNode with =
        spec.path("with") instanceof ObjectNode given ? given : Json.MAPPER.createObjectNode();
    check(kind, with);
    Term title = text(spec, "title");
    Term says = text(spec, "says");
    for (String sentence : List.of(says.zh(), says.en())) {
      Matcher value = VALUE.matcher(sentence);
      while (value.find()) {
        if (!kind.told().contains(value.group(1))) {
          throw wrong("says", "review.rule-value", value.group(1), kind.code());
        }
      }
    }
    Term source = text(spec, "source");
    List<Case> all = new ArrayList<>();
    if (spec.path("cases").size() > MOST_CASES) {
      throw wrong("cases", "review.rule-cases", MOST_CASES);
    }
    int i = 0;
    for (JsonNode one : spec.path("cases")) {
      String place = "cases[" + i++ + "]";
      if (!(one instanceof ObjectNode facts) || !one.path("fires").isBoolean()) {
        throw wrong(place, "review.case");
      }
      if (cases != null) {
        all.add(new Case(one.path("fires").asBoolean(), cases.read(place, facts), facts));
      }
    }
    if (cases != null
        && (all.stream().noneMatch(Case::fires) || all.stream().allMatch(Case::fires))) {
      throw wrong("cases", "review.rule-no-cases");
    }
    return new Rule(
        id, version, kind, with, severity, code, title, says, source, List.copyOf(all), spec);
  }

  private static void check(Kind kind, ObjectNode with) {
    with.properties()
        .forEach(
            member -> {
              if (!kind.members().contains(member.getKey())
                  && !kind.optional().contains(member.getKey())) {
                throw wrong("with." + member.getKey(), "review.rule-member", member.getKey());
              }
            });
    Set<String> given = new LinkedHashSet<>(kind.members());
    kind.optional().stream().filter(with::has).forEach(given::add);
    for (String member : given) {
      JsonNode value = with.path(member);
      if (LISTS.contains(member)) {
        list(member, value);
      } else if (NUMBERS.contains(member)) {
        if (!value.isInt() || value.asInt() < 0 || value.asInt() > 10_000) {
          throw wrong("with." + member, "review.rule-number", member);
        }
      } else {
        word(kind, member, value.asString(""));
      }
    }
    if (kind == Kind.EXCLUDED
        && with.path("controls").isEmpty()
        && with.path("classes").isEmpty()
        && with.path("atc").isEmpty()
        && with.path("storage").isEmpty()) {
      throw wrong("with", "review.rule-number", "controls, classes, atc, storage");
    }
  }

  private static void list(String member, JsonNode value) {
    if (!value.isArray() || value.size() > MOST_WORDS) {
      throw wrong("with." + member, "review.rule-list", member);
    }
    for (JsonNode one : value) {
      String word = one.asString("");
      boolean isGood =
          switch (member) {
            case "controls" -> Drug.Control.of(word) != null;
            case "storage" -> Drug.Storage.of(word) != null;
            case "atc" -> word.matches("[A-Z][A-Z0-9]{0,6}");
            case "needs" -> Set.of("dose", "frequency", "days", "route").contains(word);
            case "onlyDiagnoses" -> word.matches("[A-Z][0-9]{2}(\\.[0-9A-Za-z]{1,4})?");
            default -> !word.isBlank() && word.length() <= 64;
          };
      if (!isGood) {
        throw wrong("with." + member, "review.rule-word", word, member);
      }
    }
  }

  private static void word(Kind kind, String member, String word) {
    boolean isGood =
        switch (member) {
          case "of" ->
              (kind == Kind.EXCLUDED
                      ? Set.of("online", "long")
                      : Set.of("outpatient", "emergency", "long"))
                  .contains(word);
          case "by" ->
              (kind == Kind.ALLERGY ? Set.of("direct", "cross") : Set.of("substance", "class"))
                  .contains(word);
          case "severity" -> Interaction.Severity.of(word) != null;
          case "class" -> !word.isBlank();
          default -> WORDS.getOrDefault(member, Set.of()).contains(word);
        };
    if (!isGood) {
      throw wrong("with." + member, "review.rule-word", word, member);
    }
  }

  private static Term text(ObjectNode spec, String member) {
    String zh = spec.path(member).path("zh").asString("");
    String en = spec.path(member).path("en").asString("");
    for (String text : List.of(zh, en)) {
      if (text.isBlank() || text.length() > LONGEST_TEXT) {
        throw wrong(member, "review.rule-text", member, LONGEST_TEXT);
      }
    }
    return new Term(zh, en);
  }

  /** A refusal that names the member of the rule. */
  static Refusal wrong(String member, String key, Object... arguments) {
    return new Refusal(Refusal.Kind.INVALID, member, key, arguments);
  }

  /** Reads the JSON of a rule. */
  public static ObjectNode json(String text) {
    try {
      if (Json.MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      // Told below.
    }
    throw wrong("rule", "review.rule-json");
  }

  boolean has(String member) {
    return with.has(member);
  }

  int number(String member) {
    return with.path(member).asInt(0);
  }

  String word(String member) {
    return with.path(member).asString("");
  }

  List<String> words(String member) {
    List<String> all = new ArrayList<>();
    with.path(member).forEach(one -> all.add(one.asString("")));
    return all;
  }
}
