package health.helan.foundation.trust.account;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Plain statements on the tables of sign-in. Values: text, numbers, booleans, bytes, {@link
 * Instant} (timestamptz), lists of text (text[]), null.
 */
public final class Sql {
  private final DataSource database;

  public Sql(DataSource database) {
    this.database = database;
  }

  /** Reads one row. */
  @FunctionalInterface
  public interface Mapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** Statements that belong together. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }

  /** The first row, null for none. */
  public <T> @Nullable T one(String sql, Mapper<T> mapper, @Nullable Object... values) {
    List<T> rows = list(sql, mapper, values);
    return rows.isEmpty() ? null : rows.getFirst();
  }

  public <T> List<T> list(String sql, Mapper<T> mapper, @Nullable Object... values) {
    try (Connection connection = database.getConnection()) {
      return list(connection, sql, mapper, values);
    } catch (SQLException failed) {
      throw new DatabaseFailed(failed);
    }
  }

  /** As part of a transaction, or on a connection that is there already. */
  public static <T> List<T> list(
      Connection connection, String sql, Mapper<T> mapper, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values);
        ResultSet rows = statement.executeQuery()) {
      var found = new ArrayList<T>();
      while (rows.next()) {
        found.add(mapper.map(rows));
      }
      return found;
    }
  }

  /** Reads several things on one connection. */
  public <T extends @Nullable Object> T on(Work<T> work) {
    try (Connection connection = database.getConnection()) {
      return work.on(connection);
    } catch (SQLException failed) {
      throw new DatabaseFailed(failed);
    }
  }

  /** Number of rows changed. */
  public int update(String sql, @Nullable Object... values) {
    try (Connection connection = database.getConnection()) {
      return update(connection, sql, values);
    } catch (SQLException failed) {
      throw new DatabaseFailed(failed);
    }
  }

  /** Number of rows changed, as part of a transaction. */
  public static int update(Connection connection, String sql, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values)) {
      return statement.executeUpdate();
    }
  }

  /** All or nothing. */
  public <T extends @Nullable Object> T together(Work<T> work) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException failed) {
        connection.rollback();
        throw failed;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException failed) {
      throw new DatabaseFailed(failed);
    }
  }

  private static PreparedStatement prepare(
      Connection connection, String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    bind(statement, values);
    return statement;
  }

  /** Sets the values of a statement, for one that is sent several times. */
  public static void bind(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> statement.setNull(i + 1, Types.NULL);
        case Instant instant ->
            statement.setObject(i + 1, OffsetDateTime.ofInstant(instant, ZoneOffset.UTC));
        case List<?> list ->
            statement.setArray(
                i + 1, statement.getConnection().createArrayOf("text", list.toArray()));
        case Object value -> statement.setObject(i + 1, value);
      }
    }
  }

  /** A timestamptz that may be null. */
  public static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  public static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  public static List<String> texts(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return List.of((String[]) array.getArray());
  }

  /** The database did not answer; the door answers with 503. */
  public static final class DatabaseFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DatabaseFailed(SQLException cause) {
      super(cause);
    }
  }
}
