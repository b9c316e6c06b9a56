package health.helan.oversight.settlement;

import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.foundation.store.Caller.Role.RESIDENT;
import static health.helan.foundation.store.Caller.Role.SYSTEM;
import static health.helan.oversight.settlement.SettlementState.DEFERRED;
import static health.helan.oversight.settlement.SettlementState.LAPSED;
import static health.helan.oversight.settlement.SettlementState.NONE;
import static health.helan.oversight.settlement.SettlementState.OWING;
import static health.helan.oversight.settlement.SettlementState.PRESETTLED;
import static health.helan.oversight.settlement.SettlementState.REVERSED;
import static health.helan.oversight.settlement.SettlementState.REVERSING;
import static health.helan.oversight.settlement.SettlementState.SETTLED;
import static health.helan.oversight.settlement.SettlementState.SETTLING;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a settlement: from which states, to which, and by whom. Those without roles
 * follow from what payers and channels say or from the clock; nobody takes them by asking.
 */
public enum SettlementStep {
  /** 预结算: reckons the open charges. */
  PRESETTLE(Set.of(NONE), PRESETTLED, Set.of(PRACTITIONER, SYSTEM)),
  /** 失效. */
  LAPSE(Set.of(PRESETTLED), LAPSED, Set.of()),
  /** 结算: asks the payers for what was reckoned. */
  SETTLE(Set.of(PRESETTLED), SETTLING, Set.of(PRACTITIONER, SYSTEM)),
  /** 各方同意: own money is left to pay. */
  AGREE(Set.of(SETTLING), OWING, Set.of()),
  /** 记账: own money later. */
  DEFER(Set.of(OWING), DEFERRED, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 完成: nothing is left to pay. */
  COMPLETE(Set.of(SETTLING, OWING, DEFERRED), SETTLED, Set.of()),
  /** 未成: a payer refuses, or says another amount. */
  FAIL(Set.of(SETTLING), REVERSING, Set.of()),
  /** 撤销, also the first half of giving back a part. */
  REVERSE(Set.of(SETTLING, OWING, DEFERRED, SETTLED), REVERSING, Set.of(PRACTITIONER, SYSTEM)),
  /** 撤销完成: everybody has what was theirs. */
  UNDO(Set.of(REVERSING), REVERSED, Set.of());

  private final Set<SettlementState> from;
  private final SettlementState to;
  private final Set<Caller.Role> takenBy;

  SettlementStep(Set<SettlementState> from, SettlementState to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  /** Code of the step in its Provenance. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  Set<SettlementState> from() {
    return from;
  }

  SettlementState to() {
    return to;
  }

  Set<Caller.Role> takenBy() {
    return takenBy;
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another role; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  SettlementState take(Caller caller, SettlementState state) {
    if (!caller.isRoot() && !takenBy.contains(caller.role())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "settlement.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "settlement.illegal-step", word(), state.word());
    }
    return to;
  }
}
