package health.helan.foundation.store.changes;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Something that reacts to what the store committed: each change once, in order within its home;
 * between homes there is no order. One thread per application instance calls it, and never for the
 * same home on two instances at once.
 */
public interface ChangeConsumer {

  /** Where a consumer begins that is new to the database. */
  enum Start {
    /** The beginning of what the log still holds: see {@link ChangeConsumer#beginsAfter}. */
    BEGINNING,
    NOW
  }

  /** Name under which its offsets are kept; never changed, unique. */
  String name();

  default Start start() {
    return Start.BEGINNING;
  }

  /**
   * Told once to a consumer that is new to the database and starts at the beginning, when the log
   * begins later than the store: so many changes were pruned before ({@link
   * health.helan.foundation.store.Retention}). What it would have learnt from them it must read
   * from the current resources. Called on the instance that enrols it, before anything is taken.
   *
   * @param transaction commits together with the offsets it starts from
   */
  default void beginsAfter(Connection transaction, long pruned) throws SQLException {}

  /**
   * Takes changes of one home, in order. What it writes through {@code transaction} is committed
   * together with its offset, so it happens once. Effects outside the database may be repeated
   * after a failure: give them {@link Change#key} as idempotency key. Neither commits nor closes
   * the connection, and is done within {@link ChangeLog.Settings#stallMillis}.
   *
   * <p>When it throws, nothing of it is kept and the same changes come again later. A change that
   * always fails holds up its home for this consumer, nothing else, until it succeeds or an
   * operator leaves it out ({@link ChangeLog#skip}).
   */
  void take(Connection transaction, List<Change> changes) throws SQLException;

  /**
   * As {@link #take}, the changes of several homes together: for consumers whose work goes faster
   * in larger pieces. When it throws, the homes are taken one by one.
   *
   * @param homes a list per home
   */
  default void takeTogether(Connection transaction, List<List<Change>> homes) throws SQLException {
    for (List<Change> changes : homes) {
      take(transaction, changes);
    }
  }

  /** True for consumers that take what several homes have by {@link #takeTogether}. */
  default boolean takesTogether() {
    return false;
  }

  /** True for consumers that want to be shown what comes next ({@link #ahead}). */
  default boolean readsAhead() {
    return false;
  }

  /**
   * Shown changes that are probably taken next, on another thread, while what comes before them is
   * taken: to read and work out what takes long. Nothing may depend on it: it may be called for
   * changes that are never taken here, may fail (nobody is told), and what it reads may be another
   * by the time they are taken.
   *
   * @param connection in auto-commit
   * @param changes of several homes, in order within each
   */
  default void ahead(Connection connection, List<Change> changes) throws SQLException {}

  /** Greatest number of changes taken in one transaction. */
  default int changesPerTransaction() {
    return 1000;
  }

  /**
   * Greatest number of homes whose changes are taken in one transaction, by one call each. 1 for
   * effects outside the database, so that a failure repeats few of them, and on distributed
   * PostgreSQL.
   */
  default int homesPerTransaction() {
    return 64;
  }

  /**
   * Pause after a transaction, so that what has time leaves the machine to what has none. Looked at
   * again after each; while pausing nothing is held.
   *
   * @param workedNanos how long the transaction took
   * @return nanoseconds; at most a second of them is paused
   */
  default long restNanos(long workedNanos) {
    return 0;
  }
}
