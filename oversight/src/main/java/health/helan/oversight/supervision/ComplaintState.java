package health.helan.oversight.supervision;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a complaint stands. The code stands in {@code Task.businessStatus}. */
public enum ComplaintState {
  /** None yet: before it is made. */
  NONE("draft"),
  /** The institution is told, and has until the deadline to answer. */
  OPEN("requested"),
  /** It has answered; the resident says whether that will do. */
  ANSWERED("in-progress"),
  /** Not answered in time, or not well enough: with the regulator. */
  ESCALATED("on-hold"),
  /** The resident is content, or has said nothing more. */
  ACCEPTED("completed"),
  /** The regulator found that the resident is right. */
  UPHELD("completed"),
  /** The regulator found that the institution is right. */
  DISMISSED("completed"),
  WITHDRAWN("cancelled");

  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/complaint-state";

  private final String status;

  ComplaintState(String status) {
    this.status = status;
  }

  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The code of FHIR R4 {@code Task.status} that says it best. */
  String status() {
    return status;
  }

  boolean isFinal() {
    return this == ACCEPTED || this == UPHELD || this == DISMISSED || this == WITHDRAWN;
  }

  static ComplaintState of(@Nullable String code) {
    for (ComplaintState each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return NONE;
  }
}
