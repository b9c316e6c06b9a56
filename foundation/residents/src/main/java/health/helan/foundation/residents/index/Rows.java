package health.helan.foundation.residents.index;

import health.helan.foundation.residents.match.Verdict;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the tables of the index. */
final class Rows {
  /** Values bound to one statement. */
  private static final int AT_ONCE = 10_000;

  private Rows() {}

  interface Taker {
    void take(ResultSet row) throws SQLException;
  }

  static void each(
      Connection connection, String sql, Collection<Long> keys, Taker taker, Object... more)
      throws SQLException {
    if (keys.isEmpty()) {
      return;
    }
    var all = keys.toArray(Long[]::new);
    for (int from = 0; from < all.length; from += AT_ONCE) {
      try (var statement = connection.prepareStatement(sql)) {
        var some = new Long[Math.min(AT_ONCE, all.length - from)];
        System.arraycopy(all, from, some, 0, some.length);
        statement.setArray(1, connection.createArrayOf("bigint", some));
        for (int i = 0; i < more.length; i++) {
          statement.setObject(i + 2, more[i]);
        }
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            taker.take(rows);
          }
        }
      }
    }
  }

  static Known known(ResultSet row) throws SQLException {
    var keys = (Long[]) row.getArray(11).getArray();
    var plain = new long[keys.length];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = keys[i];
    }
    Known known =
        new Known(
            row.getLong(1),
            row.getInt(3),
            row.getString(8),
            row.getInt(4),
            row.getString(5),
            row.getObject(2, OffsetDateTime.class).toInstant(),
            row.getString(9),
            row.getString(10),
            plain);
    known.sealed(row.getShort(6), row.getShort(7), row.getBytes(12));
    return known;
  }

  static void records(Connection connection, Collection<Long> records, Consumer<Known> to)
      throws SQLException {
    each(connection, IndexSql.RECORDS_BY_RECORD, records, row -> to.accept(known(row)));
  }

  static Edge edge(ResultSet row) throws SQLException {
    Edge edge = new Edge(row.getLong(1), row.getInt(3), row.getLong(2), row.getInt(4));
    edge.weight = row.getFloat(5);
    edge.verdict = verdict(row.getInt(6));
    edge.ruling = Ruling.of(row.getInt(7));
    edge.verdictWhenRuled = verdict(row.getInt(8));
    edge.status = Status.of(row.getInt(9));
    edge.reason = Reason.of(row.getInt(10));
    edge.found = row.getBoolean(11);
    edge.certain = row.getBoolean(12);
    edge.isStored();
    return edge;
  }

  static short code(Verdict verdict) {
    return switch (verdict) {
      case DIFFERENT -> 0;
      case POSSIBLE -> 1;
      case SAME -> 2;
    };
  }

  static Verdict verdict(int code) {
    return switch (code) {
      case 0 -> Verdict.DIFFERENT;
      case 1 -> Verdict.POSSIBLE;
      case 2 -> Verdict.SAME;
      default -> throw new IllegalArgumentException("no verdict " + code);
    };
  }

  /**
   * Records found by keys.
   *
   * @param keys in their order, each once
   * @param most of one key; those with more have one more here
   */
  static Map<Long, List<Long>> find(Connection connection, long[] keys, int most)
      throws SQLException {
    var byKey = new HashMap<Long, List<Long>>();
    for (int from = 0; from < keys.length; from += AT_ONCE) {
      try (var statement = connection.prepareStatement(IndexSql.FIND)) {
        statement.setObject(
            1, Arrays.copyOfRange(keys, from, Math.min(keys.length, from + AT_ONCE)));
        statement.setInt(2, most + 1);
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            byKey.computeIfAbsent(rows.getLong(1), _ -> new ArrayList<>(4)).add(rows.getLong(2));
          }
        }
      }
    }
    return byKey;
  }
}
