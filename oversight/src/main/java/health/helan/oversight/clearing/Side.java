package health.helan.oversight.clearing;

import java.util.Locale;

/** Who says it. The order is stored. */
public enum Side {
  /** Our ledger and orders. */
  OURS,
  /** The channel's or payer's statement. */
  THEIRS,
  /** The list of an institution. */
  INSTITUTION;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
