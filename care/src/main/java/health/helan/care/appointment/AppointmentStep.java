package health.helan.care.appointment;

import static health.helan.care.appointment.AppointmentState.ARRIVED;
import static health.helan.care.appointment.AppointmentState.BOOKED;
import static health.helan.care.appointment.AppointmentState.CANCELLED;
import static health.helan.care.appointment.AppointmentState.FULFILLED;
import static health.helan.care.appointment.AppointmentState.NONE;
import static health.helan.care.appointment.AppointmentState.NOSHOW;
import static health.helan.care.appointment.AppointmentState.PENDING;
import static health.helan.care.appointment.AppointmentState.WAITLIST;
import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.foundation.store.Caller.Role.RESIDENT;
import static health.helan.foundation.store.Caller.Role.SYSTEM;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a booking: from which states, to which, and by whom. The platform itself
 * (upkeep, other capabilities on a caller's behalf) may take each; nobody else takes those without
 * roles.
 */
public enum AppointmentStep {
  /** 占号: places are held, and lapse unless the booking is confirmed in time. */
  HOLD(Set.of(NONE), PENDING, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 确认: what there is to pay is settled, or will be at the counter. */
  CONFIRM(Set.of(PENDING), BOOKED, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 过期释放: nobody confirmed in time; or the day is over for which somebody waited. */
  LAPSE(Set.of(WAITLIST, PENDING), CANCELLED, Set.of()),
  /** 取消, by the resident or the hospital; too late once the resident has come. */
  CANCEL(Set.of(WAITLIST, PENDING, BOOKED), CANCELLED, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 改约: other places for the old ones, in one go. */
  RESCHEDULE(Set.of(BOOKED), BOOKED, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 报到: at a counter or a terminal; never by the resident from afar. */
  CHECK_IN(Set.of(BOOKED), ARRIVED, Set.of(PRACTITIONER, SYSTEM)),
  /** 就诊完成. */
  COMPLETE(Set.of(ARRIVED), FULFILLED, Set.of(PRACTITIONER, SYSTEM)),
  /** 退号: has come, and leaves without being seen. */
  LEAVE(Set.of(ARRIVED), CANCELLED, Set.of(PRACTITIONER, SYSTEM)),
  /** 爽约: the time is over and nobody came. Counts against who booked. */
  MISS(Set.of(BOOKED), NOSHOW, Set.of(PRACTITIONER, SYSTEM)),
  /** 免责: it was not the resident's fault, and does not count. */
  EXCUSE(Set.of(NOSHOW), CANCELLED, Set.of(PRACTITIONER, SYSTEM)),
  /** 候补登记: in line for a doctor's day that is full. */
  JOIN(Set.of(NONE), WAITLIST, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 候补到号: a place has become free and is held for the next in line. */
  OFFER(Set.of(WAITLIST), PENDING, Set.of());

  private final Set<AppointmentState> from;
  private final AppointmentState to;
  private final Set<Caller.Role> takenBy;

  AppointmentStep(Set<AppointmentState> from, AppointmentState to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  /** Code of the step in its Provenance. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Set<AppointmentState> from() {
    return from;
  }

  public AppointmentState to() {
    return to;
  }

  /** Whether the caller could take it from the state: for pages. */
  public boolean isOpen(Caller caller, AppointmentState state) {
    return mayTake(caller) && from.contains(state);
  }

  boolean mayTake(Caller caller) {
    return caller.isRoot() || takenBy.contains(caller.role());
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another role; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  public AppointmentState take(Caller caller, AppointmentState state) {
    if (!mayTake(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "appointment.illegal-step", word(), state.code());
    }
    return to;
  }
}
