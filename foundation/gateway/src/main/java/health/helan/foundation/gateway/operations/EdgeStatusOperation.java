package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.edge.Forwarder;
import health.helan.foundation.gateway.edge.Reasons;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.time.Instant;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * {@code $edge-status}, at an edge node: {@code centre}, {@code node}, {@code link} ({@code up} or
 * {@code down}), {@code heard} (when the centre answered last), {@code trouble}, {@code trip} and
 * {@code skew} (milliseconds), {@code sent}, {@code bytes}, and a {@code feed} as at the centre in
 * {@code $edge-nodes}. For operators.
 */
public final class EdgeStatusOperation implements FhirOperation {
  private final Forwarder forwarder;
  private final String centre;
  private final String node;

  /**
   * @param centre its address, to be shown
   */
  public EdgeStatusOperation(Forwarder forwarder, String centre, String node) {
    this.forwarder = forwarder;
    this.centre = centre;
    this.node = node;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "edge-status",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/edge-status");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    JsonNode said = forwarder.status();
    var shown = new Shown();
    Shown.text(shown.list(), "centre", centre);
    Shown.text(shown.list(), "node", node);
    String trouble = forwarder.trouble();
    Instant heard = forwarder.heard();
    Shown.code(shown.list(), "link", trouble == null && heard != null ? "up" : "down");
    if (heard != null) {
      Shown.time(shown.list(), "heard", heard);
    }
    if (trouble != null) {
      Shown.text(shown.list(), "trouble", Reasons.sentence(call.language(), trouble));
    }
    for (String figure : new String[] {"trip", "skew", "sent", "bytes"}) {
      EdgeNodesOperation.decimal(shown.list(), figure, said.path(figure));
    }
    for (JsonNode feed : said.path("feeds")) {
      ArrayNode parts = Shown.group(shown.list(), "feed");
      String name = feed.path("feed").asString("");
      Shown.text(parts, "name", name);
      EdgeNodesOperation.feed(parts, said, name, call.language());
    }
    return shown.answer();
  }
}
