package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.List;
import java.util.Set;

/**
 * {@code $gateway-feeds}: the feeds with their settings, and for each how many messages are
 * waiting, dead, parked and refused. For operators, and systems of the institution their own.
 */
final class FeedsOperation implements FhirOperation {
  private final Gateway gateway;

  FeedsOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-feeds",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/gateway-feeds");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-feeds");
    List<String> own = Access.feeds(gateway, call.caller());
    var shown = new Shown();
    List<Gateway.Open> open = gateway.open();
    for (Feed feed : gateway.feeds().all()) {
      if (own == null || own.contains(feed.name())) {
        var parts = Shown.group(shown.list(), "feed");
        Shown.feed(parts, feed);
        for (Gateway.Open each : open) {
          if (each.feed().equals(feed.name())) {
            Shown.number(
                parts, each.state().word(), (int) Math.min(Integer.MAX_VALUE, each.count()));
          }
        }
      }
    }
    return shown.answer();
  }
}
