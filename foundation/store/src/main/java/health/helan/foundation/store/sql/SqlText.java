package health.helan.foundation.store.sql;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.postgresql.PGStatement;

/** SQL text and the values of its {@code ?}, grown side by side. Not thread-safe. */
public final class SqlText {
  private final StringBuilder text = new StringBuilder(256);
  private final List<Object> values = new ArrayList<>();

  /** Appends text that holds no user input, and the values of its question marks, in order. */
  public SqlText add(String sql, Object... values) {
    text.append(sql);
    for (Object value : values) {
      this.values.add(value);
    }
    return this;
  }

  public SqlText add(SqlText other) {
    text.append(other.text);
    values.addAll(other.values);
    return this;
  }

  /** {@code ?::bigint[]} or {@code ?::text[]}, one value. */
  public SqlText addArray(Collection<?> elements, String elementType) {
    text.append("?::").append(elementType).append("[]");
    values.add(new SqlArray(elementType, elements.toArray()));
    return this;
  }

  public String text() {
    return text.toString();
  }

  public List<Object> values() {
    return values;
  }

  public boolean isEmpty() {
    return text.isEmpty();
  }

  /**
   * Prepares the statement and binds its values: String, numbers, Boolean, byte[], Instant, arrays.
   */
  public PreparedStatement prepare(Connection connection) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(text.toString());
    try {
      int i = 1;
      for (Object value : values) {
        switch (value) {
          case Instant instant -> statement.setObject(i, instant.atOffset(ZoneOffset.UTC));
          case SqlArray array -> statement.setArray(i, array.in(connection));
          case long[] longs -> statement.setObject(i, longs);
          default -> statement.setObject(i, value);
        }
        i++;
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  /**
   * As {@link #prepare}, for statements whose best plan depends on the values: a search for a rare
   * code wants another plan than one for a frequent code. The driver then sends the text each time,
   * and PostgreSQL plans it for these values; by key, where every plan is the same, planning anew
   * costs more than the work itself.
   */
  public PreparedStatement prepareForItsValues(Connection connection) throws SQLException {
    PreparedStatement statement = prepare(connection);
    statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    return statement;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private record SqlArray(String elementType, Object[] elements) {
    Array in(Connection connection) throws SQLException {
      return connection.createArrayOf(elementType, elements);
    }
  }
}
