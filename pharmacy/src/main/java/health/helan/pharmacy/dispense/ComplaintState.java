package health.helan.pharmacy.dispense;

import java.util.Locale;

/** Where a complaint about a parcel stands. Numbers are stored: never renumber. */
public enum ComplaintState {
  NONE,
  OPEN,
  ANSWERED,
  CLOSED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
