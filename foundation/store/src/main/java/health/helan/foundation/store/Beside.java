package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Rows of a room's own tables that are written in the transaction of its resources: both or
 * neither. Called after the resources, before the change log's numbers are taken, so that locks it
 * takes are held shortly; called again on a fresh transaction when the first one has to be
 * repeated, so that it keeps nothing but what it writes.
 */
@FunctionalInterface
public interface Beside {
  /**
   * @param ids of what the interactions wrote, in their order
   * @param at the time of the versions written
   * @throws Refusal then nothing is written
   */
  void write(Connection transaction, List<String> ids, Instant at) throws SQLException;
}
