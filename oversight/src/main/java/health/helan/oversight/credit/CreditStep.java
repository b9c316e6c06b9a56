package health.helan.oversight.credit;

import static health.helan.oversight.credit.CreditState.GRANTED;
import static health.helan.oversight.credit.CreditState.OVERDUE;
import static health.helan.oversight.credit.CreditState.REPAID;
import static health.helan.oversight.credit.CreditState.USED;
import static health.helan.oversight.credit.CreditState.WITHDRAWN;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/** What can happen to a use of credit. All follow from settlement, payment and clock. */
public enum CreditStep {
  /** 使用: own money of a bill is lent. */
  USE(Set.of(GRANTED), USED),
  /** 还款. */
  REPAY(Set.of(USED, OVERDUE), REPAID),
  /** 逾期. */
  MISS(Set.of(USED), OVERDUE),
  /** 撤回. */
  WITHDRAW(Set.of(USED, OVERDUE), WITHDRAWN);

  private final Set<CreditState> from;
  private final CreditState to;

  CreditStep(Set<CreditState> from, CreditState to) {
    this.from = from;
    this.to = to;
  }

  Set<CreditState> from() {
    return from;
  }

  CreditState to() {
    return to;
  }

  /**
   * @throws Refusal BUSINESS_RULE naming the state that it does not start from
   */
  CreditState take(CreditState state) {
    if (!from.contains(state)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "credit.illegal-step",
          name().toLowerCase(Locale.ROOT),
          state.word());
    }
    return to;
  }
}
