package health.helan.foundation.registry.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Json;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Parameters that answer. */
final class Out {
  private final ObjectNode parameters =
      Json.MAPPER.createObjectNode().put("resourceType", "Parameters");

  /** The parts of a parameter, or the parameters themselves. */
  record Parts(ArrayNode list) {
    Parts text(String name, @Nullable String value) {
      return put(name, "valueString", value);
    }

    Parts code(String name, @Nullable String value) {
      return put(name, "valueCode", value);
    }

    Parts codes(String name, List<String> values) {
      values.forEach(value -> code(name, value));
      return this;
    }

    Parts put(String name, String type, @Nullable String value) {
      if (value != null && !value.isEmpty()) {
        list.addObject().put("name", name).put(type, value);
      }
      return this;
    }

    Parts time(String name, @Nullable Instant value) {
      return value == null ? this : put(name, "valueInstant", value.toString());
    }

    Parts number(String name, long value) {
      list.addObject().put("name", name).put("valueInteger", value);
      return this;
    }

    Parts decimal(String name, @Nullable Double value, int digits) {
      if (value != null) {
        list.addObject()
            .put("name", name)
            .put(
                "valueDecimal",
                java.math.BigDecimal.valueOf(value)
                    .setScale(digits, java.math.RoundingMode.HALF_UP));
      }
      return this;
    }

    Parts flag(String name, boolean value) {
      list.addObject().put("name", name).put("valueBoolean", value);
      return this;
    }

    Parts reference(String name, String type, String id, @Nullable String display) {
      if (!id.isEmpty()) {
        ObjectNode reference = list.addObject().put("name", name).putObject("valueReference");
        reference.put("reference", type.isEmpty() ? id : type + "/" + id);
        if (display != null && !display.isEmpty()) {
          reference.put("display", display);
        }
      }
      return this;
    }

    Parts parts(String name) {
      return new Parts(list.addObject().put("name", name).putArray("part"));
    }
  }

  Parts all() {
    return new Parts(parameters.withArray("parameter"));
  }

  Parts parts(String name) {
    return all().parts(name);
  }

  Answer answer() {
    if (parameters.path("parameter").isEmpty()) {
      parameters.remove("parameter"); // FHIR knows no empty list.
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }
}
