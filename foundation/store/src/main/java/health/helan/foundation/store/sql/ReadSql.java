package health.helan.foundation.store.sql;

/** Statements that read by key and read history. */
public final class ReadSql {
  private ReadSql() {}

  private static final String COLUMNS =
      "select r.version, r.updated, r.method, r.codec, r.key_id, r.content, r.patient";

  /** Ends a statement of {@link #inHistory}: the last version that it finds. */
  public static final String LAST = " order by r.version desc limit 1";

  /**
   * Current version by key, as far as the policy appended lets it be seen.
   *
   * @param more further columns, each behind a comma
   */
  public static SqlText current(String type, int home, String id, SqlText more) {
    SqlText sql =
        new SqlText()
            .add(COLUMNS)
            .add(more)
            .add(" from ")
            .add(Tables.of(type))
            .add(" r where r.home = ? and r.id = ?", home, id);
    if (Tables.isShared(type)) {
      sql.add(" and r.type = ?", type);
    }
    return sql;
  }

  /** Superseded versions and deletions by key, as far as the policy appended lets them be seen. */
  public static SqlText inHistory(String type, int home, String id, SqlText more) {
    return new SqlText()
        .add(COLUMNS)
        .add(more)
        .add(" from history r where r.home = ? and r.type = ? and r.id = ?", home, type, id);
  }
}
