package health.helan.oversight.supervision;

import static health.helan.oversight.supervision.ComplaintState.ACCEPTED;
import static health.helan.oversight.supervision.ComplaintState.ANSWERED;
import static health.helan.oversight.supervision.ComplaintState.DISMISSED;
import static health.helan.oversight.supervision.ComplaintState.ESCALATED;
import static health.helan.oversight.supervision.ComplaintState.NONE;
import static health.helan.oversight.supervision.ComplaintState.OPEN;
import static health.helan.oversight.supervision.ComplaintState.UPHELD;
import static health.helan.oversight.supervision.ComplaintState.WITHDRAWN;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.supervision.CaseStep.Party;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a complaint (投诉): from which states, to which, and by whom. Each step is one
 * version of the Task, one Provenance.
 */
public enum ComplaintStep {
  /** 投诉: of a visit on line, a prescription, a parcel or a bill of one's own. */
  COMPLAIN(Set.of(NONE), OPEN, Set.of(Party.RESIDENT)),
  /** 答复. */
  ANSWER(Set.of(OPEN), ANSWERED, Set.of(Party.INSTITUTION)),
  /** 认可: by the resident, or by the clock when nothing more is said. */
  ACCEPT(Set.of(ANSWERED), ACCEPTED, Set.of(Party.RESIDENT, Party.PLATFORM)),
  /** 不认可: the answer will not do; the regulator decides. */
  OBJECT(Set.of(ANSWERED), ESCALATED, Set.of(Party.RESIDENT)),
  /** 升级: by the clock, when the institution has not answered in time. */
  ESCALATE(Set.of(OPEN), ESCALATED, Set.of(Party.PLATFORM)),
  /** 退回: the institution has to answer, or to answer better, by a new deadline. */
  SEND_BACK(Set.of(ESCALATED), OPEN, Set.of(Party.REGULATOR)),
  /** 成立. */
  UPHOLD(Set.of(ESCALATED), UPHELD, Set.of(Party.REGULATOR)),
  /** 不成立. */
  DISMISS(Set.of(ESCALATED), DISMISSED, Set.of(Party.REGULATOR)),
  /** 撤回. */
  WITHDRAW(Set.of(OPEN, ANSWERED, ESCALATED), WITHDRAWN, Set.of(Party.RESIDENT));

  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/complaint-step";

  private final Set<ComplaintState> from;
  private final ComplaintState to;
  private final Set<Party> takenBy;

  ComplaintStep(Set<ComplaintState> from, ComplaintState to, Set<Party> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Set<ComplaintState> from() {
    return from;
  }

  Set<Party> takenBy() {
    return takenBy;
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another side; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  ComplaintState take(Party party, ComplaintState state) {
    if (!takenBy.contains(party)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "complaint.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "complaint.illegal-step", word(), state.code());
    }
    return to;
  }

  static @Nullable ComplaintStep of(String word) {
    for (ComplaintStep each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return null;
  }
}
