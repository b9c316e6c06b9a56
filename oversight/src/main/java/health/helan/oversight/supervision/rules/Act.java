package health.helan.oversight.supervision.rules;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What somebody does in care on line. The ordinal is stored: new ones go to the end. */
public enum Act {
  /** A visit on line, from its application to its end: an Encounter of class VR. */
  VISIT,
  /** A MedicationRequest of such a visit that is no draft any more. */
  PRESCRIPTION,
  /** A MedicationDispense of such a prescription. */
  DISPENSING,
  /** A ChargeItem of such a visit. */
  CHARGE,
  /** Care in person: nothing is judged by it, but a doctor is in one place at a time. */
  IN_PERSON,
  /** A resident's complaint, as of its last step. */
  COMPLAINT;

  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Null for a code that none has. */
  public static @Nullable Act of(String code) {
    for (Act each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return null;
  }
}
