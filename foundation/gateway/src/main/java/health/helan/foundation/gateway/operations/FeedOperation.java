package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST $gateway-feed}: makes or changes a feed; {@code name}, and {@code settings} as JSON
 * (docs/guide/gateway.md). The settings before stay as a version. For operators.
 */
final class FeedOperation implements FhirOperation {
  private final Gateway gateway;

  FeedOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-feed",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/gateway-feed");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-feed");
    ObjectNode settings;
    try {
      settings =
          Json.MAPPER.readTree(Access.required(call, "settings")) instanceof ObjectNode object
              ? object
              : null;
    } catch (JacksonException e) {
      settings = null;
    }
    if (settings == null) {
      throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "settings");
    }
    String format = settings.path("format").asString("");
    if (!format.isEmpty() && !gateway.formats().contains(format)) {
      throw new Refusal(Refusal.Kind.VALUE, "gateway.no-format", Access.shown(format));
    }
    String institution = settings.path("institution").asString("");
    if (institution.matches("[A-Za-z0-9.-]{1,64}")) {
      // Refuses an institution that nobody knows.
      call.store().read(call.caller().asPlatform(), "Organization", institution);
    }
    Feed feed =
        gateway.feeds().put(Access.required(call, "name"), settings, call.caller().subject());
    var shown = new Shown();
    Shown.feed(shown.list(), feed);
    return shown.answer();
  }
}
