package health.helan.pharmacy.review;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a prescription stands. Codes of {@link #SYSTEM} in {@code Task.businessStatus}; beside each
 * the status of the Task and of the MedicationRequests.
 */
public enum PrescriptionState {
  /** Screened, and found against so that the doctor has to mend or to override. */
  HELD("on-hold", "on-hold"),
  /** In the queue of the pharmacists. */
  WAITING("requested", "on-hold"),
  /** A pharmacist looks at it. */
  TAKEN("in-progress", "on-hold"),
  /** The pharmacist gave it back to the doctor. */
  RETURNED("on-hold", "on-hold"),
  /** Signed by both: it counts, and may be dispensed. */
  EFFECTIVE("completed", "active"),
  /** The pharmacist does not let it pass, for good. */
  REFUSED("rejected", "cancelled"),
  /** The doctor took it back. */
  WITHDRAWN("cancelled", "cancelled");

  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/prescription-state";

  private final String task;
  private final String request;

  PrescriptionState(String task, String request) {
    this.task = task;
    this.request = request;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Task.status. */
  String task() {
    return task;
  }

  /** MedicationRequest.status. */
  String request() {
    return request;
  }

  public boolean isFinal() {
    return this == EFFECTIVE || this == REFUSED || this == WITHDRAWN;
  }

  static @Nullable PrescriptionState of(String word) {
    for (PrescriptionState each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return null;
  }
}
