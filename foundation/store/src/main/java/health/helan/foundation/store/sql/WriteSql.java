package health.helan.foundation.store.sql;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Statements that write. Every one names the home of its rows (docs/adr/0002), so that on a
 * distributed PostgreSQL each goes to one node.
 */
public final class WriteSql {
  private static final String COLUMNS =
      "self, patient, updated, date_lo, date_hi, home, version, level, codec, key_id, method, stray,"
          + " id, owner, tokens, vals, content";

  /** Columns of {@code history}, in the order of its COPY. */
  public static final String HISTORY =
      "history (patient, updated, home, version, level, codec, key_id, method, stray, type, id,"
          + " owner, content)";

  public static final int HISTORY_COLUMNS = 13;

  /** Columns of {@code change_log}, in the order of its COPY. */
  public static final String LOG =
      "change_log (home, seq, patient, updated, version, method, type, id)";

  public static final int LOG_COLUMNS = 8;

  public static final String DIRECTORY = "directory (key, home, key_id, type, id, mac)";

  public static final int DIRECTORY_COLUMNS = 6;

  private static final Map<String, ForTable> BY_TABLE = new HashMap<>();

  static {
    for (String table : Tables.all()) {
      BY_TABLE.put(table, new ForTable(table, table.equals(Tables.OTHER)));
    }
  }

  private WriteSql() {}

  public static ForTable of(String type) {
    return java.util.Objects.requireNonNull(BY_TABLE.get(Tables.of(type)));
  }

  public static List<ForTable> all() {
    return List.copyOf(BY_TABLE.values());
  }

  /** Takes {@code n} numbers of a home's lane: the last thing a transaction does. */
  public static final String TAKE_LANE = "update lane set seq = seq + ? where home = ?";

  /** The counters just taken; their rows are locked, so they are this transaction's own. */
  public static final String READ_LANES = "select home, seq from lane where home = any(?)";

  public static final String INSERT_CLAIMS =
      """
      insert into claim (key, mac, key_id, kind, home, type, id)
      select c.key, c.mac, ?, c.kind, c.home, c.type, c.id
      from unnest(?::bigint[], ?::bytea[], ?::smallint[], ?::integer[], ?::text[], ?::text[])
        as c (key, mac, kind, home, type, id)
      on conflict (key, mac) do nothing
      returning mac""";

  public static final String CLAIM_HOLDER =
      "select type, id, home from claim where key = ? and mac = ?";

  public static final String TAKE_OVER_CLAIM =
      "update claim set home = ?, id = ? where key = ? and mac = ? and home = ? and id = ?";

  public static final String DELETE_CLAIMS =
      "delete from claim where home = ? and type = ? and id = ? and kind <> ?";

  public static final String DELETE_DIRECTORY =
      "delete from directory where key = ? and home = ? and type = ? and id = ?";

  public static final String LAST_DELETED =
      """
      select version, updated from history where home = ? and type = ? and id = ?
      order by version desc limit 1""";

  public static final String INSERT_ANSWER =
      """
      insert into answered (key, mac, at, codec, key_id, answer) values (?, ?, ?, ?, ?, ?)
      on conflict (key, mac) do nothing""";

  /** Statements on one table of current versions. */
  public static final class ForTable {
    private final String table;

    /** Table with the columns of its COPY. */
    public final String copyTarget;

    public final int copyColumns;

    /** Row, lane and log in one statement and one round trip: the create of one resource. */
    public final String create;

    public final String lock;
    public final String moveToHistory;
    public final String update;
    public final String delete;

    private ForTable(String table, boolean shared) {
      this.table = table;
      String columns = (shared ? "type, " : "") + COLUMNS;
      String andType = shared ? " and type = ?" : "";
      copyTarget = table + " (" + columns + ")";
      copyColumns = shared ? 18 : 17;
      create =
          "with row as (insert into %s (%s) values (%s?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?)), next as (update lane set seq = seq + 1 where home = ? returning seq) insert into change_log (home, seq, patient, updated, version, method, type, id) select ?, next.seq, ?, ?, ?, ?, ?, ? from next"
              .formatted(table, columns, shared ? "?, " : "");
      lock =
          "select id, home, version, owner, codec, key_id, content, patient from %s where home = ? and id = ?%s for update"
              .formatted(table, andType);
      moveToHistory =
          "insert into history (patient, updated, home, version, level, codec, key_id, method, stray, type, id, owner, content) select patient, updated, home, version, level, codec, key_id, method, stray, ?, id, owner, content from %s where home = ? and id = ?%s"
              .formatted(table, andType);
      update =
          "update %s set patient = ?, updated = ?, date_lo = ?, date_hi = ?, version = ?, level = ?, codec = ?, key_id = ?, method = ?, stray = ?, owner = ?, tokens = ?, vals = ?::jsonb, content = ? where home = ? and id = ?%s"
              .formatted(table, andType);
      delete = "delete from %s where home = ? and id = ?%s".formatted(table, andType);
    }

    public String table() {
      return table;
    }
  }
}
