package health.helan.care.queue;

import static health.helan.care.queue.State.CALLED;
import static health.helan.care.queue.State.LEFT;
import static health.helan.care.queue.State.MISSED;
import static health.helan.care.queue.State.MOVED;
import static health.helan.care.queue.State.SERVED;
import static health.helan.care.queue.State.SERVING;
import static health.helan.care.queue.State.WAITING;
import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.foundation.store.Caller.Role.RESIDENT;
import static health.helan.foundation.store.Caller.Role.SYSTEM;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a ticket: from which states, to which, and by whom. Each is one operation
 * {@code $queue-…}, one transaction and one Provenance. Practitioners and systems act in the queues
 * of their own institution, residents for themselves and whom they act for; the platform itself may
 * take each.
 */
public enum Step {
  /** 签到取号: makes the ticket. */
  CHECK_IN(Set.of(), WAITING, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 分诊: how urgent; the ticket waits on under its level. A doctor's or nurse's act. */
  TRIAGE(Set.of(WAITING, MISSED), null, Set.of(PRACTITIONER)),
  /** 叫号: the next, or this one. */
  CALL(Set.of(WAITING, MISSED), CALLED, Set.of(PRACTITIONER, SYSTEM)),
  /** 过号: did not come; is called again by itself after some others, so often as the queue says. */
  MISS(Set.of(CALLED), MISSED, Set.of(PRACTITIONER, SYSTEM)),
  /** 重排: is back, having missed too many calls; waits for some others. */
  RETURN(Set.of(MISSED), WAITING, Set.of(PRACTITIONER, SYSTEM)),
  /** 接诊. */
  START(Set.of(CALLED), SERVING, Set.of(PRACTITIONER)),
  /** 就诊完成. */
  FINISH(Set.of(SERVING), SERVED, Set.of(PRACTITIONER)),
  /** 转队: to another queue of the house, with level and arrival kept. */
  MOVE(Set.of(WAITING, CALLED, MISSED), MOVED, Set.of(PRACTITIONER, SYSTEM)),
  /** 离开: gives up. */
  LEAVE(Set.of(WAITING, CALLED, MISSED), LEFT, Set.of(RESIDENT, PRACTITIONER, SYSTEM));

  private final Set<State> from;
  private final @Nullable State to;
  private final Set<Caller.Role> takenBy;

  Step(Set<State> from, @Nullable State to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  /** Code of the step in its Provenance; its operation is {@code queue-} with it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Name of the operation without the dollar sign. */
  public String operation() {
    return "queue-" + word();
  }

  /** Whether somebody in the role could take it: for pages. */
  boolean isOpen(Caller caller, State state) {
    return mayTake(caller) && from.contains(state);
  }

  private boolean mayTake(Caller caller) {
    return caller.isRoot() || takenBy.contains(caller.role());
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another role; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  State take(Caller caller, State state) {
    checkRole(caller);
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.illegal-step", word(), state.word());
    }
    return to == null ? state : to;
  }

  /**
   * @throws Refusal FORBIDDEN
   */
  void checkRole(Caller caller) {
    if (!mayTake(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "queue.not-your-step", word());
    }
  }
}
