package health.helan.care.visit;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The operations of visits on line; {@code docs/guide/online-visit.md} tells of their parameters.
 * Each reads parameters and answers; the services decide.
 */
public final class VisitOperations {
  /** What the policy calls reading ({@code docs/guide/access.md}). */
  static final String READ = "visits";

  /** What the policy calls steps and what is said; which, the steps say. */
  static final String STEP = "visit-step";

  static final String DIAGNOSES = "diagnoses";

  private static final Logger LOG = LoggerFactory.getLogger(VisitOperations.class);
  private static final int USUAL = 50;

  private final Visits visits;

  private VisitOperations(Visits visits) {
    this.visits = visits;
  }

  public static List<FhirOperation> all(Visits visits) {
    var these = new VisitOperations(visits);
    List<FhirOperation> all = new ArrayList<>();
    all.add(onType("apply", true, STEP, these::apply));
    for (VisitStep step : VisitStep.values()) {
      if (step != VisitStep.APPLY && step != VisitStep.LAPSE) {
        all.add(onVisit(step.word(), true, STEP, call -> these.step(call, step)));
      }
    }
    all.add(onVisit("say", true, STEP, these::say));
    all.add(onVisit("seen", true, STEP, these::seen));
    all.add(onVisit("note", true, STEP, these::note));
    all.add(onVisit("order", true, STEP, these::order));
    all.add(onVisit("addendum", true, STEP, these::addendum));
    all.add(onVisit("record", true, STEP, these::record));
    all.add(onVisit("recordings", false, READ, these::recordings));
    all.add(onVisit("recording-chunk", false, READ, these::piece));
    all.add(onVisit("ice-servers", false, READ, these::servers));
    all.add(onVisit("conversation", false, READ, these::conversation));
    all.add(onVisit("picture", false, READ, these::picture));
    all.add(operation("visits", FhirOperation.Level.SYSTEM, "", false, READ, these::list));
    all.add(
        operation("diagnoses", FhirOperation.Level.SYSTEM, "", false, DIAGNOSES, these::diagnoses));
    return all;
  }

  // ------------------------------------------------------------------ how they are called

  private static FhirOperation onType(
      String name, boolean changes, String policy, Function<FhirOperation.Call, Answer> work) {
    return operation(name, FhirOperation.Level.TYPE, "Encounter", changes, policy, work);
  }

  private static FhirOperation onVisit(
      String name, boolean changes, String policy, Function<FhirOperation.Call, Answer> work) {
    return operation(name, FhirOperation.Level.INSTANCE, "Encounter", changes, policy, work);
  }

  private static FhirOperation operation(
      String name,
      FhirOperation.Level level,
      String type,
      boolean changes,
      String policy,
      Function<FhirOperation.Call, Answer> work) {
    return NamedOperation.of(
        "online-visit",
        name,
        level,
        type,
        changes,
        policy,
        call -> {
          try {
            return work.apply(call);
          } catch (Sql.DatabaseFailed e) {
            LOG.warn("Visits could not be asked", e);
            throw new Refusal(Refusal.Kind.TRANSIENT, "visit.database");
          }
        });
  }

  private static String id(FhirOperation.Call call) {
    return Objects.requireNonNull(call.id());
  }

