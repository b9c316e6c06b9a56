package health.helan.oversight.settlement;

import java.util.Locale;

/** Where a settlement stands. The order is stored: add at the end. */
public enum SettlementState {
  /** There is none. */
  NONE,
  /** 预结算: reckoned and shown; nobody was asked for anything. */
  PRESETTLED,
  /** 已失效: not settled in time, or reckoned anew. Final. */
  LAPSED,
  /** 结算中: payers are being asked. */
  SETTLING,
  /** 待个人支付: all payers have agreed, own money is open. */
  OWING,
  /** 记账: treated first, own money is paid later, on credit. */
  DEFERRED,
  /** 已结算. */
  SETTLED,
  /** 撤销中: what payers agreed to is being taken back, and own money returned. */
  REVERSING,
  /** 已撤销: its charges are open again. Final. */
  REVERSED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
