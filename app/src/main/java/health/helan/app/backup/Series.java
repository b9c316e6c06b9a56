package health.helan.app.backup;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The series of a table that is kept by number: least and last number of each.
 *
 * @param floors least number, by series
 * @param lasts last number, by series
 */
record Series(Map<String, Long> floors, Map<String, Long> lasts) {

  static Series read(Connection connection, Table table, TableRule rule) throws SQLException {
    Map<String, Long> floors = new TreeMap<>();
    Map<String, Long> lasts = new TreeMap<>();
    String number = Table.quoted(rule.words().getLast());
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select "
                    + name(rule, "")
                    + ", min("
                    + number
                    + "), max("
                    + number
                    + ") from "
                    + table.sql()
                    + " group by 1")) {
      while (rows.next()) {
        floors.put(rows.getString(1), rows.getLong(2));
        lasts.put(rows.getString(1), rows.getLong(3));
      }
    }
    return new Series(floors, lasts);
  }

  /** The expression that names a row's series. */
  private static String name(TableRule rule, String alias) {
    List<String> columns = rule.words().subList(0, rule.words().size() - 1);
    return "jsonb_build_array("
        + String.join(", ", columns.stream().map(c -> alias + Table.quoted(c)).toList())
        + ")::text";
  }

  /** Rows with a number after the last that was known of their series. */
  static String newRows(Table table, TableRule rule, Map<String, Long> known) {
    StringBuilder values = new StringBuilder("('', 0::bigint)");
    known.forEach(
        (series, last) ->
            values
                .append(", ('")
                .append(series.replace("'", "''"))
                .append("', ")
                .append(last)
                .append("::bigint)"));
    return "select %s from %s r left join (values %s) n (series, last) on n.series = %s where n.series is null or r.%s > n.last"
        .formatted(
            table.columnsOfR(),
            table.sql(),
            values,
            name(rule, "r."),
            Table.quoted(rule.words().getLast()));
  }

  /** Takes away what has gone since: rows below a series' least number, and series that ended. */
  static void trim(Connection connection, Table table, TableRule rule, Map<String, Long> floors)
      throws SQLException {
    String query =
        "delete from %s r where not exists (select from unnest(?::text[], ?::bigint[]) n (series, floor) where n.series = %s and r.%s >= n.floor)"
            .formatted(table.sql(), name(rule, "r."), Table.quoted(rule.words().getLast()));
    try (var statement = connection.prepareStatement(query)) {
      statement.setArray(1, connection.createArrayOf("text", floors.keySet().toArray()));
      statement.setArray(2, connection.createArrayOf("bigint", floors.values().toArray()));
      statement.executeUpdate();
    }
  }
}