  private static String need(FhirOperation.Call call, String name) {
    String value = text(call, name);
    if (value == null) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "visit.parameter-missing", new Object[] {name});
    }
    return value;
  }

  private static @Nullable String text(FhirOperation.Call call, String name) {
    String value = call.text(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** A reference, as {@code valueReference}, or as a text. */
  private static @Nullable String reference(FhirOperation.Call call, String name) {
    JsonNode value = value(call, name);
    String reference = value == null ? "" : value.path("reference").asString("");
    return reference.isEmpty() ? text(call, name) : reference;
  }

  private static @Nullable JsonNode value(FhirOperation.Call call, String name) {
    List<JsonNode> all = values(call, name);
    return all.isEmpty() ? null : all.getFirst();
  }

  private static List<JsonNode> values(FhirOperation.Call call, String name) {
    List<JsonNode> found = new ArrayList<>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          for (var property : parameter.properties()) {
            if (property.getKey().startsWith("value")) {
              found.add(property.getValue());
            }
          }
        }
      }
    }
    return found;
  }

  private static int number(FhirOperation.Call call, String name, int otherwise) {
    String value = text(call, name);
    if (value == null) {
      return otherwise;
    }
    if (!value.matches("\\d{1,9}")) {
      throw wrong(name);
    }
    return Integer.parseInt(value);
  }

  private static boolean flag(FhirOperation.Call call, String name) {
    String value = text(call, name);
    return switch (value) {
      case null -> false;
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name);
    };
  }

  private static Refusal wrong(String name) {
    return new Refusal(Refusal.Kind.VALUE, "Parameters", "visit.parameter", new Object[] {name});
  }

  private static Answer answer(int status, Outcome outcome) {
    return new Answer(
        status,
        outcome.content(),
        status == 201 ? outcome.type() + "/" + outcome.id() : null,
        outcome.version(),
        outcome.updated());
  }

  private static Answer answer(ObjectNode parameters) {
    if (parameters.path("parameter").isEmpty()) {
      parameters.remove("parameter"); // FHIR knows no empty list.
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }

  private static ObjectNode parameters() {
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    parameters.putArray("parameter");
    return parameters;
  }

  private static ArrayNode part(ObjectNode parameters, String name) {
    return parameters.withArray("parameter").addObject().put("name", name).putArray("part");
  }

  // ------------------------------------------------------------------ what they do

  /**
   * {@code POST Encounter/$apply}: {@code patient}, {@code doctor} (PractitionerRole), {@code
   * proof} (Condition or Encounter), {@code complaint}. Answers 201 with the Encounter, whose
   * consent is to be signed and confirmed next.
   */
  private Answer apply(FhirOperation.Call call) {
    String patient = need(call, "patient", "Patient/");
    String role = need(call, "doctor", "PractitionerRole/");
    String proof = reference(call, "proof");
    // None is for the rule to refuse: whoever has none learns why one is wanted.
    return answer(
        201,
        visits.apply(
            call.caller(),
            new Visits.Application(
                patient, role, proof == null ? "" : proof, need(call, "complaint"))));
  }

  private static String need(FhirOperation.Call call, String name, String prefix) {
    String reference = reference(call, name);
    if (reference == null) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "visit.parameter-missing", new Object[] {name});
    }
    String id = reference.startsWith(prefix) ? reference.substring(prefix.length()) : reference;
    if (!id.matches("[A-Za-z0-9.-]{1,64}")) {
      throw wrong(name);
    }
    return id;
  }

  /** {@code POST Encounter/[id]/$[step]}: {@code reason}. */
  private Answer step(FhirOperation.Call call, VisitStep step) {
    return answer(200, visits.take(call.caller(), id(call), step, text(call, "reason")));
  }

  /**
   * {@code POST Encounter/[id]/$say}: {@code token}, and {@code text} or {@code picture}
   * (Attachment with {@code data}). Answers with the message.
   */
  private Answer say(FhirOperation.Call call) {
    JsonNode picture = value(call, "picture");
    Message message =
        picture == null
            ? visits
                .conversations()
                .say(call.caller(), id(call), text(call, "token"), call.text("text"))
            : visits
                .conversations()
                .show(
                    call.caller(),
                    id(call),
                    text(call, "token"),
                    picture.path("data").asString(""));
    ObjectNode answer = parameters();
    put(part(answer, "message"), message);
    return answer(answer);
  }

  private static void put(ArrayNode parts, Message message) {
    parts.addObject().put("name", "number").put("valueInteger", message.number());
    parts.addObject().put("name", "side").put("valueCode", message.side().word());
    parts.addObject().put("name", "kind").put("valueCode", message.kind().word());
    parts.addObject().put("name", "token").put("valueString", message.token());
    parts.addObject().put("name", "at").put("valueInstant", message.at().toString());
    JsonNode said = message.said();
    if (message.kind() == Message.Kind.TEXT) {
      parts.addObject().put("name", "text").put("valueString", said.path("text").asString(""));
    } else {
      parts
          .addObject()
          .put("name", "picture")
          .putObject("valueAttachment")
          .put("contentType", said.path("type").asString(""))
          .put("url", "Binary/" + said.path("binary").asString(""))
          .put("size", said.path("size").asInt(0));
    }
  }

  /** {@code POST Encounter/[id]/$seen}: {@code got}, {@code read}. */
  private Answer seen(FhirOperation.Call call) {
    visits
        .conversations()
        .mark(call.caller(), id(call), number(call, "got", 0), number(call, "read", 0));
    return Answer.status(204, null);
  }

  /** {@code GET Encounter/[id]/$conversation}: {@code after}, {@code _count}. */
  private Answer conversation(FhirOperation.Call call) {
    Conversations.Page page =
        visits
            .conversations()
            .read(
                call.caller(),
                id(call),
                number(call, "after", 0),
                Math.max(1, number(call, "_count", Conversations.PAGE)));
    Visit visit = visits.read(call.caller(), id(call)); // For the trace too: whose it is.
    ObjectNode answer = parameters();
    visit(part(answer, "visit"), page.visit(), page.side(), visit);
    page.messages().forEach(message -> put(part(answer, "message"), message));
    return answer(answer);
  }

  private static void visit(ArrayNode parts, VisitTable.Row row, Party side, Visit visit) {
    parts
        .addObject()
        .put("name", "visit")
        .putObject("valueReference")
        .put("reference", "Encounter/" + row.id());
    parts.addObject().put("name", "state").put("valueCode", row.state().word());
    parts.addObject().put("name", "side").put("valueCode", side.word());
    parts.addObject().put("name", "applied").put("valueInstant", row.applied().toString());
    parts.addObject().put("name", "since").put("valueInstant", row.entered().toString());
    parts.addObject().put("name", "last").put("valueInteger", row.last());
    for (Party party : new Party[] {Party.RESIDENT, Party.DOCTOR}) {
      String name = party.word();
      parts.addObject().put("name", name + "-got").put("valueInteger", row.marks().got(party));
      parts.addObject().put("name", name + "-read").put("valueInteger", row.marks().read(party));
    }
    for (VisitStep step : VisitStep.open(side, row.state())) {
      if (step != VisitStep.ACCEPT || !visit.isFeeOpen()) {
        parts.addObject().put("name", "step").put("valueCode", step.word());
      }
    }
    if (visit.fen() > 0) {
      Fee.put(parts.addObject().put("name", "fee"), visit.fen());
      parts.addObject().put("name", "paid").put("valueBoolean", visit.isPaid());
    }
  }

  /** {@code GET Encounter/[id]/$picture}: {@code number} of the message that shows it. */
  private Answer picture(FhirOperation.Call call) {
    int number = number(call, "number", 0);
    byte[] bytes = visits.conversations().picture(call.caller(), id(call), number);
    if (bytes == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "visit.no-picture");
    }
    String type = Conversations.type(bytes);
    return Answer.file(bytes, type, "picture-" + number + "." + type.substring("image/".length()));
  }

  /**
   * {@code POST Encounter/[id]/$record}: {@code recording}, {@code number}, {@code millis}, {@code
   * type}, and {@code data} (Attachment), or none for a gap. Answers with {@code next}.
   */
  private Answer record(FhirOperation.Call call) {
    JsonNode data = value(call, "data");
    int next =
        visits
            .recordings()
            .take(
                call.caller(),
                id(call),
                new Recordings.Given(
                    text(call, "recording"),
                    number(call, "number", 0),
                    number(call, "millis", 0),
                    text(call, "type"),
                    data == null ? null : data.path("data").asString("")));
    ObjectNode answer = parameters();
    answer.withArray("parameter").addObject().put("name", "next").put("valueInteger", next);
    return answer(answer);
  }

  /** {@code GET Encounter/[id]/$recordings}. */
  private Answer recordings(FhirOperation.Call call) {
    ObjectNode answer = parameters();
    for (Recordings.Recording one : visits.recordings().list(call.caller(), id(call))) {
      ArrayNode parts = part(answer, "recording");
      parts.addObject().put("name", "name").put("valueString", one.name());
      parts.addObject().put("name", "type").put("valueCode", one.mediaType());
      parts.addObject().put("name", "begun").put("valueInstant", one.begun().toString());
      parts.addObject().put("name", "next").put("valueInteger", one.next());
      parts.addObject().put("name", "millis").put("valueInteger", one.millis());
      parts.addObject().put("name", "size").put("valueDecimal", one.size());
      one.gaps().forEach(gap -> parts.addObject().put("name", "gap").put("valueInteger", gap));
    }
    return answer(answer);
  }

  /** {@code GET Encounter/[id]/$recording-chunk}: {@code recording}, {@code number}. */
  private Answer piece(FhirOperation.Call call) {
    int number = number(call, "number", 0);
    Recordings.Piece piece =
        visits.recordings().piece(call.caller(), id(call), need(call, "recording"), number);
    if (piece == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "visit.no-chunk");
    }
    String type = piece.mediaType().replaceAll(";.*", "").strip();
    return Answer.file(
        piece.bytes(), type, "recording-" + number + "." + type.substring(type.indexOf('/') + 1));
  }

  /** {@code GET Encounter/[id]/$ice-servers}: each as {@code RTCIceServer}. */
  private Answer servers(FhirOperation.Call call) {
    ObjectNode answer = parameters();
    for (ObjectNode server : visits.calls().servers(call.caller(), id(call))) {
      ArrayNode parts = part(answer, "server");
      server
          .properties()
          .forEach(
              property ->
                  parts
                      .addObject()
                      .put("name", property.getKey())
                      .put("valueString", property.getValue().asString("")));
    }
    return answer(answer);
  }

  /**
   * {@code POST Encounter/[id]/$note}: a text for each section ({@code chief-complaint}, {@code
   * present-illness}, {@code past-illness}, {@code allergies}, {@code plan}), {@code diagnosis}
   * (codes of ICD-10, repeated, the main one first), {@code complete}. Answers with the
   * Composition.
   */
  private Answer note(FhirOperation.Call call) {
    Map<Notes.Section, String> sections = new EnumMap<>(Notes.Section.class);
    for (Notes.Section section : Notes.Section.values()) {
      String text = call.text(section.word());
      if (text != null) {
        sections.put(section, text);
      }
    }
    List<String> diagnoses = new ArrayList<>();
    for (JsonNode value : values(call, "diagnosis")) {
      diagnoses.add(
          (value.isObject() ? value.path("code").asString("") : value.asString("")).strip());
    }
    return answer(
        200,
        visits
            .notes()
            .write(
                call.caller(),
                id(call),
                new Notes.Draft(sections, diagnoses, flag(call, "complete"))));
  }

  /** {@code POST Encounter/[id]/$addendum}: {@code text}. Answers with the Composition. */
  private Answer addendum(FhirOperation.Call call) {
    return answer(200, visits.addenda().write(call.caller(), id(call), need(call, "text")));
  }

  /**
   * {@code POST Encounter/[id]/$order}: {@code code} (Coding), {@code text}, {@code note}. Answers
   * 201 with the ServiceRequest.
   */
  private Answer order(FhirOperation.Call call) {
    ObjectNode coding = value(call, "code") instanceof ObjectNode given ? given : null;
    String text = text(call, "text");
    return answer(
        201,
        visits
            .notes()
            .order(
                call.caller(),
                id(call),
                new Notes.Order(
                    coding,
                    text == null && coding != null
                        ? coding.path("display").asString("")
                        : text == null ? "" : text,
                    text(call, "note"))));
  }

  /**
   * {@code GET $visits}: the caller's own; a resident's, the last first; a doctor's open ones, the
   * longest waiting first, or with {@code past=true} those that ended. {@code before} goes on. With
   * {@code visit} that one alone.
   */
  private Answer list(FhirOperation.Call call) {
    Caller caller = call.caller();
    String before = text(call, "before");
    Instant until;
    try {
      until = before == null ? null : Instant.parse(before);
    } catch (DateTimeException e) {
      throw wrong("before");
    }
    int most = Math.clamp(number(call, "_count", USUAL), 1, 2 * USUAL);
    ObjectNode answer = parameters();
    String one = reference(call, "visit");
    List<Visits.Member> members =
        one == null
            ? visits.list(caller, flag(call, "past"), until, most)
            : List.of(visits.member(caller, one.replaceFirst("^Encounter/", "")));
    for (Visits.Member member : members) {
      Visit visit = visits.read(caller, member.row().id());
      ArrayNode parts = part(answer, "visit");
      visit(parts, member.row(), member.party(), visit);
      named(caller, parts, "patient", "Patient", visit.patient());
      named(caller, parts, "practitioner", "Practitioner", visit.practitioner());
      named(caller, parts, "department", "Organization", visit.department());
      JsonNode diagnosis = visit.encounter.path("reasonCode").path(0).path("coding").path(0);
      if (diagnosis.isObject()) {
        parts.addObject().put("name", "diagnosis").set("valueCoding", diagnosis);
      }
      parts.addObject().put("name", "complaint").put("valueString", visit.complaint());
      if (!visit.consent().isEmpty()) {
        parts
            .addObject()
            .put("name", "consent")
            .putObject("valueReference")
            .put("reference", "Consent/" + visit.consent());
      }
      if (!visit.note().isEmpty()) {
        parts
            .addObject()
            .put("name", "note")
            .putObject("valueReference")
            .put("reference", "Composition/" + visit.note());
      }
      if (visit.isRefundDue()) {
        parts.addObject().put("name", "refund-due").put("valueBoolean", true);
      }
    }
    return answer(answer);
  }

  /** With the name as this caller may see it; without one where it sees nothing. */
  private void named(Caller caller, ArrayNode parts, String name, String type, String id) {
    if (id.isEmpty()) {
      return;
    }
    ObjectNode reference = parts.addObject().put("name", name).putObject("valueReference");
    reference.put("reference", type + "/" + id);
    try {
      JsonNode found = Visits.content(visits.store.read(caller, type, id));
      String display =
          type.equals("Organization") ? found.path("name").asString("") : Evidence.name(found);
      if (!display.isEmpty()) {
        reference.put("display", display);
      }
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
    }
  }

  /** {@code GET $diagnoses}: {@code q}, {@code _count}. Answers with codings, likeliest first. */
  private Answer diagnoses(FhirOperation.Call call) {
    String words = need(call, "q");
    if (words.length() > 50) {
      throw wrong("q");
    }
    ObjectNode answer = parameters();
    for (Diagnoses.Diagnosis one :
        visits
            .diagnoses()
            .find(words.toLowerCase(Locale.ROOT), Math.clamp(number(call, "_count", 20), 1, 50))) {
      answer
          .withArray("parameter")
          .addObject()
          .put("name", "diagnosis")
          .putObject("valueCoding")
          .put("system", Diagnoses.ICD_10)
          .put("code", one.code())
          .put("display", one.display());
    }
    return answer(answer);
  }
}
