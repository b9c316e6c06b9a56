package health.helan.foundation.store.changes;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.sql.ChangeSql;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the consumers and followers of the change log on this application instance. The instances on
 * one database share each consumer's homes, in {@value #PARTS} parts, by leases.
 *
 * <p>News comes from this instance's own commits at once ({@link #hint}) and from a scan of the
 * lane counters about once a second; that scan alone is enough, the hint only makes it faster.
 */
public final class ChangeLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeLog.class);

  /** Parts that a consumer's homes are split into. Stored: never change. */
  static final int PARTS = 16;

  static final int HOMES_PER_PART = Ids.HOMES / PARTS;

  /**
   * Times in milliseconds.
   *
   * @param pollMillis how often the lanes are looked at
   * @param lingerMillis how long a hint waits for more, so that a busy store's changes are taken in
   *     few transactions
   * @param leaseMillis how long a part stays with an instance that is not heard of
   * @param stallMillis longest pause within a consumer's transaction; then the database ends it
   * @param firstRetryMillis pause after a failure; doubles with each further one
   * @param lastRetryMillis longest such pause
   */
  public record Settings(
      long pollMillis,
      long lingerMillis,
      long leaseMillis,
      long stallMillis,
      long firstRetryMillis,
      long lastRetryMillis) {
    public static final Settings DEFAULT = new Settings(1000, 100, 15_000, 60_000, 1000, 300_000);
  }

  /**
   * How a consumer fares on this instance.
   *
   * @param parts parts of the homes that this instance works on
   * @param lag changes of those parts that are still to be taken, as of the last look
   * @param stuck changes that failed and are tried again, by home
   */
  public record Status(String consumer, int parts, long lag, Map<Integer, Long> stuck) {}

  /** What a follower does with changes, in order within each home. */
  public interface Follower {
    void changed(List<Change> changes);
  }

  private final DataSource dataSource;
  private final String instance;
  private final Settings settings;
  private final MeterRegistry meters;
  private final Map<String, ConsumerWorker> workers = new ConcurrentHashMap<>();
  private final List<Following> followings = new CopyOnWriteArrayList<>();
  private final Thread poller;
  private volatile long[] lanes = new long[Ids.HOMES];
  private volatile boolean closed;

  /** A follower and how far it has come. Used by the poller only. */
  private static final class Following {
    final String name;
    final String[] types;
    final Follower follower;
    long[] position;

    Following(String name, Set<String> types, Follower follower, long[] position) {
      this.name = name;
      this.types = types.toArray(String[]::new);
      this.follower = follower;
      this.position = position;
    }
  }

  /**
   * @param instance name of this application instance, unique on the database
   */
  public ChangeLog(
      DataSource dataSource, String instance, Settings settings, MeterRegistry meters) {
    this.dataSource = dataSource;
    this.instance = instance;
    this.settings = settings;
    this.meters = meters;
    poller = Thread.ofPlatform().daemon().name("helan-changes").start(this::poll);
  }

  /**
   * Lets a consumer work from now on, on this instance and on others that register it.
   *
   * @throws IllegalArgumentException when its name is taken on this instance
   */
  public void register(ChangeConsumer consumer) throws SQLException {
    var worker = new ConsumerWorker(this, consumer);
    if (workers.putIfAbsent(consumer.name(), worker) != null) {
      throw new IllegalArgumentException("consumer " + consumer.name() + " is there already");
    }
    try {
      worker.enrol();
    } catch (SQLException | RuntimeException e) {
      workers.remove(consumer.name());
      throw e;
    }
    worker.start();
  }

  /** Lets a consumer rest on this instance: what it was at is done, others take its homes over. */
  public void unregister(String consumer) {
    ConsumerWorker worker = workers.remove(consumer);
    if (worker != null) {
      worker.stop();
      worker.awaitEnd();
    }
  }

  /**
   * Tells a listener of this instance about every change of some types that is committed from now
   * on, on whatever instance, usually within a second. For caches: follow first, then fill the
   * cache. Keeps no offset; when the listener throws, it gets the same changes again.
   */
  public void follow(String name, Set<String> types, Follower follower) throws SQLException {
    followings.add(new Following(name, types, follower, readLanes()));
  }

  /** Says that homes have changes. Cheap: called after each commit. */
  public void hint(Set<Integer> homes) {
    for (ConsumerWorker worker : workers.values()) {
      worker.hint(homes);
    }
  }

  /**
   * Leaves out the change that a consumer is stuck at; noted in {@code consumer_skip}.
   *
   * @param seq number of that change
   * @param reason why, for the record; no resident's data
   * @return false when the consumer does not stand before that change
   */
  public boolean skip(String consumer, int home, long seq, String reason) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (var move = connection.prepareStatement(ChangeSql.SKIP);
          var note = connection.prepareStatement(ChangeSql.NOTE_SKIP)) {
        move.setLong(1, seq);
        move.setInt(2, home);
        move.setString(3, consumer);
        move.setLong(4, seq - 1);
        boolean moved = move.executeUpdate() == 1;
        if (moved) {
          note.setInt(1, home);
          note.setString(2, consumer);
          note.setLong(3, seq);
          note.setObject(4, Instant.now().atOffset(ZoneOffset.UTC));
          note.setString(5, reason);
          note.executeUpdate();
          LOG.warn("Consumer {} leaves out change {}:{}: {}", consumer, home, seq, reason);
        }
        connection.commit();
        return moved;
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  /** How each consumer fares on this instance. */
  public List<Status> status() {
    return workers.values().stream().map(ConsumerWorker::status).toList();
  }

  private void poll() {
    boolean wasReachable = true;
    while (!closed) {
      LockSupport.parkNanos(this, settings.pollMillis * 1_000_000);
      if (closed) {
        return;
      }
      if (workers.isEmpty() && followings.isEmpty()) {
        continue;
      }
      try {
        lanes = readLanes();
        workers.values().forEach(ConsumerWorker::wake);
        for (Following following : followings) {
          advance(following);
        }
        wasReachable = true;
      } catch (SQLException e) {
        if (wasReachable && !closed) {
          LOG.warn("The change log cannot be read: database error {}", e.getSQLState());
        }
        wasReachable = false;
      } catch (RuntimeException e) {
        LOG.error("Looking for changes failed: {}", e.getClass().getName());
      }
    }
  }

  private void advance(Following following) throws SQLException {
    long[] now = lanes;
    int n = 0;
    var homes = new Integer[Ids.HOMES];
    var after = new Long[Ids.HOMES];
    var last = new Long[Ids.HOMES];
    for (int home = 0; home < Ids.HOMES; home++) {
      if (now[home] > following.position[home]) {
        homes[n] = home;
        after[n] = following.position[home];
        last[n++] = now[home];
      }
    }
    if (n == 0) {
      return;
    }
    List<Change> changes;
    try (Connection connection = dataSource.getConnection();
        var statement = connection.prepareStatement(ChangeSql.CHANGES_OF_TYPES)) {
      statement.setArray(1, connection.createArrayOf("integer", java.util.Arrays.copyOf(homes, n)));
      statement.setArray(2, connection.createArrayOf("bigint", java.util.Arrays.copyOf(after, n)));
      statement.setArray(3, connection.createArrayOf("bigint", java.util.Arrays.copyOf(last, n)));
      statement.setArray(4, connection.createArrayOf("text", following.types));
      try (var rows = statement.executeQuery()) {
        changes = changes(rows);
      }
    }
    try {
      if (!changes.isEmpty()) {
        following.follower.changed(changes);
      }
      following.position = now;
    } catch (RuntimeException e) {
      // It comes again with the next look: a stale cache must not stay stale.
      LOG.error(
          "Follower {} failed at change {}: {}",
          following.name,
          changes.getFirst().key(),
          e.getClass().getName());
      meters.counter("helan.changes.follower.failures", "follower", following.name).increment();
    }
  }

  private long[] readLanes() throws SQLException {
    long[] read = new long[Ids.HOMES];
    try (Connection connection = dataSource.getConnection();
        var statement = connection.prepareStatement(ChangeSql.LANES);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        read[rows.getInt(1)] = rows.getLong(2);
      }
    }
    return read;
  }

  static List<Change> changes(ResultSet rows) throws SQLException {
    var changes = new java.util.ArrayList<Change>();
    while (rows.next()) {
      long patient = rows.getLong(3);
      changes.add(
          new Change(
              rows.getInt(1),
              rows.getLong(2),
              rows.wasNull() ? null : patient,
              rows.getObject(4, OffsetDateTime.class).toInstant(),
              rows.getInt(5),
              ResourceVersion.Method.of(rows.getInt(6)),
              rows.getString(7),
              rows.getString(8)));
    }
    return changes;
  }

  DataSource dataSource() {
    return dataSource;
  }

  String instance() {
    return instance;
  }

  Settings settings() {
    return settings;
  }

  MeterRegistry meters() {
    return meters;
  }

  /** Last number of each lane, as of the last look. Not to be changed. */
  long[] lanes() {
    return lanes;
  }

  /** Lets running transactions end and hands the parts over to other instances. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(poller);
    workers.values().forEach(ConsumerWorker::stop);
    workers.values().forEach(ConsumerWorker::awaitEnd);
    try {
      poller.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
