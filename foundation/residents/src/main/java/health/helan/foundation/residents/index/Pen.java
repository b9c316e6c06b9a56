package health.helan.foundation.residents.index;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Writes on one connection, in the order asked for, while whoever asks goes on computing: the
 * database works on another core meanwhile. Who reads on that connection, or ends its transaction,
 * lets the pen come to rest first. Used by one thread.
 */
final class Pen {
  private static final Executor THREADS =
      task -> Thread.ofVirtual().name("helan-residents-pen").start(task);

  private final boolean isBehind;
  private CompletableFuture<@Nullable Void> last = CompletableFuture.completedFuture(null);

  interface Writing {
    void run() throws SQLException;
  }

  private static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient SQLException cause;

    Failed(SQLException cause) {
      super(null, cause, false, false);
      this.cause = cause;
    }
  }

  /**
   * @param isBehind false to write at once: for little, which is not worth another thread
   */
  Pen(boolean isBehind) {
    this.isBehind = isBehind;
  }

  /** Once one has failed, those after it are not begun. */
  void write(Writing writing) throws SQLException {
    if (!isBehind) {
      writing.run();
      return;
    }
    last =
        last.thenRunAsync(
            () -> {
              try {
                writing.run();
              } catch (SQLException e) {
                throw new Failed(e);
              }
            },
            THREADS);
  }

  /**
   * Waits until all is written.
   *
   * @throws SQLException as the database refused it
   */
  void rest() throws SQLException {
    try {
      last.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case Failed failed -> throw failed.cause;
        case RuntimeException other -> throw other;
        case Error other -> throw other;
        case null, default -> throw e;
      }
    }
  }

  /** Waits, whatever came of it: for whoever has failed already and takes the connection back. */
  void drop() {
    last.handle((_, _) -> null).join();
  }
}
