package health.helan.foundation.store;

import health.helan.foundation.store.sql.ReadSql;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

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
    SqlText sql = ReadSql.current(type, home, id);
    policy.restrict(sql, caller, type, "r");
    ResourceVersion current = one(connection, sql, type, id);
    if (current != null) {
      return current;
    }
    sql = ReadSql.lastInHistory(type, home, id);
    policy.restrictHistory(sql, caller, type, "r");
    ResourceVersion last = one(connection, sql, type, id);
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
      SqlText sql = ReadSql.current(type, home, id).add(" and r.version = ?", version);
      policy.restrict(sql, caller, type, "r");
      ResourceVersion found = one(connection, sql, type, id);
      if (found == null) {
        sql = ReadSql.superseded(type, home, id, version);
        policy.restrictHistory(sql, caller, type, "r");
        found = one(connection, sql, type, id);
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

  private void mayRead(Caller caller, String type) {
    if (!policy.mayRead(caller, type)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-read", type);
    }
  }

  private static Refusal notFound(String type, String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", type, id);
  }

  private @Nullable ResourceVersion one(Connection connection, SqlText sql, String type, String id)
      throws SQLException {
    try (var statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? version(rows, type, id) : null;
    }
  }

  private ResourceVersion version(ResultSet rows, String type, String id) throws SQLException {
    int version = rows.getInt(1);
    byte[] content = rows.getBytes(6);
    return new ResourceVersion(
        type,
        id,
        version,
        rows.getObject(2, OffsetDateTime.class).toInstant(),
        ResourceVersion.Method.of(rows.getInt(3)),
        content == null
            ? null
            : codec.decode(
                new ContentCodec.Place(type, id, version),
                rows.getShort(4),
                rows.getShort(5),
                content));
  }
}
