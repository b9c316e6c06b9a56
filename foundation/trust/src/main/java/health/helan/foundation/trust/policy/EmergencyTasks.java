package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Emergency accesses, for who watches over them. */
public final class EmergencyTasks {
  private EmergencyTasks() {}

  /**
   * An emergency access.
   *
   * @param institution for which it was opened; empty where the Task does not say
   */
  public record Opened(Instant at, String institution) {}

  /** Those that were opened before and never justified, at most 500. */
  public static SearchRequest openedBefore(Instant moment) {
    return new SearchRequest(
        "Task",
        null,
        null,
        List.of(
            new Parameter("code", Causes.TASK_SYSTEM + "|" + Causes.EMERGENCY_TASK),
            new Parameter("business-status", EmergencyAccess.OPENED.code()),
            new Parameter("authored-on", "lt" + moment),
            new Parameter("_count", "500")),
        false);
  }

  public static Opened of(ResourceVersion task) {
    byte[] content = task.content();
    JsonNode json =
        content == null ? Json.MAPPER.createObjectNode() : Json.MAPPER.readTree(content);
    Instant at;
    try {
      at = OffsetDateTime.parse(json.path("authoredOn").asString("")).toInstant();
    } catch (DateTimeParseException e) {
      at = task.updated();
    }
    String owner = json.path("requester").path("reference").asString("");
    return new Opened(
        at, owner.startsWith("Organization/") ? owner.substring("Organization/".length()) : "");
  }
}
