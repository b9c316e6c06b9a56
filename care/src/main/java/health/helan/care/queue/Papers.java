package health.helan.care.queue;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.NoticeJson;
import health.helan.foundation.store.ProvenanceJson;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the queue writes as resources: Encounters, Provenances, messages. */
final class Papers {
  /** Code system of the steps in Provenances. */
  static final String STEP = "https://helan.health/fhir/CodeSystem/queue-step";

  /** {@code Communication.topic} of what the queue tells residents. */
  static final String TOPIC = "queue";

  private static final String TOPIC_SYSTEM = "https://helan.health/fhir/CodeSystem/task";
  private static final String PRIORITY = "http://terminology.hl7.org/CodeSystem/v3-ActPriority";

  private Papers() {}

  static Interaction patch(Ticket ticket, UnaryOperator<ObjectNode> change) {
    return new Interaction.Patch("Encounter", ticket.content().encounter(), null, change, null);
  }

  static ObjectNode encounter(
      Queue queue, String patient, CheckIns.@Nullable Booked booked, Instant now) {
    ObjectNode encounter = Json.MAPPER.createObjectNode();
    encounter.put("resourceType", "Encounter").put("status", "arrived");
    encounter
        .putObject("class")
        .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
        .put("code", "AMB");
    encounter.putObject("subject").put("reference", "Patient/" + patient);
    if (!queue.practitioner().isEmpty()) {
      participant(encounter, "Practitioner/" + queue.practitioner());
    }
    if (booked != null) {
      encounter.putArray("appointment").addObject().put("reference", "Appointment/" + booked.id());
    }
    encounter.putObject("period").put("start", now.truncatedTo(ChronoUnit.SECONDS).toString());
    encounter.putObject("serviceProvider").put("reference", "Organization/" + queue.department());
    return encounter;
  }

  static ObjectNode status(ObjectNode encounter, String status) {
    return encounter.put("status", status);
  }

  static ObjectNode priority(ObjectNode encounter, Level level) {
    coding(encounter.putObject("priority"), PRIORITY, level.code());
    return encounter;
  }

  static ObjectNode ended(ObjectNode encounter, Instant at) {
    ObjectNode period =
        encounter.get("period") instanceof ObjectNode there ? there : encounter.putObject("period");
    period.put("end", at.truncatedTo(ChronoUnit.SECONDS).toString());
    return encounter;
  }

  static void participant(ObjectNode encounter, String reference) {
    for (JsonNode one : encounter.path("participant")) {
      if (one.path("individual").path("reference").asString("").equals(reference)) {
        return;
      }
    }
    var all =
        encounter.get("participant") instanceof ArrayNode there
            ? there
            : encounter.putArray("participant");
    all.addObject().putObject("individual").put("reference", reference);
  }

  /** To another department: that of before keeps nothing that it did not have otherwise. */
  static ObjectNode moved(ObjectNode encounter, Queue from, Queue to) {
    if (encounter.get("participant") instanceof ArrayNode all) {
      for (int i = all.size() - 1; i >= 0; i--) {
        String who = all.get(i).path("individual").path("reference").asString("");
        if (!from.practitioner().isEmpty() && who.equals("Practitioner/" + from.practitioner())) {
          all.remove(i);
        }
      }
      if (all.isEmpty()) {
        encounter.remove("participant");
      }
    }
    if (!to.practitioner().isEmpty()) {
      participant(encounter, "Practitioner/" + to.practitioner());
    }
    encounter.putObject("serviceProvider").put("reference", "Organization/" + to.department());
    return encounter;
  }

  static Interaction provenance(
      Caller caller,
      Queue queue,
      Step step,
      Ticket ticket,
      String reason,
      String place,
      Instant at) {
    return provenance(
        caller,
        queue,
        step,
        ticket.content().patient(),
        "Encounter/" + ticket.content().encounter(),
        reason,
        place,
        at);
  }

  static Interaction provenance(
      Caller caller,
      Queue queue,
      Step step,
      String patient,
      String encounter,
      String reason,
      String place,
      Instant at) {
    return new Interaction.Create(
        "Provenance",
        Interaction.Body.of(
            provenanceOf(
                caller, queue, step, List.of(encounter, "Patient/" + patient), reason, place, at)),
        null,
        null,
        "Patient/" + patient);
  }

  static ObjectNode provenanceOf(
      Caller caller,
      Queue queue,
      Step step,
      List<String> targets,
      String reason,
      String place,
      Instant at) {
    ObjectNode provenance =
        ProvenanceJson.of(caller, targets, STEP, step.word(), reason.isEmpty() ? null : reason, at);
    if (!place.isEmpty()) {
      provenance.putObject("location").put("display", place);
    }
    ObjectNode agent = ProvenanceJson.agent(provenance);
    if (!caller.binding().practitioner().isEmpty()) {
      agent.withObject("/who").put("reference", "Practitioner/" + caller.binding().practitioner());
    }
    // The department's house acted, whoever called for it.
    agent.putObject("onBehalfOf").put("reference", "Organization/" + queue.institution());
    return provenance;
  }

  private static void coding(ObjectNode concept, String system, String code) {
    concept.putArray("coding").addObject().put("system", system).put("code", code);
  }

  static String name(JsonNode patient) {
    JsonNode name = patient.path("name").path(0);
    String text = name.path("text").asString("");
    if (!text.isEmpty()) {
      return text;
    }
    var whole = new StringBuilder(name.path("family").asString(""));
    name.path("given").forEach(given -> whole.append(given.asString("")));
    return whole.toString();
  }

  static @Nullable Instant instant(String text) {
    try {
      return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException wrong) {
      return null;
    }
  }

  static Interaction message(Ticket ticket, String text, Instant at) {
    String patient = ticket.content().patient();
    return new Interaction.Create(
        "Communication",
        Interaction.Body.of(notice(patient, text, ticket.content().encounter(), at)),
        null,
        null,
        "Patient/" + patient);
  }

  static Interaction tellOfMiss(Queue queue, Ticket ticket, Instant at) {
    String label = queue.label(ticket.number());
    boolean isLast = ticket.misses() + 1 >= queue.rule().misses();
    int skip = queue.rule().skip();
    return message(
        ticket,
        isLast
            ? "%s：您的号 %s 已多次过号，请到分诊台重新排队。\n%s: your number %s was called several times. Please come to the desk to be put back in line."
                .formatted(queue.name(), label, queue.name(), label)
            : "%s：您的号 %s 已过号，再叫 %d 位后会再次呼叫您。\n%s: you missed the call of your number %s. You are called again after %d others."
                .formatted(queue.name(), label, skip, queue.name(), label, skip),
        at);
  }

  static String near(Queue queue, Ticket ticket, int before) {
    String label = queue.label(ticket.number());
    String chinese = before == 0 ? "%s：您的号 %s 下一个就到，请在候诊区等候。" : "%s：您的号 %s 快到了，前面还有 %d 位，请回到候诊区。";
    String english =
        before == 0
            ? "%s: your number %s is next. Please stay in the waiting area."
            : "%s: your number %s is near, %d before you. Please come back to the waiting area.";
    return chinese.formatted(queue.name(), label, before)
        + "\n"
        + english.formatted(queue.name(), label, before);
  }

  private static ObjectNode notice(String patient, String text, String encounter, Instant at) {
    ObjectNode notice = NoticeJson.of("Patient/" + patient, TOPIC_SYSTEM, TOPIC, text, at);
    notice.putObject("encounter").put("reference", "Encounter/" + encounter);
    return notice;
  }
}
