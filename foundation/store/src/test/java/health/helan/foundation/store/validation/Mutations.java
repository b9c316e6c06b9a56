package health.helan.foundation.store.validation;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.definitions.R4.TypeDef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Breaks (or changes harmlessly) one thing in a resource, by chance. */
final class Mutations {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** No blank one: HAPI's parser takes a blank string of any type for absent. */
  private static final List<String> TEXTS =
      List.of(
          "",
          "zzz-bogus",
          " leading",
          "two words",
          "two  blanks",
          "2026-02-30",
          "2026-02-29T10:00:00Z",
          "2026-13-01",
          "2026-1-5",
          "02/01/2026",
          "2026",
          "2024-02",
          "2024-02-29",
          "2024-02-29T10:00:00",
          "2024-02-29T10:00:00Z",
          "2024-02-29T10:00:00.123+08:00",
          "2024-02-29T10:00Z",
          "2024-02-29T25:00:00Z",
          "10:00:00",
          "10:00",
          "urn:oid:1.2.03",
          "urn:oid:1.2.840.113883",
          "urn:uuid:not-one",
          "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
          "QUI",
          "http://example.org/ok",
          "final",
          "active",
          "<div>no namespace</div>",
          "plain text");

  private static final List<String> REFERENCES =
      List.of(
          "Patient",
          "Patient/",
          "Patient/p 1",
          "Human/1",
          "#nothing",
          "Patient/p-9",
          "Medication/m-9",
          "Observation/o-9/_history/3",
          "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
          "http://example.org/fhir/Patient/1",
          "http://example.org/fhir/Substance/1",
          "https://example.org/files/x.html");

  private final Random random;

  Mutations(Random random) {
    this.random = random;
  }

  /**
   * @param what names the kind of change and the place, for messages
   */
  record Mutant(String what, JsonNode tree) {}

  /** A value and where it stands. */
  private record Place(
      JsonNode parent, String key, int index, String path, @Nullable TypeDef type) {
    void put(JsonNode value) {
      if (parent instanceof ObjectNode object) {
        object.set(key, value);
      } else {
        ((ArrayNode) parent).set(index, value);
      }
    }

    void remove() {
      if (parent instanceof ObjectNode object) {
        object.remove(key);
      } else {
        ((ArrayNode) parent).remove(index);
      }
    }

    JsonNode value() {
      return parent.isObject() ? parent.get(key) : parent.get(index);
    }
  }

  Mutant mutate(JsonNode sample) {
    while (true) {
      JsonNode tree = sample.deepCopy();
      List<Place> places = new ArrayList<>();
      collect(tree, "", R4.get().type(tree.get("resourceType").stringValue()), places);
      Place place = places.get(random.nextInt(places.size()));
      String done = change(place);
      if (done != null && !tree.isEmpty()) {
        return new Mutant(done + " at " + place.path, tree);
      }
    }
  }

