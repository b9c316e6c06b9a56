package health.helan.foundation.store;

import tools.jackson.databind.JsonNode;

/** The institution a resource belongs to when the caller acts for none. */
final class Owners {
  /** Elements that name the responsible organization, most telling first. */
  private static final String[] ELEMENTS = {
    "managingOrganization",
    "serviceProvider",
    "custodian",
    "organization",
    "providedBy",
    "performer",
    "author",
    "requester",
    "provider",
    "insurer"
  };

  private Owners() {}

  /** Id of the Organization; empty for none. */
  static String of(String type, String id, JsonNode resource) {
    if (type.equals("Organization")) {
      return id;
    }
    for (String element : ELEMENTS) {
      JsonNode node = resource.get(element);
      if (node == null) {
        continue;
      }
      for (JsonNode candidate : node.isArray() ? node : java.util.List.of(node)) {
        String reference = candidate.path("reference").asString("");
        if (reference.startsWith("Organization/")) {
          int end = reference.indexOf('/', 13);
          return end < 0 ? reference.substring(13) : reference.substring(13, end);
        }
      }
    }
    return "";
  }
}
