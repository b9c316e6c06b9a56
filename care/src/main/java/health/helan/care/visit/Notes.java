package health.helan.care.visit;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The note of a visit, written by template and signed by the doctor before the visit closes; and
 * orders. Both are the doctor's own, while the visit is in progress.
 */
final class Notes {
  static final String LOINC = "http://loinc.org";

  private static final int LONGEST = 4_000;
  private static final int MOST_DIAGNOSES = 10;
  private static final int LONGEST_ORDER = 500;

  /** Sections of the note, in the order of the page, with codes of LOINC. */
  enum Section {
    CHIEF_COMPLAINT("10154-3", "主诉", true),
    PRESENT_ILLNESS("10164-2", "现病史", true),
    PAST_ILLNESS("11348-0", "既往史", false),
    ALLERGIES("48765-2", "过敏史", false),
    PLAN("18776-5", "处理意见", false);

    private final String code;
    private final String title;
    private final boolean isNeeded;

    Section(String code, String title, boolean isNeeded) {
      this.code = code;
      this.title = title;
      this.isNeeded = isNeeded;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final String DIAGNOSIS_SECTION = "29548-5";

  private final Visits visits;

  Notes(Visits visits) {
    this.visits = visits;
  }

  /**
   * What the doctor has written.
   *
   * @param sections those that are not there are empty
   * @param diagnoses codes of ICD-10, the main one first
   * @param complete ready to be signed
   */
  record Draft(Map<Section, String> sections, List<String> diagnoses, boolean complete) {}

  /**
   * Writes the note anew.
   *
   * @return the Composition
   */
  Outcome write(Caller caller, String id, Draft draft) {
    Visits.Member member = visits.member(caller, id);
    mayWrite(member);
    Visit visit = visits.read(caller, id);
    visits.mayTreat(visit);
    List<Diagnoses.Diagnosis> diagnoses = check(draft);
    Instant now = visits.now();
    String patient = "Patient/" + visit.patient();
    ObjectNode before =
        visit.note().isEmpty()
            ? null
            : Visits.content(visits.store.read(caller.asPlatform(), "Composition", visit.note()));
    List<Interaction> writes = new ArrayList<>();
    ObjectNode composition = composition(caller, visit, draft, now);
    List<String> entries = conditions(caller, visit, draft, diagnoses, before, now, writes);
    diagnosisSection(composition, diagnoses, entries);
    String target;
    if (before == null) {
      target = Visits.urn();
      writes.addFirst(Visits.create("Composition", composition, target, patient));
    } else {
      target = "Composition/" + visit.note();
      writes.addFirst(
          new Interaction.Patch(
              "Composition",
              visit.note(),
              null,
              old -> {
                ObjectNode next = composition.deepCopy();
                next.set("id", old.path("id"));
                return next;
              },
              null));
    }
    writes.add(
        new Interaction.Patch(
            "Encounter",
            id,
            null,
            resource -> {
              Visit current = Visit.of(resource);
              if (current.state() != VisitState.IN_PROGRESS) {
                throw notInProgress(current.state());
              }
              current.note(target);
              return resource;
            },
            null));
    writes.add(
        Visits.create(
            "Provenance",
            Visits.provenance(caller, target, draft.complete ? "note" : "note-draft", null, now),
            null,
            patient));
    return visits
        .store
        .transact(
            caller.asPlatformOf(member.row().institution()), List.copyOf(writes), Set.of(), null)
        .getFirst();
  }

  private static void mayWrite(Visits.Member member) {
    if (member.party() != Party.DOCTOR) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "visit.not-your-step", "note");
    }
    if (member.row().state() != VisitState.IN_PROGRESS) {
      throw notInProgress(member.row().state());
    }
  }

  private static Refusal notInProgress(@Nullable VisitState state) {
    return new Refusal(
        Refusal.Kind.BUSINESS_RULE, "visit.not-in-progress", state == null ? "none" : state.word());
  }

