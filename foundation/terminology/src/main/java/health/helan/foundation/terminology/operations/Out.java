package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Parameters that answer. */
final class Out {
  private final ObjectNode parameters =
      Json.MAPPER.createObjectNode().put("resourceType", "Parameters");

  private ArrayNode list() {
    return parameters.withArray("parameter");
  }

  Out text(String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      list().addObject().put("name", name).put("valueString", value);
    }
    return this;
  }

  Out code(String name, String value) {
    list().addObject().put("name", name).put("valueCode", value);
    return this;
  }

  Out uri(String name, String value) {
    list().addObject().put("name", name).put("valueUri", value);
    return this;
  }

  Out flag(String name, boolean value) {
    list().addObject().put("name", name).put("valueBoolean", value);
    return this;
  }

  Out number(String name, long value) {
    list().addObject().put("name", name).put("valueInteger", value);
    return this;
  }

  /** A parameter with parts. */
  ArrayNode parts(String name) {
    return list().addObject().put("name", name).putArray("part");
  }

  static void part(ArrayNode parts, String name, String type, JsonNode value) {
    parts.addObject().put("name", name).set(type, value);
  }

  static void part(ArrayNode parts, String name, String type, String value) {
    parts.addObject().put("name", name).put(type, value);
  }

  Answer answer() {
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }
}
