package health.helan.foundation.gateway.edge;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.State;
import health.helan.foundation.store.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Hands on what the node keeps: for each feed a thread sends parcel after parcel in order, and one
 * says now and then how the node fares, asks what became of messages, and takes over the feeds'
 * settings. The centre's position decides where to go on, never what was sent before: that is what
 * makes it safe to be killed anywhere (docs/adr/0064).
 */
public final class Forwarder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

  /** Open messages that are asked for at once. */
  private static final int ASKED = 500;

  /** A centre whose last message is not ours may be asked once more before numbers begin anew. */
  private static final int LEAST = 20;

  /**
   * How it works.
   *
   * @param most messages in a parcel
   * @param bytes about, of a parcel before it is compressed; one message may be longer
   * @param beat pause between two words on how the node fares
   * @param firstPause after a failure; doubled with each further one
   * @param longestPause at most
   */
  public record Settings(
      int most, long bytes, Duration beat, Duration firstPause, Duration longestPause) {
    public static final Settings DEFAULT =
        new Settings(
            500, 4 << 20, Duration.ofSeconds(10), Duration.ofMillis(500), Duration.ofSeconds(30));
  }

  private final Gateway gateway;
  private final Outbox outbox;
  private final Centre centre;
  private final Settings settings;
  private final Clock clock;
  private final Supplier<ObjectNode> facts;
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Semaphore beatNow = new Semaphore(0);
  private final AtomicLong sent = new AtomicLong();
  private final Instant started;
  private volatile @Nullable Instant heard;
  private volatile @Nullable String trouble;
  private volatile long roundTripMillis = -1;
  private volatile boolean closed;

  /**
   * @param gateway opened for forwarding
   * @param facts what else is said of the node with each beat: its version, its disk
   */
  public Forwarder(
      Gateway gateway,
      DataSource database,
      Centre centre,
      Settings settings,
      Clock clock,
      Supplier<ObjectNode> facts) {
    this.facts = facts;
    this.gateway = gateway;
    this.centre = centre;
    this.settings = settings;
    this.clock = clock;
    this.started = clock.instant();
    outbox = new Outbox(database, clock);
    Gauge.builder("helan.edge.link.up", this, each -> each.trouble == null ? 1 : 0)
        .description("1 while the centre answers")
        .register(Metrics.globalRegistry);
    gateway.onKept(() -> lanes.values().forEach(Lane::wake));
    gateway.feeds().follow(this::adapt);
    start("edge-beat", this::beats);
  }

  private void start(String name, Runnable work) {
    synchronized (threads) {
      if (!closed) {
        threads.add(Thread.ofVirtual().name(name).start(work));
      }
    }
  }

  private void adapt(Collection<Feed> feeds) {
    for (Feed feed : feeds) {
      lanes.computeIfAbsent(
          feed.name(),
          name -> {
            var lane = new Lane(name);
            start("edge-" + name, lane::run);
            return lane;
          });
    }
  }

  /** A feed on its way. */
  private final class Lane {
    private final String feed;
    private final Semaphore news = new Semaphore(1);
    private final Counter messages;
    private volatile @Nullable String error;
    private volatile @Nullable Instant deliveredAt;
    private volatile Outbox.Waiting waiting = new Outbox.Waiting(0, null);
    private volatile long delivered;
    private boolean isKnown;
    private int most = LEAST;

    Lane(String feed) {
      this.feed = feed;
      messages = Metrics.counter("helan.edge.sent.messages", "feed", feed);
      Gauge.builder("helan.edge.waiting", this, lane -> lane.waiting.count())
          .tag("feed", feed)
          .register(Metrics.globalRegistry);
      Gauge.builder("helan.edge.oldest", this, Lane::ageSeconds)
          .baseUnit("seconds")
          .tag("feed", feed)
          .register(Metrics.globalRegistry);
    }

    private double ageSeconds() {
      Instant oldest = waiting.oldest();
      return oldest == null ? 0 : Duration.between(oldest, clock.instant()).toMillis() / 1000.0;
    }

    void wake() {
      if (news.availablePermits() == 0) {
        news.release();
      }
    }

    void run() {
      int failures = 0;
      try {
        while (!closed) {
          try {
            boolean more = step();
            failures = 0;
            error = null;
            if (!more) {
              var unused = news.tryAcquire(1, TimeUnit.SECONDS);
              news.drainPermits();
            }
          } catch (Centre.Away e) {
            error = e.reason();
            isKnown = false;
            most = LEAST;
            pause(failures++, e.waitMillis());
          } catch (Refusal e) {
            error = e.messageKey();
            isKnown = false;
            pause(failures++, 0);
          } catch (RuntimeException e) {
            if (!closed) {
              LOG.error("Handing on feed {} failed and is tried again", feed, e);
              error = "edge.fault";
              isKnown = false;
              pause(failures++, 0);
            }
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void pause(int failures, long wish) throws InterruptedException {
      long usual =
          Math.min(
              settings.longestPause().toMillis(),
              settings.firstPause().toMillis() << Math.min(failures, 16));
      // Nodes that lost the centre together do not come back together.
      long spread = usual / 2 + ThreadLocalRandom.current().nextLong(usual / 2 + 1);
      Thread.sleep(Math.max(wish, spread));
    }

    /**
     * Sends a parcel.
     *
     * @return false when there was nothing
     */
    private boolean step() throws Centre.Away, InterruptedException {
      Outbox.Progress progress = isKnown ? outbox.progress(feed) : resume();
      delivered = progress.delivered();
      if (progress.numbered() - progress.delivered() < most) {
        outbox.number(feed);
      }
      List<Outbox.Next> next = outbox.next(feed, progress.delivered(), most, settings.bytes());
      if (next.isEmpty()) {
        return false;
      }
      byte[] parcel = Parcel.write(items(next));
      long begun = System.nanoTime();
      Centre.Taken taken = centre.send(feed, progress.epoch(), parcel);
      long end = next.getLast().seq();
      if (taken.position().last() != end) {
        // Its answer is always at the end of what was sent; something else is at work.
        isKnown = false;
      }
      // Of what lies beyond, this answer says nothing: it is asked for later.
      long last = Math.min(taken.position().last(), end);
      outbox.delivered(feed, Math.max(next.getFirst().seq(), taken.first()), last, taken.others());
      long count = Math.max(0, last - progress.delivered());
      messages.increment(count);
      sent.addAndGet(count);
      delivered = last;
      deliveredAt = clock.instant();
      adapt(Duration.ofNanos(System.nanoTime() - begun));
      return true;
    }

    /** As much at once as the centre takes in some seconds. */
    private void adapt(Duration took) {
      if (took.compareTo(Duration.ofSeconds(3)) < 0) {
        most = Math.min(settings.most(), most * 2);
      } else if (took.compareTo(Duration.ofSeconds(10)) > 0) {
        most = Math.max(LEAST, most / 2);
      }
    }

    /** Asks the centre how far it is, and believes it. */
    private Outbox.Progress resume() throws Centre.Away, InterruptedException {
      Outbox.Progress own = outbox.progress(feed);
      Centre.Position there = centre.position(feed, own.epoch());
      if (there.last() > own.numbered() || isAnothers(there)) {
        LOG.warn(
            "Feed {}: the centre is at {} of numbers that are not ours (ours: {}); this node seems restored from a backup, numbers begin anew",
            feed,
            there.last(),
            own.numbered());
        outbox.beginAnew(feed);
        own = outbox.progress(feed);
        there = centre.position(feed, own.epoch());
      }
      if (there.last() < own.delivered()) {
        LOG.warn(
            "Feed {}: the centre is at {}, and was at {}; it seems restored from a backup, and is sent again what it lacks",
            feed,
            there.last(),
            own.delivered());
      }
      if (there.last() != own.delivered()) {
        outbox.position(feed, there.last());
      }
      isKnown = true;
      return outbox.progress(feed);
    }

    private boolean isAnothers(Centre.Position there) {
      if (there.last() == 0 || there.digest().isEmpty()) {
        return false;
      }
      byte[] own = outbox.digest(feed, there.last());
      return own != null && !HexFormat.of().formatHex(own).equals(there.digest());
    }

    private List<Parcel.Item> items(List<Outbox.Next> next) {
      var items = new ArrayList<Parcel.Item>();
      for (Outbox.Next each : next) {
        Instant received = each.received();
        byte[] bytes = null;
        if (received != null) {
          try {
            bytes = gateway.content(each.id(), 0);
          } catch (IllegalStateException e) {
            if (e.getCause() instanceof java.sql.SQLException) {
              throw e; // The database's fault, and not the message's.
            }
            LOG.error("Message {} of feed {} cannot be read any more", each.id(), feed, e);
            outbox.unreadable(each.id());
          }
        }
        items.add(
            new Parcel.Item(each.seq(), received == null ? 0 : received.toEpochMilli(), bytes));
      }
      return items;
    }
  }

  // ------------------------------------------------------------------ beats

  private void beats() {
    int rounds = 0;
    try {
      while (!closed) {
        try {
          beat();
          trouble = null;
          heard = clock.instant();
          for (Lane lane : lanes.values()) {
            try {
              askFor(lane);
            } catch (Centre.Away e) {
              if (!e.reason().equals("edge.foreign-feed")) {
                throw e;
              }
              // The feed was taken from this node: its messages are not ours to ask after.
            }
            if (rounds % 60 == 0) {
              outbox.forget(lane.feed);
            }
          }
          rounds++;
        } catch (Centre.Away e) {
          if (trouble == null) {
            LOG.warn("The centre does not answer: {}; messages are kept here", e.reason());
          }
          trouble = e.reason();
        } catch (Refusal e) {
          LOG.warn("The node waits for its database: {}", e.messageKey());
        } catch (RuntimeException e) {
          if (!closed) {
            LOG.error("Saying how this node fares failed and is tried again", e);
          }
        }
        var unused = beatNow.tryAcquire(settings.beat().toMillis(), TimeUnit.MILLISECONDS);
        beatNow.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void beat() throws Centre.Away, InterruptedException {
    ObjectNode said = status();
    long begun = System.nanoTime();
    List<Centre.FeedOrder> orders = centre.beat(said);
    roundTripMillis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    take(orders);
  }

  /** Takes over what the centre says of feeds; one that it names no more takes nothing more. */
  private void take(List<Centre.FeedOrder> orders) {
    var wanted = new TreeMap<String, ObjectNode>();
    orders.forEach(order -> wanted.put(order.name(), order.settings()));
    for (Feed feed : gateway.feeds().all()) {
      if (!wanted.containsKey(feed.name()) && feed.active()) {
        wanted.put(feed.name(), feed.settings().put("active", false));
      }
    }
    wanted.forEach(
        (name, settings) -> {
          Feed now = gateway.feeds().get(name);
          try {
            Feed next = Feed.of(name, 1, settings);
            if (now == null || !now.settings().equals(next.settings())) {
              gateway.feeds().put(name, settings, "centre");
              LOG.info("Feed {} is set as the centre says", name);
            }
          } catch (Refusal e) {
            LOG.error(
                "The centre's settings of feed {} are not understood: {}", name, e.arguments());
          }
        });
  }

  private void askFor(Lane lane) throws Centre.Away, InterruptedException {
    List<Long> open = outbox.open(lane.feed, ASKED);
    if (!open.isEmpty()) {
      String epoch = outbox.progress(lane.feed).epoch();
      outbox.judge(lane.feed, open, centre.verdicts(lane.feed, epoch, open));
    }
  }

  /**
   * How the node fares: {@code started}, {@code now}, {@code sent} (messages since the start),
   * {@code bytes} (sent, as they travel), {@code trip} (milliseconds), {@code skew} (milliseconds
   * that the centre's clock is ahead), {@code trouble} with the node's own database, {@code feeds}
   * with {@code feed}, {@code waiting}, {@code oldest}, {@code delivered}, {@code deliveredAt},
   * {@code error}, and a number for each state that waits for somebody.
   */
  public ObjectNode status() {
    ObjectNode said = facts.get();
    said.put("started", started.toString());
    said.put("now", clock.instant().toString());
    said.put("sent", sent.get());
    said.put("bytes", centre.bytesSent());
    said.put("trip", roundTripMillis);
    said.put("skew", centre.clockAhead());
    try {
      feeds(said.putArray("feeds"));
    } catch (Refusal e) {
      // A node whose database is away has that to say.
      said.put("trouble", e.messageKey());
    }
    return said;
  }

  private void feeds(ArrayNode feeds) {
    List<Gateway.Open> open = gateway.open();
    for (Feed feed : gateway.feeds().all()) {
      Lane lane = lanes.get(feed.name());
      if (lane == null) {
        continue;
      }
      lane.waiting = outbox.waiting(feed.name());
      ObjectNode one = feeds.addObject();
      one.put("feed", feed.name());
      one.put("waiting", lane.waiting.count());
      Instant oldest = lane.waiting.oldest();
      if (oldest != null) {
        one.put("oldest", oldest.toString());
      }
      one.put("delivered", lane.delivered);
      Instant deliveredAt = lane.deliveredAt;
      if (deliveredAt != null) {
        one.put("deliveredAt", deliveredAt.toString());
      }
      String error = lane.error;
      if (error != null) {
        one.put("error", error);
      }
      for (Gateway.Open each : open) {
        if (each.feed().equals(feed.name()) && each.state() != State.RECEIVED) {
          one.put(each.state().word(), each.count());
        }
      }
    }
  }

  /** When the centre answered last; null for never. */
  public @Nullable Instant heard() {
    return heard;
  }

  /** Why the centre did not answer last; null when it did. */
  public @Nullable String trouble() {
    return trouble;
  }

  /** Says at once how the node fares. */
  public void beatNow() {
    beatNow.release();
  }

  @Override
  public void close() {
    closed = true;
    synchronized (threads) {
      threads.forEach(Thread::interrupt);
    }
  }
}
