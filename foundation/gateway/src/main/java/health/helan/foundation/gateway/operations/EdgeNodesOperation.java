package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.edge.Nodes;
import health.helan.foundation.gateway.edge.Reasons;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * {@code $edge-nodes}: the edge nodes, the worst first. A {@code node} for each, with {@code name},
 * {@code institution}, {@code state} (new, ok, troubled, lagging, silent, off), {@code key}
 * (thumbprint); and once it was heard of {@code seen}, {@code remote}, {@code version}, {@code
 * started}, {@code trip} and {@code skew} (milliseconds), {@code free} (megabytes on its disk),
 * {@code sent}, {@code bytes}, {@code full}, {@code trouble}; and a {@code feed} with {@code name},
 * {@code port}, {@code waiting}, {@code oldest}, {@code delivered}, {@code delivered-at}, {@code
 * error}, {@code dead}, {@code parked}, {@code refused}. For operators.
 */
public final class EdgeNodesOperation implements FhirOperation {
  private static final List<Nodes.Health> WORST_FIRST =
      List.of(
          Nodes.Health.SILENT,
          Nodes.Health.TROUBLED,
          Nodes.Health.LAGGING,
          Nodes.Health.NEW,
          Nodes.Health.OK,
          Nodes.Health.OFF);

  private final Nodes nodes;
  private final Nodes.Patience patience;

  public EdgeNodesOperation(Nodes nodes, Nodes.Patience patience) {
    this.nodes = nodes;
    this.patience = patience;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "edge-nodes",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/edge-nodes");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    var shown = new Shown();
    var seen = new ArrayList<>(nodes.seen(patience));
    seen.sort(
        Comparator.comparing((Nodes.Seen each) -> WORST_FIRST.indexOf(each.health()))
            .thenComparing(each -> each.node().name()));
    for (Nodes.Seen each : seen) {
      node(Shown.group(shown.list(), "node"), each, call.language());
    }
    return shown.answer();
  }

  private static void node(ArrayNode in, Nodes.Seen seen, Locale language) {
    Nodes.Node node = seen.node();
    Shown.text(in, "name", node.name());
    in.addObject()
        .put("name", "institution")
        .putObject("valueReference")
        .put("reference", "Organization/" + node.institution());
    Shown.code(in, "state", seen.health().word());
    Shown.text(in, "key", node.thumbprint());
    Nodes.Beat beat = seen.beat();
    JsonNode said = null;
    if (beat != null) {
      said = beat.said();
      Shown.time(in, "seen", beat.seen());
      Shown.text(in, "remote", beat.remote());
      Shown.text(in, "version", said.path("version").asString(""));
      text(in, "started", said.path("started"));
      for (String figure : new String[] {"trip", "skew", "free", "sent", "bytes"}) {
        decimal(in, figure, said.path(figure));
      }
      String trouble = said.path("trouble").asString("");
      if (!trouble.isEmpty()) {
        Shown.text(in, "trouble", Reasons.sentence(language, trouble));
      }
      if (said.path("full").asBoolean(false)) {
        in.addObject().put("name", "full").put("valueBoolean", true);
      }
    }
    for (String name : node.feeds().keySet().stream().sorted().toList()) {
      ArrayNode parts = Shown.group(in, "feed");
      Shown.text(parts, "name", name);
      Shown.number(parts, "port", node.feeds().getOrDefault(name, 0));
      feed(parts, said, name, language);
    }
  }

  static void feed(ArrayNode parts, @Nullable JsonNode said, String name, Locale language) {
    if (said == null) {
      return;
    }
    for (JsonNode feed : said.path("feeds")) {
      if (feed.path("feed").asString("").equals(name)) {
        decimal(parts, "waiting", feed.path("waiting"));
        text(parts, "oldest", feed.path("oldest"));
        decimal(parts, "delivered", feed.path("delivered"));
        text(parts, "delivered-at", feed.path("deliveredAt"));
        String error = feed.path("error").asString("");
        if (!error.isEmpty()) {
          Shown.text(parts, "error", Reasons.sentence(language, error));
        }
        for (String state : new String[] {"dead", "parked", "refused"}) {
          decimal(parts, state, feed.path(state));
        }
      }
    }
  }

  static void text(ArrayNode in, String name, JsonNode value) {
    if (value.isString() && value.asString().matches("[0-9TZ:.-]{1,40}")) {
      in.addObject().put("name", name).put("valueInstant", value.asString());
    }
  }

  static void decimal(ArrayNode in, String name, JsonNode value) {
    if (value.isNumber()) {
      in.addObject().put("name", name).put("valueDecimal", value.asLong());
    }
  }
}
