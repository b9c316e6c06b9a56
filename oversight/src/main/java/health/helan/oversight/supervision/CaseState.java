package health.helan.oversight.supervision;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a case stands. The code stands in {@code Task.businessStatus}. */
public enum CaseState {
  /** None yet: before the warning. */
  NONE("draft"),
  /** The institution is told, and has until the deadline to answer. */
  WARNED("requested"),
  /** It has answered with what it did, and evidence. */
  RECTIFIED("in-progress"),
  /** The regulator has looked, and is content. */
  VERIFIED("completed"),
  /** Not answered in time, or not well enough: goes to those who punish. */
  ESCALATED("on-hold"),
  PENALISED("completed"),
  /** There was nothing: its hits do not count. */
  WITHDRAWN("cancelled");

  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/supervision-case-state";

  private final String status;

  CaseState(String status) {
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
    return this == VERIFIED || this == PENALISED || this == WITHDRAWN;
  }

  static CaseState of(@Nullable String code) {
    for (CaseState each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return NONE;
  }
}
