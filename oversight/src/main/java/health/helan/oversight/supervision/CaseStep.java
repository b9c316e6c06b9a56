package health.helan.oversight.supervision;

import static health.helan.oversight.supervision.CaseState.ESCALATED;
import static health.helan.oversight.supervision.CaseState.NONE;
import static health.helan.oversight.supervision.CaseState.PENALISED;
import static health.helan.oversight.supervision.CaseState.RECTIFIED;
import static health.helan.oversight.supervision.CaseState.VERIFIED;
import static health.helan.oversight.supervision.CaseState.WARNED;
import static health.helan.oversight.supervision.CaseState.WITHDRAWN;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a case (监管案件): from which states, to which, and by whom. Each step is one
 * operation, one version of the Task, one Provenance.
 */
public enum CaseStep {
  /** 预警: hits of one institution, and until when it has to answer. */
  WARN(Set.of(NONE), WARNED, Set.of(Party.REGULATOR)),
  /** 整改: what was done, with evidence. */
  RECTIFY(Set.of(WARNED), RECTIFIED, Set.of(Party.INSTITUTION)),
  /** 退回: not enough; a new deadline. */
  SEND_BACK(Set.of(RECTIFIED), WARNED, Set.of(Party.REGULATOR)),
  /** 核实: done. */
  VERIFY(Set.of(RECTIFIED), VERIFIED, Set.of(Party.REGULATOR)),
  /** 升级: by the regulator, or by the clock when nobody has answered in time. */
  ESCALATE(Set.of(WARNED, RECTIFIED), ESCALATED, Set.of(Party.REGULATOR, Party.PLATFORM)),
  /** 处罚: decided by somebody else than who escalated it, or warned where the clock did. */
  PENALISE(Set.of(ESCALATED), PENALISED, Set.of(Party.REGULATOR)),
  /** 撤销: there was nothing. */
  WITHDRAW(Set.of(WARNED, RECTIFIED, ESCALATED), WITHDRAWN, Set.of(Party.REGULATOR));

  /** Sides of a case, and of a complaint. */
  public enum Party {
    REGULATOR,
    /** The administration or a system of the institution concerned. */
    INSTITUTION,
    PLATFORM,
    /** Whose complaint it is; has no part in a case. */
    RESIDENT
  }

  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/supervision-case-step";

  private final Set<CaseState> from;
  private final CaseState to;
  private final Set<Party> takenBy;

  CaseStep(Set<CaseState> from, CaseState to, Set<Party> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Set<CaseState> from() {
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
  CaseState take(Party party, CaseState state) {
    if (!takenBy.contains(party)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "supervision.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "supervision.illegal-step", word(), state.code());
    }
    return to;
  }

  static @Nullable CaseStep of(String word) {
    for (CaseStep each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return null;
  }
}
