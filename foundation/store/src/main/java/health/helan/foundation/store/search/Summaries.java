package health.helan.foundation.store.search;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ResourceVersion;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cuts resources down for {@code _summary} and {@code _elements} (FHIR R4, 3.1.1.5.8 and 9) and
 * tags them {@code SUBSETTED}.
 */
final class Summaries {
  private static final String SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

  private final R4 r4;

  Summaries(R4 r4) {
    this.r4 = r4;
  }

  /**
   * @param mode true, text or data; null when {@code elements} speaks
   * @param elements names of elements, also below the first level ({@code name.family})
   */
  ResourceVersion cut(ResourceVersion whole, @Nullable String mode, List<String> elements) {
    byte[] content = whole.content();
    if (content == null) {
      return whole;
    }
    ObjectNode tree = (ObjectNode) Json.MAPPER.readTree(content);
    R4.TypeDef type = r4.type(whole.type());
    if (type == null) {
      throw new IllegalStateException(whole.type());
    }
    if (mode == null) {
      elements(tree, type, elements);
    } else {
      switch (mode) {
        case "text" -> tree.retain(withMandatory(type, Set.of("text")));
        case "data" -> tree.remove("text");
        case "true" -> summary(tree, type);
        default -> throw new IllegalStateException(mode);
      }
    }
    tag(tree);
    return new ResourceVersion(
        whole.type(),
        whole.id(),
        whole.version(),
        whole.updated(),
        whole.method(),
        Json.MAPPER.writeValueAsBytes(tree),
        whole.patient());
  }

  private static Set<String> withMandatory(R4.TypeDef type, Set<String> names) {
    Set<String> kept = new HashSet<>(Set.of("resourceType", "id", "meta"));
    for (R4.ElementDef element : type.elements().values()) {
      if (element.min() > 0 || names.contains(element.name()) || names.contains(element.json())) {
        kept.add(element.json());
        kept.add("_" + element.json());
      }
    }
    return kept;
  }

  private static void elements(ObjectNode tree, R4.TypeDef type, List<String> elements) {
    Set<String> first = new HashSet<>();
    Set<String> whole = new HashSet<>();
    for (String path : elements) {
      // {Type.element} is allowed too: for other types it says nothing.
      String own =
          path.startsWith(type.name() + ".") ? path.substring(type.name().length() + 1) : path;
      if (Character.isUpperCase(own.charAt(0))) {
        continue;
      }
      int dot = own.indexOf('.');
      first.add(dot < 0 ? own : own.substring(0, dot));
      if (dot < 0) {
        whole.add(own);
      }
    }
    tree.retain(withMandatory(type, first));
    for (String path : elements) {
      int dot = path.indexOf('.');
      if (dot > 0 && !whole.contains(path.substring(0, dot))) {
        String head = path.substring(0, dot);
        if (Character.isLowerCase(head.charAt(0))) {
          narrow(tree.get(head), head, elements);
        }
      }
    }
  }

  private static void narrow(@Nullable JsonNode node, String head, List<String> elements) {
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        narrow(array.get(i), head, elements);
      }
    } else if (node instanceof ObjectNode object) {
      Set<String> kept = new HashSet<>();
      for (String path : elements) {
        if (path.startsWith(head + ".")) {
          String rest = path.substring(head.length() + 1);
          int dot = rest.indexOf('.');
          String name = dot < 0 ? rest : rest.substring(0, dot);
          kept.add(name);
          kept.add("_" + name);
        }
      }
      object.retain(kept);
    }
  }

  /** Elements marked as summary, or mandatory, all the way down. */
  private void summary(JsonNode node, R4.@Nullable TypeDef type) {
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        summary(array.get(i), type);
      }
    } else if (node instanceof ObjectNode object && type != null) {
      Set<String> kept = new HashSet<>(Set.of("resourceType"));
      for (R4.ElementDef element : type.elements().values()) {
        if (element.isSummary() || element.min() > 0) {
          kept.add(element.json());
          kept.add("_" + element.json());
          JsonNode child = object.get(element.json());
          if (child != null && child.isContainer()) {
            summary(child, r4.type(element.type()));
          }
        }
      }
      object.retain(kept);
    }
  }

  private static void tag(ObjectNode tree) {
    JsonNode meta = tree.get("meta");
    ObjectNode object = meta instanceof ObjectNode there ? there : tree.putObject("meta");
    JsonNode tags = object.get("tag");
    ArrayNode array = tags instanceof ArrayNode there ? there : object.putArray("tag");
    array.addObject().put("system", SYSTEM).put("code", "SUBSETTED");
  }
}
