package health.helan.foundation.store;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Times of writes, and the watermark: a time at or below which nothing can still commit, on any
 * application instance. Each instance takes its times here, knows its own writes under way, and
 * publishes a floor that only rises; the watermark is the least of all published floors.
 *
 * <p>Why it holds when an instance joins: each beat first publishes the own floor, then reads the
 * others'. A newcomer first makes its row, then reads. So either the others' next look sees the
 * newcomer's floor, or the newcomer sees what they had published and takes only later times.
 *
 * <p>Why it holds when an instance is given up, whatever the clocks say: its row goes only when the
 * database has no connection of its name left, so nothing of it is under way there. A connection
 * gets the name before anything is written on it, and then touches the row ({@link #announce}). So
 * either the removal sees the connection, or the row, touched since, is not silent any more; or the
 * row is gone at the touch, and the write is dropped. When the instance comes back, it drops all
 * that it had begun. The silence only keeps a moment's cut from making instances come and go.
 */
final class Instances implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Instances.class);
  private static final long BEAT_MILLIS = 500;
  private static final String CONNECTION_PREFIX = "helan-";
  private static final String NAME = "ApplicationName";

  /** An instance not seen for so long is given up, unless the database knows a connection of it. */
  private static final long SILENT_SECONDS = 5;

  /** PostgreSQL cuts names of connections to this length. */
  private static final int LONGEST_NAME = 63;

  private static final long LONGEST_SILENCE_NANOS = 10_000_000_000L;

  private final DataSource dataSource;
  private final String id;
  private final String version;
  private final String connectionName;
  private final TreeMap<Instant, Integer> underWay = new TreeMap<>();
  private final Thread beat;
  private Instant last = Instant.EPOCH;

  /** The least floor published by all instances, as of the last beat. */
  private volatile Instant watermark = Instant.EPOCH;

  /** Writes begun at or before this are dropped: this instance was taken for gone. */
  private Instant dropped = Instant.EPOCH;

  /** True until this instance knows what others promised before they knew of it. */
  private boolean joins = true;

  private volatile long lastBeat;
  private volatile boolean closed;

  Instances(DataSource dataSource, String id, String version) throws SQLException {
    this.dataSource = dataSource;
    // Each start is an instance of its own: transactions of a killed one may still commit.
    this.id = id + "-" + HexFormat.of().toHexDigits(new SecureRandom().nextInt());
    this.version = version;
    String name = CONNECTION_PREFIX + this.id;
    connectionName = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    signOn();
    beat();
    beat = Thread.ofPlatform().daemon().name("helan-instance").start(this::run);
  }

  /**
   * Makes a connection known as one of this instance before anything is written on it; no round
   * trip when it is. Without a transaction under way.
   *
   * @throws Refusal transient, when this instance was taken for gone
   */
  void announce(Connection connection) throws SQLException {
    if (connectionName.equals(connection.getClientInfo(NAME))) {
      return;
    }
    connection.setClientInfo(NAME, connectionName);
    boolean isKnown = false;
    try (var statement = connection.prepareStatement("update instance set seen = ? where id = ?")) {
      statement.setObject(1, Instant.now().atOffset(ZoneOffset.UTC));
      statement.setString(2, id);
      isKnown = statement.executeUpdate() == 1;
    } finally {
      if (!isKnown) {
        connection.setClientInfo(NAME, ""); // The next write on it must ask again.
      }
    }
    if (!isKnown) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.unreachable");
    }
  }

  private void signOn() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        var statement =
            connection.prepareStatement(
                """
                insert into instance (id, floor, seen, version) values (?, ?, ?, ?)
                on conflict (id) do nothing
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
    if (joins || System.nanoTime() - lastBeat > LONGEST_SILENCE_NANOS) {
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

  /**
   * Asked right before a commit.
   *
   * @throws Refusal transient, when others may have taken this instance for gone since {@code
   *     begun}
   */
  synchronized void check(Instant begun) {
    if (System.nanoTime() - lastBeat > LONGEST_SILENCE_NANOS || !begun.isAfter(dropped)) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.unreachable");
    }
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

  /** Name of this start of the instance, as in table {@code instance}. */
  String id() {
    return id;
  }

  /** A time no write begun so far is later than. */
  synchronized Instant latest() {
    return last;
  }

  /** Nothing commits any more with a time at or below this. */
  Instant watermark() {
    return watermark;
  }

  private void run() {
    boolean wasHeard = true;
    while (!closed) {
      try {
        Thread.sleep(BEAT_MILLIS);
        beat();
        if (!wasHeard) {
          LOG.info("The instance's heartbeat goes on");
        }
        wasHeard = true;
      } catch (InterruptedException e) {
        return;
      } catch (SQLException e) {
        if (!closed && wasHeard) {
          LOG.warn(
              "The instance's heartbeat failed and is tried again: database error {}",
              e.getSQLState());
        }
        wasHeard = false;
      }
    }
  }

  private void beat() throws SQLException {
    Instant own = ownFloor();
    try (Connection connection = dataSource.getConnection()) {
      boolean isKnown;
      try (var statement =
          connection.prepareStatement(
              "update instance set floor = greatest(floor, ?), seen = ? where id = ?")) {
        statement.setObject(1, own.atOffset(ZoneOffset.UTC));
        statement.setObject(2, Instant.now().atOffset(ZoneOffset.UTC));
        statement.setString(3, id);
        isKnown = statement.executeUpdate() == 1;
      }
      if (!isKnown) {
        synchronized (this) {
          dropped = last;
          last = last.plusMillis(1);
          joins = true;
        }
        signOn();
      }
      // Gone instances: silent, and without a connection that could still commit.
      try (var statement =
          connection.prepareStatement(
              """
              delete from instance i where i.id <> ? and i.seen < ?
                and not exists (select from pg_stat_activity a where a.application_name = left(? || i.id, 63))
              """)) {
        statement.setString(1, id);
        statement.setString(3, CONNECTION_PREFIX);
        statement.setObject(2, Instant.now().minusSeconds(SILENT_SECONDS).atOffset(ZoneOffset.UTC));
        statement.executeUpdate();
      }
      try (var statement =
          connection.prepareStatement(
              "select min(floor), max(floor) from instance where id <> ?")) {
        statement.setString(1, id);
        try (var rows = statement.executeQuery()) {
          rows.next();
          var least = rows.getObject(1, OffsetDateTime.class);
          var greatest = rows.getObject(2, OffsetDateTime.class);
          join(greatest == null ? null : greatest.toInstant());
          Instant all = least == null || own.isBefore(least.toInstant()) ? own : least.toInstant();
          if (all.isAfter(watermark)) {
            watermark = all; // What was told stays true when a newcomer's floor is lower.
          }
        }
      }
      lastBeat = System.nanoTime();
    }
  }

  /**
   * @param promised what others promised before they knew of this instance, or while its clock was
   *     behind: it takes only later times
   */
  private synchronized void join(@Nullable Instant promised) {
    if (joins && promised != null) {
      Instant next = promised.truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
      if (last.isBefore(next)) {
        last = next;
      }
    }
    joins = false;
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
