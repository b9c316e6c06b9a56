package health.helan.foundation.quality.rules;

import health.helan.foundation.quality.checks.Check;
import health.helan.foundation.quality.checks.Checks;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A version of a rule, ready to be asked. Shipped files and operators write rules alike, as JSON;
 * docs/guide/quality.md tells the members.
 *
 * @param rule its id, the same through all versions
 * @param version of shipped rules as the file says; of operators' from {@value #OPERATORS} on
 * @param dataset resource type that it is about
 * @param severity {@code error}, or {@code warning} where good reasons for an exception are common
 * @param spec the JSON that it was made of
 */
public record Rule(
    String rule,
    int version,
    String dataset,
    Dimension dimension,
    String severity,
    ObjectNode spec,
    Check check) {

  /** First version number of what operators write: no shipped rule ever comes so far. */
  public static final int OPERATORS = 1001;

  private static final Set<String> SEVERITIES = Set.of("error", "warning");

  /**
   * Reads a rule.
   *
   * @param version that it is to have
   * @throws Refusal saying what is wrong with it
   */
  public static Rule of(ObjectNode spec, int version) {
    String rule = spec.path("rule").asString("");
    if (!rule.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*") || rule.length() > 64) {
      throw wrong("rule", "quality.rule-id");
    }
    String dataset = spec.path("dataset").asString("");
    if (!Checks.isType(dataset)) {
      throw wrong("dataset", "quality.rule-dataset", dataset);
    }
    Dimension dimension;
    try {
      dimension = Dimension.of(spec.path("dimension").asString(""));
    } catch (IllegalArgumentException e) {
      throw wrong("dimension", "quality.rule-dimension");
    }
    String severity = spec.path("severity").asString("");
    if (!SEVERITIES.contains(severity)) {
      throw wrong("severity", "quality.rule-severity");
    }
    for (String text : new String[] {"title", "advice"}) {
      for (String language : new String[] {"zh", "en"}) {
        String value = spec.path(text).path(language).asString("");
        if (value.isBlank() || value.length() > 500) {
          throw wrong(text, "quality.rule-text", text + "." + language);
        }
      }
    }
    if (spec.path("source").asString("").isBlank()) {
      throw wrong("source", "quality.rule-source");
    }
    return new Rule(rule, version, dataset, dimension, severity, spec, Checks.of(spec, dataset));
  }

  /** A refusal that names the member of the rule. */
  public static Refusal wrong(String member, String key, Object... arguments) {
    return new Refusal(Refusal.Kind.INVALID, member, key, arguments);
  }

  /** Reads the JSON of a rule. */
  public static ObjectNode json(String text) {
    JsonNode node;
    try {
      node = Json.MAPPER.readTree(text);
    } catch (RuntimeException e) {
      throw wrong("rule", "quality.rule-json");
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw wrong("rule", "quality.rule-json");
  }

  /** What it asks for, in a sentence. */
  public String title(Locale language) {
    return text("title", language);
  }

  /** How to mend a record. */
  public String advice(Locale language) {
    return text("advice", language);
  }

  private String text(String member, Locale language) {
    return spec.path(member).path(language.getLanguage().equals("en") ? "en" : "zh").asString("");
  }
}
