package health.helan.foundation.store;

import health.helan.foundation.store.sql.PlatformSql;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Current rows in batches, whoever may see them: for the platform's own consumers of the change
 * log, which tell nobody what stands in them. What callers ask for goes through {@link
 * RecordStore}'s other methods, which ask the policy.
 */
public final class PlatformRows {
  private final StoreParts parts;

  PlatformRows(StoreParts parts) {
    this.parts = parts;
  }

  /**
   * A current version.
   *
   * @param owner institution that owns it; empty for none
   */
  public record Owned(ResourceVersion version, String owner, int home) {}

  /** Where a resource lies, and who owns it. */
  public record Place(String id, int home, String owner) {}

  /** Current versions by key, all of one home; those that are not there are left out. */
  public List<Owned> current(Connection connection, int home, String type, Collection<String> ids)
      throws SQLException {
    try (var statement = connection.prepareStatement(PlatformSql.current(type))) {
      statement.setInt(1, home);
      statement.setArray(2, connection.createArrayOf("text", ids.toArray()));
      if (PlatformSql.namesType(type)) {
        statement.setString(3, type);
      }
      return owned(statement.executeQuery(), type);
    }
  }

  /**
   * Current versions by key, of many homes in one statement; those that are not there are left out.
   *
   * @param ids by home
   */
  public List<Owned> currentOf(
      Connection connection, String type, Map<Integer, Collection<String>> ids)
      throws SQLException {
    if (ids.isEmpty()) {
      return List.of();
    }
    try (var statement = connection.prepareStatement(PlatformSql.currentOf(type))) {
      bind(connection, statement, type, ids);
      return owned(statement.executeQuery(), type);
    }
  }

  private static void bind(
      Connection connection,
      PreparedStatement statement,
      String type,
      Map<Integer, Collection<String>> ids)
      throws SQLException {
    var homes = new ArrayList<Integer>();
    var all = new ArrayList<String>();
    ids.forEach(
        (home, some) ->
            some.forEach(
                id -> {
                  homes.add(home);
                  all.add(id);
                }));
    statement.setArray(1, connection.createArrayOf("integer", homes.toArray()));
    statement.setArray(2, connection.createArrayOf("text", all.toArray()));
    if (PlatformSql.namesType(type)) {
      statement.setString(3, type);
    }
  }

  /** Which version stands now, and whose it is. */
  public record Standing(int version, String owner) {}

