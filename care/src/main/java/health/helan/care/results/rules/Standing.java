package health.helan.care.results.rules;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether a line of a bill is added, and why not. */
public enum Standing {
  /** Added. */
  COUNTED,
  /** Cancelled ({@code aborted}), or entered by mistake: shown struck out. */
  STRUCK,
  /** Not charged ({@code not-billable}). */
  FREE,
  /** Its price, or whether it is charged at all, is not known. */
  UNSETTLED;

  /** As operations say it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param status of FHIR R4 {@code ChargeItem.status}
   * @param isPriced whether there is an amount in CNY
   * @return null for what is only planned: it is on no bill yet
   */
  public static @Nullable Standing of(String status, boolean isPriced) {
    return switch (status) {
      case "planned" -> null;
      case "aborted", "entered-in-error" -> STRUCK;
      case "not-billable" -> FREE;
      case "billable", "billed" -> isPriced ? COUNTED : UNSETTLED;
      default -> UNSETTLED;
    };
  }
}
