package health.helan.foundation.terminology.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A concept on its way into the tables. */
public final class Draft {
  final String code;
  String display = "";
  @Nullable String definition;
  final Set<String> parents = new LinkedHashSet<>();
  final List<JsonNode> designations = new ArrayList<>();
  final List<JsonNode> properties = new ArrayList<>();
  boolean inactive;
  boolean notSelectable;

  public Draft(String code) {
    this.code = code;
  }

  /** From CodeSystem.concept, without the concepts nested in it. */
  static Draft of(JsonNode concept) {
    var draft = new Draft(concept.path("code").asString(""));
    draft.display = concept.path("display").asString("");
    draft.definition = concept.path("definition").asString(null);
    concept.path("designation").forEach(draft.designations::add);
    for (JsonNode property : concept.path("property")) {
      draft.property(property);
    }
    return draft;
  }

  public Draft display(String text) {
    display = text;
    return this;
  }

  public Draft parent(String above) {
    parents.add(above);
    return this;
  }

  public Draft designation(String language, String text) {
    designations.add(
        JsonNodeFactory.instance.objectNode().put("language", language).put("value", text));
    return this;
  }

  public Draft property(String name, String text) {
    property(JsonNodeFactory.instance.objectNode().put("code", name).put("valueString", text));
    return this;
  }

  public Draft inactive(boolean is) {
    inactive = is;
    return this;
  }

  /** FHIR R4, CodeSystem 4.8.11, "Defined concept properties"; HL7 v3 has some of its own. */
  private void property(JsonNode property) {
    String name = property.path("code").asString("");
    String value = value(property);
    switch (name) {
      case "parent", "subsumedBy" -> parents.add(value);
      case "inactive" -> inactive |= value.equals("true");
      case "status" -> inactive |= value.equals("retired") || value.equals("inactive");
      case "notSelectable" -> notSelectable |= value.equals("true");
      default -> {
        // Kept as it is.
      }
    }
    properties.add(property);
  }

  static String value(JsonNode property) {
    for (var each : property.properties()) {
      if (each.getKey().startsWith("value")) {
        JsonNode value = each.getValue();
        return value.isObject() ? value.path("code").asString("") : value.asString();
      }
    }
    return "";
  }

  /** What the table does not have columns for; null for nothing. */
  @Nullable ObjectNode extra() {
    if (designations.isEmpty() && properties.isEmpty()) {
      return null;
    }
    ObjectNode extra = JsonNodeFactory.instance.objectNode();
    if (!designations.isEmpty()) {
      ArrayNode array = extra.putArray("designation");
      designations.forEach(array::add);
    }
    if (!properties.isEmpty()) {
      ArrayNode array = extra.putArray("property");
      properties.forEach(array::add);
    }
    return extra;
  }
}
