package health.helan.oversight.clearing;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Line;

/**
 * What is booked to set a difference right: one transfer between the counterpart's account and that
 * of the institution, or the money that waits to go back to whom it belongs.
 *
 * @param debit kind of the account that is debited; its owner follows from the case
 * @param fen above zero
 */
record Remedy(AccountKind debit, AccountKind credit, long fen) {

  /**
   * The usual one. The counterpart has more than we know: it owes that, to be given back (待退款). It
   * has less: the institution gets so much less.
   *
   * @throws Refusal BUSINESS_RULE when the counterpart and we agree: there is nothing to book
   */
  static Remedy of(Counterpart counterpart, long oursFen, long theirsFen) {
    long more = theirsFen - oursFen;
    if (more == 0) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.nothing-to-book");
    }
    return more > 0
        ? new Remedy(counterpart.kind(), AccountKind.UNCLAIMED, more)
        : new Remedy(AccountKind.INSTITUTION, counterpart.kind(), -more);
  }

  /** The same against the institution: money that came for it after all. */
  Remedy toInstitution() {
    return new Remedy(
        debit == AccountKind.UNCLAIMED ? AccountKind.INSTITUTION : debit,
        credit == AccountKind.UNCLAIMED ? AccountKind.INSTITUTION : credit,
        fen);
  }

  /** The same without the institution: money that waits to go back is less. */
  Remedy toUnclaimed() {
    return new Remedy(
        debit == AccountKind.INSTITUTION ? AccountKind.UNCLAIMED : debit,
        credit == AccountKind.INSTITUTION ? AccountKind.UNCLAIMED : credit,
        fen);
  }

  /**
   * @throws Refusal BUSINESS_RULE when it concerns an institution and none is known
   */
  Line.Move line(Counterpart counterpart, String institution) {
    return new Line.Move(
        account(debit, counterpart, institution), account(credit, counterpart, institution), fen);
  }

  private static Account account(AccountKind kind, Counterpart counterpart, String institution) {
    return switch (kind) {
      case INSTITUTION -> {
        if (institution.isEmpty()) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.no-institution");
        }
        yield Account.of(kind, institution);
      }
      case CHANNEL, PAYER -> counterpart.account();
      default -> Account.of(kind, counterpart.code());
    };
  }

  /** What the institution gets more by it; below zero for less. */
  long ofInstitution() {
    return credit == AccountKind.INSTITUTION ? fen : debit == AccountKind.INSTITUTION ? -fen : 0;
  }
}
