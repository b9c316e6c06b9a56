package health.helan.foundation.trust.audit;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.ResourceVersion;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A row as an AuditEvent (FHIR R4, auditevent.html). */
final class AuditEventJson {
  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);

  private static final String OURS = "https://helan.health/fhir/";

  /**
   * Actions of the interactions (FHIR R4, auditevent.html#6.4.4.1, value set audit-event-action).
   */
  private static final Map<String, List<String>> BY_ACTION =
      Map.of(
          "C",
          List.of("create"),
          "R",
          List.of("read", "vread", "history-instance", "history-type", "history-system"),
          "U",
          List.of("update", "patch"),
          "D",
          List.of("delete"),
          "E",
          List.of(
              "search-type",
              "search-system",
              "transaction",
              "batch",
              "operation",
              "capabilities",
              "other"));

  private AuditEventJson() {}

  /** Interactions of an action's code. */
  static List<String> interactions(String action) {
    return BY_ACTION.getOrDefault(action, List.of());
  }

  private static String action(String interaction) {
    for (var entry : BY_ACTION.entrySet()) {
      if (entry.getValue().contains(interaction)) {
        return entry.getKey();
      }
    }
    return "E";
  }

  /**
   * @param view a resident sees no address of a workstation, and no digests of other residents
   */
  static ResourceVersion of(AuditRow row, String id, AuditEvents.View view) {
    String at = INSTANT.format(row.at());
    ObjectNode event = Json.MAPPER.createObjectNode();
    event.put("resourceType", "AuditEvent");
    event.put("id", id);
    event.putObject("meta").put("versionId", "1").put("lastUpdated", at);
    event
        .putObject("type")
        .put("system", "http://terminology.hl7.org/CodeSystem/audit-event-type")
        .put("code", "rest")
        .put("display", "RESTful Operation");
    ObjectNode subtype = event.putArray("subtype").addObject();
    if (!row.interaction().equals("other")) {
      subtype.put("system", "http://hl7.org/fhir/restful-interaction");
    }
    subtype.put("code", row.interaction());
    event.put("action", action(row.interaction()));
    event.put("recorded", at);
    event.put("outcome", row.status() < 400 ? "0" : row.status() < 500 ? "4" : "8");
    event.put("outcomeDesc", "HTTP " + row.status());
    if (!row.purposes().isEmpty()) {
      ArrayNode purposes = event.putArray("purposeOfEvent");
      for (String purpose : row.purposes().split(",")) {
        purposes
            .addObject()
            .putArray("coding")
            .addObject()
            .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActReason")
            .put("code", purpose);
      }
    }
    agents(event.putArray("agent"), row, view);
    ObjectNode source = event.putObject("source");
    source.put("site", "chain " + row.chain() + ", row " + row.seq());
    source.putObject("observer").put("display", "Helan");
    source
        .putArray("type")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/security-source-type")
        .put("code", "4")
        .put("display", "Application Server");
    entities(event, row, view);
    return new ResourceVersion(
        "AuditEvent",
        id,
        1,
        row.at(),
        ResourceVersion.Method.POST,
        Json.MAPPER.writeValueAsBytes(event),
        null);
  }

  private static void agents(ArrayNode agents, AuditRow row, AuditEvents.View view) {
    ObjectNode agent = agents.addObject();
    if (!row.role().isEmpty()) {
      agent
          .putArray("role")
          .addObject()
          .putArray("coding")
          .addObject()
          .put("system", OURS + "CodeSystem/caller-role")
          .put("code", row.role());
    }
    if (!row.practitioner().isEmpty()) {
      agent.putObject("who").put("reference", "Practitioner/" + row.practitioner());
    }
    if (!row.account().isEmpty()) {
      agent.put("altId", row.account());
    }
    agent.put("requestor", true);
    if (!row.remote().isEmpty() && !view.isResidents()) {
      agent.putObject("network").put("address", row.remote()).put("type", "2");
    }
    if (!row.institution().isEmpty()) {
      ObjectNode institution = agents.addObject();
      institution.putObject("who").put("reference", "Organization/" + row.institution());
      institution.put("requestor", false);
    }
  }

  private static void entities(ObjectNode event, AuditRow row, AuditEvents.View view) {
    ArrayNode entities = Json.MAPPER.createArrayNode();
    for (long subject : row.subjects()) {
      ObjectNode what = Json.MAPPER.createObjectNode();
      if (view.subjects() == null) {
        what.putObject("identifier")
            .put("system", OURS + "sid/subject-digest")
            .put("value", HexFormat.of().toHexDigits(subject));
      } else {
        String patient = view.subjects().get(subject);
        if (patient == null) {
          continue; // Another resident's: not this one's to know.
        }
        what.put("reference", "Patient/" + patient);
      }
      ObjectNode entity = entities.addObject();
      entity.set("what", what);
      coded(
          entity, "type", "http://terminology.hl7.org/CodeSystem/audit-entity-type", "1", "Person");
      coded(entity, "role", "http://terminology.hl7.org/CodeSystem/object-role", "1", "Patient");
    }
    ObjectNode request = entities.addObject();
    if (!row.id().isEmpty()) {
      request.putObject("what").put("reference", row.type() + "/" + row.id());
    }
    coded(
        request,
        "type",
        "http://terminology.hl7.org/CodeSystem/audit-entity-type",
        "2",
        "System Object");
    ArrayNode details = Json.MAPPER.createArrayNode();
    detail(details, "type", row.type());
    detail(details, "operation", row.operation());
    detail(details, "parameters", row.parameters());
    detail(details, "count", Integer.toString(row.count()));
    if (row.refused() > 0) {
      detail(details, "refused", Integer.toString(row.refused()));
    }
    detail(details, "milliseconds", Integer.toString(row.millis()));
    detail(details, "request", row.request());
    if (!view.isResidents()) {
      detail(details, "query-digest", HexFormat.of().toHexDigits(row.query()));
    }
    request.set("detail", details);
    event.set("entity", entities);
  }

  private static void coded(
      ObjectNode entity, String name, String system, String code, String display) {
    entity.putObject(name).put("system", system).put("code", code).put("display", display);
  }

  private static void detail(ArrayNode details, String type, String value) {
    if (!value.isEmpty()) {
      details.addObject().put("type", type).put("valueString", value);
    }
  }
}
