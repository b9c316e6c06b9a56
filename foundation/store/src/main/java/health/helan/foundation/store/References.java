package health.helan.foundation.store;

import health.helan.foundation.definitions.R4;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** References within a resource: finding, and rewriting those of a bundle (FHIR R4, 3.1.0.11.2). */
final class References {
  private References() {}

  /** Types whose values may name a resource; a canonical names a definition and stays. */
  private static final Set<String> URI_TYPES = Set.of("uri", "url", "oid", "uuid");

  /**
   * Rewrites in place: references, uris and links in the narrative that name another entry of the
   * bundle by its fullUrl, and conditional references ({@code Patient?identifier=…}). Texts that
   * merely look like a fullUrl stay, such as the value of an identifier.
   *
   * @param entries fullUrl to {@code Type/id}
   * @param conditional from a conditional reference to {@code Type/id}
   */
  static void rewrite(
      ObjectNode resource, Map<String, String> entries, UnaryOperator<String> conditional) {
    // Types are asked for only where some text is a fullUrl: this runs for every resource written.
    boolean elsewhere = false;
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
            String text = value.stringValue();
            String now = rewrite(property.getKey(), text, entries, conditional);
            if (now != null) {
              property.setValue(StringNode.valueOf(now));
            }
            elsewhere |= isFullUrl(text, entries);
          }
        }
      } else {
        for (JsonNode value : node) {
          if (value.isContainer()) {
            open.push(value);
          } else {
            elsewhere |= value instanceof StringNode && isFullUrl(value.stringValue(), entries);
          }
        }
      }
    }
    if (elsewhere) {
      rewriteUris(resource, resource.path("resourceType").asString(""), entries);
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

  private static boolean isFullUrl(String text, Map<String, String> entries) {
    return text.startsWith("urn:") && find(text, entries) != null;
  }

  /** Depth is bounded where the resource was read. */
  private static void rewriteUris(ObjectNode object, String typeName, Map<String, String> entries) {
    R4.TypeDef type = R4.get().type(typeName);
    if (type == null) {
      return;
    }
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      R4.ElementDef element = type.elements().get(property.getKey());
      if (element != null) {
        property.setValue(withUris(property.getValue(), element.type(), entries));
      }
    }
  }

  private static JsonNode withUris(JsonNode value, String type, Map<String, String> entries) {
    if (value instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, withUris(array.get(i), type, entries));
      }
    } else if (value instanceof ObjectNode object) {
      // A contained resource says itself what it is.
      rewriteUris(object, object.path("resourceType").asString(type), entries);
    } else if (value instanceof StringNode
        && URI_TYPES.contains(type)
        && isFullUrl(value.stringValue(), entries)) {
      return StringNode.valueOf(Objects.requireNonNull(find(value.stringValue(), entries)));
    }
    return value;
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
