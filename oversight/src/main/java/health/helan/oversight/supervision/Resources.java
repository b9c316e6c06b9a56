package health.helan.oversight.supervision;

import health.helan.foundation.store.Json;
import health.helan.oversight.supervision.rules.Act;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads acts out of FHIR R4 resources, whoever wrote them. What a visit of this platform says in
 * extensions ({@code docs/guide/online-visit.md}) is looked at where it is there.
 */
final class Resources {
  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  private static final String VISIT = "https://helan.health/fhir/StructureDefinition/online-visit-";
  private static final String OWN_VISIT =
      "https://helan.health/fhir/StructureDefinition/online-visit";
  private static final String ATC = "http://www.whocc.no/atc";
  private static final String CHARGE_CATEGORY =
      "https://helan.health/fhir/CodeSystem/charge-category";
  private static final DateTimeFormatter MINUTES = DateTimeFormatter.ofPattern("HH:mm");

  private static final Set<String> WAITING = Set.of("arrived", "triaged");
  private static final Set<String> BEGUN = Set.of("in-progress", "onleave", "finished");

  /** Prescriptions that count, or are on their way to. */
  private static final Set<String> WRITTEN = Set.of("active", "on-hold", "completed");

  private static final Set<String> HANDED_OVER = Set.of("completed");
  private static final Set<String> NO_CHARGE =
      Set.of("not-billable", "aborted", "entered-in-error");

  private Resources() {}

  static boolean isOnline(@Nullable JsonNode encounter) {
    return encounter != null
        && "Encounter".equals(encounter.path("resourceType").asString(""))
        && "VR".equals(encounter.path("class").path("code").asString(""));
  }

  /** Written by the steps of visits of this platform, and by nothing else. */
  static boolean isByPlatform(ObjectNode encounter) {
    for (JsonNode profile : encounter.path("meta").path("profile")) {
      String url = profile.asString("");
      if (url.equals(OWN_VISIT) || url.startsWith(OWN_VISIT + "|")) {
        return true;
      }
    }
    return false;
  }

  // ------------------------------------------------------------------ visits

  /**
   * A visit on line.
   *
   * @param now to say how long somebody waits who still waits
   */
  static Seen visit(ObjectNode encounter, int home, int version, Instant now) {
    String status = text(encounter, "status");
    JsonNode period = encounter.path("period");
    boolean isBegun = BEGUN.contains(status);
    Instant from = isBegun ? time(text(period, "start")) : null;
    Instant until = status.equals("finished") ? time(text(period, "end")) : null;
    ObjectNode facts = Json.MAPPER.createObjectNode();
    if (isBegun) {
      facts.put("repeat", isRepeat(encounter));
    }
    if (from != null) {
      facts.put("time", MINUTES.format(from.atZone(BEIJING)));
    }
    if (from != null && until != null && !isOffline(encounter)) {
      facts.put("seconds", Duration.between(from, until).toSeconds());
      int messages = messages(encounter);
      if (messages >= 0) {
        facts.put("messages", messages);
      }
    }
    Instant since = arrived(encounter);
    boolean isWaiting = WAITING.contains(status);
    if (since != null && (isWaiting || from != null)) {
      Instant end = isWaiting || from == null ? now : from;
      facts.put("waited", Math.max(0, ChronoUnit.MINUTES.between(since, end)));
    }
    Instant noted =
        extension(encounter, "note").isMissingNode()
            ? null
            : time(text(encounter.path("meta"), "lastUpdated"));
    return new Seen(
        Act.VISIT,
        home,
        text(encounter, "id"),
        version,
        text(encounter, "id"),
        doctor(encounter),
        organization(encounter.path("serviceProvider")),
        from,
        until,
        noted == null && !extension(encounter, "note").isMissingNode() ? now : noted,
        isWaiting ? since : null,
        facts);
  }

  /** Care in person, while its times are news; null for none of a doctor, or without a time. */
  static @Nullable Seen inPerson(ObjectNode encounter, int home, int version) {
    Instant from = time(text(encounter.path("period"), "start"));
    String doctor = doctor(encounter);
    if (from == null || doctor.isEmpty() || !BEGUN.contains(text(encounter, "status"))) {
      return null;
    }
    return new Seen(
        Act.IN_PERSON,
        home,
        text(encounter, "id"),
        version,
        "",
        doctor,
        organization(encounter.path("serviceProvider")),
        from,
        time(text(encounter.path("period"), "end")),
        null,
        null,
        Json.MAPPER.createObjectNode());
  }

  /**
   * The resident brings a record: as this platform says it, or as FHIR does. Whether it is one, is
   * looked at behind ({@link EarlierCare}): here only that none is named is certain.
   */
  static boolean isRepeat(ObjectNode encounter) {
    if (!extension(encounter, "proof").isMissingNode()) {
      return true;
    }
    for (JsonNode reason : encounter.path("reasonReference")) {
      if (text(reason, "reference").startsWith("Condition/")) {
        return true;
      }
    }
    return encounter.path("partOf").has("reference") || !encounter.path("episodeOfCare").isEmpty();
  }

  /** The doctor sent the resident to a hospital: that it was short is as it should be. */
  private static boolean isOffline(ObjectNode encounter) {
    return extension(encounter, "state").path("valueCode").asString("").equals("offline");
  }

  private static int messages(ObjectNode encounter) {
    for (JsonNode part : extension(encounter, "conversation").path("extension")) {
      if (text(part, "url").equals("messages")) {
        return part.path("valueInteger").asInt(-1);
      }
    }
    return -1;
  }

