package health.helan.foundation.store;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** References within a resource: finding, and rewriting those of a bundle (FHIR R4, 3.1.0.11.2). */
final class References {
  private References() {}

  /**
   * Rewrites in place: references, uris and links in the narrative that name another entry of the
   * bundle by its fullUrl, and conditional references ({@code Patient?identifier=…}).
   *
   * @param entries fullUrl to {@code Type/id}
   * @param conditional from a conditional reference to {@code Type/id}
   */
  static void rewrite(
      ObjectNode resource, Map<String, String> entries, UnaryOperator<String> conditional) {
    var open = new ArrayDeque<JsonNode>();
    open.push(resource);
    JsonNode node;
    while ((node = open.poll()) != null) {
      if (node instanceof ObjectNode object) {
        for (Map.Entry<String, JsonNode> property : object.properties()) {
          JsonNode value = property.getValue();
          if (value.isContainer()) {
            open.push(value);
          } else if (value instanceof StringNode) {
            String now = rewrite(property.getKey(), value.stringValue(), entries, conditional);
            if (now != null) {
              property.setValue(StringNode.valueOf(now));
            }
          }
        }
      } else if (node instanceof ArrayNode array) {
        for (int i = 0; i < array.size(); i++) {
          JsonNode value = array.get(i);
          if (value.isContainer()) {
            open.push(value);
          } else if (value instanceof StringNode) {
            String now = entries.get(value.stringValue());
            if (now != null) {
              array.set(i, StringNode.valueOf(now));
            }
          }
        }
      }
    }
  }

  private static @Nullable String rewrite(
      String name, String value, Map<String, String> entries, UnaryOperator<String> conditional) {
    if (name.equals("reference")) {
      String known = find(value, entries);
      if (known != null) {
        return known;
      }
      int question = value.indexOf('?');
      if (question > 0 && value.lastIndexOf(':', question) < 0) {
        return conditional.apply(value);
      }
      return null;
    }
    if (value.startsWith("urn:")) {
      return find(value, entries);
    }
    if (name.equals("div") && value.contains("urn:")) {
      String now = value;
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        if (entry.getKey().startsWith("urn:") && now.contains(entry.getKey())) {
          now = now.replace(entry.getKey(), entry.getValue());
        }
      }
      return now;
    }
    return null;
  }

  private static @Nullable String find(String value, Map<String, String> entries) {
    String known = entries.get(value);
    if (known != null) {
      return known;
    }
    int fragment = value.indexOf('#');
    if (fragment > 0) {
      String target = entries.get(value.substring(0, fragment));
      return target == null ? null : target + value.substring(fragment);
    }
    return null;
  }
}
