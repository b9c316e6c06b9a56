package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.store.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the projection can do: reading and searching what is current, of the types it has. */
public final class ProjectionCapabilities implements RestConfig.Capabilities {
  private final RestConfig.Capabilities whole;

  /**
   * @param whole as for the records
   */
  public ProjectionCapabilities(RestConfig.Capabilities whole) {
    this.whole = whole;
  }

  @Override
  public byte[] statement(String base, Operations operations) {
    ObjectNode statement = (ObjectNode) Json.MAPPER.readTree(whole.statement(base, operations));
    statement.put("title", "贺兰假名化数据 Helan, pseudonymised");
    statement.remove("patchFormat");
    for (JsonNode rest : statement.path("rest")) {
      ArrayNode kept = Json.MAPPER.createArrayNode();
      for (JsonNode one : rest.path("resource")) {
        if (one instanceof ObjectNode resource
            && Rules.all().contains(resource.path("type").asString(""))) {
          ArrayNode interactions = resource.putArray("interaction");
          interactions.addObject().put("code", "read");
          interactions.addObject().put("code", "search-type");
          resource.put("versioning", "no-version").put("readHistory", false);
          resource.remove("updateCreate");
          resource.remove("conditionalCreate");
          resource.remove("conditionalUpdate");
          resource.remove("conditionalDelete");
          kept.add(resource);
        }
      }
      ((ObjectNode) rest).set("resource", kept);
      ArrayNode interactions = ((ObjectNode) rest).putArray("interaction");
      interactions.addObject().put("code", "batch");
      interactions.addObject().put("code", "search-system");
    }
    return Json.MAPPER.writeValueAsBytes(statement);
  }
}
