package health.helan.oversight.settlement.rules;

import java.util.Locale;

/** Where care was given. */
public enum Setting {
  OUTPATIENT,
  INPATIENT;

  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
