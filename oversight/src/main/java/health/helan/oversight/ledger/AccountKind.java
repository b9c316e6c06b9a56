package health.helan.oversight.ledger;

/**
 * The chart of accounts. On the normal side an account grows; the balance is what its normal side
 * has more than the other. The order is stored: add at the end.
 */
public enum AccountKind {
  /** 应收居民: what a resident owes; owner is the keyed digest of the Patient. */
  RESIDENT("resident", Side.DEBIT, false),
  /** 渠道在途: what a payment channel has taken and not paid out yet; owner is the channel. */
  CHANNEL("channel", Side.DEBIT, false),
  /** 应付机构: what is owed to an institution; owner is the Organization's id. */
  INSTITUTION("institution", Side.CREDIT, false),
  /** 应收支付方: what an insurer or a fund owes; owner is the payer. */
  PAYER("payer", Side.DEBIT, false),
  /** 银行存款: money at a bank; owner is the account there. */
  BANK("bank", Side.DEBIT, false),
  /** 待退款: money that came for nothing and goes back; owner is the channel it came by. */
  UNCLAIMED("unclaimed", Side.CREDIT, false),
  /**
   * 预交金: what was paid in before; cannot be overdrawn. Owner is the keyed digest of the Patient.
   */
  PREPAID("prepaid", Side.CREDIT, true);

  /** The two sides of an account. */
  public enum Side {
    DEBIT,
    CREDIT
  }

  private final String code;
  private final Side normal;
  private final boolean hasFloor;

  AccountKind(String code, Side normal, boolean hasFloor) {
    this.code = code;
    this.normal = normal;
    this.hasFloor = hasFloor;
  }

  public String code() {
    return code;
  }

  public Side normal() {
    return normal;
  }

  /** Whether its balance may not go below zero; such an account lies in one home. */
  public boolean hasFloor() {
    return hasFloor;
  }
}
