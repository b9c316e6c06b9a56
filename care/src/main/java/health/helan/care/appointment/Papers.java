package health.helan.care.appointment;

import health.helan.care.appointment.places.Places;
import health.helan.care.appointment.places.PoolSlot;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.ProvenanceJson;
import health.helan.foundation.store.ResourceVersion;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What booking writes as resources: Appointments, Slots, Provenances. */
final class Papers {
  private Papers() {}

  /** A hold or a booking. */
  static ObjectNode appointment(
      Appointments.Wanted wanted,
      List<PoolSlot> slots,
      AppointmentState state,
      @Nullable Instant heldUntil,
      Instant now) {
    ObjectNode appointment = Json.MAPPER.createObjectNode();
    appointment.put("resourceType", "Appointment");
    if (heldUntil != null) {
      extension(appointment, Appointments.HELD_UNTIL).put("valueInstant", heldUntil.toString());
    }
    if (wanted.referral() != null) {
      extension(appointment, Appointments.REFERRAL)
          .putObject("valueReference")
          .put("reference", "ServiceRequest/" + wanted.referral());
    }
    appointment.put("status", state.code());
    appointment.put("created", now.toString());
    place(appointment, wanted.patient(), slots);
    return appointment;
  }

  /** A booking that waits for anything on a day of a Schedule. */
  static ObjectNode waiting(
      String patient, JsonNode schedule, LocalDate day, AppointmentState state, Instant now) {
    ObjectNode appointment = Json.MAPPER.createObjectNode();
    appointment.put("resourceType", "Appointment").put("status", state.code());
    appointment.put("created", now.toString());
    appointment
        .putArray("requestedPeriod")
        .addObject()
        .put("start", day.toString())
        .put("end", day.toString());
    ObjectNode template = template(schedule);
    put(appointment, "specialty", list(template.path("specialty")));
    put(appointment, "serviceType", list(template.path("serviceType")));
    if (template.has("security")) {
      appointment.withObject("meta").set("security", template.path("security"));
    }
    participants(appointment, patient, template.path("actor"));
    return appointment;
  }

  /** What follows from the Slots: times, participants, fee. */
  static void place(ObjectNode appointment, String patient, List<PoolSlot> slots) {
    remove(appointment, Appointments.FEE);
    long fee = fee(slots);
    if (fee > 0) {
      extension(appointment, Appointments.FEE)
          .putObject("valueMoney")
          .put("value", BigDecimal.valueOf(fee, 2))
          .put("currency", "CNY");
    }
    ArrayNode specialty = Json.MAPPER.createArrayNode();
    ArrayNode serviceType = Json.MAPPER.createArrayNode();
    ArrayNode security = Json.MAPPER.createArrayNode();
    Map<String, JsonNode> actors = new LinkedHashMap<>();
    ArrayNode of = Json.MAPPER.createArrayNode();
    for (PoolSlot slot : slots) {
      add(specialty, slot.template().path("specialty"));
      add(serviceType, slot.template().path("serviceType"));
      add(security, slot.template().path("security"));
      for (JsonNode actor : slot.template().path("actor")) {
        actors.putIfAbsent(actor.path("reference").asString(""), actor);
      }
      of.addObject().put("reference", slot.reference());
    }
    put(appointment, "specialty", specialty);
    put(appointment, "serviceType", serviceType);
    if (!security.isEmpty()) {
      // A visit to a psychiatrist says so, and is closed to whom that is closed.
      appointment.withObject("meta").set("security", security);
    }
    appointment.put("start", Places.start(slots).toString());
    appointment.put("end", Places.end(slots).toString());
    appointment.set("slot", of);
    participants(appointment, patient, actors.values());
  }

  private static void participants(
      ObjectNode appointment, String patient, Iterable<JsonNode> actors) {
    ArrayNode participants = appointment.putArray("participant");
    participants
        .addObject()
        .put("status", "accepted")
        .putObject("actor")
        .put("reference", "Patient/" + patient);
    for (JsonNode actor : actors) {
      ObjectNode one = participants.addObject();
      one.set("actor", actor.deepCopy());
      one.put("status", "accepted");
    }
  }

  private static void add(ArrayNode list, JsonNode more) {
    for (JsonNode one : more) {
      if (!list.values().contains(one)) {
        list.add(one.deepCopy());
      }
    }
  }

  private static ArrayNode list(JsonNode of) {
    ArrayNode list = Json.MAPPER.createArrayNode();
    add(list, of);
    return list;
  }

  private static void put(ObjectNode resource, String name, ArrayNode list) {
    if (list.isEmpty()) {
      resource.remove(name);
    } else {
      resource.set(name, list);
    }
  }

