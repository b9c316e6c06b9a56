package health.helan.oversight.credit;

import java.util.Locale;

/** Where a use of credit stands. The order is stored: add at the end. */
public enum CreditState {
  /** 已授信: there is a limit, and nothing is used for this bill. */
  GRANTED,
  /** 已使用. */
  USED,
  /** 已还清. Final. */
  REPAID,
  /** 已逾期: no more is lent until it is repaid. */
  OVERDUE,
  /** 已撤回: the bill was reversed. Final. */
  WITHDRAWN;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
