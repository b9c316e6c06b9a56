package health.helan.oversight.supervision.rules;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The rules that come with the platform, in the order of the file, and the formula of scores. */
public final class ShippedRules {
  private static final class File {
    static final ObjectNode ROOT = read();
    static final Map<String, Rule> RULES = rules(ROOT);

    private static ObjectNode read() {
      try (InputStream in =
          Objects.requireNonNull(
              ShippedRules.class.getResourceAsStream("/supervision/rules.json"))) {
        return (ObjectNode) Json.MAPPER.readTree(in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static Map<String, Rule> rules(ObjectNode root) {
      var rules = new LinkedHashMap<String, Rule>();
      for (JsonNode one : root.path("rules")) {
        Rule rule = Rule.of((ObjectNode) one, root.path("version").asInt());
        if (rules.put(rule.rule(), rule) != null) {
          throw new IllegalStateException("twice: " + rule.rule());
        }
      }
      return Collections.unmodifiableMap(rules);
    }
  }

  private ShippedRules() {}

  public static Map<String, Rule> all() {
    return File.RULES;
  }

  /** How long complaints wait. */
  public static ComplaintTimes complaintTimes() {
    JsonNode hours = File.ROOT.path("complaintHours");
    return new ComplaintTimes(
        Duration.ofHours(hours.path("answer").asInt()),
        Duration.ofHours(hours.path("accept").asInt()));
  }

  /** How long ratings are waited for. */
  public static RatingTimes ratingTimes() {
    JsonNode days = File.ROOT.path("ratingDays");
    return new RatingTimes(
        Duration.ofDays(days.path("first").asInt()), Duration.ofDays(days.path("change").asInt()));
  }

  /** What ratings take from scores. */
  public static Satisfaction satisfaction() {
    JsonNode part = File.ROOT.path("satisfaction");
    JsonNode title = part.path("title");
    return new Satisfaction(
        part.path("least").asInt(),
        part.path("low").asInt(),
        part.path("points").asInt(),
        new Rule.Text(title.path("zh").asString(""), title.path("en").asString("")));
  }

  /** The formula of scores. */
  public static Formula formula() {
    JsonNode score = File.ROOT.path("score");
    return new Formula(
        score.path("start").asInt(0),
        score.path("per").asInt(0),
        score.path("least").asInt(0),
        score.path("most").asInt(0));
  }
}
