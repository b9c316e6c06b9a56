package health.helan.foundation.store.index;

import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The references in a resource that a search parameter speaks of, for includes. */
public final class ReferenceFinder {
  private ReferenceFinder() {}

  /**
   * References under a parameter as they stand: {@code Type/id} (without version) or a URL.
   *
   * @param parameter code of a reference parameter of the type; nothing is found for others
   */
  public static Set<String> find(TypeIndex type, String parameter, ObjectNode resource) {
    Set<String> found = new LinkedHashSet<>();
    Plan plan = type.references.get(parameter);
    if (plan != null) {
      walk(plan.root, resource, found);
    }
    return found;
  }

  private static void walk(Plan.Node node, JsonNode element, Set<String> found) {
    for (Plan.Node child : node.children) {
      JsonNode value = element.get(child.json);
      if (value instanceof ArrayNode array) {
        int size = child.first ? Math.min(1, array.size()) : array.size();
        for (int i = 0; i < size; i++) {
          enter(child, array.get(i), found);
        }
      } else if (value != null) {
        enter(child, value, found);
      }
    }
  }

  private static void enter(Plan.Node node, JsonNode element, Set<String> found) {
    if (node.filterKey != null
        && !element.path(node.filterKey).asString("").equals(node.filterValue)) {
      return;
    }
    for (Plan.Action action : node.actions) {
      String reference =
          switch (action.extract()) {
            case REFERENCE -> element.path("reference").asString("");
            case CANONICAL -> element.isString() ? element.stringValue() : "";
            default -> "";
          };
      if (reference.isEmpty() || reference.startsWith("#")) {
        continue;
      }
      String local = Indexer.local(reference);
      String resolved = action.resolved();
      if (resolved == null || local != null && local.startsWith(resolved + "/")) {
        found.add(local == null ? reference : local);
      }
    }
    walk(node, element, found);
  }

  /** Every local reference {@code Type/id} in a resource, wherever it stands. */
  public static Set<String> all(JsonNode resource) {
    Set<String> found = new LinkedHashSet<>();
    all(resource, found);
    return found;
  }

  private static void all(JsonNode node, Set<String> found) {
    if (node instanceof ObjectNode object) {
      for (var property : object.properties()) {
        JsonNode value = property.getValue();
        if (value.isString()) {
          if (property.getKey().equals("reference")) {
            String local = Indexer.local(value.stringValue());
            if (local != null) {
              found.add(local);
            }
          }
        } else {
          all(value, found);
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        all(array.get(i), found);
      }
    }
  }
}
