package health.helan.foundation.store;

import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
import health.helan.foundation.store.sql.PurgeSql;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.store.sql.WriteSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes a resident's record out of the store for good: the current versions (by deletes like any
 * other, so that consumers of the log hear of them), all superseded ones, the search values, the
 * rows of the directory. Who may do so, and when, is decided elsewhere ({@code trust.erasure}).
 *
 * <p>What stays: the log and the claims, which hold types and ids only; so an erased id is never
 * given to anything else. Resources of other residents that mention this one stay as well.
 */
public final class Purges {
  private static final Caller CALLER = Caller.platform("erasure");

  /**
   * Whether a delete is part of an erasure, which was allowed as a whole: whoever keeps single
   * resources for a time lets it pass.
   */
  public static boolean isErasing(Caller caller) {
    return caller.isRoot() && caller.subject().equals(CALLER.subject());
  }

  private static final int CHUNK = 100;

  /** More rounds than that, and somebody keeps writing about the resident. */
  private static final int ROUNDS = 20;

  /**
   * Resources of one type that a resident's record holds.
   *
   * @param latest the latest day any of them speaks of; when it was stored, where it speaks of none
   */
  public record Held(String type, long count, Instant latest) {}

  /**
   * What was taken out.
   *
   * @param objects large contents that no version speaks of any more, still to be deleted
   */
  public record Purged(int resources, int versions, Set<ObjectKey> objects) {}

  private final StoreParts parts;

  Purges(StoreParts parts) {
    this.parts = parts;
  }

  /** Keyed digest that stands for a resident in all tables; it says nothing without the key. */
  public long subject(String patientId) {
    return parts.indexKey().digests().reference("Patient", patientId);
  }

  /** What there is of a resident, current versions only, by type. */
  public List<Held> held(long subject) {
    var held = new TreeMap<String, Held>();
    try (Connection connection = parts.dataSource().getConnection()) {
      for (String table : Tables.all()) {
        try (var statement = connection.prepareStatement(PurgeSql.held(table))) {
          statement.setLong(1, subject);
          try (var rows = statement.executeQuery()) {
            while (rows.next()) {
              String type = table.equals(Tables.OTHER) ? rows.getString(3) : Tables.typeOf(table);
              held.put(
                  type,
                  new Held(
                      type, rows.getLong(1), rows.getObject(2, OffsetDateTime.class).toInstant()));
            }
          }
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    return List.copyOf(held.values());
  }

  /** True when any row, current or superseded, is this resident's. */
  public boolean isThere(long subject) {
    try (Connection connection = parts.dataSource().getConnection()) {
      return !current(connection, subject).isEmpty() || !superseded(connection, subject).isEmpty();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Takes the record out. Can be repeated: what a cut left is taken out then.
   *
   * @throws Refusal CONFLICT if others keep writing about the resident meanwhile
   */
  public Purged purge(long subject) {
    var resources = new HashSet<Keyed>();
    var objects = new HashSet<ObjectKey>();
    var binaries = new LinkedHashSet<String>();
    int versions = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (Connection connection = parts.dataSource().getConnection()) {
        connection.setAutoCommit(true);
        List<Keyed> current = current(connection, subject);
        List<Keyed> superseded = superseded(connection, subject);
        if (current.isEmpty() && superseded.isEmpty()) {
          for (String id : List.copyOf(binaries)) {
            versions += binary(connection, id, objects, resources);
          }
          return new Purged(resources.size(), versions, objects);
        }
        for (int from = 0; from < current.size(); from += CHUNK) {
          delete(current.subList(from, Math.min(from + CHUNK, current.size())));
        }
        resources.addAll(current);
        Set<Keyed> all = new LinkedHashSet<>(current);
        all.addAll(superseded);
        for (Keyed one : all) {
          versions += purge(connection, one, subject, binaries, objects);
        }
        resources.addAll(superseded);
      } catch (SQLException e) {
        throw SqlErrors.refusal(e);
      }
    }
    throw new Refusal(Refusal.Kind.CONFLICT, "store.contended");
  }

  private static List<Keyed> current(Connection connection, long subject) throws SQLException {
    var found = new ArrayList<Keyed>();
    for (String table : Tables.all()) {
      boolean shared = table.equals(Tables.OTHER);
      try (var statement = connection.prepareStatement(PurgeSql.current(table))) {
        statement.setLong(1, subject);
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            found.add(
                new Keyed(
                    shared ? rows.getString(3) : Tables.typeOf(table),
                    rows.getString(2),
                    rows.getInt(1)));
          }
        }
      }
    }
    found.sort(null);
    return found;
  }

  private static List<Keyed> superseded(Connection connection, long subject) throws SQLException {
    var found = new ArrayList<Keyed>();
    try (var statement = connection.prepareStatement(PurgeSql.SUPERSEDED)) {
      statement.setLong(1, subject);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(new Keyed(rows.getString(1), rows.getString(2), rows.getInt(3)));
        }
      }
    }
    return found;
  }

