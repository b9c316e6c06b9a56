package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Times of writes, and the watermark: a time at or below which nothing can still commit, on any
 * application instance. Each instance takes its times here, knows its own writes under way, and
 * publishes a floor that only rises; the watermark is the least of all floors.
 */
final class Instances implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Instances.class);
  private static final long BEAT_MILLIS = 500;

  /** An instance not seen for so long is looked at: without connections it can commit nothing. */
  private static final long SILENT_SECONDS = 15;

  private static final long LONGEST_SILENCE_NANOS = 10_000_000_000L;

  private final DataSource dataSource;
  private final String id;
  private final String version;
  private final TreeMap<Instant, Integer> underWay = new TreeMap<>();
  private final Thread beat;
  private Instant last = Instant.EPOCH;
  private volatile Instant othersFloor = Instant.MAX;
  private volatile long lastBeat;
  private volatile boolean closed;

  Instances(DataSource dataSource, String id, String version) throws SQLException {
    this.dataSource = dataSource;
    this.id = id;
    this.version = version;
    signOn();
    beat();
    if (!othersFloor.equals(Instant.MAX)) {
      sleep(2 * BEAT_MILLIS); // Until the others know of this one, it writes nothing.
    }
    beat = Thread.ofPlatform().daemon().name("helan-instance").start(this::run);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void signOn() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        var statement =
            connection.prepareStatement(
                """
                insert into instance (id, floor, seen, version) values (?, ?, ?, ?)
                on conflict (id) do update set seen = excluded.seen, version = excluded.version
                """)) {
      var now = Instant.now().atOffset(ZoneOffset.UTC);
      statement.setString(1, id);
      // An instance that starts can commit nothing older than its start.
      statement.setObject(2, now.minusSeconds(1));
      statement.setObject(3, now);
      statement.setString(4, version);
      statement.executeUpdate();
    }
  }

  /**
   * The time of a write that begins now, milliseconds; {@link #end} must follow.
   *
   * @throws Refusal transient, while the database did not hear of this instance for a while: others
   *     may take it for gone
   */
  synchronized Instant begin() {
    if (System.nanoTime() - lastBeat > LONGEST_SILENCE_NANOS) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.unreachable");
    }
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    if (now.isBefore(last)) {
      now = last; // The clock was set back: times must not.
    }
    last = now;
    underWay.merge(now, 1, Integer::sum);
    return now;
  }

  synchronized void end(Instant begun) {
    underWay.computeIfPresent(begun, (_, n) -> n == 1 ? null : n - 1);
  }

  private synchronized Instant ownFloor() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    if (last.isBefore(now)) {
      last = now; // What was once promised holds even when the clock is set back.
    }
    Instant floor = underWay.isEmpty() ? last : underWay.firstKey();
    // A write that begins within this very millisecond still gets this time.
    return floor.minusMillis(1);
  }

  /** Nothing commits any more with a time at or below this. */
  Instant watermark() {
    Instant own = ownFloor();
    Instant others = othersFloor;
    return own.isBefore(others) ? own : others;
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(BEAT_MILLIS);
        beat();
      } catch (InterruptedException e) {
        return;
      } catch (SQLException e) {
        if (!closed) {
          LOG.warn("The instance's heartbeat failed: {}", e.getSQLState());
        }
      }
    }
  }

  private void beat() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      try (var statement =
          connection.prepareStatement(
              "update instance set floor = greatest(floor, ?), seen = ? where id = ?")) {
        statement.setObject(1, ownFloor().atOffset(ZoneOffset.UTC));
        statement.setObject(2, Instant.now().atOffset(ZoneOffset.UTC));
        statement.setString(3, id);
        if (statement.executeUpdate() == 0) {
          signOn();
        }
      }
      // Gone instances: silent, and without a connection that could still commit.
      try (var statement =
          connection.prepareStatement(
              """
              delete from instance i where i.id <> ? and i.seen < ?
                and not exists (select from pg_stat_activity a where a.application_name = 'helan-' || i.id)
              """)) {
        statement.setString(1, id);
        statement.setObject(2, Instant.now().minusSeconds(SILENT_SECONDS).atOffset(ZoneOffset.UTC));
        statement.executeUpdate();
      }
      try (var statement =
          connection.prepareStatement("select min(floor) from instance where id <> ?")) {
        statement.setString(1, id);
        try (var rows = statement.executeQuery()) {
          rows.next();
          var floor = rows.getObject(1, java.time.OffsetDateTime.class);
          othersFloor = floor == null ? Instant.MAX : floor.toInstant();
        }
      }
      lastBeat = System.nanoTime();
    }
  }

  @Override
  public void close() {
    closed = true;
    beat.interrupt();
    try (Connection connection = dataSource.getConnection();
        var statement = connection.prepareStatement("delete from instance where id = ?")) {
      statement.setString(1, id);
      statement.executeUpdate();
    } catch (SQLException e) {
      LOG.warn("The instance could not sign off: {}", e.getSQLState());
    }
  }
}
