package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.Set;

/**
 * {@code POST $rebuild-projection}: makes the projection for regulators from nothing, in the
 * background. It answers nobody meanwhile. For operators.
 */
public final class RebuildProjectionOperation implements FhirOperation {
  private final Projection projection;

  public RebuildProjectionOperation(Projection projection) {
    this.projection = projection;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "rebuild-projection",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/rebuild-projection");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "rebuild-projection");
    projection.rebuild();
    return ProjectionProgressOperation.answer(projection, 202);
  }
}
