package health.helan.app.backup;

import health.helan.app.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps the walk that encrypts large contents in their place (table {@code object_recode}) from
 * going on while a backup reads: what the tables say of an object and its bytes must be of one
 * moment. Ends by itself two minutes after the backup.
 */
final class PausedWalk implements AutoCloseable {
  private static final String PAUSE =
      "update object_recode set paused = clock_timestamp() + interval '2 minutes'";
  private static final long EVERY_NANOS = 20_000_000_000L;

  private final Connection connection;
  private final Thread thread;
  private volatile boolean closed;

  /** When this returns, no object is on its way. */
  PausedWalk(Database database) throws SQLException {
    connection = BackupCommand.connect(database);
    boolean isThere =
        CopyRows.text(connection, "select to_regclass('object_recode')::text") != null;
    if (isThere) {
      CopyRows.run(connection, PAUSE);
    }
    thread = Thread.ofPlatform().daemon().name("helan-backup-pause").unstarted(this::hold);
    if (isThere) {
      thread.start();
    }
  }

  private void hold() {
    try {
      while (!closed) {
        LockSupport.parkNanos(this, EVERY_NANOS);
        CopyRows.run(connection, PAUSE);
      }
    } catch (SQLException e) {
      // The backup meets the same trouble, and says so.
    }
  }

  @Override
  public void close() throws SQLException {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connection.close();
  }
}
