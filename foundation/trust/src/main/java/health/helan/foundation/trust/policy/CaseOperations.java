package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.RecordStore;
import java.time.Clock;
import java.util.List;

/** The operations of regulators' cases, for whoever assembles the API. */
public final class CaseOperations {
  private CaseOperations() {}

  /** Those at the records. */
  public static List<FhirOperation> atRecords(Identities identities, Clock clock) {
    return List.of(
        new ApproveCaseOperation(identities, clock),
        new CloseCaseOperation(),
        new CasesOperation());
  }

  /** Those at the projection. */
  public static List<FhirOperation> atProjection(RecordStore records, Clock clock) {
    return List.of(new OpenCaseOperation(records, clock));
  }
}
