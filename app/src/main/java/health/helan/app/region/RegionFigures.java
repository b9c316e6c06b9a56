package health.helan.app.region;

import health.helan.care.appointment.places.PoolFigures;
import health.helan.care.queue.QueueFigures;
import health.helan.care.queue.Queues;
import health.helan.care.visit.Visits;
import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.edge.Nodes;
import health.helan.foundation.registry.Listing;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.SharedAnswers;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.oversight.Alerts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET $region-figures}: what goes on in the region now: an {@code institution} for each that
 * sees residents or sends messages, in the registry's order, with its place; and the {@code alert}s
 * that nobody has closed, by kind. Counts alone, of today in Beijing or of this moment. For
 * regulators and operators. What each part says stands in docs/guide/console.md.
 */
final class RegionFigures implements FhirOperation {
  private static final String NAME = "region-figures";
  private static final Duration LAST_HOUR = Duration.ofHours(1);
  private static final int MOST_INSTITUTIONS = 2000;

  /**
   * The rooms that are asked.
   *
   * @param patience with edge nodes
   */
  record Rooms(
      Registry registry,
      PoolFigures pool,
      Queues queues,
      Visits visits,
      Gateway gateway,
      Nodes nodes,
      Nodes.Patience patience,
      Alerts alerts,
      Clock clock) {}

  private final Rooms rooms;
  private final SharedAnswers<String, byte[]> answers;

  /**
   * @param shownFor how long figures are shown at least before they are counted again
   */
  RegionFigures(Rooms rooms, Duration shownFor) {
    this.rooms = rooms;
    answers = new SharedAnswers<>(shownFor, Duration.ofMinutes(1));
  }

  @Override
  public Spec spec() {
    return new Spec(
        NAME,
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/" + NAME);
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), NAME);
    try {
      // The same for all who may ask.
      return Answer.ok(answers.get("", this::count));
    } catch (Sql.DatabaseFailed e) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.unreachable");
    }
  }

  /** What an institution sends. */
  private static final class Sending {
    private Connection connection = Connection.NONE;
    private long messages;
    private long waiting;
    private @Nullable Instant oldest;
  }

  private byte[] count() {
    Instant now = rooms.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    Map<String, PoolFigures.Today> pool = rooms.pool().today(now);
    Map<String, Visits.Open> visits = rooms.visits().open();
    Map<String, Sending> sending = sending(now);
    var queues = new HashMap<String, QueueFigures.Counts>();
    rooms
        .queues()
        .figures()
        .region(now)
        .forEach(one -> queues.put(one.institution(), one.counts()));

    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer).time("as-of", now);
    Map<String, Long> alerts = rooms.alerts().open();
    alerts.forEach(
        (kind, count) -> words.group("alert").code("kind", kind).number("open", whole(count)));
    for (Listing.Spot spot :
        rooms.registry().listing().spots(sending.keySet(), MOST_INSTITUTIONS)) {
      Words one = words.group("institution");
      one.reference("reference", "Organization/" + spot.id(), spot.name());
      one.code("level", spot.level()).text("district", spot.district());
      one.decimal("latitude", spot.latitude()).decimal("longitude", spot.longitude());
      PoolFigures.Today places = pool.get(spot.id());
      if (places != null) {
        one.number("places", places.opened()).number("booked", places.taken());
      }
      QueueFigures.Counts queue = queues.get(spot.id());
      if (queue != null) {
        one.number("checked-in", queue.entered()).number("waiting", queue.waiting());
        one.number("missed", queue.missed());
      }
      Visits.Open online = visits.get(spot.id());
      if (online != null) {
        one.number("online-waiting", online.waiting()).number("online", online.talking());
      }
      Sending sent = sending.get(spot.id());
      one.code("connection", (sent == null ? Connection.NONE : sent.connection).word());
      if (sent != null) {
        one.number("messages", whole(sent.messages)).number("unhandled", whole(sent.waiting));
        one.time("oldest", sent.oldest);
      }
    }
    return java.util.Objects.requireNonNull(Words.answer(answer).body());
  }

  private Map<String, Sending> sending(Instant now) {
    var found = new TreeMap<String, Sending>();
    var traffic = new HashMap<String, Gateway.Traffic>();
    rooms.gateway().traffic(now.minus(LAST_HOUR)).forEach(one -> traffic.put(one.feed(), one));
    for (Feed feed : rooms.gateway().feeds().all()) {
      Sending of = found.computeIfAbsent(feed.institution(), _ -> new Sending());
      Gateway.Traffic its = traffic.get(feed.name());
      Instant oldest = its == null ? null : its.oldest();
      of.connection =
          of.connection.worse(Connection.of(feed.active() && !feed.suspended(), oldest, now));
      if (its != null) {
        of.messages += its.received();
        of.waiting += its.waiting();
        if (oldest != null && (of.oldest == null || oldest.isBefore(of.oldest))) {
          of.oldest = oldest;
        }
      }
    }
    List<Nodes.Seen> nodes = rooms.nodes().seen(rooms.patience());
    for (Nodes.Seen seen : nodes) {
      Sending of = found.computeIfAbsent(seen.node().institution(), _ -> new Sending());
      of.connection = of.connection.worse(Connection.of(seen.health()));
    }
    return found;
  }

  private static int whole(long count) {
    return (int) Math.min(Integer.MAX_VALUE, count);
  }
}
