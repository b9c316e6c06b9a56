package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is derived from resources of a few types in the transaction that writes them, so that who
 * wrote one finds it at work. Implemented by terminology; for all else there is the change log.
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
