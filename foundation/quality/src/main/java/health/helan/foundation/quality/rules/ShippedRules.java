package health.helan.foundation.quality.rules;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The rules that come with the platform: a file for each data set, named in {@code index.txt}. */
public final class ShippedRules {
  private static final class Instance {
    static final Map<String, Rule> ALL = load();

    private Instance() {}
  }

  private ShippedRules() {}

  /** By id, in the order of the files. */
  public static Map<String, Rule> all() {
    return Instance.ALL;
  }

  private static Map<String, Rule> load() {
    var all = new LinkedHashMap<String, Rule>();
    for (String file : read("index.txt").lines().filter(line -> !line.isBlank()).toList()) {
      for (JsonNode node : Json.MAPPER.readTree(read(file.strip()))) {
        var rule = Rule.of((ObjectNode) node, node.path("version").asInt());
        if (rule.version() < 1
            || rule.version() >= Rule.OPERATORS
            || all.put(rule.rule(), rule) != null) {
          throw new IllegalStateException(file + ": " + rule.rule() + " twice, or its version");
        }
      }
    }
    return java.util.Collections.unmodifiableMap(all);
  }

  private static String read(String file) {
    try (InputStream in = ShippedRules.class.getResourceAsStream(file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
