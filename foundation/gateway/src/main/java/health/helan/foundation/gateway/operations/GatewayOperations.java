package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.QualityLook;
import health.helan.foundation.rest.FhirOperation;
import java.util.List;

/** The gateway's operations. */
public final class GatewayOperations {
  private GatewayOperations() {}

  /**
   * @param quality asked in rehearsals, too
   */
  public static FhirOperation rehearse(Gateway gateway, QualityLook quality) {
    return new RehearseOperation(gateway, quality);
  }

  public static List<FhirOperation> all(Gateway gateway) {
    return List.of(
        new MessagesOperation(gateway),
        new MessageOperation(gateway),
        new ReplayOperation(gateway),
        new DiscardOperation(gateway),
        new FeedsOperation(gateway),
        new FeedOperation(gateway),
        new MappingOperation(gateway),
        rehearse(gateway, QualityLook.NONE));
  }

  /** One by its name without the dollar sign. */
  public static FhirOperation of(Gateway gateway, String name) {
    return all(gateway).stream()
        .filter(operation -> operation.spec().name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