  private void delete(List<Keyed> resources) {
    var deletes = new ArrayList<Interaction>();
    for (Keyed one : resources) {
      deletes.add(new Interaction.Delete(one.type(), one.id(), null, null, false));
    }
    Writes.run(parts, CALLER, deletes, Set.of(), null, null);
  }

  /** Takes the resident's versions of one resource out of the history; how many there were. */
  private int purge(
      Connection connection, Keyed one, long subject, Set<String> binaries, Set<ObjectKey> objects)
      throws SQLException {
    // A resource whose subject was corrected has versions of several residents: only this one's go.
    try (var statement = connection.prepareStatement(PurgeSql.VERSIONS_OF_SUBJECT)) {
      statement.setInt(1, one.home());
      statement.setString(2, one.type());
      statement.setString(3, one.id());
      statement.setLong(4, subject);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          ObjectNode tree = tree(rows, one);
          collect(tree, binaries);
          object(tree, objects);
        }
      }
    }
    try (var statement = connection.prepareStatement(PurgeSql.PURGE_SUBJECT)) {
      statement.setInt(1, one.home());
      statement.setString(2, one.type());
      statement.setString(3, one.id());
      statement.setLong(4, subject);
      return statement.executeUpdate();
    }
  }

  private ObjectNode tree(java.sql.ResultSet rows, Keyed one) throws SQLException {
    byte[] content = rows.getBytes(4);
    if (content == null) {
      return Json.MAPPER.createObjectNode();
    }
    byte[] json =
        parts
            .codec()
            .decode(
                new ContentCodec.Place(one.type(), one.id(), rows.getInt(1)),
                rows.getShort(2),
                rows.getShort(3),
                content);
    return (ObjectNode) Json.MAPPER.readTree(json);
  }

  private static void object(ObjectNode tree, Set<ObjectKey> objects) {
    if ("Binary".equals(tree.path("resourceType").asString(""))) {
      Stored stored = StoredData.of(tree);
      if (stored != null) {
        objects.add(stored.key());
      }
    }
  }

  private void forget(Connection connection, Keyed one, Set<String> keys) throws SQLException {
    for (String key : keys) {
      try (var statement = connection.prepareStatement(WriteSql.DELETE_DIRECTORY)) {
        statement.setLong(1, parts.conditions().directoryLookup(one.type(), key).key());
        statement.setInt(2, one.home());
        statement.setString(3, one.type());
        statement.setString(4, one.id());
        statement.executeUpdate();
      }
    }
  }

  /** Ids of Binaries whose bytes a resource shows as its own: in attachments, and as references. */
  private static void collect(JsonNode node, Set<String> binaries) {
    for (var property : node.properties()) {
      JsonNode value = property.getValue();
      if (value.isString()
          && (property.getKey().equals("url") || property.getKey().equals("reference"))) {
        String text = value.stringValue();
        int at = text.lastIndexOf("Binary/");
        if (at == 0 || at > 0 && text.charAt(at - 1) == '/') {
          String id = text.substring(at + "Binary/".length()).replaceAll("/_history/.*$", "");
          if (id.matches("[A-Za-z0-9.-]{1,64}")) {
            binaries.add(id);
          }
        }
      } else {
        collect(value, binaries);
      }
    }
    for (JsonNode element : node.isArray() ? node : Json.MAPPER.createArrayNode()) {
      collect(element, binaries);
    }
  }

  /** A Binary belongs to no resident by itself: it goes with the record that shows it. */
  private int binary(Connection connection, String id, Set<ObjectKey> objects, Set<Keyed> resources)
      throws SQLException {
    Integer home = parts.homes().of(connection, "Binary", id);
    if (home == null) {
      return 0;
    }
    var one = new Keyed("Binary", id, home);
    delete(List.of(one)); // One that is not there is no error.
    var keys = new HashSet<String>();
    try (var statement = connection.prepareStatement(PurgeSql.VERSIONS)) {
      statement.setInt(1, home);
      statement.setString(2, "Binary");
      statement.setString(3, id);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          ObjectNode tree = tree(rows, one);
          keys.addAll(DirectoryRows.keys("Binary", tree));
          object(tree, objects);
        }
      }
    }
    forget(connection, one, keys);
    try (var statement = connection.prepareStatement(PurgeSql.PURGE_ALL)) {
      statement.setInt(1, home);
      statement.setString(2, "Binary");
      statement.setString(3, id);
      int versions = statement.executeUpdate();
      if (versions > 0) {
        resources.add(one);
      }
      return versions;
    }
  }
}
