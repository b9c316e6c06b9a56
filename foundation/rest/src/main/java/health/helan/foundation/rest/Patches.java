package health.helan.foundation.rest;

import health.helan.foundation.rest.patch.FhirPathPatch;
import health.helan.foundation.rest.patch.JsonPatch;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/** Patches by their format. */
final class Patches {
  private Patches() {}

  /** RFC 6902. */
  static UnaryOperator<ObjectNode> json(byte[] body) {
    return JsonPatch.of(Bodies.tree(body, 0, body.length))::applyTo;
  }

  /** FHIR R4, fhirpatch.html. */
  static UnaryOperator<ObjectNode> fhirPath(ObjectNode parameters) {
    return FhirPathPatch.of(parameters)::applyTo;
  }
}
