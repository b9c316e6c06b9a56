package health.helan.foundation.rest;

import health.helan.foundation.store.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Parameters being written by an operation; what is null or empty is left out. */
public final class Words {
  private final ArrayNode in;

  private Words(ArrayNode in) {
    this.in = in;
  }

  public static Words of(ObjectNode parameters) {
    return new Words(parameters.put("resourceType", "Parameters").putArray("parameter"));
  }

  public static ObjectNode parameters() {
    return Json.MAPPER.createObjectNode();
  }

  public static Answer answer(ObjectNode parameters) {
    if (parameters.path("parameter").isEmpty()) {
      parameters.remove("parameter"); // FHIR has no empty arrays.
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }

  public Words group(String name) {
    return new Words(in.addObject().put("name", name).putArray("part"));
  }

  public Words text(String name, @Nullable String value) {
    return value(name, "valueString", value);
  }

  public Words code(String name, @Nullable String value) {
    return value(name, "valueCode", value);
  }

  public Words time(String name, @Nullable Instant value) {
    return value(name, "valueInstant", value == null ? null : value.toString());
  }

  public Words number(String name, int value) {
    in.addObject().put("name", name).put("valueInteger", value);
    return this;
  }

  public Words decimal(String name, @Nullable Double value) {
    if (value != null) {
      in.addObject().put("name", name).put("valueDecimal", value);
    }
    return this;
  }

  public Words flag(String name, boolean value) {
    in.addObject().put("name", name).put("valueBoolean", value);
    return this;
  }

  public Words reference(String name, @Nullable String reference, @Nullable String display) {
    if (reference != null && !reference.isEmpty()) {
      ObjectNode value =
          in.addObject().put("name", name).putObject("valueReference").put("reference", reference);
      if (display != null && !display.isEmpty()) {
        value.put("display", display);
      }
    }
    return this;
  }

  /**
   * A value of a type that has parts of its own.
   *
   * @param type as in the name of the value: {@code Dosage}
   */
  public Words complex(String name, String type, JsonNode value) {
    if (!value.isEmpty()) {
      in.addObject().put("name", name).set("value" + type, value);
    }
    return this;
  }

  private Words value(String name, String type, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      in.addObject().put("name", name).put(type, value);
    }
    return this;
  }
}
