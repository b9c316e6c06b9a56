package health.helan.care.visit;

import static health.helan.care.visit.Party.DOCTOR;
import static health.helan.care.visit.Party.PLATFORM;
import static health.helan.care.visit.Party.RESIDENT;
import static health.helan.care.visit.VisitState.ACCEPTED;
import static health.helan.care.visit.VisitState.APPLIED;
import static health.helan.care.visit.VisitState.CLOSED;
import static health.helan.care.visit.VisitState.ELIGIBLE;
import static health.helan.care.visit.VisitState.IN_PROGRESS;
import static health.helan.care.visit.VisitState.OFFLINE;
import static health.helan.care.visit.VisitState.REFUNDED;

import health.helan.foundation.store.Refusal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a visit on line: from which states, to which, and by whom. Each step is one
 * FHIR operation on the Encounter, one transaction, one Provenance.
 */
public enum VisitStep {
  /** The resident asks a doctor for a visit. The only step without a visit before it. */
  APPLY(Set.of(), APPLIED, RESIDENT),
  /** The consent is signed: all rules of eligibility are asked again, and must hold. */
  CONFIRM(Set.of(APPLIED), ELIGIBLE, RESIDENT),
  ACCEPT(Set.of(ELIGIBLE), ACCEPTED, DOCTOR),
  BEGIN(Set.of(ACCEPTED), IN_PROGRESS, DOCTOR),
  /** Wants a complete note that the doctor has signed. */
  CLOSE(Set.of(IN_PROGRESS), CLOSED, DOCTOR),
  /** 终止互联网诊疗，引导线下就诊. Wants a reason. */
  REFER_OFFLINE(Set.of(ELIGIBLE, ACCEPTED, IN_PROGRESS), OFFLINE, DOCTOR),
  /** The resident thinks better of it before the doctor has begun. */
  WITHDRAW(Set.of(APPLIED, ELIGIBLE, ACCEPTED), REFUNDED, RESIDENT),
  /** The doctor does not take it. Wants a reason. */
  DECLINE(Set.of(ELIGIBLE, ACCEPTED), REFUNDED, DOCTOR),
  /** Nobody went on with it in time. */
  LAPSE(Set.of(APPLIED, ELIGIBLE, ACCEPTED), REFUNDED, PLATFORM);

  private final Set<VisitState> from;
  private final VisitState to;
  private final Party takenBy;

  VisitStep(Set<VisitState> from, VisitState to, Party takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  /** The operation's name without the dollar sign. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public VisitState to() {
    return to;
  }

  public Party takenBy() {
    return takenBy;
  }

  /** Whether it must be said why. */
  public boolean wantsReason() {
    return this == REFER_OFFLINE || this == DECLINE;
  }

  public boolean isOpen(Party party, VisitState state) {
    return party == takenBy && from.contains(state);
  }

  /** The steps that a party could take now. */
  static List<VisitStep> open(Party party, VisitState state) {
    return Stream.of(values()).filter(step -> step.isOpen(party, state)).toList();
  }

  /**
   * The state that it leads to.
   *
   * @param state null where there is no visit yet
   * @throws Refusal FORBIDDEN for another party; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  VisitState take(Party party, @Nullable VisitState state) {
    if (party != takenBy) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "visit.not-your-step", word());
    }
    if (state == null ? !from.isEmpty() : !from.contains(state)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "visit.illegal-step",
          word(),
          state == null ? "none" : state.word());
    }
    return to;
  }
}
