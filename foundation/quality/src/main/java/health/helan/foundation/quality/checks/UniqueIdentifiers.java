package health.helan.foundation.quality.checks;

import health.helan.foundation.store.PlatformRows;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * No other record of the institution bears the same identifier. Several institutions may each have
 * one of a person: linking those is the resident index's matter.
 */
final class UniqueIdentifiers implements Check {
  /** {@code system|value} to its path; those without a system are only labels. */
  static Map<String, String> of(ObjectNode resource) {
    var found = new LinkedHashMap<String, String>();
    JsonNode identifiers = resource.path("identifier");
    for (int i = 0; i < identifiers.size(); i++) {
      String system = identifiers.get(i).path("system").asString("");
      String value = identifiers.get(i).path("value").asString("");
      if (!system.isEmpty() && !value.isEmpty()) {
        found.put(
            system + "|" + value,
            resource.path("resourceType").asString("") + ".identifier[" + i + "]");
      }
    }
    return found;
  }

  @Override
  public Verdict of(Subject subject, Around around) {
    Map<String, String> identifiers = of(subject.tree());
    if (identifiers.isEmpty()) {
      return Verdict.NOT_ASKED;
    }
    for (Map.Entry<String, String> identifier : identifiers.entrySet()) {
      for (PlatformRows.Place place : around.sharing(subject, identifier.getKey())) {
        if (!place.id().equals(subject.id()) && place.owner().equals(subject.owner())) {
          return Verdict.failsAt(identifier.getValue());
        }
      }
    }
    return Verdict.PASSES;
  }

  @Override
  public boolean looksElsewhere() {
    return true;
  }
}
