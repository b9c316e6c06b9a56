package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.trust.consent.ConsentTextsOperation;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;

/** The operations of the access policy, for whoever assembles the API. */
public final class AccessOperations {
  private AccessOperations() {}

  public static List<FhirOperation> all(Clock clock, DataSource database) {
    return List.of(
        new LocateOperation(),
        new AccessGrantsOperation(clock, database),
        new CheckInOperation(clock),
        new EmergencyAccessOperation(clock),
        new JustifyOperation(),
        new ReviewOperation(clock),
        new EmergencyReviewsOperation(),
        new ConsentTextsOperation());
  }
}
