package health.helan.oversight.payment;

import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.foundation.store.Caller.Role.RESIDENT;
import static health.helan.foundation.store.Caller.Role.SYSTEM;
import static health.helan.oversight.payment.OrderState.CLOSED;
import static health.helan.oversight.payment.OrderState.CREATED;
import static health.helan.oversight.payment.OrderState.NONE;
import static health.helan.oversight.payment.OrderState.PAID;
import static health.helan.oversight.payment.OrderState.PAYING;
import static health.helan.oversight.payment.OrderState.REFUNDED;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to an order: from which states, to which, and by whom. Those without roles follow
 * from what a channel says or from the clock; nobody takes them by asking.
 */
public enum OrderStep {
  /** 下单: for something that is to be paid. */
  CREATE(Set.of(NONE), CREATED, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 支付: a channel is asked; another one, when the first said no. */
  PAY(Set.of(CREATED, PAYING), PAYING, Set.of(RESIDENT, PRACTITIONER, SYSTEM)),
  /** 支付成功: the money is with the channel. */
  SUCCEED(Set.of(CREATED, PAYING), PAID, Set.of()),
  /** 支付未成: the channel will not take it any more. */
  FAIL(Set.of(PAYING), CREATED, Set.of()),
  /** 关闭: the time is over, and no channel can take it any more. */
  CLOSE(Set.of(CREATED), CLOSED, Set.of()),
  /** 退款: a part, or what is left. */
  REFUND(Set.of(PAID), PAID, Set.of(PRACTITIONER, SYSTEM)),
  /** 全部退回: the last of it has gone back. */
  RETURN(Set.of(PAID), REFUNDED, Set.of());

  private final Set<OrderState> from;
  private final OrderState to;
  private final Set<Caller.Role> takenBy;

  OrderStep(Set<OrderState> from, OrderState to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  /** Code of the step in its Provenance. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  Set<OrderState> from() {
    return from;
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
  OrderState take(Caller caller, OrderState state) {
    if (!mayTake(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "payment.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.illegal-step", word(), state.word());
    }
    return to;
  }
}
