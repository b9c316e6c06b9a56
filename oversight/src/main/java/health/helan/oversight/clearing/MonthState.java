package health.helan.oversight.clearing;

import java.util.Locale;

/**
 * Where a month of a counterpart and an institution stands. The order is stored: add at the end.
 */
public enum MonthState {
  /** There is none. */
  NONE,
  /** 待确认: added up from closed days. */
  DRAWN,
  /** 有异议: the institution does not agree. */
  DISPUTED,
  /** 已确认: the institution agrees. */
  CONFIRMED,
  /** 已预付: a part was paid. */
  ADVANCED,
  /** 已清算: all was paid. Final. */
  SETTLED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
