package health.helan.app.links;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Looks at the active Endpoints at intervals, and {@code GET [base]/$link-health}: answers
 * Parameters with {@code probing} (whether links are looked at) and a {@code link} for each, the
 * worst first (and before them those of edge nodes): {@code endpoint}, {@code name}, {@code
 * address}, {@code state} (ok, degraded, down, unknown), {@code since}, {@code checked}, {@code
 * latency} (milliseconds), {@code reason}. For operators, regulators and systems.
 */
final class LinkHealth implements FhirOperation, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LinkHealth.class);

  private static final int MOST_LINKS = 1000;
  private static final int AT_ONCE = 32;

  private final RecordStore store;
  private final LinkTable table;
  private final ProbedNetworks networks;
  private final LinkProbe probe;
  private final Duration every;
  private final Clock clock;
  private final MultiGauge states;
  private final MultiGauge latencies;
  private final Supplier<List<OtherLinks.Other>> others;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("link-health").daemon().factory());

  /**
   * @param every pause between two looks at a link
   * @param others links that are shown with those that are probed
   */
  LinkHealth(
      RecordStore store,
      LinkTable table,
      ProbedNetworks networks,
      LinkProbe probe,
      Duration every,
      Clock clock,
      MeterRegistry meters,
      Supplier<List<OtherLinks.Other>> others) {
    this.others = others;
    this.store = store;
    this.table = table;
    this.networks = networks;
    this.probe = probe;
    this.every = every;
    this.clock = clock;
    this.states =
        MultiGauge.builder("helan.link.state")
            .description("0 ok, 1 degraded, 2 down, -1 not known")
            .register(meters);
    this.latencies =
        MultiGauge.builder("helan.link.latency").baseUnit("milliseconds").register(meters);
    if (!networks.isEmpty()) {
      // More often than a link is due, so that it does not wait twice the pause.
      long pause = Math.max(50, every.toMillis() / 4);
      var unused =
          schedule.scheduleWithFixedDelay(this::round, pause, pause, TimeUnit.MILLISECONDS);
    }
  }

  private void round() {
    try {
      lookAtAll();
    } catch (SQLException | Refusal failed) {
      LOG.warn("Links could not be looked at and are tried again: {}", failed.getClass().getName());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failed) {
      // The scheduler would drop the task without a word.
      LOG.error("Looking at links failed", failed);
    }
  }

  /** An active Endpoint of a network that may be probed. */
  private record Found(String endpoint, String name, String address, LinkProbe.Target target) {}

  void lookAtAll() throws SQLException, InterruptedException {
    List<Found> endpoints = new ArrayList<>();
    for (ObjectNode endpoint : endpoints()) {
      String address = endpoint.path("address").asString("");
      LinkProbe.Target target = LinkProbe.Target.of(address);
      if (target != null && mayBeProbed(target)) {
        endpoints.add(new Found(endpoint.path("id").asString(""), name(endpoint), address, target));
      }
    }
    table.keepOnly(endpoints.stream().map(Found::endpoint).toList());
    Instant now = clock.instant();
    Semaphore room = new Semaphore(AT_ONCE);
    var faults = new ConcurrentLinkedQueue<SQLException>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Found found : endpoints) {
        room.acquire();
        threads.execute(
            () -> {
              try {
                look(found, now);
              } catch (SQLException failed) {
                faults.add(failed);
              } finally {
                room.release();
              }
            });
      }
    }
    SQLException fault = faults.peek();
    if (fault != null) {
      throw fault;
    }
    measure();
  }

  /**
   * A name that does not resolve today is a link that fails, once it was one that may be probed.
   */
  private boolean mayBeProbed(LinkProbe.Target target) {
    try {
      return probe.allowed(target) != null;
    } catch (java.net.UnknownHostException unknown) {
      return true;
    }
  }

  private void look(Found found, Instant now) throws SQLException {
    Link before =
        table.take(found.endpoint(), found.name(), found.address(), now, now.minus(every));
    if (before == null) {
      return;
    }
    LinkProbe.Result result = probe.look(found.target());
    if (result == null) {
      return;
    }
    LinkState.Counted after = before.counted().after(result.look());
    boolean changed = after.state() != before.counted().state();
    if (changed) {
      LOG.info(
          "Link {} is {} now, was {}", found.endpoint(), after.state(), before.counted().state());
    }
    table.note(
        new Link(
            before.endpoint(),
            before.name(),
            before.address(),
            after,
            changed ? now : before.since(),
            now,
            result.millis(),
            result.reason()));
  }

  private List<ObjectNode> endpoints() {
    List<ObjectNode> found = new ArrayList<>();
    SearchResult page =
        store.search(
            Caller.platform("link-health"),
            new SearchRequest(
                "Endpoint",
                null,
                null,
                List.of(
                    new SearchRequest.Parameter("status", "active"),
                    new SearchRequest.Parameter("_count", Integer.toString(MOST_LINKS))),
                false));
    for (SearchResult.Entry entry : page.entries()) {
      ResourceVersion version = entry.resource();
      if (version.content() != null
          && Json.MAPPER.readTree(version.content()) instanceof ObjectNode endpoint) {
        found.add(endpoint);
      }
    }
    return found;
  }

  private String name(ObjectNode endpoint) {
    JsonNode organization = endpoint.path("managingOrganization");
    String shown = organization.path("display").asString("");
    if (shown.isEmpty()) {
      shown = organizationName(organization.path("reference").asString(""));
    }
    if (shown.isEmpty()) {
      shown = endpoint.path("name").asString("");
    }
    return shown.isEmpty() ? endpoint.path("id").asString("") : shown;
  }

  private String organizationName(String reference) {
    if (!reference.matches("Organization/[A-Za-z0-9.-]{1,64}")) {
      return "";
    }
    try {
      ResourceVersion found =
          store.read(
              Caller.platform("link-health"),
              "Organization",
              reference.substring("Organization/".length()));
      return found.content() == null
          ? ""
          : Json.MAPPER.readTree(found.content()).path("name").asString("");
    } catch (Refusal absent) {
      return "";
    }
  }

  private void measure() throws SQLException {
    List<MultiGauge.Row<?>> byState = new ArrayList<>();
    List<MultiGauge.Row<?>> byLatency = new ArrayList<>();
    for (Link link : table.all()) {
      Tags tags = Tags.of("endpoint", link.endpoint());
      int state =
          switch (link.counted().state()) {
            case OK -> 0;
            case DEGRADED -> 1;
            case DOWN -> 2;
            case UNKNOWN -> -1;
          };
      byState.add(MultiGauge.Row.of(tags, state));
      if (link.millis() >= 0) {
        byLatency.add(MultiGauge.Row.of(tags, link.millis()));
      }
    }
    states.register(byState, true);
    latencies.register(byLatency, true);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "link-health",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/link-health");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    try {
      return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters()));
    } catch (SQLException failed) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.unreachable");
    }
  }

  private ObjectNode parameters() throws SQLException {
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = parameters.putArray("parameter");
    list.addObject().put("name", "probing").put("valueBoolean", !networks.isEmpty());
    for (OtherLinks.Other other : others.get()) {
      show(list, other);
    }
    if (networks.isEmpty()) {
      return parameters;
    }
    for (Link link : table.all()) {
      ArrayNode parts = list.addObject().put("name", "link").putArray("part");
      parts.addObject().put("name", "endpoint").put("valueString", link.endpoint());
      parts.addObject().put("name", "name").put("valueString", link.name());
      parts.addObject().put("name", "address").put("valueString", link.address());
      parts
          .addObject()
          .put("name", "state")
          .put("valueCode", link.counted().state().name().toLowerCase(java.util.Locale.ROOT));
      parts.addObject().put("name", "since").put("valueInstant", link.since().toString());
      Instant checked = link.checked();
      if (checked != null) {
        parts.addObject().put("name", "checked").put("valueInstant", checked.toString());
      }
      if (link.millis() >= 0) {
        parts.addObject().put("name", "latency").put("valueDecimal", link.millis());
      }
      reason(parts, link.reason());
    }
    return parameters;
  }

  private static void show(ArrayNode list, OtherLinks.Other link) {
    ArrayNode parts = list.addObject().put("name", "link").putArray("part");
    parts.addObject().put("name", "endpoint").put("valueString", link.id());
    parts.addObject().put("name", "name").put("valueString", link.name());
    if (!link.address().isEmpty()) {
      parts.addObject().put("name", "address").put("valueString", link.address());
    }
    parts
        .addObject()
        .put("name", "state")
        .put("valueCode", link.state().name().toLowerCase(java.util.Locale.ROOT));
    Instant checked = link.checked();
    if (checked != null) {
      parts.addObject().put("name", "checked").put("valueInstant", checked.toString());
    }
    if (link.millis() >= 0) {
      parts.addObject().put("name", "latency").put("valueDecimal", link.millis());
    }
    reason(parts, link.reason());
  }

  private static void reason(ArrayNode parts, @Nullable String reason) {
    if (reason != null) {
      parts.addObject().put("name", "reason").put("valueCode", reason);
    }
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
