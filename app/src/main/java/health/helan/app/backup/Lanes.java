package health.helan.app.backup;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Where the lanes of the change log stand, and what the log names between two such places. */
final class Lanes {
  /** Of the table of changes that an increment is about. */
  static final String TOUCHED = "backup_touched";

  private static final String COUNT =
      """
      select count(*) from unnest(?::bigint[]) with ordinality n (after, ordinal)
      join change_log c on c.home = n.ordinal - 1 and c.seq > n.after""";

  private static final String FILL =
      """
      insert into backup_touched (home, type, id, version)
      select c.home, c.type, c.id, min(c.version)
      from unnest(?::bigint[]) with ordinality n (after, ordinal)
      join change_log c on c.home = n.ordinal - 1 and c.seq > n.after
      group by c.home, c.type, c.id""";

  /** The changes at a place: other ones stand there when history went another way. */
  private static final String HEADS =
      """
      select c.home, left(md5(c.type || ' ' || c.id || ' ' || c.version || ' '
        || extract(epoch from c.updated)), 8)
      from unnest(?::bigint[]) with ordinality n (at, ordinal)
      join change_log c on c.home = n.ordinal - 1 and c.seq = n.at""";

  private Lanes() {}

  /** Last number of each lane, by home. */
  static List<Long> read(Connection connection) throws SQLException {
    List<Long> lanes = new ArrayList<>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("select home, seq from lane order by home")) {
      while (rows.next()) {
        if (rows.getInt(1) != lanes.size()) {
          throw new IllegalStateException("no lane for home " + lanes.size());
        }
        lanes.add(rows.getLong(2));
      }
    }
    return lanes;
  }

  static long count(Connection connection, List<Long> after) throws SQLException {
    try (var statement = connection.prepareStatement(COUNT)) {
      statement.setArray(1, connection.createArrayOf("bigint", after.toArray()));
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  /**
   * Digest of the change at a place of each lane, by home; empty where it was pruned or is none.
   */
  static List<String> heads(Connection connection, List<Long> at) throws SQLException {
    List<String> heads = new ArrayList<>(Collections.nCopies(at.size(), ""));
    try (var statement = connection.prepareStatement(HEADS)) {
      statement.setArray(1, connection.createArrayOf("bigint", at.toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          heads.set(rows.getInt(1), rows.getString(2));
        }
      }
    }
    return heads;
  }

  /** Whether two looks at one place saw the same history, as far as it was not pruned between. */
  static boolean sameHistory(List<String> before, List<String> now) {
    for (int home = 0; home < before.size(); home++) {
      if (!before.get(home).isEmpty()
          && !now.get(home).isEmpty()
          && !before.get(home).equals(now.get(home))) {
        return false;
      }
    }
    return true;
  }

  /** Makes table {@link #TOUCHED} of this transaction: keys, and the least version named. */
  static void findTouched(Connection connection, List<Long> after) throws SQLException {
    CopyRows.run(connection, "drop table if exists backup_touched");
    CopyRows.run(
        connection,
        "create temporary table backup_touched (home integer, type text collate \"C\","
            + " id text collate \"C\", version integer) on commit drop");
    try (var statement = connection.prepareStatement(FILL)) {
      statement.setArray(1, connection.createArrayOf("bigint", after.toArray()));
      statement.executeUpdate();
    }
    CopyRows.run(connection, "analyze backup_touched");
  }
}
