package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Json;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Blots out who a resource is about: {@code 张*三}, {@code 6401**********1234}. What is left says
 * that the row is there and what it is about, not whom.
 */
public final class Masking {
  private static final String SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
  private static final Set<String> PEOPLE = Set.of("Patient", "RelatedPerson", "Person");

  private Masking() {}

  static byte[] mask(byte[] content) {
    ObjectNode tree = (ObjectNode) Json.MAPPER.readTree(content);
    resource(tree);
    ObjectNode meta = tree.get("meta") instanceof ObjectNode there ? there : tree.putObject("meta");
    ArrayNode tags = meta.get("tag") instanceof ArrayNode there ? there : meta.putArray("tag");
    tags.addObject().put("system", SYSTEM).put("code", "SUBSETTED");
    return Json.MAPPER.writeValueAsBytes(tree);
  }

  private static void resource(ObjectNode tree) {
    String type = tree.path("resourceType").asString("");
    tree.remove("text"); // The narrative may say anything.
    if (PEOPLE.contains(type)) {
      person(tree);
    } else if (type.equals("Practitioner")) {
      contacts(tree);
    }
    displays(tree);
    for (JsonNode contained : tree.path("contained")) {
      if (contained instanceof ObjectNode object) {
        resource(object);
      }
    }
  }

  private static void person(ObjectNode tree) {
    names(tree.path("name"));
    contacts(tree);
    for (JsonNode contact : tree.path("contact")) {
      if (contact instanceof ObjectNode object) {
        names(object.path("name"));
        contacts(object);
      }
    }
  }

  /** Numbers, telephones, addresses, the day of birth, the picture. */
  private static void contacts(ObjectNode tree) {
    tree.remove("photo");
    tree.remove("_birthDate");
    for (JsonNode identifier : tree.path("identifier")) {
      blot(identifier, "value", 4, 4);
    }
    for (JsonNode telecom : tree.path("telecom")) {
      blot(telecom, "value", 3, 4);
    }
    JsonNode address = tree.path("address");
    if (address instanceof ObjectNode one) {
      address(one);
    }
    for (JsonNode one : address) {
      if (one instanceof ObjectNode object) {
        address(object);
      }
    }
    String birth = tree.path("birthDate").asString("");
    if (birth.length() > 4) {
      tree.put("birthDate", birth.substring(0, 4));
    }
  }

  /** Down to the county. */
  private static void address(ObjectNode address) {
    for (String finer : new String[] {"line", "_line", "text", "_text", "postalCode"}) {
      address.remove(finer);
    }
  }

  private static void names(JsonNode names) {
    for (JsonNode name : names instanceof ObjectNode ? java.util.List.of(names) : names) {
      if (name instanceof ObjectNode object) {
        String text = object.path("text").asString("");
        if (text.isEmpty()) {
          var all = new StringBuilder(object.path("family").asString(""));
          object.path("given").forEach(given -> all.append(given.asString("")));
          text = all.toString();
        }
        String use = object.path("use").asString("");
        object.removeAll();
        if (!use.isEmpty()) {
          object.put("use", use);
        }
        object.put("text", name(text));
      }
    }
  }

  /** {@code 张三} becomes {@code 张*}, {@code 张小三} becomes {@code 张*三}. */
  public static String name(String name) {
    int[] points = name.codePoints().toArray();
    if (points.length <= 1) {
      return "*";
    }
    var blotted = new StringBuilder().appendCodePoint(points[0]);
    blotted.append("*".repeat(Math.max(1, points.length - 2)));
    if (points.length > 2) {
      blotted.appendCodePoint(points[points.length - 1]);
    }
    return blotted.toString();
  }

  /**
   * {@code 640104198001011234} becomes {@code 6401**********1234}; short ones are blotted whole.
   */
  static String number(String number, int head, int tail) {
    return number.length() < head + tail + 3
        ? "*".repeat(Math.max(3, number.length()))
        : number.substring(0, head)
            + "*".repeat(number.length() - head - tail)
            + number.substring(number.length() - tail);
  }

  private static void blot(JsonNode node, String name, int head, int tail) {
    if (node instanceof ObjectNode object && object.path(name).isString()) {
      object.put(name, number(object.path(name).stringValue(), head, tail));
      object.remove("_" + name);
    }
  }

  /** References to people carry their names. */
  private static void displays(JsonNode node) {
    if (node instanceof ObjectNode object) {
      String reference = object.path("reference").asString("");
      if (object.has("display")
          && (reference.startsWith("Patient/") || reference.startsWith("RelatedPerson/"))) {
        object.put("display", name(object.path("display").asString("")));
        if (object.get("identifier") instanceof ObjectNode identifier) {
          blot(identifier, "value", 4, 4);
        }
      }
      for (var property : object.properties()) {
        if (property.getValue().isContainer() && !property.getKey().equals("contained")) {
          displays(property.getValue());
        }
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        displays(node.get(i));
      }
    }
  }
}
