package health.helan.oversight.payment;

import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.payment.Order.Attempt;

/** Between which accounts of the ledger the money of an order moves. */
final class OrderAccounts {
  private OrderAccounts() {}

  static Account resident(Order order) {
    return Account.of(AccountKind.RESIDENT, "%016x".formatted(order.patient()));
  }

  static Account institution(Order order) {
    return Account.of(AccountKind.INSTITUTION, order.institution());
  }

  static Account of(Attempt attempt) {
    return Account.of(AccountKind.CHANNEL, attempt.channel());
  }

  static Account unclaimed(Attempt attempt) {
    return Account.of(AccountKind.UNCLAIMED, attempt.channel());
  }
}
