package health.helan.foundation.store.index;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * From a resource tree to the search values of its row: one walk over the places that the type's
 * parameters look at. Thread-safe.
 *
 * <p>Elements of the wrong shape (a text where an object belongs) are passed over: validation is
 * the place that refuses them.
 */
public final class Indexer {
  private final ParameterRegistry registry;

  public Indexer(ParameterRegistry registry) {
    this.registry = registry;
  }

  /**
   * @param type resource type, one of R4's
   * @param resource its tree, references resolved; not changed
   * @param id its id, which the tree need not carry yet
   */
  public IndexEntry index(String type, ObjectNode resource, String id) {
    TypeIndex index = registry.type(type);
    Values values = new Values(registry, index, resource);
    if (type.equals("Patient")) {
      values.patient(id);
    } else if (type.equals("Binary")) {
      // Its search parameters name nobody; its security context says whose it is.
      String context = local(resource.path("securityContext").path("reference").asString(""));
      if (context != null && context.startsWith("Patient/")) {
        values.patient(context.substring("Patient/".length()));
      }
    }
    walk(index.plan.root, resource, values, resource);
    for (TypeIndex.ByExpression by : index.byExpression) {
      for (ExpressionEngine.Typed typed : by.expression().evaluate(resource)) {
        values.take(
            by.parameter(), Extract.of(by.parameter().type(), typed.type()), null, typed.value());
      }
    }
    return values.finish();
  }

  private static void walk(Plan.Node node, JsonNode element, Values values, ObjectNode resource) {
    if (!(element instanceof ObjectNode object)) {
      return;
    }
    for (Plan.Node child : node.children) {
      JsonNode value = object.get(child.json);
      if (value == null) {
        continue;
      }
      if (value instanceof ArrayNode array) {
        int size = child.first ? Math.min(1, array.size()) : array.size();
        for (int i = 0; i < size; i++) {
          enter(child, array.get(i), values, resource);
        }
      } else {
        enter(child, value, values, resource);
      }
    }
  }

  private static void enter(Plan.Node node, JsonNode element, Values values, ObjectNode resource) {
    if (element.isNull()) {
      return;
    }
    String key = node.filterKey;
    if (key != null) {
      JsonNode filter = element.get(key);
      if (filter == null || !filter.isString() || !filter.stringValue().equals(node.filterValue)) {
        return;
      }
    }
    for (Plan.Action action : node.actions) {
      Plan[] tuple = action.tuple();
      if (tuple != null) {
        tuple(action, tuple, element, values, resource);
      } else {
        values.take(action.parameter(), action.extract(), action.resolved(), element);
      }
    }
    if (node.children.length > 0) {
      walk(node, element, values, resource);
    }
  }

  /** Values of a composite's parts within one element; kept only when every part has some. */
  private static void tuple(
      Plan.Action action, Plan[] tuple, JsonNode element, Values values, ObjectNode resource) {
    values.beginTuple(tuple.length);
    for (int i = 0; i < tuple.length; i++) {
      values.tuplePart(i);
      walk(tuple[i].root, action.tupleFromResource()[i] ? resource : element, values, resource);
    }
    values.endTuple(action.parameter());
  }

  /** The local reference {@code Type/id} in a reference text; null for others. Drops a version. */
  public static @Nullable String local(String reference) {
    int slash = reference.indexOf('/');
    if (slash < 1 || !Character.isUpperCase(reference.charAt(0))) {
      return null;
    }
    for (int i = 0; i < slash; i++) {
      char c = reference.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')) {
        return null;
      }
    }
    int next = reference.indexOf('/', slash + 1);
    if (next < 0) {
      int fragment = reference.indexOf('#', slash);
      return fragment < 0 ? reference : reference.substring(0, fragment);
    }
    return reference.startsWith("/_history/", next) ? reference.substring(0, next) : null;
  }
}
