package health.helan.oversight.payment;

import java.util.Locale;

/** Where an order stands. The order is stored: add at the end. */
public enum OrderState {
  /** There is none. */
  NONE,
  /** 待支付: nobody has been asked for money, or all who were asked said no. */
  CREATED,
  /** 支付中: a channel was asked. */
  PAYING,
  /** 已支付. Parts may have been given back. */
  PAID,
  /** 已退款: all of it. Final. */
  REFUNDED,
  /** 已关闭: not paid in time, or not wanted. Final; money that comes yet goes back. */
  CLOSED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
