package health.helan.foundation.delivery.kept;

import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Plain statements on the tables of delivery. Values: text, numbers, booleans, bytes, {@link
 * Instant} (timestamptz), arrays of text, null (for a time).
 */
public final class Statements {
  private final DataSource dataSource;

  public Statements(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** What belongs together. */
  @FunctionalInterface
  public interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /** Reads a row. */
  @FunctionalInterface
  public interface Reader<T> {
    T row(ResultSet rows) throws SQLException;
  }

  /**
   * On one connection, each statement for itself.
   *
   * @throws health.helan.foundation.store.Refusal TRANSIENT when the database does not answer
   */
  public <T> T with(Work<T> work) {
    try (Connection connection = dataSource.getConnection()) {
      return work.on(connection);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** In one transaction. */
  public <T> T together(Work<T> work) {
    return with(
        connection -> {
          connection.setAutoCommit(false);
          try {
            T result = work.on(connection);
            connection.commit();
            return result;
          } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
          } finally {
            connection.setAutoCommit(true);
          }
        });
  }

  public static void bind(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      if (value instanceof Instant instant) {
        statement.setObject(i + 1, instant.atOffset(ZoneOffset.UTC));
      } else if (value instanceof String[] texts) {
        statement.setArray(i + 1, statement.getConnection().createArrayOf("text", texts));
      } else if (value == null) {
        statement.setNull(i + 1, java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
      } else {
        statement.setObject(i + 1, value);
      }
    }
  }

  public static int update(Connection connection, String sql, @Nullable Object... values)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      return statement.executeUpdate();
    }
  }

  public int update(String sql, @Nullable Object... values) {
    return with(connection -> update(connection, sql, values));
  }

  public static <T> List<T> list(
      Connection connection, Reader<T> reader, String sql, @Nullable Object... values)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      List<T> all = new ArrayList<>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          all.add(reader.row(rows));
        }
      }
      return all;
    }
  }

  public <T> List<T> list(Reader<T> reader, String sql, @Nullable Object... values) {
    return with(connection -> list(connection, reader, sql, values));
  }

  public static @Nullable Instant instant(ResultSet rows, String column) throws SQLException {
    OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
