package health.helan.app.backup;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A table, as the catalogue of the database has it.
 *
 * @param name with its schema in front where that is not the usual one
 * @param columns that are stored, in order
 * @param key columns of the primary key; empty where there is none
 */
record Table(String name, List<String> columns, List<String> key) {
  /** Tables of this database's own, not of PostgreSQL and not of extensions. */
  private static final String ALL =
      """
      select case when n.nspname = current_schema() then c.relname
             else n.nspname || '.' || c.relname end,
        array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
          and not a.attisdropped and a.attgenerated = '' order by a.attnum),
        array(select a.attname::text from pg_index i
          join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
          where i.indrelid = c.oid and i.indisprimary order by a.attnum)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
        and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
        and not exists (select from pg_depend d
          where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
      order by 1""";

  /** All tables by name. None can be forgotten: the catalogue is asked each time. */
  static Map<String, Table> all(Connection connection) throws SQLException {
    Map<String, Table> tables = new LinkedHashMap<>();
    try (var statement = connection.prepareStatement(ALL);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        String name = rows.getString(1);
        tables.put(name, new Table(name, texts(rows.getArray(2)), texts(rows.getArray(3))));
      }
    }
    return tables;
  }

  private static List<String> texts(java.sql.Array array) throws SQLException {
    return new ArrayList<>(Arrays.asList((String[]) array.getArray()));
  }

  /** The name as SQL has it. */
  String sql() {
    return sql(name);
  }

  static String sql(String name) {
    return Arrays.stream(name.split("\\.", 2)).map(Table::quoted).collect(Collectors.joining("."));
  }

  String columnList() {
    return list(columns);
  }

  static String list(List<String> columns) {
    return columns.stream().map(Table::quoted).collect(Collectors.joining(", "));
  }

  /** The columns of alias {@code r}. */
  String columnsOfR() {
    return columns.stream().map(column -> "r." + quoted(column)).collect(Collectors.joining(", "));
  }

  static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
