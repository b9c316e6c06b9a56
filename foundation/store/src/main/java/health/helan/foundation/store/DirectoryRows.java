package health.helan.foundation.store;

import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
import health.helan.foundation.store.sql.CopyBuffer;
import health.helan.foundation.store.sql.WriteSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One transaction's changes to the directory: who is found under which identifier. */
final class DirectoryRows {
  private static final String BINARY = "Binary";

  private final Conditions conditions;
  private final CopyBuffer copy = new CopyBuffer(WriteSql.DIRECTORY_COLUMNS);

  DirectoryRows(Conditions conditions) {
    this.conditions = conditions;
  }

  /** True for the types that stand in the directory. */
  static boolean holds(String type) {
    return Conditions.DIRECTORY_TYPES.contains(type) || type.equals(BINARY);
  }

  /**
   * {@code system|value} of each identifier, for the types that are looked up by identifier; for a
   * Binary the object that holds its bytes.
   */
  static Set<String> keys(String type, @Nullable ObjectNode resource) {
    if (resource == null || !holds(type)) {
      return Set.of();
    }
    if (type.equals(BINARY)) {
      Stored stored = StoredData.of(resource);
      return stored == null ? Set.of() : Set.of(Conditions.OBJECT + stored.key());
    }
    var keys = new HashSet<String>();
    for (JsonNode identifier : resource.path("identifier")) {
      String value = identifier.path("value").asString("");
      if (!value.isEmpty()) {
        keys.add(identifier.path("system").asString("") + "|" + value);
      }
    }
    return keys;
  }

  /**
   * @param before keys under which it is found already
   */
  void note(Row row, @Nullable ObjectNode tree, Set<String> before) {
    for (String key : keys(row.type(), tree)) {
      if (before.contains(key)) {
        continue;
      }
      IndexKey.Lookup lookup = conditions.directoryLookup(row.type(), key);
      copy.row()
          .int8(lookup.key())
          .int4(row.home())
          .int2(IndexKey.ID)
          .text(row.type())
          .text(row.id())
          .raw(lookup.mac());
    }
  }

  /**
   * @param kept keys under which it is still to be found
   */
  void forget(Connection connection, WriteEntry entry, ObjectNode old, Set<String> kept)
      throws SQLException {
    if (entry.type().equals(BINARY)) {
      return; // The superseded version still speaks of its object.
    }
    for (String key : keys(entry.type(), old)) {
      if (kept.contains(key)) {
        continue;
      }
      try (PreparedStatement statement = connection.prepareStatement(WriteSql.DELETE_DIRECTORY)) {
        statement.setLong(1, conditions.directoryLookup(entry.type(), key).key());
        statement.setInt(2, entry.home);
        statement.setString(3, entry.type());
        statement.setString(4, entry.id);
        statement.executeUpdate();
      }
    }
  }

  void send(Connection connection) throws SQLException {
    if (copy.rows() > 0) {
      copy.send(connection, WriteSql.DIRECTORY);
    }
  }
}