  private static @Nullable Instant arrived(ObjectNode encounter) {
    JsonNode history = encounter.path("statusHistory");
    for (JsonNode past : history) {
      if (text(past, "status").equals("arrived")) {
        return time(text(past.path("period"), "start"));
      }
    }
    if (!text(encounter, "status").equals("arrived")) {
      return null;
    }
    String before = text(history.path(history.size() - 1).path("period"), "end");
    return time(before.isEmpty() ? text(encounter.path("meta"), "lastUpdated") : before);
  }

  private static String doctor(ObjectNode encounter) {
    for (JsonNode participant : encounter.path("participant")) {
      String id = id(participant.path("individual"), "Practitioner");
      if (!id.isEmpty()) {
        return id;
      }
    }
    return "";
  }

  static JsonNode extension(ObjectNode encounter, String name) {
    for (JsonNode extension : encounter.path("extension")) {
      if (text(extension, "url").equals(VISIT + name)) {
        return extension;
      }
    }
    return Json.MAPPER.missingNode();
  }

  // ------------------------------------------------------------------ prescriptions, drugs,
  // charges

  /** The encounter that a resource says it belongs to; empty for none. */
  static String encounterOf(JsonNode resource) {
    for (String element : new String[] {"encounter", "context"}) {
      String id = id(resource.path(element), "Encounter");
      if (!id.isEmpty()) {
        return id;
      }
    }
    return "";
  }

  /**
   * A prescription of a visit on line; null for a draft, or one that was given up.
   *
   * @param wantsWritten false: a draft too
   */
  static @Nullable Seen prescription(
      ObjectNode request, int home, int version, Instant now, boolean wantsWritten) {
    String status = text(request, "status");
    if (!WRITTEN.contains(status) && (wantsWritten || !status.equals("draft"))) {
      return null;
    }
    Instant at = time(text(request, "authoredOn"));
    ObjectNode facts = Json.MAPPER.createObjectNode();
    ArrayNode atc = facts.putArray("atc");
    for (JsonNode coding : request.path("medicationCodeableConcept").path("coding")) {
      if (ATC.equals(text(coding, "system"))) {
        atc.add(text(coding, "code"));
      }
    }
    return new Seen(
        Act.PRESCRIPTION,
        home,
        text(request, "id"),
        version,
        encounterOf(request),
        id(request.path("requester"), "Practitioner"),
        "",
        at == null ? now : at,
        null,
        null,
        null,
        facts);
  }

  /** A drug that was handed over; null for one that was not. */
  static @Nullable Seen dispensing(
      ObjectNode dispense, int home, int version, String encounter, Instant now) {
    if (!HANDED_OVER.contains(text(dispense, "status"))) {
      return null;
    }
    Instant at = time(text(dispense, "whenHandedOver"));
    String by = "";
    for (JsonNode performer : dispense.path("performer")) {
      by = by.isEmpty() ? id(performer.path("actor"), "Practitioner") : by;
    }
    return new Seen(
        Act.DISPENSING,
        home,
        text(dispense, "id"),
        version,
        encounter,
        by,
        "",
        at == null ? now : at,
        null,
        null,
        null,
        Json.MAPPER.createObjectNode());
  }

  /** A charge; null for one that is none, or says no amount. */
  static @Nullable Seen charge(ObjectNode item, int home, int version, Instant now) {
    JsonNode price = item.path("priceOverride");
    if (NO_CHARGE.contains(text(item, "status")) || !price.path("value").isNumber()) {
      return null;
    }
    ObjectNode facts = Json.MAPPER.createObjectNode();
    // FHIR R4: the price of the whole quantity.
    BigDecimal quantity = item.path("quantity").path("value").decimalValue(BigDecimal.ONE);
    facts.put("fen", fen(price.path("value").decimalValue(BigDecimal.ZERO)));
    facts.put("quantity", quantity);
    Instant at = time(text(item, "occurrenceDateTime"));
    if (at == null) {
      at = time(text(item, "enteredDate"));
    }
    return new Seen(
        Act.CHARGE,
        home,
        text(item, "id"),
        version,
        encounterOf(item),
        id(item.path("enterer"), "Practitioner"),
        id(item.path("performingOrganization"), "Organization"),
        at == null ? now : at,
        null,
        null,
        null,
        facts);
  }

  /** The code that the region's price book has, as settlement reads it; empty for none. */
  static String chargeCode(JsonNode item) {
    for (JsonNode coding : item.path("code").path("coding")) {
      if (!CHARGE_CATEGORY.equals(text(coding, "system"))) {
        return text(coding, "code");
      }
    }
    return "";
  }

  static long fen(BigDecimal yuan) {
    return yuan.movePointRight(2).longValue();
  }

  // ------------------------------------------------------------------ elements

  static String text(JsonNode node, String name) {
    return node.path(name).asString("");
  }

  /** Id of the reference if it is of that type, whatever version it names; empty otherwise. */
  static String id(JsonNode reference, String type) {
    String text = text(reference, "reference");
    if (!text.startsWith(type + "/")) {
      return "";
    }
    String rest = text.substring(type.length() + 1);
    int end = rest.indexOf('/');
    return end < 0 ? rest : rest.substring(0, end);
  }

  private static String organization(JsonNode reference) {
    return id(reference, "Organization");
  }

  /** Null for none, or one without an hour. */
  static @Nullable Instant time(String text) {
    try {
      return text.length() > 10 ? OffsetDateTime.parse(text).toInstant() : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** A day, or the first of a month or a year; null for none, or a moment. */
  static @Nullable LocalDate day(String text) {
    try {
      return switch (text.length()) {
        case 4 -> LocalDate.parse(text + "-01-01");
        case 7 -> LocalDate.parse(text + "-01");
        case 10 -> LocalDate.parse(text);
        default -> null;
      };
    } catch (DateTimeException e) {
      return null;
    }
  }
}
