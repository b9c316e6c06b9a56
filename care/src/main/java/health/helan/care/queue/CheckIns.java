package health.helan.care.queue;

import health.helan.foundation.residents.card.Scans;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.policy.Arrivals;
import health.helan.foundation.trust.policy.Masking;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Check-in: that somebody has come, as it has to be proved, and what follows from it: the
 * Appointment arrives, the department gets its grant, and there is a number.
 */
final class CheckIns {
  /** A booked time counts for who comes until so long after it. */
  static final Duration IN_TIME = Duration.ofMinutes(30);

  private final Queues queues;
  private final Scans scans;
  private final Bookings bookings;

  CheckIns(Queues queues, Scans scans, Bookings bookings) {
    this.queues = queues;
    this.scans = scans;
    this.bookings = bookings;
  }

  /**
   * Enters that somebody has come: the Appointment arrives, an Encounter is made from which the
   * department's grant follows, and there is a number.
   *
   * @throws Refusal NOT_FOUND for a wrong number, CONFLICT for who is in the line already
   */
  Ticket checkIn(Caller caller, Arrival arrival) {
    Step.CHECK_IN.checkRole(caller);
    Queue queue =
        caller.role() == Role.RESIDENT
            ? atDoor(caller, arrival)
            : queues.own(caller, arrival.queue());
    if (!queue.isOpen()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.closed");
    }
    String patient = patient(caller, arrival, queue);
    AccessTrail.noteAsked(queues.digest(patient));
    Instant now = queues.now();
    Booked booked = booked(caller, patient, arrival.appointment(), queue, now);
    if (caller.role() == Role.RESIDENT && booked == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.phone-needs-booking");
    }
    boolean isShown = arrival.card() != null && !arrival.card().code().isEmpty();
    if (caller.role() == Role.PRACTITIONER && !isShown && booked == null) {
      // A grant needs an act of somebody else: the resident's card or booking, or another desk.
      String practitioner = queue.practitioner().isEmpty() ? null : queue.practitioner();
      if (Arrivals.isSelf(
          caller,
          Arrivals.reference(practitioner, "Practitioner/"),
          "Organization/" + queue.department())) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.check-in-for-another");
      }
    }
    return enter(caller, queue, patient, booked, now);
  }

  private Ticket enter(
      Caller caller, Queue queue, String patient, @Nullable Booked booked, Instant now) {
    JsonNode person = queues.read(caller, "Patient", patient);
    Instant due = booked == null ? now : booked.due(now);
    String encounterUrl = "urn:uuid:" + UUID.randomUUID();
    List<Interaction> writes = new ArrayList<>();
    writes.add(
        new Interaction.Create(
            "Encounter",
            Interaction.Body.of(Papers.encounter(queue, patient, booked, now)),
            null,
            encounterUrl,
            "Patient/" + patient));
    writes.add(Papers.provenance(caller, queue, Step.CHECK_IN, patient, encounterUrl, "", "", now));
    if (booked != null) {
      writes.add(
          new Interaction.Patch(
              "Appointment", booked.id, null, bookings.take(caller, Bookings.Step.CHECK_IN), null));
    }
    String id = Ids.next(queue.home());
    var made = new Ticket[1];
    Supplier<List<Outcome>> write =
        () ->
            queues.store.transact(
                caller.asPlatformOf(queue.institution()),
                writes,
                (connection, ids, at) -> {
                  int number = QueueTable.number(connection, queue, Queues.day(now), at);
                  made[0] =
                      new Ticket(
                          queue.home(),
                          id,
                          queue.id(),
                          Queues.day(now),
                          number,
                          1,
                          State.WAITING,
                          Level.ROUTINE,
                          due,
                          now,
                          0,
                          0,
                          queues.digest(patient),
                          0,
                          "",
                          false,
                          null,
                          null,
                          null,
                          0,
                          new Ticket.Content(
                              patient,
                              ids.getFirst(),
                              booked == null ? "" : booked.id,
                              Masking.name(Papers.name(person)),
                              ""));
                  queues.table.insert(connection, made[0], at);
                });
    List<Outcome> unused =
        booked == null
            ? write.get()
            : bookings.during(Bookings.Step.CHECK_IN, booked.id, patient, now, write);
    queues.tellWhoIsNear(queue.id());
    return made[0];
  }

  /** The queue of the resident's booking at the hall whose screen shows the code. */
  private Queue atDoor(Caller caller, Arrival arrival) {
    String door = arrival.door() == null ? "" : arrival.door().strip();
    queues.screens.checkPace(caller.subject());
    for (Screens.Screen screen : queues.screens.byDoor(door)) {
      for (Queue queue : queues.table.ofInstitution(screen.institution())) {
        if (screen.shows(queue.id())
            && queue.isOpen()
            && (arrival.queue().isEmpty() || arrival.queue().equals(queue.id()))) {
          String patient = patient(caller, arrival, queue);
          if (booked(caller, patient, arrival.appointment(), queue, queues.now()) != null) {
            return queue;
          }
        }
      }
    }
    if (queues.screens.byDoor(door).isEmpty()) {
      queues.screens.countWrong(caller.subject());
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.door-code");
    }
    throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.phone-needs-booking");
  }

  /** Whose arrival it is, proved as the caller has to prove it. */
  private String patient(Caller caller, Arrival arrival, Queue queue) {
    if (arrival.card() != null) {
      if (caller.isRoot()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.check-in-for-whom");
      }
      Scans.Reading card = arrival.card();
      boolean isForItself =
          Arrivals.isSelf(
              caller,
              Arrivals.reference(
                  queue.practitioner().isEmpty() ? null : queue.practitioner(), "Practitioner/"),
              "Organization/" + queue.department());
      if (isForItself && Scans.isPrinted(card.code())) {
        // Anybody could hold the paper: it lets nobody open a record to itself.
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.check-in-for-whom");
      }
      return scans.scan(caller, card).patient();
    }
    String patient = Queues.id(arrival.patient() == null ? "" : arrival.patient(), "Patient/");
    if (patient.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "queue.parameter-missing", "patient");
    }
    switch (caller.role()) {
      case RESIDENT -> {
        if (!caller.binding().patients().contains(patient)) {
          throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", patient);
        }
      }
      case PRACTITIONER -> {
        if (!hasNumber(caller, patient, arrival.number())) {
          throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", patient);
        }
      }
      default -> {
        // The system of the institution is trusted to check in whom it names, as in $check-in.
      }
    }
    return patient;
  }

  private boolean hasNumber(Caller caller, String patient, @Nullable String number) {
    if (number == null || number.isBlank()) {
      throw new Refusal(Refusal.Kind.VALUE, "access.no-such-identifier");
    }
    try {
      for (JsonNode identifier : queues.read(caller, "Patient", patient).path("identifier")) {
        if (identifier
            .path("value")
            .asString("")
            .toUpperCase(Locale.ROOT)
            .equals(number.strip().toUpperCase(Locale.ROOT))) {
          return true;
        }
      }
      return false;
    } catch (Refusal absent) {
      if (absent.kind() == Refusal.Kind.TRANSIENT) {
        throw absent;
      }
      return false; // Not there, or deleted: the same answer as for a wrong number.
    }
  }

  /** A booking of today that leads into a queue. */
  record Booked(String id, Instant start, Instant end) {
    Instant due(Instant now) {
      // Who comes early waits for its time, who comes late comes last.
      return now.isAfter(end.isAfter(start.plus(IN_TIME)) ? end : start.plus(IN_TIME))
          ? now
          : start;
    }
  }

  private @Nullable Booked booked(
      Caller caller, String patient, @Nullable String asked, Queue queue, Instant now) {
    if (asked != null && !asked.isBlank()) {
      Booked booked = null;
      try {
        booked =
            booked(
                caller,
                queues.read(caller, "Appointment", Queues.id(asked, "Appointment/")),
                patient,
                queue,
                now);
      } catch (Refusal absent) {
        if (absent.kind() == Refusal.Kind.TRANSIENT) {
          throw absent;
        }
        // As for somebody else's: ids of bookings are not to be tried out.
      }
      if (booked == null) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.appointment-elsewhere");
      }
      return booked;
    }
    LocalDate today = Queues.day(now);
    for (JsonNode appointment :
        Found.of(
            queues.store,
            caller.asPlatform(),
            "Appointment",
            "patient",
            "Patient/" + patient,
            "status",
            "booked",
            "date",
            "ge" + today.atStartOfDay(Queues.BEIJING).toInstant(),
            "date",
            "lt" + today.plusDays(1).atStartOfDay(Queues.BEIJING).toInstant())) {
      Booked booked = booked(caller, appointment, patient, queue, now);
      if (booked != null) {
        return booked;
      }
    }
    return null;
  }

  private @Nullable Booked booked(
      Caller caller, JsonNode appointment, String patient, Queue queue, Instant now) {
    Instant start = Papers.instant(appointment.path("start").asString(""));
    boolean isTheirs = false;
    boolean isHere = false;
    for (JsonNode participant : appointment.path("participant")) {
      String actor = participant.path("actor").path("reference").asString("");
      isTheirs |= actor.equals("Patient/" + patient);
      isHere |= isHere(caller, actor, queue);
    }
    if (start == null || !Queues.day(start).equals(Queues.day(now)) || !isTheirs || !isHere) {
      return null;
    }
    Instant end = Papers.instant(appointment.path("end").asString(""));
    return new Booked(appointment.path("id").asString(""), start, end == null ? start : end);
  }

  /** Whether who is booked is who the queue is for. */
  private boolean isHere(Caller caller, String actor, Queue queue) {
    int slash = actor.indexOf('/');
    String type = slash < 0 ? "" : actor.substring(0, slash);
    String id = actor.substring(slash + 1);
    String department = "Organization/" + queue.department();
    return switch (type) {
      case "Practitioner" -> id.equals(queue.practitioner()) || works(caller, id, queue);
      case "PractitionerRole" -> {
        JsonNode role = queues.read(caller, type, id);
        yield role.path("organization").path("reference").asString("").equals(department)
            && (queue.practitioner().isEmpty()
                || role.path("practitioner")
                    .path("reference")
                    .asString("")
                    .equals("Practitioner/" + queue.practitioner()));
      }
      case "HealthcareService" ->
          queue.practitioner().isEmpty()
              && queues
                  .read(caller, type, id)
                  .path("providedBy")
                  .path("reference")
                  .asString("")
                  .equals(department);
      default -> false;
    };
  }

  private boolean works(Caller caller, String practitioner, Queue queue) {
    return queue.practitioner().isEmpty()
        && !Found.of(
                queues.store,
                caller.asPlatform(),
                "PractitionerRole",
                "practitioner",
                "Practitioner/" + practitioner,
                "organization",
                "Organization/" + queue.department())
            .isEmpty();
  }
}