  /** In fen. */
  /** What it says that it costs, in fen. */
  static long feeOf(ObjectNode appointment) {
    return find(appointment, Appointments.FEE)
        .path("valueMoney")
        .path("value")
        .decimalValue(BigDecimal.ZERO)
        .movePointRight(2)
        .longValueExact();
  }

  static long fee(List<PoolSlot> slots) {
    return slots.stream().mapToLong(PoolSlot::feeFen).sum();
  }

  /** Says how the fee of the Slots is paid; {@code payment}: what was said of it. */
  static void settle(ObjectNode appointment, List<PoolSlot> slots, @Nullable String payment) {
    extension(appointment, Settlement.URL)
        .put("valueCode", Settlement.of(fee(slots), payment).code());
  }

  /** Whether a booking is of these very Slots. */
  static boolean has(ObjectNode appointment, List<PoolSlot> slots) {
    var has = new ArrayList<String>();
    appointment.path("slot").forEach(one -> has.add(one.path("reference").asString("")));
    return has.equals(slots.stream().map(PoolSlot::reference).toList());
  }

  /** Whose booking it is; the id. */
  static String patient(JsonNode appointment) {
    for (JsonNode participant : appointment.path("participant")) {
      String actor = participant.path("actor").path("reference").asString("");
      if (actor.startsWith("Patient/")) {
        return actor.substring("Patient/".length());
      }
    }
    throw new IllegalStateException("a booking of nobody");
  }

  /** As people in Beijing read it, to the minute. */
  static String local(Instant instant) {
    return instant
        .atZone(ReleaseRule.BEIJING)
        .toLocalDateTime()
        .truncatedTo(ChronoUnit.MINUTES)
        .toString()
        .replace('T', ' ');
  }

  // ------------------------------------------------------------------ Slots

  static ObjectNode slot(String schedule, JsonNode resource, ReleaseRule.Draft draft) {
    ObjectNode slot = Json.MAPPER.createObjectNode().put("resourceType", "Slot");
    for (String element : new String[] {"serviceCategory", "serviceType", "specialty"}) {
      if (resource.has(element)) {
        slot.set(element, resource.path(element).deepCopy());
      }
    }
    slot.putObject("schedule").put("reference", "Schedule/" + schedule);
    slot.put("status", "free");
    slot.put("start", draft.start().toString());
    slot.put("end", draft.end().toString());
    return slot;
  }

  /** What a Slot says of its Schedule, for the Appointments that are made of it. */
  static ObjectNode template(JsonNode schedule) {
    ObjectNode template = Json.MAPPER.createObjectNode();
    for (String element : new String[] {"actor", "serviceType", "specialty"}) {
      if (schedule.has(element)) {
        template.set(element, schedule.path(element).deepCopy());
      }
    }
    if (schedule.path("meta").has("security")) {
      template.set("security", schedule.path("meta").path("security").deepCopy());
    }
    return template;
  }

  // ------------------------------------------------------------------ any of them

  /** The Provenance of a step; {@code hint}: with whom it lies. */
  static Interaction provenance(
      Caller caller,
      String target,
      String hint,
      String step,
      @Nullable String reason,
      Instant now) {
    ObjectNode provenance =
        ProvenanceJson.of(caller, List.of(target), Appointments.STEP, step, reason, now);
    return new Interaction.Create("Provenance", Interaction.Body.of(provenance), null, null, hint);
  }

  /** The first of what was written. */
  static ResourceVersion version(List<Outcome> outcomes) {
    Outcome first = outcomes.getFirst();
    return new ResourceVersion(
        first.type(),
        first.id(),
        first.version(),
        first.updated(),
        ResourceVersion.Method.POST,
        Objects.requireNonNull(first.content()),
        null);
  }

  static ObjectNode tree(ResourceVersion version) {
    return (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }

  /** A new extension. */
  static ObjectNode extension(ObjectNode resource, String url) {
    return resource.withArray("extension").addObject().put("url", url);
  }

  /** The extension of that address; missing for none. */
  static JsonNode find(ObjectNode resource, String url) {
    for (JsonNode one : resource.path("extension")) {
      if (url.equals(one.path("url").asString(""))) {
        return one;
      }
    }
    return Json.MAPPER.missingNode();
  }

  static void remove(ObjectNode resource, String url) {
    if (resource.get("extension") instanceof ArrayNode all) {
      all.removeIf(one -> url.equals(one.path("url").asString("")));
      if (all.isEmpty()) {
        resource.remove("extension");
      }
    }
  }
}
