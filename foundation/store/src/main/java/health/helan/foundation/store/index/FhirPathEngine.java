package health.helan.foundation.store.index;

import health.helan.foundation.fhirpath.FhirPath;
import health.helan.foundation.fhirpath.FhirPathException;
import health.helan.foundation.fhirpath.FhirPathExpression;
import health.helan.foundation.fhirpath.Node;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.StringNode;

/** {@link ExpressionEngine} by the platform's own FHIRPath. */
public final class FhirPathEngine implements ExpressionEngine {
  @Override
  public Compiled compile(String resourceType, String expression) {
    FhirPathExpression compiled;
    try {
      compiled = FhirPath.compile(expression, resourceType);
    } catch (FhirPathException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return resource -> {
      List<Node> nodes = compiled.evaluate(resource);
      if (nodes.isEmpty()) {
        return List.of();
      }
      var values = new ArrayList<Typed>(nodes.size());
      for (Node node : nodes) {
        JsonNode json = node.json();
        values.add(new Typed(lowerFirst(node), json == null ? of(node.value()) : json));
      }
      return values;
    };
  }

  /** System.Boolean is FHIR's boolean here. */
  private static String lowerFirst(Node node) {
    String name = node.typeName();
    return node.isSystem() ? Character.toLowerCase(name.charAt(0)) + name.substring(1) : name;
  }

  private static JsonNode of(@org.jspecify.annotations.Nullable Object value) {
    return switch (value) {
      case Boolean b -> BooleanNode.valueOf(b);
      case Integer i -> IntNode.valueOf(i);
      case java.math.BigDecimal d -> DecimalNode.valueOf(d);
      case null -> StringNode.valueOf("");
      default -> StringNode.valueOf(value.toString());
    };
  }
}