  private void collect(JsonNode node, String path, @Nullable TypeDef type, List<Place> places) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        String key = entry.getKey();
        if (key.equals("resourceType")) {
          continue;
        }
        var element = type == null ? null : type.elements().get(key);
        TypeDef inner = element == null ? null : R4.get().type(element.type());
        places.add(new Place(node, key, -1, path + "." + key, type));
        collect(entry.getValue(), path + "." + key, inner, places);
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        places.add(new Place(node, "", i, path + "[" + i + "]", type));
        JsonNode item = node.get(i);
        TypeDef inner =
            item.has("resourceType") ? R4.get().type(item.get("resourceType").stringValue()) : type;
        collect(item, path + "[" + i + "]", inner, places);
      }
    }
  }

  private @Nullable String change(Place place) {
    JsonNode value = place.value();
    switch (random.nextInt(14)) {
      case 0 -> {
        place.remove();
        return "removed";
      }
      case 1 -> {
        place.put(NODES.nullNode());
        return "null";
      }
      case 2 -> {
        if (value.isArray()) {
          if (random.nextBoolean()) {
            place.put(NODES.arrayNode());
            return "emptied list";
          }
          place.put(value.get(0));
          return "list to single";
        }
        if (place.parent.isArray()) {
          return null;
        }
        place.put(NODES.arrayNode().add(value));
        return "single to list";
      }
      case 3 -> {
        if (value.isObject()) {
          place.put(random.nextBoolean() ? NODES.objectNode() : NODES.stringNode("text"));
          return "object to nothing";
        }
        place.put(NODES.objectNode().put("text", "x"));
        return "object";
      }
      case 4 -> {
        if (value.isNumber() || value.isBoolean()) {
          place.put(NODES.stringNode(value.asString()));
          return "quoted";
        }
        place.put(random.nextBoolean() ? NODES.numberNode(5) : NODES.booleanNode(true));
        return "number or boolean";
      }
      case 5 -> {
        if (value.isNumber()) {
          long[] numbers = {-1, 0, 1, 3_000_000_000L};
          place.put(
              random.nextInt(5) == 0
                  ? NODES.numberNode(new java.math.BigDecimal("1.5"))
                  : NODES.numberNode(numbers[random.nextInt(4)]));
          return "number";
        }
        return null;
      }
      case 6 -> {
        if (value instanceof ObjectNode object) {
          object.put("bogus", "x");
          return "unknown property";
        }
        if (place.parent instanceof ObjectNode object && place.key.length() > 2) {
          place.remove();
          object.set(place.key + "x", value);
          return "renamed";
        }
        return null;
      }
      case 7 -> {
        if (place.type != null && place.parent instanceof ObjectNode object) {
          var element = place.type.elements().get(place.key);
          if (element != null && element.isChoice()) {
            List<String> forms = Objects.requireNonNull(place.type.choices().get(element.name()));
            String other = forms.get(random.nextInt(forms.size()));
            return putForm(object, other, place.type);
          }
        }
        return null;
      }
      case 8 -> {
        if (value.isString() && place.parent instanceof ObjectNode object) {
          ObjectNode sibling = NODES.objectNode();
          if (random.nextBoolean()) {
            sibling.put("id", "x1");
          } else {
            sibling
                .putArray("extension")
                .add(NODES.objectNode().put("url", "http://example.org/e").put("valueCode", "x"));
          }
          if (random.nextBoolean()) {
            place.remove();
          }
          object.set("_" + place.key, sibling);
          return "sibling";
        }
        return null;
      }
      case 9 -> {
        if (value instanceof ObjectNode object && !object.has("resourceType")) {
          ObjectNode extension = NODES.objectNode();
          int kind = random.nextInt(5);
          if (kind != 0) {
            extension.put("url", "http://example.org/e");
          }
          if (kind != 1) {
            extension.put("valueString", "x");
          }
          if (kind == 2) {
            extension.put("valueInteger", 1);
          }
          if (kind == 3) {
            extension.putArray("extension").add(extension.deepCopy());
          }
          object.putArray("extension").add(extension);
          return "extension " + kind;
        }
        return null;
      }
      case 10 -> {
        if (place.key.equals("reference")) {
          place.put(NODES.stringNode(REFERENCES.get(random.nextInt(REFERENCES.size()))));
          return "reference " + place.value();
        }
        return null;
      }
      default -> {
        if (value.isString()) {
          place.put(NODES.stringNode(TEXTS.get(random.nextInt(TEXTS.size()))));
          return "text " + place.value();
        }
        return null;
      }
    }
  }

  private static @Nullable String putForm(ObjectNode object, String form, TypeDef type) {
    var element = type.elements().get(form);
    if (element == null || object.has(form)) {
      return null;
    }
    JsonNode value =
        switch (element.type()) {
          case "boolean" -> NODES.booleanNode(true);
          case "integer", "decimal", "positiveInt", "unsignedInt" -> NODES.numberNode(1);
          case "string", "markdown", "code" -> NODES.stringNode("x");
          case "dateTime", "date" -> NODES.stringNode("2026-01-02");
          case "CodeableConcept" -> NODES.objectNode().put("text", "x");
          case "Period" -> NODES.objectNode().put("start", "2026-01-02");
          default -> null;
        };
    if (value == null) {
      return null;
    }
    object.set(form, value);
    return "second form " + form;
  }
}
