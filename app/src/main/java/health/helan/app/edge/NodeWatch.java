package health.helan.app.edge;

import health.helan.app.links.OtherLinks;
import health.helan.foundation.gateway.edge.Nodes;
import health.helan.foundation.gateway.edge.Nodes.Health;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.oversight.Alerts;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Looks at the nodes at intervals: figures for metrics, a line in the log with each change, an
 * alert for one that fell silent (once for each hour in which it was last heard of), and the links
 * on the console.
 */
final class NodeWatch implements OtherLinks, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);
  private static final Duration KEPT = Duration.ofDays(30);

  private final Nodes nodes;
  private final Nodes.Patience patience;
  private final Alerts alerts;
  private final MultiGauge states;
  private final MultiGauge waiting;
  private final Map<String, Health> known = new ConcurrentHashMap<>();
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("edge-nodes").daemon().factory());
  private long rounds;

  NodeWatch(
      Nodes nodes, Nodes.Patience patience, Alerts alerts, MeterRegistry meters, Duration pause) {
    this.nodes = nodes;
    this.patience = patience;
    this.alerts = alerts;
    states =
        MultiGauge.builder("helan.edge.node.state")
            .description("0 ok, 1 troubled, 2 lagging, 3 silent, -1 never heard of or off")
            .register(meters);
    waiting = MultiGauge.builder("helan.edge.node.waiting").register(meters);
    var unused =
        schedule.scheduleWithFixedDelay(
            this::round, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void round() {
    try {
      look();
      if (rounds++ % 100 == 0) {
        nodes.forget(KEPT);
      }
    } catch (SQLException | Refusal e) {
      LOG.warn("Edge nodes could not be looked at: {}", e.getClass().getName());
    } catch (RuntimeException e) {
      // The scheduler would drop the task without a word.
      LOG.error("Looking at edge nodes failed", e);
    }
  }

  private void look() throws SQLException {
    List<MultiGauge.Row<?>> byState = new ArrayList<>();
    List<MultiGauge.Row<?>> byWaiting = new ArrayList<>();
    for (Nodes.Seen seen : nodes.seen(patience)) {
      String name = seen.node().name();
      Health before = known.put(name, seen.health());
      if (before != seen.health() && (before != null || seen.health() != Health.OK)) {
        LOG.warn("Edge node {} is {}", name, seen.health().word());
      }
      Nodes.Beat beat = seen.beat();
      if (seen.health() == Health.SILENT && beat != null) {
        alerts.edgeNodeIsSilent(name, seen.node().institution(), beat.seen());
      }
      Tags tags = Tags.of("node", name);
      byState.add(MultiGauge.Row.of(tags, figure(seen.health())));
      byWaiting.add(MultiGauge.Row.of(tags, waits(beat)));
    }
    states.register(byState, true);
    waiting.register(byWaiting, true);
  }

  private static int figure(Health health) {
    return switch (health) {
      case OK -> 0;
      case TROUBLED -> 1;
      case LAGGING -> 2;
      case SILENT -> 3;
      case NEW, OFF -> -1;
    };
  }

  private static long waits(Nodes.@Nullable Beat beat) {
    long sum = 0;
    if (beat != null) {
      for (JsonNode feed : beat.said().path("feeds")) {
        sum += feed.path("waiting").asLong(0);
      }
    }
    return sum;
  }

  @Override
  public List<Other> links() {
    var found = new ArrayList<Other>();
    for (Nodes.Seen seen : nodes.seen(patience)) {
      if (seen.health() == Health.OFF) {
        continue;
      }
      Nodes.Beat beat = seen.beat();
      Instant checked = beat == null ? null : beat.seen();
      long trip = beat == null ? -1 : beat.said().path("trip").asLong(-1);
      found.add(
          new Other(
              "edge/" + seen.node().name(),
              seen.node().name(),
              beat == null ? "" : beat.remote(),
              switch (seen.health()) {
                case OK -> State.OK;
                case TROUBLED, LAGGING -> State.DEGRADED;
                case SILENT -> State.DOWN;
                case NEW, OFF -> State.UNKNOWN;
              },
              checked,
              trip,
              seen.health() == Health.SILENT ? "timeout" : null));
    }
    return found;
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
