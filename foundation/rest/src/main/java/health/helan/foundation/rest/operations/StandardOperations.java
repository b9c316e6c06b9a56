package health.helan.foundation.rest.operations;

import health.helan.foundation.rest.FhirOperation;
import java.util.List;

/** The operations of the record store, for whoever assembles the API. */
public final class StandardOperations {
  private StandardOperations() {}

  public static List<FhirOperation> all() {
    return List.of(
        new ValidateOperation(),
        new EverythingOperation(),
        new LastnOperation(),
        new MetaOperation(MetaOperation.Action.GET),
        new MetaOperation(MetaOperation.Action.ADD),
        new MetaOperation(MetaOperation.Action.DELETE),
        new FhirPathOperation(),
        new StatisticsOperation(),
        new ReindexOperation(),
        new ReindexProgressOperation());
  }
}