  private List<Diagnoses.Diagnosis> check(Draft draft) {
    draft.sections.forEach(
        (section, text) -> {
          if (text.length() > LONGEST) {
            throw new Refusal(Refusal.Kind.VALUE, "visit.section-length", section.word(), LONGEST);
          }
        });
    if (draft.complete) {
      for (Section section : Section.values()) {
        if (section.isNeeded && draft.sections.getOrDefault(section, "").isBlank()) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.section-missing", section.word());
        }
      }
      if (draft.diagnoses.isEmpty()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.section-missing", "diagnosis");
      }
    }
    if (draft.diagnoses.size() > MOST_DIAGNOSES) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.too-many-diagnoses", MOST_DIAGNOSES);
    }
    List<Diagnoses.Diagnosis> diagnoses = new ArrayList<>();
    for (String code : draft.diagnoses) {
      Diagnoses.Diagnosis known = visits.diagnoses().of(code);
      if (known == null) {
        throw new Refusal(Refusal.Kind.VALUE, "visit.diagnosis-unknown", code);
      }
      if (!diagnoses.contains(known)) {
        diagnoses.add(known);
      }
    }
    return diagnoses;
  }

  private static ObjectNode composition(Caller caller, Visit visit, Draft draft, Instant now) {
    String status = draft.complete ? "final" : "preliminary";
    ObjectNode composition = document(caller, visit, status, "互联网复诊病历", now);
    ArrayNode sections = composition.putArray("section");
    for (Section section : Section.values()) {
      String text = draft.sections.getOrDefault(section, "").strip();
      if (!text.isEmpty()) {
        ObjectNode one = sections.addObject();
        one.put("title", section.title);
        code(one, section.code);
        one.putObject("text").put("status", "additional").put("div", div(text));
      }
    }
    return composition;
  }

  /** A document of the doctor about a visit, without its sections. */
  static ObjectNode document(Caller caller, Visit visit, String status, String title, Instant now) {
    ObjectNode composition = Json.MAPPER.createObjectNode().put("resourceType", "Composition");
    Kept.RECORD.tag(composition);
    Visits.labelLike(composition, visit);
    composition.put("status", status);
    composition
        .putObject("type")
        .putArray("coding")
        .addObject()
        .put("system", LOINC)
        .put("code", "11488-4")
        .put("display", "Consult note");
    composition.putObject("subject").put("reference", "Patient/" + visit.patient());
    composition.putObject("encounter").put("reference", "Encounter/" + visit.id());
    composition.put("date", now.toString());
    composition
        .putArray("author")
        .addObject()
        .put("reference", "Practitioner/" + visit.practitioner());
    composition.put("title", title);
    composition.putObject("custodian").put("reference", "Organization/" + caller.institution());
    return composition;
  }

  private static void code(ObjectNode section, String code) {
    section.putObject("code").putArray("coding").addObject().put("system", LOINC).put("code", code);
  }

  private static void diagnosisSection(
      ObjectNode composition, List<Diagnoses.Diagnosis> diagnoses, List<String> entries) {
    if (!diagnoses.isEmpty()) {
      ObjectNode section = composition.withArray("section").addObject();
      section.put("title", "诊断");
      code(section, DIAGNOSIS_SECTION);
      var text = new StringBuilder();
      for (Diagnoses.Diagnosis one : diagnoses) {
        text.append(text.isEmpty() ? "" : "\n").append(one.code()).append(' ');
        text.append(one.display());
      }
      section.putObject("text").put("status", "additional").put("div", div(text.toString()));
      ArrayNode list = section.putArray("entry");
      entries.forEach(entry -> list.addObject().put("reference", entry));
    }
    if (composition.path("section").isEmpty()) {
      composition.remove("section"); // FHIR knows no empty list.
    }
  }

  static String div(String text) {
    String safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>"
        + safe.replace("\r", "").replace("\n", "<br/>")
        + "</p></div>";
  }

  /**
   * A Condition for each diagnosis: new ones are made, those of the draft before go on, and what
   * was dropped is marked as entered in error.
   *
   * @return references in the order of the diagnoses
   */
  private List<String> conditions(
      Caller caller,
      Visit visit,
      Draft draft,
      List<Diagnoses.Diagnosis> diagnoses,
      @Nullable ObjectNode before,
      Instant now,
      List<Interaction> writes) {
    Map<String, String> known = new LinkedHashMap<>();
    if (before != null) {
      for (String reference : entries(before)) {
        ObjectNode condition =
            Visits.content(
                visits.store.read(
                    caller.asPlatform(), "Condition", reference.substring("Condition/".length())));
        JsonNode coding = Diagnoses.coding(condition.path("code"));
        known.put(coding == null ? "" : coding.path("code").asString(""), reference);
      }
    }
    List<String> entries = new ArrayList<>();
    String status = draft.complete ? "confirmed" : "provisional";
    for (Diagnoses.Diagnosis one : diagnoses) {
      String there = known.remove(one.code());
      if (there != null) {
        writes.add(verified(there, status));
        entries.add(there);
      } else {
        String urn = Visits.urn();
        writes.add(
            Visits.create(
                "Condition",
                condition(visit, one, status, now),
                urn,
                "Patient/" + visit.patient()));
        entries.add(urn);
      }
    }
    known.values().forEach(dropped -> writes.add(verified(dropped, "entered-in-error")));
    return entries;
  }

  private static Interaction verified(String reference, String status) {
    return new Interaction.Patch(
        "Condition",
        reference.substring("Condition/".length()),
        null,
        condition -> {
          verify(condition, status);
          if (status.equals("entered-in-error")) {
            condition.remove("clinicalStatus"); // FHIR R4, con-5.
          }
          return condition;
        },
        null);
  }

  private static void verify(ObjectNode condition, String status) {
    condition
        .putObject("verificationStatus")
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/condition-ver-status")
        .put("code", status);
  }

  private static ObjectNode condition(
      Visit visit, Diagnoses.Diagnosis diagnosis, String status, Instant now) {
    ObjectNode condition = Json.MAPPER.createObjectNode().put("resourceType", "Condition");
    Kept.RECORD.tag(condition);
    Visits.labelLike(condition, visit);
    condition
        .putObject("clinicalStatus")
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/condition-clinical")
        .put("code", "active");
    verify(condition, status);
    condition
        .putArray("category")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/condition-category")
        .put("code", "encounter-diagnosis");
    condition
        .putObject("code")
        .put("text", diagnosis.display())
        .putArray("coding")
        .addObject()
        .put("system", Diagnoses.ICD_10)
        .put("code", diagnosis.code())
        .put("display", diagnosis.display());
    condition.putObject("subject").put("reference", "Patient/" + visit.patient());
    condition.putObject("encounter").put("reference", "Encounter/" + visit.id());
    condition.put("recordedDate", now.toString());
    condition.putObject("recorder").put("reference", "Practitioner/" + visit.practitioner());
    return condition;
  }

  private static List<String> entries(JsonNode composition) {
    List<String> entries = new ArrayList<>();
    for (JsonNode section : composition.path("section")) {
      for (JsonNode entry : section.path("entry")) {
        String reference = entry.path("reference").asString("");
        if (reference.startsWith("Condition/")) {
          entries.add(reference);
        }
      }
    }
    return entries;
  }

  /**
   * Makes sure that the note is complete and that the doctor's own signature over it holds.
   *
   * @return references to the diagnoses
   * @throws Refusal BUSINESS_RULE saying what is missing
   */
  List<String> signed(Caller caller, Visit visit) {
    if (visit.note().isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.note-missing");
    }
    ResourceVersion version = visits.store.read(caller.asPlatform(), "Composition", visit.note());
    ObjectNode composition = Visits.content(version);
    if (!composition.path("status").asString("").equals("final")) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.note-incomplete");
    }
    if (!isSigned(caller, visit, version)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.note-unsigned");
    }
    return entries(composition);
  }

  /** Whether the doctor of the visit has signed this very version of a document of it. */
  boolean isSigned(Caller caller, Visit visit, ResourceVersion version) {
    String doctor = "Practitioner/" + visit.practitioner();
    return visits
        .signatures
        .verify(visits.store, caller, "Composition", version.id(), version.version())
        .found()
        .stream()
        .anyMatch(one -> one.isValid() && one.signer().equals(doctor));
  }

  // ------------------------------------------------------------------ orders

  /**
   * An order of a visit.
   *
   * @param coding what is ordered, as a code; null for words alone
   * @param text in words
   * @param note for who carries it out; null for none
   */
  record Order(@Nullable ObjectNode coding, String text, @Nullable String note) {}

  /**
   * Orders an examination or a laboratory test.
   *
   * @return the ServiceRequest
   */
  Outcome order(Caller caller, String id, Order order) {
    Visits.Member member = visits.member(caller, id);
    mayWrite(member);
    Visit visit = visits.read(caller, id);
    visits.mayTreat(visit);
    String text = Visits.text(order.text, 1, LONGEST_ORDER, "visit.order-length");
    Instant now = visits.now();
    ObjectNode request = Json.MAPPER.createObjectNode().put("resourceType", "ServiceRequest");
    Kept.RECORD.tag(request);
    Visits.labelLike(request, visit);
    request.put("status", "active").put("intent", "order");
    ObjectNode code = request.putObject("code");
    if (order.coding != null) {
      code.putArray("coding").add(order.coding);
    }
    code.put("text", text);
    request.putObject("subject").put("reference", "Patient/" + visit.patient());
    request.putObject("encounter").put("reference", "Encounter/" + id);
    request.put("authoredOn", now.toString());
    request.putObject("requester").put("reference", "Practitioner/" + visit.practitioner());
    if (order.note != null) {
      request
          .putArray("note")
          .addObject()
          .put("text", Visits.text(order.note, 1, LONGEST_ORDER, "visit.order-length"));
    }
    String urn = Visits.urn();
    String patient = "Patient/" + visit.patient();
    return visits
        .store
        .transact(
            caller.asPlatformOf(member.row().institution()),
            List.of(
                Visits.create("ServiceRequest", request, urn, patient),
                // Read in the transaction, so that nothing is ordered in a visit that has ended.
                new Interaction.Patch(
                    "Encounter",
                    id,
                    null,
                    resource -> {
                      VisitState state = Visit.of(resource).state();
                      if (state != VisitState.IN_PROGRESS) {
                        throw notInProgress(state);
                      }
                      return resource;
                    },
                    null),
                Visits.create(
                    "Provenance",
                    Visits.provenance(caller, urn, "order", null, now),
                    null,
                    patient)),
            Set.of(),
            null)
        .getFirst();
  }
}