  /**
   * What stands now, by id, without contents: whether what was read before still holds. Those that
   * are not there, or deleted, are left out.
   *
   * @param ids by home
   */
  public Map<String, Standing> standingOf(
      Connection connection, String type, Map<Integer, Collection<String>> ids)
      throws SQLException {
    var found = new HashMap<String, Standing>();
    if (!ids.isEmpty()) {
      try (var statement = connection.prepareStatement(PlatformSql.standingOf(type))) {
        bind(connection, statement, type, ids);
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            found.put(rows.getString(1), new Standing(rows.getInt(2), rows.getString(3)));
          }
        }
      }
    }
    return found;
  }

  /**
   * Who owns what, by id: the institution that wrote it, or for which operators loaded it; empty
   * where that is none. Those that are not there, or deleted, are left out.
   */
  public Map<String, String> owners(Connection connection, String type, Collection<String> ids)
      throws SQLException {
    Map<Integer, Collection<String>> byHome = new TreeMap<>();
    for (String id : ids) {
      Integer home = parts.homes().of(connection, type, id);
      if (home != null) {
        byHome.computeIfAbsent(home, _ -> new ArrayList<>()).add(id);
      }
    }
    Map<String, String> owners = new HashMap<>();
    standingOf(connection, type, byHome).forEach((id, now) -> owners.put(id, now.owner()));
    return owners;
  }

  /** The same of one; empty for one that is not there. */
  public String owner(Connection connection, String type, String id) throws SQLException {
    return owners(connection, type, List.of(id)).getOrDefault(id, "");
  }

  /** The next current versions of a type, in the order of the primary key. */
  public List<Owned> next(
      Connection connection, String type, int afterHome, String afterId, int limit)
      throws SQLException {
    try (var statement = connection.prepareStatement(PlatformSql.next(type))) {
      statement.setInt(1, afterHome);
      statement.setString(2, afterId);
      int i = 3;
      if (PlatformSql.namesType(type)) {
        statement.setString(i++, type);
      }
      statement.setInt(i, limit);
      return owned(statement.executeQuery(), type);
    }
  }

  private List<Owned> owned(ResultSet rows, String type) throws SQLException {
    try (rows) {
      var found = new ArrayList<Owned>();
      while (rows.next()) {
        String id = rows.getString(2);
        int version = rows.getInt(3);
        found.add(
            new Owned(
                new ResourceVersion(
                    type,
                    id,
                    version,
                    rows.getObject(4, OffsetDateTime.class).toInstant(),
                    ResourceVersion.Method.of(rows.getInt(5)),
                    parts
                        .codec()
                        .decode(
                            new ContentCodec.Place(type, id, version),
                            rows.getShort(6),
                            rows.getShort(7),
                            rows.getBytes(8)),
                    rows.getObject(9, Long.class)),
                rows.getString(10),
                rows.getInt(1)));
      }
      return found;
    }
  }

  /** Home of a resource; null when an id that a client assigned is not taken. */
  public @Nullable Integer home(Connection connection, String type, String id) throws SQLException {
    return parts.homes().of(connection, type, id);
  }

  /**
   * A resource as somebody sees it who asks through the platform; null for what it does not see.
   *
   * @param eyes whose; so that nothing follows from it that this caller could not read
   */
  public @Nullable ObjectNode read(Connection connection, Caller eyes, String type, String id)
      throws SQLException {
    try {
      byte[] content = parts.reads().read(connection, eyes, type, id).content();
      return content == null ? null : (ObjectNode) Json.MAPPER.readTree(content);
    } catch (Refusal e) {
      return switch (e.kind()) {
        case NOT_FOUND, GONE, FORBIDDEN -> null;
        default -> throw e;
      };
    }
  }

  /**
   * Those of some references {@code Type/id} behind which the caller sees something.
   *
   * @param eyes whose; for others than the platform, what is hidden is not there
   */
  public Set<String> existing(Connection connection, Caller eyes, Collection<String> references)
      throws SQLException {
    var byType = new TreeMap<String, Map<Integer, List<String>>>();
    for (String reference : references) {
      int slash = reference.indexOf('/');
      String type = reference.substring(0, slash);
      String id = reference.substring(slash + 1);
      Integer home =
          parts.policy().may(eyes, AccessPolicy.Action.READ, type)
              ? parts.homes().of(connection, type, id)
              : null;
      if (home != null) {
        byType
            .computeIfAbsent(type, _ -> new TreeMap<>())
            .computeIfAbsent(home, _ -> new ArrayList<>())
            .add(id);
      }
    }
    var there = new HashSet<String>();
    for (Map.Entry<String, Map<Integer, List<String>>> type : byType.entrySet()) {
      var homes = new ArrayList<Integer>();
      var ids = new ArrayList<String>();
      type.getValue()
          .forEach(
              (home, some) ->
                  some.forEach(
                      id -> {
                        homes.add(home);
                        ids.add(id);
                      }));
      SqlText sql = PlatformSql.existing(type.getKey(), homes, ids);
      parts.policy().restrict(sql, eyes, type.getKey(), "r");
      try (var statement = sql.prepare(connection);
          var rows = statement.executeQuery()) {
        while (rows.next()) {
          there.add(type.getKey() + "/" + rows.getString(1));
        }
      }
    }
    return there;
  }

  /** Types whose identifiers {@link #sharing} finds without a search. */
  public static Set<String> typesWithDirectory() {
    return Conditions.DIRECTORY_TYPES;
  }

  /**
   * Who else bears an identifier: by {@code system|value}, the places of all current resources of
   * the type with it, where there are several.
   */
  public Map<String, List<Place>> sharing(
      Connection connection, String type, Collection<String> identifiers) throws SQLException {
    var lookups = new HashMap<String, IndexKey.Lookup>();
    for (String identifier : identifiers) {
      lookups.put(identifier, parts.conditions().directoryLookup(type, identifier));
    }
    var found = new HashMap<String, List<String[]>>();
    try (var statement = connection.prepareStatement(PlatformSql.DIRECTORY)) {
      statement.setArray(
          1,
          connection.createArrayOf(
              "bigint", lookups.values().stream().map(IndexKey.Lookup::key).toArray()));
      statement.setString(2, type);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          byte[] mac = rows.getBytes(2);
          for (Map.Entry<String, IndexKey.Lookup> one : lookups.entrySet()) {
            if (one.getValue().key() == rows.getLong(1)
                && Arrays.equals(one.getValue().mac(), mac)) {
              found
                  .computeIfAbsent(one.getKey(), _ -> new ArrayList<>())
                  .add(new String[] {rows.getString(3), rows.getString(4)});
            }
          }
        }
      }
    }
    found.values().removeIf(places -> places.size() < 2);
    var shared = new HashMap<String, List<Place>>();
    for (Map.Entry<String, List<String[]>> one : found.entrySet()) {
      var places = new ArrayList<Place>();
      for (String[] place : one.getValue()) {
        int home = Integer.parseInt(place[1]);
        String owner = parts.reads().owner(connection, type, home, place[0]);
        if (owner != null) {
          places.add(new Place(place[0], home, owner));
        }
      }
      shared.put(one.getKey(), places);
    }
    return shared;
  }

  /**
   * Those of some rows of a home that say what an earlier row of the same resident says: same
   * owner, time, and search values, every one of them.
   */
  public Set<String> repeats(Connection connection, int home, String type, Collection<String> ids)
      throws SQLException {
    if (PlatformSql.namesType(type)) {
      throw new IllegalArgumentException(type + " has no table of its own");
    }
    try (var statement = connection.prepareStatement(PlatformSql.repeats(type))) {
      statement.setInt(1, home);
      statement.setArray(2, connection.createArrayOf("text", ids.toArray()));
      try (var rows = statement.executeQuery()) {
        var repeats = new HashSet<String>();
        while (rows.next()) {
          repeats.add(rows.getString(1));
        }
        return repeats;
      }
    }
  }
}
