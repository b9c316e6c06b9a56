package health.helan.foundation.registry;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The parts of a complex extension, by their names. */
final class Parts {
  private final ObjectNode extension;

  Parts(ObjectNode extension) {
    this.extension = extension;
  }

  /** The extension of an element; null for none. */
  static @Nullable ObjectNode find(JsonNode element, String url) {
    for (JsonNode each : element.path("extension")) {
      if (url.equals(each.path("url").asString("")) && each instanceof ObjectNode found) {
        return found;
      }
    }
    return null;
  }

  /** The extension of an element, a new one where there is none. */
  static ObjectNode make(ObjectNode element, String url) {
    ObjectNode there = find(element, url);
    return there != null ? there : element.withArray("extension").addObject().put("url", url);
  }

  String text(String name) {
    return text(extension, name);
  }

  /** Text of the value of a part; empty for none. */
  static String text(JsonNode extension, String name) {
    for (JsonNode part : extension.path("extension")) {
      if (name.equals(part.path("url").asString(""))) {
        return value(part).asString("");
      }
    }
    return "";
  }

  /** The value of a part; a missing node for none. */
  JsonNode node(String name) {
    for (JsonNode part : extension.path("extension")) {
      if (name.equals(part.path("url").asString(""))) {
        return value(part);
      }
    }
    return tools.jackson.databind.node.MissingNode.getInstance();
  }

  static JsonNode value(JsonNode part) {
    for (var property : part.properties()) {
      if (property.getKey().startsWith("value")) {
        return property.getValue();
      }
    }
    return tools.jackson.databind.node.MissingNode.getInstance();
  }

  java.util.List<JsonNode> all(String name) {
    var found = new java.util.ArrayList<JsonNode>();
    for (JsonNode part : extension.path("extension")) {
      if (name.equals(part.path("url").asString(""))) {
        found.add(value(part));
      }
    }
    return found;
  }

  Parts remove(String name) {
    if (extension.get("extension") instanceof ArrayNode parts) {
      for (int i = parts.size() - 1; i >= 0; i--) {
        if (name.equals(parts.path(i).path("url").asString(""))) {
          parts.remove(i);
        }
      }
    }
    return this;
  }

  /** Puts a part in the place of those of its name; takes them out where the value is empty. */
  Parts put(String name, String type, @Nullable String value) {
    remove(name);
    if (value != null && !value.isEmpty()) {
      add(name).put(type, value);
    }
    return this;
  }

  Parts put(String name, boolean value) {
    remove(name);
    add(name).put("valueBoolean", value);
    return this;
  }

  /** Puts a part with a value of several elements. */
  ObjectNode object(String name, String type) {
    remove(name);
    return add(name).putObject(type);
  }

  ObjectNode add(String name) {
    return extension.withArray("extension").addObject().put("url", name);
  }
}
