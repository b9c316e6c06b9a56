package health.helan.care.appointment;

import health.helan.care.appointment.operations.AppointmentOperations;
import health.helan.care.appointment.places.Act;
import health.helan.care.appointment.places.AlreadyBooked;
import health.helan.care.appointment.places.Pace;
import health.helan.care.appointment.places.Places;
import health.helan.care.appointment.places.Pool;
import health.helan.care.appointment.places.PoolSlot;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.trust.erasure.Erasable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Booking of the region's places: released, held, confirmed, moved, cancelled. Each verb is one
 * transaction: the Appointment, its Provenance and the rows that decide who has a place ({@link
 * Places}) are there together or not at all; a verb that is repeated has the effect of once.
 * Thread-safe; one per application instance.
 */
public final class Appointments implements Erasable {
  private static final Logger LOG = LoggerFactory.getLogger(Appointments.class);

  /** System of {@code Provenance.activity}. */
  public static final String STEP = "https://helan.health/fhir/CodeSystem/appointment-step";

  /** Extension with the instant until which a hold stands. */
  public static final String HELD_UNTIL =
      "https://helan.health/fhir/StructureDefinition/held-until";

  /** Extension with what the visit costs. */
  public static final String FEE = "https://helan.health/fhir/StructureDefinition/booking-fee";

  /** Extension with the referral on which what was held back was given out. */
  public static final String REFERRAL =
      "https://helan.health/fhir/StructureDefinition/booking-referral";

  private static final String ACCOUNT = "https://helan.health/fhir/NamingSystem/account";

  /** Doctor, room, machine, bed and some to spare. */
  private static final int MOST_SLOTS = 6;

  /** Days of a Schedule that one release makes Slots for. */
  private static final int MOST_DAYS = 100;

  private static final int LONGEST_REASON = 200;

  /**
   * What booking stands on.
   *
   * @param holdFor how long a hold waits to be confirmed
   */
  public record Parts(
      RecordStore store,
      DataSource database,
      Places places,
      Registry registry,
      IndexKey key,
      Duration holdFor,
      Clock clock) {}

  /** A hold or a booking that is asked for. */
  public record Wanted(String patient, List<String> slots, @Nullable String referral) {}

  private final RecordStore store;
  private final Registry registry;
  private final IndexKey key;
  private final Pool pool;
  private final Pace pace;
  private final Duration holdFor;
  private final Clock clock;

  /** Slots whose places have changed; their status follows ({@link #showTouched}). */
  private final Set<String> touched = ConcurrentHashMap.newKeySet();

  public Appointments(Parts parts) {
    store = parts.store();
    registry = parts.registry();
    key = parts.key();
    pool = new Pool(parts.database());
    pace = new Pace(parts.database(), parts.key());
    holdFor = parts.holdFor();
    clock = parts.clock();
    parts.places().bind(store);
  }

  /** What can be booked, and what stands where. */
  public Pool pool() {
    return pool;
  }

  /** The moment of an act: whole milliseconds, as what is stored has them. */
  public Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  public List<FhirOperation> operations() {
    return AppointmentOperations.all(this, registry);
  }

  /** Whether an id is a proposal of {@code $find}: it is that of a Slot. */
  public boolean isProposal(String id) {
    return Ids.isAssigned(id) && pool.slot(id) != null;
  }

  // ------------------------------------------------------------------ hold and book

  /**
   * Holds places until they are confirmed or {@code holdFor} is over: all or none. The same again
   * answers with the same booking.
   *
   * @throws Refusal CONFLICT when one of them is full, BUSINESS_RULE naming the rule that is
   *     against it, THROTTLED for an account that asks too often
   */
  public ResourceVersion hold(Caller caller, Wanted wanted) {
    return make(caller, wanted, null);
  }

  /**
   * Books places at once, where nothing has to be asked in between: a hold and its confirmation in
   * one.
   *
   * @param payment how the fee is settled ({@link Settlement}); null for nothing said
   */
  public ResourceVersion book(Caller caller, Wanted wanted, @Nullable String payment) {
    return make(caller, wanted, new Confirmation(payment));
  }

  private record Confirmation(@Nullable String payment) {}

