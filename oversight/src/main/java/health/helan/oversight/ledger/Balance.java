package health.helan.oversight.ledger;

/**
 * What was posted to the two sides of an account, and what is set aside; whole fen.
 *
 * @param reservedDebits set aside to leave by the debit side; always 0 for a moment of the past
 */
public record Balance(long debits, long credits, long reservedDebits, long reservedCredits) {
  public static final Balance ZERO = new Balance(0, 0, 0, 0);

  /** What the normal side has more than the other: below zero when the account is overdrawn. */
  public long of(AccountKind kind) {
    return kind.normal() == AccountKind.Side.DEBIT ? debits - credits : credits - debits;
  }
}
