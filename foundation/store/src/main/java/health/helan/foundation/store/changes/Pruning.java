package health.helan.foundation.store.changes;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.sql.ChangeSql;
import health.helan.foundation.store.sql.PruneSql;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes old answers and old rows of the change log away, in small transactions. Instances share the
 * homes by leases, so one works on a home at a time. A row of the log goes when it is old and every
 * consumer that has offsets in the database has passed it, be it running or not.
 */
public final class Pruning implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pruning.class);

  private static final int HOMES_PER_TRANSACTION = 16;
  private static final int ROWS_PER_HOME = 500;
  private static final int ANSWERS_PER_STATEMENT = 1_000;

  /** After each piece of work, so that it never crowds out what people wait for. */
  private static final long PAUSE_MILLIS = 20;

  /** A start has better things to do. */
  private static final long FIRST_MILLIS = 60_000;

  private final DataSource dataSource;
  private final ChangeLog log;
  private final Retention retention;
  private final Leases leases;
  private final Counter changes;
  private final Counter answers;
  private final Thread thread;
  private volatile boolean closed;

  public Pruning(DataSource dataSource, ChangeLog log, Retention retention, MeterRegistry meters) {
    this.dataSource = dataSource;
    this.log = log;
    this.retention = retention;
    leases = new Leases(log, "pruning");
    changes = counter(meters, "changes");
    answers = counter(meters, "answers");
    thread = Thread.ofPlatform().daemon().name("helan-pruning").unstarted(this::run);
  }

  private static Counter counter(MeterRegistry meters, String what) {
    return Counter.builder("helan.pruned")
        .description("Rows taken away because they are old")
        .tag("what", what)
        .register(meters);
  }

  public void start() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      leases.create(connection);
    }
    thread.start();
  }

  private void run() {
    sleep(Math.min(FIRST_MILLIS, retention.every().toMillis()));
    while (!closed) {
      try {
        pass();
      } catch (SQLException e) {
        if (!closed) {
          LOG.warn("Pruning waits for its next turn: database error {}", e.getSQLState());
        }
      } catch (RuntimeException e) {
        LOG.error("Pruning failed and waits for its next turn: {}", e.getClass().getName());
      }
      sleep(retention.every().toMillis());
    }
    try (Connection connection = dataSource.getConnection()) {
      leases.leave(connection);
    } catch (SQLException e) {
      LOG.warn("Pruning could not hand over: database error {}", e.getSQLState());
    }
  }

  private void sleep(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (!closed && end - System.nanoTime() > 0) {
      LockSupport.parkNanos(this, end - System.nanoTime());
    }
  }

  /** Once through all that this instance may work on. */
  private void pass() throws SQLException {
    keepLeases();
    if (leases.holds(0)) {
      pruneAnswers();
    }
    for (int home = 0; home < Ids.HOMES && !closed; home += HOMES_PER_TRANSACTION) {
      if (home % ChangeLog.HOMES_PER_PART == 0) {
        keepLeases();
      }
      boolean isMore = leases.holds(home / ChangeLog.HOMES_PER_PART);
      while (isMore && !closed) {
        isMore = pruneLog(home, home + HOMES_PER_TRANSACTION - 1);
        if (isMore) {
          sleep(PAUSE_MILLIS);
          keepLeases();
          isMore = leases.holds(home / ChangeLog.HOMES_PER_PART);
        }
      }
    }
  }

  private void keepLeases() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      leases.keep(connection, (_, _, _) -> {});
    }
  }

  private void pruneAnswers() throws SQLException {
    OffsetDateTime before = utc(Instant.now().minus(retention.answers()));
    try (Connection connection = dataSource.getConnection();
        var old = connection.prepareStatement(PruneSql.OLD_ANSWERS);
        var delete = connection.prepareStatement(PruneSql.DELETE_ANSWERS)) {
      connection.setAutoCommit(true);
      while (!closed) {
        var keys = new ArrayList<Long>();
        old.setObject(1, before);
        old.setInt(2, ANSWERS_PER_STATEMENT);
        try (var rows = old.executeQuery()) {
          while (rows.next()) {
            keys.add(rows.getLong(1));
          }
        }
        if (keys.isEmpty()) {
          return;
        }
        delete.setArray(1, connection.createArrayOf("bigint", keys.toArray()));
        delete.setObject(2, before);
        answers.increment(delete.executeUpdate());
        sleep(PAUSE_MILLIS);
      }
    }
  }

  /**
   * Homes from {@code first} to {@code last}, a limited number of rows of each.
   *
   * @return true when there was something
   */
  private boolean pruneLog(int first, int last) throws SQLException {
    Instant now = Instant.now();
    OffsetDateTime before = utc(now.minus(retention.changes()));
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (var limit = connection.createStatement();
          var gate = connection.prepareStatement(PruneSql.CLOSE_GATE);
          var bounds = connection.prepareStatement(PruneSql.LOG_BOUNDS);
          var delete = connection.prepareStatement(PruneSql.DELETE_LOG)) {
        // Should this instance stall here, consumers could not enrol.
        limit.execute(ChangeSql.STALL_LIMIT + log.settings().stallMillis());
        gate.setString(1, now.toString());
        gate.executeUpdate();
        bounds.setInt(1, first);
        bounds.setInt(2, last);
        bounds.setInt(3, ROWS_PER_HOME);
        bounds.setObject(4, before);
        bounds.setObject(5, before);
        boolean any = false;
        try (var rows = bounds.executeQuery()) {
          while (rows.next()) {
            delete.setInt(1, rows.getInt(1));
            delete.setLong(2, rows.getLong(2));
            delete.addBatch();
            any = true;
          }
        }
        long deleted = 0;
        if (any) {
          for (int count : delete.executeBatch()) {
            deleted += count;
          }
        }
        connection.commit();
        changes.increment(deleted);
        return any;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  /** Lets a running transaction end. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
