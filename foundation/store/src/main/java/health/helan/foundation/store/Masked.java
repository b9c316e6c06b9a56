package health.helan.foundation.store;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bodies that are a part of a resource, or a blotted view of one: writing them would lose the rest.
 */
final class Masked {
  /** What a mask leaves of a number. */
  private static final String BLOT = "***";

  private Masked() {}

  /** Whether a body says of itself that it is not whole. */
  static boolean isMasked(ObjectNode resource) {
    for (JsonNode tag : resource.path("meta").path("tag")) {
      if (tag.path("code").asString("").equals("SUBSETTED")) {
        return true;
      }
    }
    return false;
  }

  /**
   * @throws Refusal UNPROCESSABLE for a body tagged SUBSETTED, or with a masked identifier
   */
  static void refuse(ObjectNode resource, String place) {
    if (isMasked(resource)) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, place, "store.body-subsetted", new Object[] {});
    }
    for (JsonNode identifier : resource.path("identifier")) {
      if (identifier.path("value").asString("").contains(BLOT)) {
        throw new Refusal(Refusal.Kind.UNPROCESSABLE, place, "store.body-masked", new Object[] {});
      }
    }
  }
}
