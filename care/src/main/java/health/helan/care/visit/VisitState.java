package health.helan.care.visit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a visit on line stands. Their order is that of the table {@code visit}, which stores the
 * ordinal: new ones go to the end.
 */
public enum VisitState {
  /** Asked for; what was to be checked by then held. Opens nothing to anybody yet. */
  APPLIED("planned"),
  /** Found eligible, consent signed: waits for the doctor, to whom the record is open now. */
  ELIGIBLE("arrived"),
  /** The doctor has looked at the record and takes the visit. */
  ACCEPTED("triaged"),
  /** Both talk. */
  IN_PROGRESS("in-progress"),
  /** Ended with a note that the doctor signed. */
  CLOSED("finished"),
  /** Ended by the doctor: not to be treated on line, the resident is to come in person. */
  OFFLINE("finished"),
  /** Ended without a consultation; what was paid is to be given back. */
  REFUNDED("cancelled");

  private final String status;

  VisitState(String status) {
    this.status = status;
  }

  /** The code of FHIR R4 {@code Encounter.status} that says it best. */
  public String status() {
    return status;
  }

  /** As it stands in the Encounter and in answers. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public boolean isFinal() {
    return this == CLOSED || this == OFFLINE || this == REFUNDED;
  }

  /** Null for a word that none has. */
  public static @Nullable VisitState of(String word) {
    for (VisitState each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return null;
  }
}
