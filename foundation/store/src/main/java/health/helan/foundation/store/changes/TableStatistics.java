package health.helan.foundation.store.changes;

import health.helan.foundation.store.sql.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has tables analysed that grew much in little time, as in a load. Autovacuum does it too, but
 * comes by once a minute and to three tables at a time; until then the planner takes every code for
 * frequent, and chains and {@code _has} read far too much. One instance at a time looks; a table is
 * analysed again when half of it has changed since, so the number of times stays small however
 * large it gets, and autovacuum does the rest.
 */
public final class TableStatistics implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TableStatistics.class);

  /** Below this no plan is slow. */
  private static final int FEWEST_CHANGES = 5_000;

  private static final long LOOK_MILLIS = 5_000;

  static final String GROWN =
      """
      select s.relname from pg_stat_user_tables s
      where s.schemaname = current_schema() and s.relname = any(?)
        and s.n_mod_since_analyze >= greatest(?, s.n_live_tup / 2)
      order by s.relname""";

  private final DataSource dataSource;
  private final Leases leases;
  private final Thread thread;
  private volatile boolean closed;

  public TableStatistics(DataSource dataSource, ChangeLog log) {
    this.dataSource = dataSource;
    leases = new Leases(log, "table-statistics");
    thread = Thread.ofPlatform().daemon().name("helan-statistics").unstarted(this::run);
  }

  public void start() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      leases.create(connection);
    }
    thread.start();
  }

  private void run() {
    boolean failed = false;
    while (!closed) {
      long end = System.nanoTime() + LOOK_MILLIS * 1_000_000;
      while (!closed && end - System.nanoTime() > 0) {
        LockSupport.parkNanos(this, end - System.nanoTime());
      }
      try {
        look();
        failed = false;
      } catch (SQLException e) {
        if (!closed && !failed) {
          LOG.warn("Tables cannot be analysed for now: database error {}", e.getSQLState());
        }
        failed = true;
      } catch (RuntimeException e) {
        LOG.error("Analysing tables failed: {}", e.getClass().getName());
      }
    }
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      leases.leave(connection);
    } catch (SQLException e) {
      LOG.warn("Analysing tables could not be handed over: database error {}", e.getSQLState());
    }
  }

  private void look() throws SQLException {
    if (closed) {
      return;
    }
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      leases.keep(connection, (_, _, _) -> {});
      if (!leases.holds(0)) {
        return;
      }
      for (String table : grown(connection)) {
        if (closed) {
          return;
        }
        try (var analyze = connection.createStatement()) {
          // Autovacuum may be at it already.
          analyze.execute("analyze (skip_locked) " + table);
        }
      }
    }
  }

  private static List<String> grown(Connection connection) throws SQLException {
    var grown = new ArrayList<String>();
    try (var statement = connection.prepareStatement(GROWN)) {
      var looked = new ArrayList<>(Tables.all());
      looked.add("linked_patient"); // Grows as fast when the resident index goes through a region.
      statement.setArray(1, connection.createArrayOf("text", looked.toArray()));
      statement.setInt(2, FEWEST_CHANGES);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          grown.add(rows.getString(1));
        }
      }
    }
    return grown;
  }

  /** Lets a running statement end. */
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
