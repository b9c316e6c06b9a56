package health.helan.care.visit;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A visit on line as its Encounter says it. What FHIR R4 has no element for stands in extensions,
 * named here.
 */
final class Visit {
  static final String PROFILE = "https://helan.health/fhir/StructureDefinition/online-visit";

  /** {@code valueCode}: {@link VisitState#word}. */
  static final String STATE = "https://helan.health/fhir/StructureDefinition/online-visit-state";

  /** {@code valueReference} to the Consent of this visit. */
  static final String CONSENT =
      "https://helan.health/fhir/StructureDefinition/online-visit-consent";

  /** {@code valueReference} to the PractitionerRole that was applied to. */
  static final String ROLE = "https://helan.health/fhir/StructureDefinition/online-visit-role";

  /** {@code valueString}: in the resident's words. */
  static final String COMPLAINT =
      "https://helan.health/fhir/StructureDefinition/online-visit-complaint";

  /** {@code valueReference} to the record that proves the repeat visit, as it was given. */
  static final String PROOF = "https://helan.health/fhir/StructureDefinition/online-visit-proof";

  /** {@code valueReference} to the Composition. */
  static final String NOTE = "https://helan.health/fhir/StructureDefinition/online-visit-note";

  /** {@code valueReference} to the Composition of an addendum; repeats, the first one first. */
  static final String ADDENDUM =
      "https://helan.health/fhir/StructureDefinition/online-visit-addendum";

  /**
   * At the end: parts {@code messages} (how many) and {@code digest} (head of their chain, SM3 in
   * hexadecimal digits; docs/adr/0093).
   */
  static final String CONVERSATION =
      "https://helan.health/fhir/StructureDefinition/online-visit-conversation";

  /**
   * What was paid is owed back: parts {@code reason} (word of the step) and {@code at}. The ledger
   * takes it from here; nothing is paid by it.
   */
  static final String REFUND = "https://helan.health/fhir/StructureDefinition/online-visit-refund";

  /** {@code valueInstant}: since when the fee is there. */
  static final String PAID = "https://helan.health/fhir/StructureDefinition/online-visit-paid";

  private static final String ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

  final ObjectNode encounter;

  private Visit(ObjectNode encounter) {
    this.encounter = encounter;
  }

