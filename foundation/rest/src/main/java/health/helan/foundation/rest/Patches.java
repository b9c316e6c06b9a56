package health.helan.foundation.rest;

import health.helan.foundation.rest.patch.FhirPathPatch;
import health.helan.foundation.rest.patch.JsonPatch;
import health.helan.foundation.store.Json;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Patches by their format. */
final class Patches {
  private Patches() {}

  /** RFC 6902. */
  static UnaryOperator<ObjectNode> json(byte[] body) {
    JsonNode patch;
    try {
      patch = Json.MAPPER.readTree(body);
    } catch (JacksonException e) {
      throw Bodies.broken(e);
    }
    return JsonPatch.of(patch)::applyTo;
  }

  /** FHIR R4, fhirpatch.html. */
  static UnaryOperator<ObjectNode> fhirPath(ObjectNode parameters) {
    return FhirPathPatch.of(parameters)::applyTo;
  }
}
