package health.helan.oversight.clearing;

import java.util.Locale;

/** Which way a line goes. The order is stored. */
public enum Flow {
  NONE,
  /** Money came. */
  PAYMENT,
  /** Money went back. */
  REFUND;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
