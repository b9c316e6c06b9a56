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
import health.helan.foundation.rest.Given;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.Share;
import health.helan.foundation.trust.erasure.Erasable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Booking of the region's places: held, confirmed, moved, cancelled, attended. Each verb is one
 * transaction: the Appointment, its Provenance and the rows that decide who has a place ({@link
 * Places}) are there together or not at all; a verb that is repeated has the effect of once. What
 * can be booked comes from {@link Releases}; who waits for what is full is in the {@link
 * WaitingList}. Thread-safe; one per application instance.
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

  /** Doctor, room, machine, bed and some to spare. */
  private static final int MOST_SLOTS = 6;

  private static final int LONGEST_REASON = 200;

  static final Caller PLATFORM = Caller.platform("booking");

  /** How many one round of upkeep takes on. */
  static final int AT_ONCE = 100;

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
  private final Releases releases;
  private final Notices notices;
  private final WaitingList waiting;
  private final Duration holdFor;
  private final Clock clock;

  public Appointments(Parts parts) {
    store = parts.store();
    registry = parts.registry();
    key = parts.key();
    pool = new Pool(parts.database());
    pace = new Pace(parts.database(), parts.key());
    holdFor = parts.holdFor();
    clock = parts.clock();
    releases = new Releases(store, registry, pool, this::now);
    notices = new Notices(store, pool, this::now);
    waiting = new WaitingList(store, this, releases, notices);
    parts.places().bind(store);
  }

  /** What can be booked, and what stands where. */
  public Pool pool() {
    return pool;
  }

  public Releases releases() {
    return releases;
  }

  public WaitingList waiting() {
    return waiting;
  }

  Notices notices() {
    return notices;
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
    ObjectNode appointment = Papers.appointment(wanted, slots, state, heldUntil, now);
    if (confirmation != null) {
      Papers.settle(appointment, slots, confirmation.payment());
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
      var share =
          new Share(
              caller.asPlatformOf(slots.getFirst().institution()),
              List.of(
                  new Interaction.Create(
                      "Appointment", Interaction.Body.of(appointment), null, fullUrl, hint),
                  Papers.provenance(caller, fullUrl, hint, step.word(), null, now)),
              act);
      // In a rush the bookings that arrive together are written together.
      List<Outcome> written =
          store.together(
              share,
              () ->
                  Places.during(
                      act,
                      () -> store.transact(share.caller(), share.interactions(), Set.of(), null)));
      releases.touch(ids(slots));
      return Papers.version(written);
    } catch (AlreadyBooked same) {
      return again(caller, same.appointment(), confirmation);
    }
  }

  private static List<String> ids(List<PoolSlot> slots) {
    return slots.stream().map(PoolSlot::id).toList();
  }

  /** The answer to the first request was lost, or a second finger touched the button. */
  private ResourceVersion again(
      Caller caller, String appointment, @Nullable Confirmation confirmation) {
    return confirmation == null
        ? store.read(caller, "Appointment", appointment)
        : confirm(caller, appointment, null, confirmation.payment());
  }

  /** A resident books for itself and those it acts for; staff for whom it sees. */
  void isPatientOf(Caller caller, String patient) {
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

  void throttle(Caller caller, Instant now) {
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
            Refusal.Kind.BUSINESS_RULE, "appointment.not-open-yet", Papers.local(slot.opens()));
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

  /** Whether what is held back may be taken: by staff, on a referral of this very resident. */
  private boolean isReferral(Caller caller, Wanted wanted) {
    String referral = wanted.referral();
    if (referral == null) {
      return false;
    }
    if (caller.role() == Role.RESIDENT) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.referral-by-staff");
    }
    JsonNode request = Papers.tree(store.read(caller, "ServiceRequest", referral));
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
          JsonNode until = Papers.find(appointment, HELD_UNTIL).path("valueInstant");
          if (until.isString() && !Instant.parse(until.asString("")).isAfter(now())) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.hold-lapsed");
          }
          Papers.remove(appointment, HELD_UNTIL);
          long fen = Papers.feeOf(appointment);
          Papers.extension(appointment, Settlement.URL)
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
      throw Given.wrong("reason");
    }
    return take(
        caller,
        AppointmentStep.CANCEL,
        id,
        ifMatch,
        null,
        appointment -> {
          isBefore(caller, appointment);
          Papers.remove(appointment, HELD_UNTIL);
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
          String settled = Papers.find(appointment, Settlement.URL).path("valueCode").asString("");
          long before = Papers.feeOf(appointment);
          Papers.place(appointment, held.patient, found);
          Papers.remove(appointment, Settlement.URL);
          Papers.settle(appointment, found, Settlement.moved(settled, before, Papers.fee(found)));
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
      throw Given.wrong("reason");
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

  ResourceVersion write(
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
                          Papers.provenance(
                              caller,
                              "Appointment/" + id,
                              "Patient/" + held.patient,
                              step.word(),
                              reason,
                              now)),
                      Set.of(),
                      null));
      releases.touch(held.slots);
      if (slots != null) {
        releases.touch(ids(slots));
      }
      return Papers.version(written);
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
            : step.from().contains(state) && Papers.has(appointment, slots);
    if (isDone && step.mayTake(caller)) {
      throw new AsItIs();
    }
    AppointmentState to = step.take(caller, state);
    change.accept(appointment);
    appointment.put("status", to.code());
    return appointment;
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
    JsonNode appointment = Papers.tree(store.read(caller, "Appointment", id));
    Pool.Standing standing = pool.booking(store, id);
    if (standing == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "appointment.not-in-pool");
    }
    if (!caller.isRoot() && caller.role() == Role.RESIDENT) {
      // Seen by a link that somebody else made, but not the resident's own to decide about.
      isPatientOf(caller, Papers.patient(appointment));
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
        Papers.patient(appointment),
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

  // ------------------------------------------------------------------ what the clock does

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
                Papers.remove(appointment, HELD_UNTIL);
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

  // ------------------------------------------------------------------ erasure

  @Override
  public void erase(long subject) {
    pool.erase(subject);
  }
}
