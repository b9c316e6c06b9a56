package health.helan.care.appointment;

import health.helan.care.appointment.places.Act;
import health.helan.care.appointment.places.AlreadyBooked;
import health.helan.care.appointment.places.Places;
import health.helan.care.appointment.places.Pool;
import health.helan.care.appointment.places.PoolSlot;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who waits for what is full (候补): one line for each day of a Schedule. Thread-safe; one per
 * application instance.
 */
public final class WaitingList {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingList.class);

  /** How long an offer waits to be confirmed. */
  private static final Duration OFFER = Duration.ofHours(1);

  private final RecordStore store;
  private final Pool pool;
  private final Appointments appointments;
  private final Releases releases;
  private final Notices notices;

  WaitingList(RecordStore store, Appointments appointments, Releases releases, Notices notices) {
    this.store = store;
    pool = appointments.pool();
    this.appointments = appointments;
    this.releases = releases;
    this.notices = notices;
  }

  /**
   * Joins the line for a Schedule's day that is full; the same again answers with the same place in
   * it. The first in line is offered what others give back.
   *
   * @throws Refusal BUSINESS_RULE where there is something free, or the day cannot be booked
   */
  public ResourceVersion join(Caller caller, String patient, String schedule, LocalDate day) {
    AppointmentState state = AppointmentStep.JOIN.take(caller, AppointmentState.NONE);
    Instant now = appointments.now();
    appointments.isPatientOf(caller, patient);
    appointments.throttle(caller, now);
    JsonNode resource = Papers.tree(store.read(caller, "Schedule", schedule));
    Pool.Provider provider = releases.provider(resource, schedule, now);
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
    ObjectNode appointment = Papers.waiting(patient, resource, day, state, now);
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
      return Papers.version(
          Places.during(
              act,
              () ->
                  store.transact(
                      caller.asPlatformOf(provider.institution()),
                      List.of(
                          new Interaction.Create(
                              "Appointment", Interaction.Body.of(appointment), null, fullUrl, hint),
                          Papers.provenance(
                              caller, fullUrl, hint, AppointmentStep.JOIN.word(), null, now)),
                      Set.of(),
                      null)));
    } catch (AlreadyBooked same) {
      return store.read(caller, "Appointment", same.appointment());
    }
  }

  /** How many stand before a booking that waits; null for one that does not wait. */
  public @Nullable Integer before(Caller caller, String id) {
    var unused = store.read(caller, "Appointment", id);
    Pool.Standing standing = pool.booking(store, id);
    return standing == null || !standing.state().equals(AppointmentState.WAITLIST.code())
        ? null
        : pool.before(store, id, standing);
  }

  /**
   * Offers what has become free to who is first in line: holds it and tells so.
   *
   * @return how many offers were made
   */
  public int offer() {
    Instant now = appointments.now();
    int offered = 0;
    for (Pool.Line line :
        pool.lines(now.atZone(ReleaseRule.BEIJING).toLocalDate(), Appointments.AT_ONCE)) {
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
          appointments.write(
              Appointments.PLATFORM,
              AppointmentStep.OFFER,
              id,
              null,
              List.of(slot),
              until,
              null,
              appointment -> {
                String patient = Papers.patient(appointment);
                appointment.remove("requestedPeriod");
                Papers.extension(appointment, Appointments.HELD_UNTIL)
                    .put("valueInstant", until.toString());
                Papers.place(appointment, patient, List.of(slot));
              });
      notices.tell(Papers.tree(offered), Notices.Notice.OFFERED, until);
      return 1;
    } catch (Refusal e) {
      // Somebody was faster, or this one has a booking then: the next in line is asked.
      LOG.debug("A place was not offered: {}", e.messageKey());
      return 0;
    }
  }
}