  private ResourceVersion make(Caller caller, Wanted wanted, @Nullable Confirmation confirmation) {
    AppointmentState state = AppointmentStep.HOLD.take(caller, AppointmentState.NONE);
    if (confirmation != null) {
      state = AppointmentStep.CONFIRM.take(caller, state);
    }
    Instant now = now();
    isPatientOf(caller, wanted.patient());
    throttle(caller, now);
    List<PoolSlot> slots = slots(caller, wanted.slots(), now);
    boolean isReferral = isReferral(caller, wanted);
    if (!pool.isFree(slots, isReferral, now)) {
      // In a rush most who ask are too late: they are told without a transaction.
      String own = pool.own(store, key, wanted.patient(), slots);
      if (own == null) {
        throw new Refusal(Refusal.Kind.CONFLICT, "appointment.slot-full");
      }
      return again(caller, own, confirmation);
    }
    Instant heldUntil = confirmation == null ? now.plus(holdFor) : null;
    ObjectNode appointment = appointment(wanted, slots, state, heldUntil, now);
    if (confirmation != null) {
      settle(appointment, slots, confirmation.payment());
    }
    var act =
        new Act.Step(
            AppointmentStep.HOLD,
            wanted.patient(),
            slots,
            heldUntil,
            isReferral,
            caller.role() == Role.RESIDENT,
            now,
            null);
    String fullUrl = "urn:uuid:" + UUID.randomUUID();
    AppointmentStep step = confirmation == null ? AppointmentStep.HOLD : AppointmentStep.CONFIRM;
    String hint = "Patient/" + wanted.patient();
    try {
      List<Outcome> written =
          Places.during(
              act,
              () ->
                  store.transact(
                      caller.asPlatformOf(slots.getFirst().institution()),
                      List.of(
                          new Interaction.Create(
                              "Appointment", Interaction.Body.of(appointment), null, fullUrl, hint),
                          provenance(caller, fullUrl, hint, step, null, now)),
                      Set.of(),
                      null));
      slots.forEach(slot -> touched.add(slot.id()));
      return version(written);
    } catch (AlreadyBooked same) {
      return again(caller, same.appointment(), confirmation);
    }
  }

  /** The answer to the first request was lost, or a second finger touched the button. */
  private ResourceVersion again(
      Caller caller, String appointment, @Nullable Confirmation confirmation) {
    return confirmation == null
        ? store.read(caller, "Appointment", appointment)
        : confirm(caller, appointment, null, confirmation.payment());
  }

