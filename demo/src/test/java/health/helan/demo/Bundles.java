package health.helan.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Ways for tests to look into bundles. */
final class Bundles {
  private Bundles() {}

  /** Entries of all bundles, one after the other. */
  static Stream<JsonNode> entries(Stream<DemoBundle> bundles) {
    return bundles.flatMap(bundle -> bundle.tree().get("entry").valueStream());
  }

  static Stream<JsonNode> resources(Stream<DemoBundle> bundles) {
    return entries(bundles).map(entry -> entry.get("resource"));
  }

  static boolean isA(JsonNode resource, String type) {
    return resource.get("resourceType").asString().equals(type);
  }

  /** Every {@code reference} anywhere inside. */
  static List<String> references(JsonNode tree) {
    List<String> found = new ArrayList<>();
    collect(tree, found);
    return found;
  }

  private static void collect(JsonNode node, List<String> found) {
    if (node.isObject() && node.path("reference").isString()) {
      found.add(node.get("reference").asString());
    }
    node.valueStream().forEach(child -> collect(child, found));
  }
}
