package health.helan.foundation.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a step that somebody took is told as a FHIR R4 Provenance. A room adds what only it has to
 * say.
 */
public final class ProvenanceJson {
  /** System of {@code agent.who.identifier}: the account that acted. */
  public static final String ACCOUNT = "https://helan.health/fhir/account";

  private ProvenanceJson() {}

  /**
   * @param caller its account is the agent, on behalf of its institution if it has one
   * @param targets references, at least one
   * @param system of the code in {@code activity}
   * @param step that code
   * @param reason as text; null for none
   */
  public static ObjectNode of(
      Caller caller,
      List<String> targets,
      String system,
      String step,
      @Nullable String reason,
      Instant recorded) {
    ObjectNode provenance = Json.MAPPER.createObjectNode().put("resourceType", "Provenance");
    ArrayNode all = provenance.putArray("target");
    targets.forEach(target -> all.addObject().put("reference", target));
    provenance.put("recorded", recorded.toString());
    if (reason != null) {
      provenance.putArray("reason").addObject().put("text", reason);
    }
    provenance
        .putObject("activity")
        .putArray("coding")
        .addObject()
        .put("system", system)
        .put("code", step);
    ObjectNode agent = provenance.putArray("agent").addObject();
    agent
        .putObject("who")
        .putObject("identifier")
        .put("system", ACCOUNT)
        .put("value", caller.subject());
    if (!caller.institution().isEmpty()) {
      agent.putObject("onBehalfOf").put("reference", "Organization/" + caller.institution());
    }
    return provenance;
  }

  /** The first agent of what {@link #of} made. */
  public static ObjectNode agent(ObjectNode provenance) {
    return (ObjectNode) provenance.path("agent").path(0);
  }
}
