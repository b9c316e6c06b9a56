package health.helan.foundation.delivery.summary;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Patient/[id]/$summary} (International Patient Summary IG, OperationDefinition summary): a
 * document Bundle with a Composition of LOINC 60591-5. Problems, allergies and medicines are always
 * sections, with a reason where they are empty; immunizations, results and procedures where there
 * are any. What the caller may not see is not in it.
 */
public final class SummaryOperation implements FhirOperation {
  private static final String LOINC = "http://loinc.org";
  private static final String EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason";

  /** Entries of a section; the newest, where there are more. */
  private static final int MOST = 200;

  /** Of a condition or an allergy that no longer is; what says nothing of it still is. */
  private static final String OVER = "inactive,resolved,remission";

  /**
   * A section.
   *
   * @param key of its title in the messages
   * @param queries each a type and criteria
   */
  private record Section(
      String code, String display, String key, boolean always, Query... queries) {}

  private record Query(String type, String... namesAndValues) {}

  private static final List<Section> SECTIONS =
      List.of(
          new Section(
              "11450-4",
              "Problem list - Reported",
              "summary.problems",
              true,
              new Query(
                  "Condition",
                  "clinical-status:not",
                  OVER,
                  "verification-status:not",
                  "refuted,entered-in-error")),
          new Section(
              "48765-2",
              "Allergies and adverse reactions Document",
              "summary.allergies",
              true,
              new Query(
                  "AllergyIntolerance",
                  "clinical-status:not",
                  OVER,
                  "verification-status:not",
                  "refuted,entered-in-error")),
          new Section(
              "10160-0",
              "History of Medication use Narrative",
              "summary.medicines",
              true,
              new Query(
                  "MedicationStatement",
                  "status",
                  "active,intended,on-hold,unknown",
                  "_include",
                  "MedicationStatement:medication"),
              new Query(
                  "MedicationRequest",
                  "status",
                  "active,on-hold,unknown",
                  "_include",
                  "MedicationRequest:medication")),
          new Section(
              "11369-6",
              "History of Immunization Narrative",
              "summary.immunizations",
              false,
              new Query("Immunization", "status", "completed")),
          new Section(
              "30954-2",
              "Relevant diagnostic tests/laboratory data Narrative",
              "summary.results",
              false,
              new Query(
                  "Observation",
                  "category",
                  "laboratory",
                  "status:not",
                  "cancelled,entered-in-error")),
          new Section(
              "47519-4",
              "History of Procedures Document",
              "summary.procedures",
              false,
              new Query("Procedure", "status", "completed,in-progress")));

  @Override
  public Spec spec() {
    return new Spec(
        "summary",
        Set.of(Level.INSTANCE),
        Set.of("Patient"),
        false,
        "http://hl7.org/fhir/uv/ips/OperationDefinition/summary");
  }

  /** A document that is being made. */
  private static final class Document {
    private final Call call;
    private final ArrayNode entries;
    private final Set<String> there = new HashSet<>();

    Document(Call call, ArrayNode entries) {
      this.call = call;
      this.entries = entries;
    }

    void add(ResourceVersion version, JsonNode resource) {
      String reference = version.type() + "/" + version.id();
      if (there.add(reference)) {
        ObjectNode entry = entries.addObject();
        entry.put("fullUrl", call.base() + "/" + reference);
        entry.set("resource", resource);
      }
    }
  }

  @Override
  public Answer execute(Call call) {
    String id = Objects.requireNonNull(call.id());
    ResourceVersion patient = call.store().read(call.caller(), "Patient", id);
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();

    ObjectNode bundle = Json.MAPPER.createObjectNode();
    bundle.put("resourceType", "Bundle").put("language", call.language().toLanguageTag());
    bundle
        .putObject("identifier")
        .put("system", "urn:ietf:rfc:3986")
        .put("value", "urn:uuid:" + UUID.randomUUID());
    bundle.put("type", "document").put("timestamp", now);
    ArrayNode entries = bundle.putArray("entry");
    ObjectNode composition = Json.MAPPER.createObjectNode();
    ObjectNode first = entries.addObject();
    String own = UUID.randomUUID().toString();
    first.put("fullUrl", "urn:uuid:" + own);
    first.set("resource", composition);
    var document = new Document(call, entries);
    document.add(patient, Json.MAPPER.readTree(content(patient)));

    composition.put("resourceType", "Composition").put("id", own).put("status", "final");
    coding(composition.putObject("type"), LOINC, "60591-5", "Patient summary Document");
    composition.putObject("subject").put("reference", "Patient/" + id);
    composition.put("date", now);
    author(composition.putArray("author").addObject(), call.caller());
    composition.put("title", text(call.language(), "summary.title"));
    ArrayNode sections = composition.putArray("section");
    for (Section section : SECTIONS) {
      section(sections, section, document, id);
    }
    // What the sections say may be of another Patient of the same person.
    for (String other : call.store().persons().seen(call.caller(), id)) {
      if (!other.equals(id)) {
        ResourceVersion also = call.store().read(call.caller(), "Patient", other);
        document.add(also, Json.MAPPER.readTree(content(also)));
      }
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(bundle));
  }

