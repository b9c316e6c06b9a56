package health.helan.foundation.store;

import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.store.sql.ChangeSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Number of current resources per type, kept by following the change log: exact once it has caught
 * up, and never a row that all writers want. A count is written with the offset it belongs to.
 */
final class Statistics implements ChangeConsumer {
  @Override
  public String name() {
    return "statistics";
  }

  @Override
  public void take(Connection transaction, List<Change> changes) throws SQLException {
    var more = new TreeMap<String, Long>();
    var again = changes.stream().filter(Statistics::mayBeAgain).toList();
    for (Change change : changes) {
      if (change.isDeletion()) {
        more.merge(change.type(), -1L, Long::sum);
      } else if (change.version() == 1) {
        more.merge(change.type(), 1L, Long::sum);
      }
    }
    int home = changes.getFirst().home();
    if (!again.isEmpty()) {
      addThoseThatCameAgain(transaction, home, again, more);
    }
    more.values().removeIf(n -> n == 0);
    if (more.isEmpty()) {
      return;
    }
    try (var statement = transaction.prepareStatement(ChangeSql.COUNT)) {
      statement.setInt(1, home);
      statement.setArray(2, transaction.createArrayOf("text", more.keySet().toArray()));
      statement.setArray(3, transaction.createArrayOf("bigint", more.values().toArray()));
      statement.executeUpdate();
    }
  }

  /** A PUT of a later version is an update, or brings a deleted resource back. */
  private static boolean mayBeAgain(Change change) {
    return change.version() > 1 && change.method() == ResourceVersion.Method.PUT;
  }

  private static void addThoseThatCameAgain(
      Connection transaction, int home, List<Change> changes, Map<String, Long> more)
      throws SQLException {
    try (var statement = transaction.prepareStatement(ChangeSql.DELETIONS)) {
      statement.setArray(
          1, transaction.createArrayOf("text", changes.stream().map(Change::type).toArray()));
      statement.setArray(
          2, transaction.createArrayOf("text", changes.stream().map(Change::id).toArray()));
      statement.setArray(
          3,
          transaction.createArrayOf(
              "integer", changes.stream().map(change -> change.version() - 1).toArray()));
      statement.setInt(4, home);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          more.merge(rows.getString(1), rows.getLong(2), Long::sum);
        }
      }
    }
  }

  /** Counts by type, as far as the log has been followed; types without resources left out. */
  static Map<String, Long> counts(Connection connection) throws SQLException {
    var counts = new TreeMap<String, Long>();
    try (var statement = connection.prepareStatement(ChangeSql.COUNTS);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        counts.put(rows.getString(1), rows.getLong(2));
      }
    }
    return counts;
  }
}
