package health.helan.foundation.residents.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.store.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
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

    Parts put(String name, String type, @Nullable String value) {
      if (value != null && !value.isEmpty()) {
        list.addObject().put("name", name).put(type, value);
      }
      return this;
    }

    /** To hundredths. */
    Parts decimal(String name, double value) {
      list.addObject()
          .put("name", name)
          .put("valueDecimal", BigDecimal.valueOf(value).setScale(4, RoundingMode.HALF_UP));
      return this;
    }

    Parts number(String name, long value) {
      list.addObject().put("name", name).put("valueDecimal", value);
      return this;
    }

    Parts flag(String name, boolean value) {
      list.addObject().put("name", name).put("valueBoolean", value);
      return this;
    }

    Parts reference(String name, String reference) {
      list.addObject().put("name", name).putObject("valueReference").put("reference", reference);
      return this;
    }

    Parts resource(String name, ObjectNode resource) {
      list.addObject().put("name", name).set("resource", resource);
      return this;
    }

    Parts parts(String name) {
      return new Parts(list.addObject().put("name", name).putArray("part"));
    }
  }

  Parts all() {
    return new Parts(parameters.withArray("parameter"));
  }

  Answer answer() {
    if (parameters.path("parameter").isEmpty()) {
      parameters.remove("parameter"); // FHIR knows no empty list.
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }
}
