package health.helan.foundation.store;

import health.helan.foundation.store.sql.ReadSql;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads by key. */
final class Reads {
  private final DataSource dataSource;
  private final Homes homes;
  private final AccessPolicy policy;
  private final ContentCodec codec;

  Reads(DataSource dataSource, Homes homes, AccessPolicy policy, ContentCodec codec) {
    this.dataSource = dataSource;
    this.homes = homes;
    this.policy = policy;
    this.codec = codec;
  }

  /**
   * The current version.
   *
   * @throws Refusal not found (also when the caller may not see it), or gone
   */
  ResourceVersion read(Caller caller, String type, String id) {
    try (Connection connection = dataSource.getConnection()) {
      return read(connection, caller, type, id);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** The same on a connection that the caller holds already. */
  ResourceVersion read(Connection connection, Caller caller, String type, String id)
      throws SQLException {
    mayRead(caller, type);
    Integer home = homes.of(connection, type, id);
    if (home == null) {
      throw notFound(type, id);
    }
    boolean masks = policy.masks(caller, type);
    SqlText sql = ReadSql.current(type, home, id, inFull(caller, type, masks, false));
    policy.restrict(sql, caller, type, "r");
    ResourceVersion current = one(connection, sql, type, id, masks);
    if (current != null) {
      return current;
    }
    sql = ReadSql.inHistory(type, home, id, inFull(caller, type, masks, true));
    policy.restrictHistory(sql, caller, type, "r");
    ResourceVersion last = one(connection, sql.add(ReadSql.LAST), type, id, masks);
    if (last != null && last.isDeleted()) {
      throw new Refusal(Refusal.Kind.GONE, "store.gone", type, id);
    }
    throw notFound(type, id);
  }

  /**
   * One version, current or superseded.
   *
   * @throws Refusal not found, or gone when that version is a deletion
   */
  ResourceVersion readVersion(Caller caller, String type, String id, int version) {
    mayRead(caller, type);
    try (Connection connection = dataSource.getConnection()) {
      Integer home = homes.of(connection, type, id);
      if (home == null) {
        throw notFound(type, id);
      }
      boolean masks = policy.masks(caller, type);
      SqlText sql =
          ReadSql.current(type, home, id, inFull(caller, type, masks, false))
              .add(" and r.version = ?", version);
      policy.restrict(sql, caller, type, "r");
      ResourceVersion found = one(connection, sql, type, id, masks);
      if (found == null) {
        sql =
            ReadSql.inHistory(type, home, id, inFull(caller, type, masks, true))
                .add(" and r.version = ?", version);
        policy.restrictHistory(sql, caller, type, "r");
        found = one(connection, sql, type, id, masks);
      }
      if (found == null) {
        throw new Refusal(
            Refusal.Kind.NOT_FOUND, "store.version-not-found", type, id, Integer.toString(version));
      }
      if (found.isDeleted()) {
        throw new Refusal(Refusal.Kind.GONE, "store.gone", type, id);
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** The column that says whether the row is seen in full; empty where no row is masked. */
  private SqlText inFull(Caller caller, String type, boolean masks, boolean history) {
    SqlText column = new SqlText();
    if (masks) {
      column.add(", ");
      policy.inFull(column, caller, type, "r", history);
    }
    return column;
  }

  /**
   * Whether the caller sees a current row: null not at all, false masked, true in full.
   *
   * @param home where it would lie
   */
  @Nullable Boolean sees(Connection connection, Caller caller, String type, int home, String id)
      throws SQLException {
    boolean masks = policy.masks(caller, type);
    SqlText sql = ReadSql.current(type, home, id, inFull(caller, type, masks, false));
    policy.restrict(sql, caller, type, "r");
    try (var statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Boolean.valueOf(!masks || rows.getBoolean(8)) : null;
    }
  }

  /** Current content, whoever may see it; null for none. */
  @Nullable ObjectNode tree(Connection connection, String type, int home, String id)
      throws SQLException {
    ResourceVersion current =
        one(connection, ReadSql.current(type, home, id, new SqlText()), type, id, false);
    return current == null ? null : (ObjectNode) Json.MAPPER.readTree(current.content());
  }

  /** Institution that owns a current row; null for no row. */
  @Nullable String owner(Connection connection, String type, int home, String id)
      throws SQLException {
    SqlText sql = ReadSql.current(type, home, id, new SqlText().add(", r.owner"));
    try (var statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? rows.getString(8) : null;
    }
  }

  /** Owner of the deletion that ended a resource; null when there is none that the caller sees. */
  @Nullable String seesDeletion(
      Connection connection, Caller caller, String type, int home, String id) throws SQLException {
    SqlText sql = ReadSql.inHistory(type, home, id, new SqlText().add(", r.owner"));
    policy.restrictHistory(sql, caller, type, "r");
    try (var statement = sql.add(ReadSql.LAST).prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() && rows.getInt(3) == ResourceVersion.Method.DELETE.code()
          ? rows.getString(8)
          : null;
    }
  }

  /** Whether no version of it is kept, whoever may see it. */
  boolean isUnused(Connection connection, String type, int home, String id) throws SQLException {
    SqlText sql = ReadSql.inHistory(type, home, id, new SqlText());
    try (var statement = sql.add(ReadSql.LAST).prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      return !rows.next();
    }
  }

  private void mayRead(Caller caller, String type) {
    if (!policy.may(caller, AccessPolicy.Action.READ, type)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-read", type);
    }
  }

  private static Refusal notFound(String type, String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", type, id);
  }

  private @Nullable ResourceVersion one(
      Connection connection, SqlText sql, String type, String id, boolean masks)
      throws SQLException {
    try (var statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? version(rows, type, id, masks && !rows.getBoolean(8)) : null;
    }
  }

  private ResourceVersion version(ResultSet rows, String type, String id, boolean masked)
      throws SQLException {
    int version = rows.getInt(1);
    byte[] stored = rows.getBytes(6);
    byte[] content =
        stored == null
            ? null
            : codec.decode(
                new ContentCodec.Place(type, id, version),
                rows.getShort(4),
                rows.getShort(5),
                stored);
    return new ResourceVersion(
        type,
        id,
        version,
        rows.getObject(2, OffsetDateTime.class).toInstant(),
        ResourceVersion.Method.of(rows.getInt(3)),
        content == null || !masked ? content : policy.mask(type, content),
        rows.getObject(7, Long.class));
  }
}