  static boolean is(@Nullable JsonNode resource) {
    if (resource != null && "Encounter".equals(resource.path("resourceType").asString(""))) {
      for (JsonNode profile : resource.path("meta").path("profile")) {
        String url = profile.asString("");
        if (url.equals(PROFILE) || url.startsWith(PROFILE + "|")) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * @throws Refusal NOT_FOUND for an Encounter that is no visit on line
   */
  static Visit of(ObjectNode encounter) {
    if (!is(encounter)) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          "store.not-found",
          "Encounter",
          encounter.path("id").asString(""));
    }
    return new Visit(encounter);
  }

  static Visit of(byte[] content) {
    return of((ObjectNode) Json.MAPPER.readTree(content));
  }

  /**
   * What is asked for.
   *
   * @param patient id
   * @param role id of the PractitionerRole
   * @param proof reference as the resident gave it
   * @param condition reference to the diagnosis that the visit is about
   * @param diagnosis its Coding
   * @param labels security labels of the diagnosis, so that who is applied to may read what the
   *     visit is about
   * @param fen what the doctor's place asks for it; 0 for nothing
   */
  record Asked(
      String patient,
      String role,
      String practitioner,
      String department,
      String complaint,
      String proof,
      String condition,
      JsonNode diagnosis,
      List<String> labels,
      long fen) {}

  /** A new one, before any step. */
  static Visit begun(Asked asked, String consent) {
    ObjectNode encounter = Json.MAPPER.createObjectNode().put("resourceType", "Encounter");
    var visit = new Visit(encounter);
    encounter.putObject("meta").putArray("profile").add(PROFILE);
    Kept.RECORD.tag(encounter);
    if (!asked.labels.isEmpty()) {
      ArrayNode security = encounter.withObject("/meta").putArray("security");
      asked.labels.forEach(
          label -> security.addObject().put("system", ACT_CODE).put("code", label));
    }
    visit.set(CONSENT, "valueReference").put("reference", consent);
    visit.set(ROLE, "valueReference").put("reference", "PractitionerRole/" + asked.role);
    visit.set(PROOF, "valueReference").put("reference", asked.proof);
    visit.extension(COMPLAINT).put("valueString", asked.complaint);
    if (asked.fen > 0) {
      Fee.put(visit.extension(Fee.URL), asked.fen);
    }
    encounter.put("status", VisitState.APPLIED.status());
    encounter
        .putObject("class")
        .put("system", ACT_CODE)
        .put("code", "VR")
        .put("display", "virtual");
    encounter.putObject("subject").put("reference", "Patient/" + asked.patient);
    encounter
        .putArray("participant")
        .addObject()
        .putObject("individual")
        .put("reference", "Practitioner/" + asked.practitioner);
    encounter.putArray("reasonCode").addObject().putArray("coding").add(asked.diagnosis.deepCopy());
    encounter.putArray("reasonReference").addObject().put("reference", asked.condition);
    encounter.putObject("serviceProvider").put("reference", "Organization/" + asked.department);
    return visit;
  }

  // ------------------------------------------------------------------ what it says

  String id() {
    return encounter.path("id").asString("");
  }

  /** Null before the first step. */
  @Nullable VisitState state() {
    return VisitState.of(find(STATE).path("valueCode").asString(""));
  }

  String patient() {
    return idOf(encounter.path("subject"), "Patient");
  }

  String practitioner() {
    return idOf(encounter.path("participant").path(0).path("individual"), "Practitioner");
  }

  String department() {
    return idOf(encounter.path("serviceProvider"), "Organization");
  }

  String role() {
    return idOf(find(ROLE).path("valueReference"), "PractitionerRole");
  }

  /** Reference. */
  String proof() {
    return find(PROOF).path("valueReference").path("reference").asString("");
  }

  String consent() {
    return idOf(find(CONSENT).path("valueReference"), "Consent");
  }

  /** Id of the Composition; empty for none yet. */
  String note() {
    return idOf(find(NOTE).path("valueReference"), "Composition");
  }

  void note(String reference) {
    set(NOTE, "valueReference").put("reference", reference);
  }

  /** Ids of the Compositions that append the note, the first one first. */
  List<String> addenda() {
    List<String> addenda = new ArrayList<>();
    for (JsonNode extension : encounter.path("extension")) {
      if (ADDENDUM.equals(extension.path("url").asString(""))) {
        addenda.add(idOf(extension.path("valueReference"), "Composition"));
      }
    }
    return addenda;
  }

  void addendum(String reference) {
    encounter
        .withArray("extension")
        .addObject()
        .put("url", ADDENDUM)
        .putObject("valueReference")
        .put("reference", reference);
  }

  String complaint() {
    return find(COMPLAINT).path("valueString").asString("");
  }

  /** How many messages it ended with; -1 while it has not ended. */
  int messages() {
    for (JsonNode part : find(CONVERSATION).path("extension")) {
      if (part.path("url").asString("").equals("messages")) {
        return part.path("valueInteger").asInt(-1);
      }
    }
    return -1;
  }

  /** What it costs; 0 for nothing. */
  long fen() {
    return Fee.fen(encounter);
  }

  boolean isPaid() {
    return !find(PAID).isMissingNode();
  }

  /** Whether it waits for its fee: no doctor takes it before. */
  boolean isFeeOpen() {
    return state() == VisitState.ELIGIBLE && fen() > 0 && !isPaid();
  }

  /**
   * @throws Refusal BUSINESS_RULE where it waits for no fee
   */
  void pay(Instant now) {
    if (!isFeeOpen()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.no-fee-open");
    }
    extension(PAID).put("valueInstant", now.toString());
  }

  boolean isRefundDue() {
    return !find(REFUND).isMissingNode();
  }

  boolean isRefundedBy(VisitStep step) {
    return find(REFUND)
        .path("extension")
        .path(0)
        .path("valueCode")
        .asString("")
        .equals(step.word());
  }

  /** The diagnoses that it ended with. */
  void diagnoses(List<String> conditions) {
    if (!conditions.isEmpty()) {
      ArrayNode diagnoses = encounter.putArray("diagnosis");
      conditions.forEach(one -> diagnoses.addObject().putObject("condition").put("reference", one));
    }
  }

  /** Id of the reference if it is of that type; empty otherwise. */
  static String idOf(JsonNode reference, String type) {
    String text = reference.path("reference").asString("");
    return text.startsWith(type + "/") ? text.substring(type.length() + 1) : "";
  }

  // ------------------------------------------------------------------ steps

  /** Takes a step: state, status, its history, and the times of the visit. */
  void take(VisitStep step, Party party, Instant now) {
    VisitState before = state();
    VisitState after = step.take(party, before);
    if (before != null) {
      ObjectNode past = encounter.withArray("statusHistory").addObject();
      past.put("status", before.status());
      ObjectNode period = past.putObject("period");
      period.put("start", since(now));
      period.put("end", now.toString());
    }
    extension(STATE).put("valueCode", after.word());
    encounter.put("status", after.status());
    if (after == VisitState.IN_PROGRESS) {
      encounter.withObject("/period").put("start", now.toString());
    }
    if (after.isFinal()) {
      ObjectNode period = encounter.withObject("/period");
      if (!period.has("start")) {
        period.put("start", now.toString());
      }
      period.put("end", now.toString());
    }
  }

  /** Since when it is in its state: the end of the state before, else when it was applied for. */
  private String since(Instant otherwise) {
    JsonNode history = encounter.path("statusHistory");
    // The last entry is the one being written.
    String end = history.path(history.size() - 2).path("period").path("end").asString("");
    String text = end.isEmpty() ? encounter.path("meta").path("lastUpdated").asString("") : end;
    return text.isEmpty() ? otherwise.toString() : text;
  }

  void refund(VisitStep step, Instant now) {
    ArrayNode parts = extension(REFUND).putArray("extension");
    parts.addObject().put("url", "reason").put("valueCode", step.word());
    parts.addObject().put("url", "at").put("valueInstant", now.toString());
  }

  /** Says what the conversation was when it ended. */
  void conversation(int messages, String digest) {
    ArrayNode parts = extension(CONVERSATION).putArray("extension");
    parts.addObject().put("url", "messages").put("valueInteger", messages);
    if (!digest.isEmpty()) {
      parts.addObject().put("url", "digest").put("valueString", digest);
    }
  }

  // ------------------------------------------------------------------ extensions

  private JsonNode find(String url) {
    for (JsonNode extension : encounter.path("extension")) {
      if (url.equals(extension.path("url").asString(""))) {
        return extension;
      }
    }
    return Json.MAPPER.missingNode();
  }

  private ObjectNode extension(String url) {
    if (find(url) instanceof ObjectNode there) {
      return there;
    }
    return encounter.withArray("extension").addObject().put("url", url);
  }

  private ObjectNode set(String url, String value) {
    return extension(url).putObject(value);
  }
}