  /** A resident books for itself and those it acts for; staff for whom it sees. */
  private void isPatientOf(Caller caller, String patient) {
    if (caller.role() == Role.RESIDENT && !caller.isRoot()) {
      if (!caller.binding().patients().contains(patient)) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "access.not-yours", "Appointment");
      }
      return;
    }
    store.read(caller, "Patient", patient);
  }

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MOST_A_MINUTE = 20;
  private static final int MOST_A_DAY = 60;

  private void throttle(Caller caller, Instant now) {
    if (caller.role() == Role.RESIDENT) {
      pace.count(caller.subject(), "minute", MOST_A_MINUTE, MINUTE, now);
      pace.count(caller.subject(), "day", MOST_A_DAY, DAY, now);
    }
  }

  /**
   * The Slots that are asked for, in the order in which their places are taken.
   *
   * @throws Refusal NOT_FOUND for what is no Slot of the pool, BUSINESS_RULE for one that is
   *     closed, over, or not open yet
   */
  private List<PoolSlot> slots(Caller caller, List<String> ids, Instant now) {
    if (ids.isEmpty() || ids.size() > MOST_SLOTS || Set.copyOf(ids).size() < ids.size()) {
      throw new Refusal(Refusal.Kind.VALUE, "appointment.slots", MOST_SLOTS);
    }
    List<PoolSlot> slots = new ArrayList<>();
    for (String id : ids) {
      PoolSlot slot = Ids.isAssigned(id) ? pool.slot(id) : null;
      if (slot == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "appointment.not-in-pool");
      }
      if (!slot.isOpen()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.slot-closed");
      }
      if (!slot.start().isAfter(now)) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.slot-over");
      }
      if (slot.opens().isAfter(now)) {
        throw new Refusal(
            Refusal.Kind.BUSINESS_RULE, "appointment.not-open-yet", local(slot.opens()));
      }
      if (!slot.institution()
          .equals(slots.isEmpty() ? slot.institution() : slots.getFirst().institution())) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.one-institution");
      }
      isNotWithOneself(caller, slot);
      slots.add(slot);
    }
    slots.sort(PoolSlot.ORDER);
    return List.copyOf(slots);
  }

  /** A booking opens the record to the doctor; nobody opens one to itself. */
  private static void isNotWithOneself(Caller caller, PoolSlot slot) {
    if (caller.role() == Role.PRACTITIONER
        && !caller.isRoot()
        && slot.practitioner().equals(caller.binding().practitioner())
        && !slot.practitioner().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.not-with-yourself");
    }
  }

  private static String local(Instant instant) {
    return instant
        .atZone(ReleaseRule.BEIJING)
        .toLocalDateTime()
        .truncatedTo(ChronoUnit.MINUTES)
        .toString()
        .replace('T', ' ');
  }

  /** Whether what is held back may be taken: by staff, on a referral of this very resident. */
  private boolean isReferral(Caller caller, Wanted wanted) {
    String referral = wanted.referral();
    if (referral == null) {
      return false;
    }
    if (caller.role() == Role.RESIDENT) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.referral-by-staff");
    }
    JsonNode request = tree(store.read(caller, "ServiceRequest", referral));
    if (!request
            .path("subject")
            .path("reference")
            .asString("")
            .equals("Patient/" + wanted.patient())
        || !request.path("status").asString("").equals("active")) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.no-referral");
    }
    return true;
  }

  private static ObjectNode appointment(
      Wanted wanted,
      List<PoolSlot> slots,
      AppointmentState state,
      @Nullable Instant heldUntil,
      Instant now) {
    ObjectNode appointment = Json.MAPPER.createObjectNode();
    appointment.put("resourceType", "Appointment");
    if (heldUntil != null) {
      extension(appointment, HELD_UNTIL).put("valueInstant", heldUntil.toString());
    }
    if (wanted.referral() != null) {
      extension(appointment, REFERRAL)
          .putObject("valueReference")
          .put("reference", "ServiceRequest/" + wanted.referral());
    }
    appointment.put("status", state.code());
    appointment.put("created", now.toString());
    place(appointment, wanted.patient(), slots);
    return appointment;
  }

  /** What follows from the Slots: times, participants, fee. */
  private static void place(ObjectNode appointment, String patient, List<PoolSlot> slots) {
    remove(appointment, FEE);
    long fee = fee(slots);
    if (fee > 0) {
      extension(appointment, FEE)
          .putObject("valueMoney")
          .put("value", java.math.BigDecimal.valueOf(fee, 2))
          .put("currency", "CNY");
    }
    ArrayNode specialty = Json.MAPPER.createArrayNode();
    ArrayNode serviceType = Json.MAPPER.createArrayNode();
    ArrayNode security = Json.MAPPER.createArrayNode();
    Map<String, JsonNode> actors = new java.util.LinkedHashMap<>();
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

  private static void put(ObjectNode resource, String name, ArrayNode list) {
    if (list.isEmpty()) {
      resource.remove(name);
    } else {
      resource.set(name, list);
    }
  }

  /** What it says that it costs, in fen. */
  private static long feeOf(ObjectNode appointment) {
    return find(appointment, FEE)
        .path("valueMoney")
        .path("value")
        .decimalValue(java.math.BigDecimal.ZERO)
        .movePointRight(2)
        .longValueExact();
  }

  private static long fee(List<PoolSlot> slots) {
    return slots.stream().mapToLong(PoolSlot::feeFen).sum();
  }

  private static void settle(
      ObjectNode appointment, List<PoolSlot> slots, @Nullable String payment) {
    extension(appointment, Settlement.URL)
        .put("valueCode", Settlement.of(fee(slots), payment).code());
  }

  // ------------------------------------------------------------------ steps of a booking

  /**
   * Confirms a hold; the same again changes nothing.
   *
   * @param ifMatch version that it must have; null for any
   */
  public ResourceVersion confirm(
      Caller caller, String id, @Nullable Integer ifMatch, @Nullable String payment) {
    return take(
        caller,
        AppointmentStep.CONFIRM,
        id,
        ifMatch,
        null,
        appointment -> {
          JsonNode until = find(appointment, HELD_UNTIL).path("valueInstant");
          if (until.isString() && !Instant.parse(until.asString("")).isAfter(now())) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.hold-lapsed");
          }
          remove(appointment, HELD_UNTIL);
          long fen = feeOf(appointment);
          extension(appointment, Settlement.URL)
              .put("valueCode", Settlement.of(fen, payment).code());
        });
  }

  /**
   * Cancels, and gives the places back; the same again changes nothing.
   *
   * @param reason code of FHIR {@code appointment-cancellation-reason}; null for the resident's
   *     wish
   */
  public ResourceVersion cancel(
      Caller caller, String id, @Nullable Integer ifMatch, @Nullable String reason) {
    String code = reason == null ? caller.role() == Role.RESIDENT ? "pat" : "prov" : reason;
    if (!code.matches(
        "(pat|prov|maint|meds-inc|other|oth-[a-z-]{1,30}|pat-[a-z-]{1,30}|prov-[a-z-]{1,30})")) {
      throw new Refusal(Refusal.Kind.VALUE, "appointment.parameter", "reason");
    }
    return take(
        caller,
        AppointmentStep.CANCEL,
        id,
        ifMatch,
        null,
        appointment -> {
          isBefore(caller, appointment);
          remove(appointment, HELD_UNTIL);
          appointment
              .putObject("cancelationReason")
              .putArray("coding")
              .addObject()
              .put(
                  "system", "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason")
              .put("code", code);
        });
  }

  /**
   * Moves a booking to other places: the new ones are taken before the old ones are given back, all
   * in one transaction.
   */
  public ResourceVersion reschedule(
      Caller caller, String id, @Nullable Integer ifMatch, List<String> slots) {
    Instant now = now();
    throttle(caller, now);
    Held held = held(caller, AppointmentStep.RESCHEDULE, id);
    List<PoolSlot> found = slots(caller, slots, now);
    if (!found.getFirst().institution().equals(held.institution)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.move-within");
    }
    return take(
        caller,
        AppointmentStep.RESCHEDULE,
        id,
        ifMatch,
        found,
        appointment -> {
          isBefore(caller, appointment);
          String settled = find(appointment, Settlement.URL).path("valueCode").asString("");
          long before = feeOf(appointment);
          place(appointment, held.patient, found);
          remove(appointment, Settlement.URL);
          settle(appointment, found, Settlement.moved(settled, before, fee(found)));
        });
  }

  /**
   * Takes a step that changes nothing but the state: check-in, complete, leave, miss, excuse.
   *
   * @param reason for {@code EXCUSE} and {@code LEAVE}, told in the Provenance; null for none
   */
  public ResourceVersion step(
      Caller caller,
      AppointmentStep step,
      String id,
      @Nullable Integer ifMatch,
      @Nullable String reason) {
    if (reason != null && reason.length() > LONGEST_REASON) {
      throw new Refusal(Refusal.Kind.VALUE, "appointment.parameter", "reason");
    }
    return write(
        caller,
        step,
        id,
        ifMatch,
        null,
        null,
        reason,
        appointment -> {
          // Three of them suspend booking: none is counted before its time.
          if (step == AppointmentStep.MISS
              && Instant.parse(appointment.path("start").asString("")).isAfter(now())) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.too-early");
          }
        });
  }

  private ResourceVersion take(
      Caller caller,
      AppointmentStep step,
      String id,
      @Nullable Integer ifMatch,
      @Nullable List<PoolSlot> slots,
      Consumer<ObjectNode> change) {
    return write(caller, step, id, ifMatch, slots, null, null, change);
  }

  /** The booking stands as the step would leave it. */
  private static final class AsItIs extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AsItIs() {
      super(null, null, false, false);
    }
  }

  private ResourceVersion write(
      Caller caller,
      AppointmentStep step,
      String id,
      @Nullable Integer ifMatch,
      @Nullable List<PoolSlot> slots,
      @Nullable Instant heldUntil,
      @Nullable String reason,
      Consumer<ObjectNode> change) {
    Held held = held(caller, step, id);
    Instant now = now();
    var act =
        new Act.Step(
            step,
            held.patient,
            slots,
            heldUntil,
            false,
            caller.role() == Role.RESIDENT,
            now,
            held.waiting);
    try {
      List<Outcome> written =
          Places.during(
              act,
              () ->
                  store.transact(
                      caller.asPlatformOf(held.institution),
                      List.of(
                          new Interaction.Patch(
                              "Appointment",
                              id,
                              null,
                              appointment -> changed(caller, step, appointment, slots, change),
                              ifMatch),
                          provenance(
                              caller,
                              "Appointment/" + id,
                              "Patient/" + held.patient,
                              step,
                              reason,
                              now)),
                      Set.of(),
                      null));
      touched.addAll(held.slots);
      if (slots != null) {
        slots.forEach(slot -> touched.add(slot.id()));
      }
      return version(written);
    } catch (AsItIs repeated) {
      return store.read(caller, "Appointment", id);
    }
  }

  private static ObjectNode changed(
      Caller caller,
      AppointmentStep step,
      ObjectNode appointment,
      @Nullable List<PoolSlot> slots,
      Consumer<ObjectNode> change) {
    AppointmentState state = AppointmentState.of(appointment.path("status").asString(""));
    boolean isDone =
        slots == null
            ? state == step.to() && !step.from().contains(state)
            : has(appointment, slots);
    if (isDone && step.mayTake(caller)) {
      throw new AsItIs();
    }
    AppointmentState to = step.take(caller, state);
    change.accept(appointment);
    appointment.put("status", to.code());
    return appointment;
  }

  private static boolean has(ObjectNode appointment, List<PoolSlot> slots) {
    var has = new ArrayList<String>();
    appointment.path("slot").forEach(one -> has.add(one.path("reference").asString("")));
    return has.equals(slots.stream().map(PoolSlot::reference).toList());
  }

  /** A resident cancels and moves until the visit begins; after that the hospital decides. */
  private void isBefore(Caller caller, ObjectNode appointment) {
    if (caller.role() == Role.RESIDENT
        && !Instant.parse(appointment.path("start").asString("")).isAfter(now())
        && !appointment.path("status").asString("").equals(AppointmentState.WAITLIST.code())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.too-late");
    }
  }

  /**
   * @param waiting where it stands in line; null for one that does not
   */
  private record Held(
      String patient, String institution, List<String> slots, Act.@Nullable Waiting waiting) {}

  /**
   * A booking that the caller may take the step of.
   *
   * @throws Refusal NOT_FOUND for what the caller does not see, and for what is no booking of the
   *     pool; FORBIDDEN for another institution's
   */
  private Held held(Caller caller, AppointmentStep step, String id) {
    JsonNode appointment = tree(store.read(caller, "Appointment", id));
    Pool.Standing standing = pool.booking(store, id);
    if (standing == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "appointment.not-in-pool");
    }
    if (!caller.isRoot() && caller.role() == Role.RESIDENT) {
      // Seen by a link that somebody else made, but not the resident's own to decide about.
      isPatientOf(caller, patient(appointment));
    } else if (!caller.isRoot()) {
      if (!caller.institution().equals(standing.institution())) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.other-institution");
      }
      if (step == AppointmentStep.CONFIRM) {
        for (String slot : standing.slots()) {
          isNotWithOneself(caller, Objects.requireNonNull(pool.slot(slot)));
        }
      }
    }
    return new Held(
        patient(appointment),
        standing.institution(),
        standing.slots(),
        standing.state().equals(AppointmentState.WAITLIST.code())
            ? new Act.Waiting(
                pool.home(store, "Schedule", standing.schedule()),
                standing.schedule(),
                standing.day(),
                standing.start(),
                standing.practitioner(),
                standing.institution())
            : null);
  }

  private static String patient(JsonNode appointment) {
    for (JsonNode participant : appointment.path("participant")) {
      String actor = participant.path("actor").path("reference").asString("");
      if (actor.startsWith("Patient/")) {
        return actor.substring("Patient/".length());
      }
    }
    throw new IllegalStateException("a booking of nobody");
  }

  // ------------------------------------------------------------------ waiting

  /**
   * Joins the line for a Schedule's day that is full; the same again answers with the same place in
   * it. The first in line is offered what others give back.
   *
   * @throws Refusal BUSINESS_RULE where there is something free, or the day cannot be booked
   */
  public ResourceVersion join(Caller caller, String patient, String schedule, LocalDate day) {
    AppointmentState state = AppointmentStep.JOIN.take(caller, AppointmentState.NONE);
    Instant now = now();
    isPatientOf(caller, patient);
    throttle(caller, now);
    JsonNode resource = tree(store.read(caller, "Schedule", schedule));
    Pool.Provider provider = provider(resource, schedule, now);
    int home = pool.home(store, "Schedule", schedule);
    if (!pool.isReleased(home, schedule, day, now)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.no-line");
    }
    if (pool.free(home, schedule, day, false, now) != null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.not-full");
    }
    if (caller.role() == Role.PRACTITIONER
        && !caller.isRoot()
        && provider.practitioner().equals(caller.binding().practitioner())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.not-with-yourself");
    }
    Instant over = day.plusDays(1).atStartOfDay(ReleaseRule.BEIJING).toInstant();
    ObjectNode appointment = Json.MAPPER.createObjectNode();
    appointment.put("resourceType", "Appointment").put("status", state.code());
    appointment.put("created", now.toString());
    appointment
        .putArray("requestedPeriod")
        .addObject()
        .put("start", day.toString())
        .put("end", day.toString());
    ObjectNode template = template(resource);
    put(appointment, "specialty", list(template.path("specialty")));
    put(appointment, "serviceType", list(template.path("serviceType")));
    if (template.has("security")) {
      appointment.withObject("meta").set("security", template.path("security"));
    }
    participants(appointment, patient, template.path("actor"));
    var act =
        new Act.Step(
            AppointmentStep.JOIN,
            patient,
            null,
            null,
            false,
            caller.role() == Role.RESIDENT,
            now,
            new Act.Waiting(
                home, schedule, day, over, provider.practitioner(), provider.institution()));
    String fullUrl = "urn:uuid:" + UUID.randomUUID();
    String hint = "Patient/" + patient;
    try {
      return version(
          Places.during(
              act,
              () ->
                  store.transact(
                      caller.asPlatformOf(provider.institution()),
                      List.of(
                          new Interaction.Create(
                              "Appointment", Interaction.Body.of(appointment), null, fullUrl, hint),
                          provenance(caller, fullUrl, hint, AppointmentStep.JOIN, null, now)),
                      Set.of(),
                      null)));
    } catch (AlreadyBooked same) {
      return store.read(caller, "Appointment", same.appointment());
    }
  }

  private static ArrayNode list(JsonNode of) {
    ArrayNode list = Json.MAPPER.createArrayNode();
    add(list, of);
    return list;
  }

  /** How many stand before a booking that waits; null for one that does not wait. */
  public @Nullable Integer before(Caller caller, String id) {
    var unused = store.read(caller, "Appointment", id);
    Pool.Standing standing = pool.booking(store, id);
    return standing == null || !standing.state().equals(AppointmentState.WAITLIST.code())
        ? null
        : pool.before(store, id, standing);
  }

  /** How long an offer waits to be confirmed. */
  private static final Duration OFFER = Duration.ofHours(1);

  /**
   * Offers what has become free to who is first in line: holds it and tells so.
   *
   * @return how many offers were made
   */
  public int offer() {
    Instant now = now();
    int offered = 0;
    for (Pool.Line line : pool.lines(now.atZone(ReleaseRule.BEIJING).toLocalDate(), AT_ONCE)) {
      for (String id : line.appointments()) {
        String slot = pool.free(line.home(), line.schedule(), line.day(), true, now);
        if (slot == null) {
          break;
        }
        offered += offer(id, Objects.requireNonNull(pool.slot(slot)), now);
      }
    }
    pool.unkeep();
    return offered;
  }

  private int offer(String id, PoolSlot slot, Instant now) {
    Instant latest = now.plus(OFFER);
    Instant until = slot.start().isBefore(latest) ? slot.start() : latest;
    try {
      ResourceVersion offered =
          write(
              PLATFORM,
              AppointmentStep.OFFER,
              id,
              null,
              List.of(slot),
              until,
              null,
              appointment -> {
                String patient = patient(appointment);
                appointment.remove("requestedPeriod");
                extension(appointment, HELD_UNTIL).put("valueInstant", until.toString());
                place(appointment, patient, List.of(slot));
              });
      tell(tree(offered), Notice.OFFERED, until);
      return 1;
    } catch (Refusal e) {
      // Somebody was faster, or this one has a booking then: the next in line is asked.
      LOG.debug("A place was not offered: {}", e.messageKey());
      return 0;
    }
  }

  // ------------------------------------------------------------------ telling

  private enum Notice {
    OFFERED("您候补的号源已为您保留，请在 %s 前确认：%s，%s。"),
    REMINDER("就诊提醒：您预约了 %2$s，%3$s。如不能前来，请提前取消。");

    private final String text;

    Notice(String text) {
      this.text = text;
    }
  }

  /** {@code Communication.topic} of what residents are told about a booking. */
  private static final String TOPIC = "https://helan.health/fhir/CodeSystem/booking-notice";

  /**
   * Reminds of visits within the next day: once each.
   *
   * @return how many were reminded
   */
  public int remind() {
    Instant now = now();
    int reminded = 0;
    for (Pool.Due due : pool.unreminded(now, now.plus(DAY), AT_ONCE)) {
      try {
        JsonNode appointment = tree(store.read(PLATFORM, "Appointment", due.appointment()));
        // Who booked a moment ago needs no reminder.
        if (Instant.parse(appointment.path("created").asString(now.toString()))
            .isBefore(now.minus(Duration.ofHours(2)))) {
          tell(appointment, Notice.REMINDER, now);
          reminded++;
        }
        pool.reminded(due, now);
      } catch (Refusal e) {
        LOG.debug("A reminder was not sent: {}", e.messageKey());
      }
    }
    return reminded;
  }

  /** Once for each booking, time and kind, however often it is tried. */
  private void tell(JsonNode appointment, Notice notice, Instant until) {
    String id = appointment.path("id").asString("");
    String patient = "Patient/" + patient(appointment);
    String start = appointment.path("start").asString("");
    String with = "";
    for (JsonNode participant : appointment.path("participant")) {
      String actor = participant.path("actor").path("reference").asString("");
      if (actor.startsWith("Practitioner/") || with.isEmpty() && !actor.equals(patient)) {
        // By reference: pages show the name of today.
        with =
            actor.startsWith("Practitioner/")
                ? actor
                : participant.path("actor").path("display").asString("");
      }
    }
    ObjectNode communication = Json.MAPPER.createObjectNode();
    communication.put("resourceType", "Communication");
    communication
        .putArray("identifier")
        .addObject()
        .put("system", TOPIC)
        .put("value", notice.name() + "." + id + "." + Instant.parse(start).getEpochSecond());
    communication.put("status", "completed");
    communication
        .putArray("category")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/communication-category")
        .put("code", "notification");
    communication
        .putObject("topic")
        .putArray("coding")
        .addObject()
        .put("system", TOPIC)
        .put("code", notice.name().toLowerCase(java.util.Locale.ROOT));
    communication.putObject("subject").put("reference", patient);
    communication.putArray("about").addObject().put("reference", "Appointment/" + id);
    communication.putArray("recipient").addObject().put("reference", patient);
    communication.put("sent", now().toString());
    communication
        .putArray("payload")
        .addObject()
        .put(
            "contentString",
            notice.text.formatted(local(until), local(Instant.parse(start)), with));
    String identifier = communication.path("identifier").path(0).path("value").asString("");
    var unused =
        store.write(
            PLATFORM,
            new Interaction.Create(
                "Communication",
                Interaction.Body.of(communication),
                "identifier=" + TOPIC + "|" + identifier,
                null,
                patient));
  }

  // ------------------------------------------------------------------ release

  /**
   * Makes the Slots of a Schedule by its rule, for each day that opens by tomorrow: what was made
   * before stays. By the hospital, or by upkeep.
   *
   * @return how many Slots there are now that were not there before
   * @throws Refusal BUSINESS_RULE where the Schedule has no rule, or its doctor may not work there
   */
  public int release(Caller caller, String schedule) {
    JsonNode resource = tree(store.read(caller, "Schedule", schedule));
    ReleaseRule rule = ReleaseRule.of(resource);
    if (!resource.path("active").asBoolean(true)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.schedule-inactive");
    }
    Instant now = now();
    Pool.Provider provider = provider(resource, schedule, now);
    if (!caller.isRoot() && !caller.institution().equals(provider.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.other-institution");
    }
    LocalDate today = now.atZone(ReleaseRule.BEIJING).toLocalDate();
    JsonNode horizon = resource.path("planningHorizon");
    int made = 0;
    for (int i = 0; i < MOST_DAYS; i++) {
      LocalDate day = today.plusDays(i);
      if (rule.opens(day).isAfter(now.plus(DAY))) {
        break;
      }
      if (isWithin(horizon, day)) {
        made += release(caller, schedule, resource, rule, provider, day, now);
      }
    }
    return made;
  }

  private static boolean isWithin(JsonNode horizon, LocalDate day) {
    String start = horizon.path("start").asString("");
    String end = horizon.path("end").asString("");
    String text = day.toString();
    return (start.length() < 10 || start.substring(0, 10).compareTo(text) <= 0)
        && (end.length() < 10 || end.substring(0, 10).compareTo(text) >= 0);
  }

  private int release(
      Caller caller,
      String schedule,
      JsonNode resource,
      ReleaseRule rule,
      Pool.Provider provider,
      LocalDate day,
      Instant now) {
    Set<Instant> there = pool.starts(store, schedule, day);
    List<Act.Released> drafts = new ArrayList<>();
    List<Interaction> writes = new ArrayList<>();
    for (ReleaseRule.Draft draft : rule.slots(day)) {
      if (there.contains(draft.start()) || !draft.start().isAfter(now)) {
        continue;
      }
      drafts.add(
          new Act.Released(
              new PoolSlot(
                  0,
                  "",
                  schedule,
                  draft.start(),
                  draft.end(),
                  day,
                  rule.opens(day),
                  true,
                  draft.capacity(),
                  rule.feeFen(),
                  provider.institution(),
                  provider.department(),
                  provider.practitioner(),
                  provider.specialties(),
                  template(resource)),
              draft.heldBack(),
              rule.opensHeldBack(draft)));
      writes.add(
          new Interaction.Create(
              "Slot",
              Interaction.Body.of(slot(schedule, resource, draft)),
              null,
              null,
              "Schedule/" + schedule));
    }
    if (drafts.isEmpty()) {
      return 0;
    }
    writes.add(
        provenanceOf(caller, "Schedule/" + schedule, "Schedule/" + schedule, "release", null, now));
    try {
      Places.during(
          new Act.Release(drafts),
          () ->
              store.transact(caller.asPlatformOf(provider.institution()), writes, Set.of(), null));
      return drafts.size();
    } catch (Refusal e) {
      if (e.messageKey().equals("appointment.released-meanwhile")) {
        return 0;
      }
      throw e;
    }
  }

  private static ObjectNode slot(String schedule, JsonNode resource, ReleaseRule.Draft draft) {
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

  private static ObjectNode template(JsonNode schedule) {
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

  /** Whose Schedule it is: by its post, else its service or place. */
  private Pool.Provider provider(JsonNode schedule, String id, Instant now) {
    Map<String, String> actors = new HashMap<>();
    for (JsonNode actor : schedule.path("actor")) {
      String reference = actor.path("reference").asString("");
      int slash = reference.indexOf('/');
      if (slash > 0) {
        actors.putIfAbsent(reference.substring(0, slash), reference.substring(slash + 1));
      }
    }
    String role = actors.get("PractitionerRole");
    if (role != null) {
      Registry.Seat seat = registry.seat(role);
      if (seat == null || !seat.isActive()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.no-post");
      }
      registry.checkMayWork(seat.practitioner(), seat.institution(), now);
      return new Pool.Provider(
          seat.institution(), seat.department(), seat.practitioner(), seat.specialties());
    }
    if (actors.containsKey("Practitioner")) {
      // Where a doctor works is said by the post; a name alone could be anywhere.
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.no-post");
    }
    String owner = pool.owner(store, "Schedule", id);
    if (owner.isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.no-post");
    }
    return new Pool.Provider(owner, "", "", List.of());
  }

  // ------------------------------------------------------------------ what the clock does

  private static final Caller PLATFORM = Caller.platform("booking");
  private static final int AT_ONCE = 100;

  /**
   * Gives back what was held and not confirmed in time. Nothing waits for it but who wants the
   * place: a hold that is over is not confirmed any more.
   *
   * @return how many lapsed
   */
  public int lapse() {
    int lapsed = 0;
    List<String> over = new ArrayList<>(pool.lapsed(now(), AT_ONCE));
    over.addAll(pool.waitedInVain(now(), AT_ONCE));
    for (String id : over) {
      lapsed +=
          taken(
              AppointmentStep.LAPSE,
              id,
              appointment -> {
                remove(appointment, HELD_UNTIL);
                appointment.putObject("cancelationReason").put("text", "hold lapsed");
              });
    }
    return lapsed;
  }

  /**
   * Marks what nobody came for, once its day is over in Beijing.
   *
   * @return how many were missed
   */
  public int miss() {
    Instant today =
        now()
            .atZone(ReleaseRule.BEIJING)
            .toLocalDate()
            .atStartOfDay(ReleaseRule.BEIJING)
            .toInstant();
    int missed = 0;
    for (String id : pool.missed(today, AT_ONCE)) {
      missed += taken(AppointmentStep.MISS, id, _ -> {});
    }
    return missed;
  }

  private int taken(AppointmentStep step, String id, Consumer<ObjectNode> change) {
    try {
      var unused = write(PLATFORM, step, id, null, null, null, null, change);
      return 1;
    } catch (Refusal e) {
      // Another instance was first, or it was confirmed or cancelled in this very moment.
      LOG.debug("The step {} of the clock was not taken: {}", step.word(), e.messageKey());
      return 0;
    }
  }

  /**
   * Lets the status of Slots say what their places say: {@code busy} once all are taken. Behind the
   * booking, so that no booking waits for a row that all who book the Slot would write.
   */
  public void showTouched() {
    for (String id : List.copyOf(touched)) {
      touched.remove(id);
      Boolean isFull = pool.misshown(id);
      if (isFull != null) {
        show(id, isFull);
      }
    }
  }

  private static final Duration AHEAD = Duration.ofDays(30);

  /** The same for all Slots of the coming weeks: after an instance that died in between. */
  public void showAll() {
    pool.misshown(now(), now().plus(AHEAD), AT_ONCE).forEach(this::show);
  }

  private void show(String slot, boolean isFull) {
    try {
      Places.during(
          new Act.Shown(isFull),
          () ->
              store.transact(
                  PLATFORM,
                  List.of(
                      new Interaction.Patch(
                          "Slot",
                          slot,
                          null,
                          one -> one.put("status", isFull ? "busy" : "free"),
                          null)),
                  Set.of(),
                  null));
    } catch (Refusal e) {
      LOG.debug("The status of a Slot was not changed: {}", e.messageKey());
    }
  }

  // ------------------------------------------------------------------ erasure

  @Override
  public void erase(long subject) {
    pool.erase(subject);
  }

  // ------------------------------------------------------------------ what is written

  private Interaction provenance(
      Caller caller,
      String target,
      String hint,
      AppointmentStep step,
      @Nullable String reason,
      Instant now) {
    return provenanceOf(caller, target, hint, step.word(), reason, now);
  }

  private static Interaction provenanceOf(
      Caller caller,
      String target,
      String hint,
      String step,
      @Nullable String reason,
      Instant now) {
    ObjectNode provenance = Json.MAPPER.createObjectNode();
    provenance.put("resourceType", "Provenance");
    provenance.putArray("target").addObject().put("reference", target);
    provenance.put("recorded", now.toString());
    if (reason != null) {
      provenance.putArray("reason").addObject().put("text", reason);
    }
    provenance
        .putObject("activity")
        .putArray("coding")
        .addObject()
        .put("system", STEP)
        .put("code", step);
    ObjectNode agent = provenance.putArray("agent").addObject();
    agent
        .putObject("who")
        .putObject("identifier")
        .put("system", ACCOUNT)
        .put("value", caller.subject());
    if (!caller.institution().isEmpty()) {
      agent.putObject("onBehalfOf").put("reference", "Organization/" + caller.institution());
    }
    return new Interaction.Create("Provenance", Interaction.Body.of(provenance), null, null, hint);
  }

  private static ResourceVersion version(List<Outcome> outcomes) {
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

  private static ObjectNode tree(ResourceVersion version) {
    return (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }

  private static ObjectNode extension(ObjectNode resource, String url) {
    return resource.withArray("extension").addObject().put("url", url);
  }

  private static JsonNode find(ObjectNode resource, String url) {
    for (JsonNode one : resource.path("extension")) {
      if (url.equals(one.path("url").asString(""))) {
        return one;
      }
    }
    return Json.MAPPER.missingNode();
  }

  private static void remove(ObjectNode resource, String url) {
    if (resource.get("extension") instanceof ArrayNode all) {
      all.removeIf(one -> url.equals(one.path("url").asString("")));
      if (all.isEmpty()) {
        resource.remove("extension");
      }
    }
  }
}
