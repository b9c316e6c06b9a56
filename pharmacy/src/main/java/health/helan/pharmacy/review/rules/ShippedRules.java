package health.helan.pharmacy.review.rules;

import health.helan.foundation.store.Json;
import health.helan.pharmacy.knowledge.KnowledgeReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The rules that come with the platform, in the order of the file. */
public final class ShippedRules {
  private static final class File {
    static final Map<String, Rule> RULES = read();

    private static Map<String, Rule> read() {
      var cases = new CaseReader(KnowledgeReader.demonstration());
      var rules = new LinkedHashMap<String, Rule>();
      try (InputStream in =
          Objects.requireNonNull(ShippedRules.class.getResourceAsStream("/review/rules.json"))) {
        JsonNode root = Json.MAPPER.readTree(in.readAllBytes());
        for (JsonNode one : root.path("rules")) {
          Rule rule = Rule.of((ObjectNode) one, root.path("version").asInt(), cases);
          if (rules.put(rule.rule(), rule) != null) {
            throw new IllegalStateException("twice: " + rule.rule());
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return Collections.unmodifiableMap(rules);
    }
  }

  private ShippedRules() {}

  public static Map<String, Rule> all() {
    return File.RULES;
  }
}
