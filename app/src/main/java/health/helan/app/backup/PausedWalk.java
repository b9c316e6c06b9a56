package health.helan.app.backup;

import health.helan.app.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the walk that encrypts large contents in their place (table {@code object_recode}) from
 * going on while a backup reads: what the tables say of an object and its bytes must be of one
 * moment. Ends by itself within two minutes of the backup.
 */
final class PausedWalk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PausedWalk.class);
  private static final String PAUSE =
      "update object_recode set paused = clock_timestamp() + interval '2 minutes'";
  private static final long EVERY_NANOS = 20_000_000_000L;

  private final Database database;
  private final Thread thread;
  private volatile boolean closed;

  /** When this returns, no object is on its way. */
  PausedWalk(Database database) throws SQLException {
    this.database = database;
    thread = Thread.ofPlatform().daemon().name("helan-backup-pause").unstarted(this::hold);
    try (Connection connection = BackupCommand.connect(database)) {
      if (CopyRows.text(connection, "select to_regclass('object_recode')::text") != null) {
        CopyRows.run(connection, PAUSE);
        thread.start();
      }
    }
  }

  private void hold() {
    while (true) {
      LockSupport.parkNanos(this, EVERY_NANOS);
      if (closed) {
        return;
      }
      // On a connection of its own each time: one that was cut must not end the pause.
      try (Connection connection = BackupCommand.connect(database)) {
        CopyRows.run(connection, PAUSE);
      } catch (SQLException e) {
        LOG.warn("The pause of a backup could not be prolonged: {}", e.getSQLState());
      }
    }
  }

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
