package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is derived from resources of a few types in the transaction that writes them, so that who
 * wrote one finds it at work. Implemented by terminology and by the provider registry; for all else
 * there is the change log.
 */
public interface WriteFollower {

  /**
   * A version that the transaction has written.
   *
   * @param before the version it follows; null for a create
   * @param after null for a deletion
   */
  record Followed(
      String type,
      String id,
      int home,
      int version,
      @Nullable ObjectNode before,
      @Nullable ObjectNode after) {}

  /** Asked for every write: by type only. */
  boolean concerns(String type);

  /**
   * Looks at a version about to be written.
   *
   * @throws Refusal with the reason
   */
  default void check(Caller caller, Followed written) {}

  /** Writes what follows. Runs before the change log's numbers are taken. */
  void follow(Connection transaction, List<Followed> written, Instant at) throws SQLException;

  /**
   * The same, for what depends on who writes.
   *
   * @throws Refusal then nothing is written
   */
  default void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    follow(transaction, written, at);
  }

  /** One after the other, each told of what concerns it. */
  static WriteFollower all(WriteFollower... followers) {
    return new WriteFollower() {
      @Override
      public boolean concerns(String type) {
        return Arrays.stream(followers).anyMatch(one -> one.concerns(type));
      }

      @Override
      public void check(Caller caller, Followed written) {
        for (WriteFollower one : followers) {
          if (one.concerns(written.type())) {
            one.check(caller, written);
          }
        }
      }

      @Override
      public void follow(Connection transaction, List<Followed> written, Instant at) {
        throw new IllegalStateException("who writes is known");
      }

      @Override
      public void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
          throws SQLException {
        for (WriteFollower one : followers) {
          List<Followed> its = written.stream().filter(w -> one.concerns(w.type())).toList();
          if (!its.isEmpty()) {
            one.follow(transaction, caller, its, at);
          }
        }
      }
    };
  }

  /** Nothing follows. */
  WriteFollower NONE =
      new WriteFollower() {
        @Override
        public boolean concerns(String type) {
          return false;
        }

        @Override
        public void follow(Connection transaction, List<Followed> written, Instant at) {}
      };
}
