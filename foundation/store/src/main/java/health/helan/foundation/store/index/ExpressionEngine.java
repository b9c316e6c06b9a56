package health.helan.foundation.store.index;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** FHIRPath for the few parameters that are not plain paths, and for custom ones. */
public interface ExpressionEngine {
  /** A value and its FHIR type. */
  record Typed(String type, JsonNode value) {}

  /** An expression, ready to run; thread-safe. */
  interface Compiled {
    List<Typed> evaluate(ObjectNode resource);
  }

  /**
   * @throws IllegalArgumentException when the expression is not FHIRPath; the message says where
   */
  Compiled compile(String resourceType, String expression);
}
