package health.helan.foundation.store;

import health.helan.foundation.store.sql.CopyBuffer;
import health.helan.foundation.store.sql.WriteSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One transaction's rows of the change log. Written last: the lane counters that number them are
 * locked to the end of the transaction (docs/adr/0004).
 */
final class LogRows {
  private final TreeMap<Integer, List<Logged>> perHome = new TreeMap<>();

  private record Logged(
      @Nullable Long patient, int version, ResourceVersion.Method method, String type, String id) {}

  void add(Row row) {
    add(
        row.home(),
        new Logged(row.index().patient(), row.version(), row.method(), row.type(), row.id()));
  }

  void addDeletion(WriteEntry entry, @Nullable Long patient) {
    add(
        entry.home,
        new Logged(patient, entry.version, ResourceVersion.Method.DELETE, entry.type(), entry.id));
  }

  private void add(int home, Logged change) {
    perHome.computeIfAbsent(home, _ -> new ArrayList<>()).add(change);
  }

  /** Takes the numbers, homes in ascending order, and writes the rows. */
  void write(Connection connection, Instant updated) throws SQLException {
    if (perHome.isEmpty()) {
      return;
    }
    try (PreparedStatement lane = connection.prepareStatement(WriteSql.TAKE_LANE)) {
      for (Map.Entry<Integer, List<Logged>> home : perHome.entrySet()) {
        lane.setInt(1, home.getValue().size());
        lane.setInt(2, home.getKey());
        lane.addBatch();
      }
      lane.executeBatch();
    }
    var copy = new CopyBuffer(WriteSql.LOG_COLUMNS);
    try (PreparedStatement taken = connection.prepareStatement(WriteSql.READ_LANES)) {
      taken.setArray(1, connection.createArrayOf("integer", perHome.keySet().toArray()));
      try (var rows = taken.executeQuery()) {
        while (rows.next()) {
          int home = rows.getInt(1);
          List<Logged> changes = Objects.requireNonNull(perHome.get(home));
          long seq = rows.getLong(2) - changes.size();
          for (Logged change : changes) {
            copy.row()
                .int4(home)
                .int8(++seq)
                .int8(change.patient)
                .timestamp(updated)
                .int4(change.version)
                .int2(change.method.code())
                .text(change.type)
                .text(change.id);
          }
        }
      }
    }
    copy.send(connection, WriteSql.LOG);
  }
}