  private static byte[] content(ResourceVersion version) {
    return Objects.requireNonNull(version.content());
  }

  /** The institution that asks has the document made; without one, the platform makes it. */
  private static void author(ObjectNode author, Caller caller) {
    if (caller.institution().isEmpty()) {
      author.put("display", "Helan 贺兰");
    } else {
      author.put("reference", "Organization/" + caller.institution());
    }
  }

  private static void coding(ObjectNode concept, String system, String code, String display) {
    concept
        .putArray("coding")
        .addObject()
        .put("system", system)
        .put("code", code)
        .put("display", display);
  }

  private static void section(ArrayNode sections, Section section, Document document, String id) {
    Call call = document.call;
    List<JsonNode> found = new ArrayList<>();
    ObjectNode made = Json.MAPPER.createObjectNode();
    ArrayNode references = Json.MAPPER.createArrayNode();
    boolean isWithheld = false;
    for (Query query : section.queries) {
      try {
        for (SearchResult.Entry entry : find(call, query, id).entries()) {
          ResourceVersion version = entry.resource();
          JsonNode resource = Json.MAPPER.readTree(content(version));
          document.add(version, resource);
          if (entry.isMatch()) {
            references.addObject().put("reference", version.type() + "/" + version.id());
            found.add(resource);
          }
        }
      } catch (Refusal e) {
        if (e.kind() != Refusal.Kind.FORBIDDEN) {
          throw e;
        }
        isWithheld = true; // The role or the token does not reach this type.
      }
    }
    if (found.isEmpty() && !section.always) {
      return;
    }
    Locale language = call.language();
    made.put("title", text(language, section.key));
    coding(made.putObject("code"), LOINC, section.code, section.display);
    var lines = new StringBuilder();
    if (found.isEmpty()) {
      String reason = isWithheld ? "withheld" : "unavailable";
      String why = isWithheld ? "summary.withheld" : "summary.unavailable";
      lines.append("<p>").append(text(language, why)).append("</p>");
      made.set("text", narrative(lines));
      coding(
          made.putObject("emptyReason"),
          EMPTY,
          reason,
          isWithheld ? "Information Withheld" : "Unavailable");
    } else {
      lines.append("<ul>");
      found.forEach(one -> lines.append("<li>").append(escaped(line(one))).append("</li>"));
      lines.append("</ul>");
      made.set("text", narrative(lines));
      made.set("entry", references);
    }
    sections.add(made);
  }

  private static SearchResult find(Call call, Query query, String id) {
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < query.namesAndValues.length; i += 2) {
      parameters.add(new Parameter(query.namesAndValues[i], query.namesAndValues[i + 1]));
    }
    if (query.type.equals("Observation")) {
      parameters.add(new Parameter("patient", "Patient/" + id));
      return call.store().lastn(call.caller(), parameters, 1);
    }
    parameters.add(new Parameter("_sort", "-_lastUpdated"));
    parameters.add(new Parameter("_count", Integer.toString(MOST)));
    return call.store()
        .search(call.caller(), new SearchRequest(query.type, "Patient", id, parameters, false));
  }

  // ---- what people read

  private static ObjectNode narrative(StringBuilder inside) {
    return Json.MAPPER
        .createObjectNode()
        .put("status", "generated")
        .put("div", "<div xmlns=\"http://www.w3.org/1999/xhtml\">" + inside + "</div>");
  }

  private static String line(JsonNode resource) {
    String name = "";
    for (String element : List.of("code", "medicationCodeableConcept", "vaccineCode")) {
      name = name.isEmpty() ? concept(resource.path(element)) : name;
    }
    if (name.isEmpty()) {
      name = resource.path("medicationReference").path("display").asString("");
    }
    String when = "";
    for (String element :
        List.of(
            "onsetDateTime",
            "recordedDate",
            "occurrenceDateTime",
            "effectiveDateTime",
            "performedDateTime",
            "authoredOn")) {
      when = when.isEmpty() ? resource.path(element).asString("") : when;
    }
    JsonNode quantity = resource.path("valueQuantity");
    String value =
        quantity.isMissingNode()
            ? resource.path("valueString").asString(concept(resource.path("valueCodeableConcept")))
            : quantity.path("value").asString("") + " " + quantity.path("unit").asString("");
    var line = new StringBuilder(name.isEmpty() ? resource.path("resourceType").asString() : name);
    if (!value.isBlank()) {
      line.append(": ").append(value.strip());
    }
    if (!when.isEmpty()) {
      line.append(" (").append(when, 0, Math.min(10, when.length())).append(')');
    }
    return line.toString();
  }

  private static String concept(JsonNode concept) {
    String text = concept.path("text").asString("");
    for (JsonNode coding : concept.path("coding")) {
      text = text.isEmpty() ? coding.path("display").asString("") : text;
    }
    for (JsonNode coding : concept.path("coding")) {
      text = text.isEmpty() ? coding.path("code").asString("") : text;
    }
    return text;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String text(Locale language, String key) {
    return Messages.of(language, key, List.of());
  }
}
