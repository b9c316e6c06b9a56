package health.helan.oversight.clearing;

import java.util.Locale;

/** Where a case stands. The order is stored: add at the end, and CLOSED is asked for by number. */
public enum CaseState {
  /** There is none. */
  NONE,
  /** 已发现: nobody has looked at it. */
  FOUND,
  /** 已核查: it is known what it is. */
  INVESTIGATED,
  /** 待复核: somebody wants to book it right, and waits for other eyes. */
  PROPOSED,
  /** 已调账: it was booked right. */
  ADJUSTED,
  /** 已关闭. Final. */
  CLOSED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
