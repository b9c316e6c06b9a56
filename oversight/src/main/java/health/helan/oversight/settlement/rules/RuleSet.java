package health.helan.oversight.settlement.rules;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How bills are shared in a region, as data; docs/guide/settlement.md says what each word means.
 *
 * @param from first day of service that it is for
 * @param to last day; null for no end
 * @param source where it was read; shown to everybody
 * @param rules in the order in which payers are asked; of two for one payer, the first that fits
 */
public record RuleSet(
    String id,
    int version,
    LocalDate from,
    @Nullable LocalDate to,
    String source,
    List<Rule> rules) {
  private static final Set<String> WORDS = Set.of("id", "from", "to", "source", "rules");
  private static final Set<String> RULE_WORDS =
      Set.of(
          "id",
          "payer",
          "account",
          "zh",
          "en",
          "schemes",
          "settings",
          "groups",
          "base",
          "deductible",
          "per",
          "bands",
          "points",
          "ceiling",
          "own-at-most-percent");

  /** Of basic insurance. */
  public static final Set<String> SCHEMES = Set.of("employee", "resident", "none");

  /** What else may stand behind a resident. */
  public static final Set<String> GROUPS =
      Set.of("serious", "assistance", "poverty", "subsidy", "commercial");

  /** Of a visit. */
  public static final Set<String> MARKS = Set.of("referred", "other-city-registered", "other-city");

  private static final int MOST_RULES = 200;
  private static final long MOST_FEN = 100_000_000_000L;

  public RuleSet {
    rules = List.copyOf(rules);
  }

  /** The region that is shipped for demonstration: from general knowledge, unverified. */
  public static RuleSet demonstration() {
    return of(demonstrationSpec(), 0);
  }

  /** The same as it is written. */
  public static ObjectNode demonstrationSpec() {
    try (var in =
        Objects.requireNonNull(RuleSet.class.getResourceAsStream("/settlement/rules.json"))) {
      return (ObjectNode) Json.MAPPER.readTree(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isInForce(LocalDate day) {
    return !day.isBefore(from) && (to == null || !day.isAfter(to));
  }

  public String name() {
    return id + "/" + version;
  }

  /** So many percent of an amount that is not below zero, rounded half up to the fen. */
  public static long percent(long fen, int percent) {
    return Math.addExact(Math.multiplyExact(fen, percent), 50) / 100;
  }

  // ------------------------------------------------------------------ reading

  private static Refusal wrong(String where) {
    return new Refusal(Refusal.Kind.INVALID, "settlement.rules-wrong", where);
  }

  /**
   * @throws Refusal INVALID naming the place that is wrong
   */
  public static RuleSet of(ObjectNode spec, int version) {
    known(spec, WORDS, "");
    String id = spec.path("id").asString("");
    String source = spec.path("source").asString("");
    if (!id.matches("[a-z0-9-]{1,40}")) {
      throw wrong("id");
    }
    if (source.isBlank() || source.length() > 500) {
      throw wrong("source");
    }
    LocalDate from = day(spec.path("from"), "from");
    LocalDate to = spec.has("to") ? day(spec.path("to"), "to") : null;
    if (to != null && to.isBefore(from)) {
      throw wrong("to");
    }
    List<Rule> rules = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode one : spec.path("rules")) {
      String where = "rules[" + rules.size() + "]";
      if (rules.size() >= MOST_RULES || !one.isObject()) {
        throw wrong(where);
      }
      Rule rule = rule(one, where);
      if (!ids.add(rule.id())) {
        throw wrong(where + ".id");
      }
      rules.add(rule);
    }
    if (rules.isEmpty()) {
      throw wrong("rules");
    }
    return new RuleSet(id, version, from, to, source, rules);
  }

  private static void known(JsonNode node, Set<String> words, String where) {
    for (var property : node.properties()) {
      if (!words.contains(property.getKey())) {
        throw wrong(where + (where.isEmpty() ? "" : ".") + "…");
      }
    }
  }

  private static LocalDate day(JsonNode node, String where) {
    try {
      return LocalDate.parse(node.asString(""));
    } catch (DateTimeException e) {
      throw wrong(where);
    }
  }

  private static Rule rule(JsonNode node, String where) {
    known(node, RULE_WORDS, where);
    String id = node.path("id").asString("");
    if (!id.matches("[a-z0-9-]{1,60}")) {
      throw wrong(where + ".id");
    }
    PayerKind payer = PayerKind.of(node.path("payer").asString(""));
    if (payer == null) {
      throw wrong(where + ".payer");
    }
    String account = node.path("account").asString(id);
    if (!account.matches("[a-z0-9-]{1,60}")) {
      throw wrong(where + ".account");
    }
    Set<Setting> settings = new HashSet<>();
    for (String word :
        words(node.path("settings"), Set.of("outpatient", "inpatient"), where + ".settings")) {
      settings.add(word.equals("inpatient") ? Setting.INPATIENT : Setting.OUTPATIENT);
    }
    String per = node.path("per").asString("stay");
    if (!per.equals("year") && !per.equals("stay")) {
      throw wrong(where + ".per");
    }
    String base = node.path("base").asString("eligible");
    if (!base.equals("eligible") && !base.equals("own")) {
      throw wrong(where + ".base");
    }
    Map<String, Integer> points = new HashMap<>();
    for (var one : node.path("points").properties()) {
      if (!MARKS.contains(one.getKey()) || !one.getValue().isInt()) {
        throw wrong(where + ".points");
      }
      int value = one.getValue().asInt();
      if (value < -100 || value > 100) {
        throw wrong(where + ".points");
      }
      points.put(one.getKey(), value);
    }
    return new Rule(
        id,
        payer,
        account,
        text(node, "zh", where),
        text(node, "en", where),
        words(node.path("schemes"), SCHEMES, where + ".schemes"),
        Set.copyOf(settings),
        words(node.path("groups"), GROUPS, where + ".groups"),
        base.equals("own") ? Rule.Base.OWN : Rule.Base.ELIGIBLE,
        fenByLevel(node.path("deductible"), where + ".deductible"),
        per.equals("year"),
        bands(node.path("bands"), where + ".bands"),
        Map.copyOf(points),
        node.has("ceiling") ? fen(node.path("ceiling"), where + ".ceiling") : null,
        node.has("own-at-most-percent")
            ? percentOf(node.path("own-at-most-percent"), where + ".own-at-most-percent")
            : null);
  }

  private static String text(JsonNode node, String name, String where) {
    String text = node.path(name).asString("");
    if (text.isBlank() || text.length() > 200) {
      throw wrong(where + "." + name);
    }
    return text;
  }

  private static Set<String> words(JsonNode node, Set<String> known, String where) {
    Set<String> words = new LinkedHashSet<>();
    for (JsonNode one : node) {
      if (!known.contains(one.asString(""))) {
        throw wrong(where);
      }
      words.add(one.asString(""));
    }
    return words;
  }

  private static long fen(JsonNode node, String where) {
    if (!node.isIntegralNumber() || node.asLong() < 0 || node.asLong() > MOST_FEN) {
      throw wrong(where);
    }
    return node.asLong();
  }

  private static int percentOf(JsonNode node, String where) {
    if (!node.isInt() || node.asInt() < 0 || node.asInt() > 100) {
      throw wrong(where);
    }
    return node.asInt();
  }

  /** One number for all levels, or three. */
  private static List<JsonNode> byLevel(JsonNode node, String where) {
    if (node.isArray() && node.size() == 3) {
      return List.of(node.path(0), node.path(1), node.path(2));
    }
    if (node.isIntegralNumber()) {
      return List.of(node, node, node);
    }
    throw wrong(where);
  }

  private static Map<Integer, Long> fenByLevel(JsonNode node, String where) {
    Map<Integer, Long> levels = new HashMap<>();
    if (!node.isMissingNode()) {
      List<JsonNode> all = byLevel(node, where);
      for (int i = 0; i < all.size(); i++) {
        levels.put(i + 1, fen(all.get(i), where));
      }
    }
    return Map.copyOf(levels);
  }

  private static List<Rule.Band> bands(JsonNode node, String where) {
    List<Rule.Band> bands = new ArrayList<>();
    long before = 0;
    for (JsonNode one : node) {
      known(one, Set.of("up-to", "percent"), where);
      boolean isLast = bands.size() == node.size() - 1;
      if (isLast == one.has("up-to")) {
        throw wrong(where); // The last one has no end, all others have.
      }
      long upTo = isLast ? Long.MAX_VALUE : fen(one.path("up-to"), where);
      if (upTo <= before) {
        throw wrong(where);
      }
      before = upTo;
      Map<Integer, Integer> percent = new HashMap<>();
      List<JsonNode> all = byLevel(one.path("percent"), where);
      for (int i = 0; i < all.size(); i++) {
        percent.put(i + 1, percentOf(all.get(i), where));
      }
      bands.add(new Rule.Band(upTo, Map.copyOf(percent)));
    }
    if (bands.isEmpty()) {
      throw wrong(where);
    }
    return List.copyOf(bands);
  }
}
