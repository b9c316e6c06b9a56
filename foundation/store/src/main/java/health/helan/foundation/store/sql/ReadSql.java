package health.helan.foundation.store.sql;

/** Statements that read by key and read history. */
public final class ReadSql {
  private ReadSql() {}

  /** Current version by key, as far as the policy appended lets it be seen. */
  public static SqlText current(String type, int home, String id) {
    SqlText sql =
        new SqlText()
            .add("select r.version, r.updated, r.method, r.codec, r.key_id, r.content from ")
            .add(Tables.of(type))
            .add(" r where r.home = ? and r.id = ?", home, id);
    if (Tables.isShared(type)) {
      sql.add(" and r.type = ?", type);
    }
    return sql;
  }

  /** One superseded version, or a deletion, by key. */
  public static SqlText superseded(String type, int home, String id, int version) {
    return new SqlText()
        .add("select r.version, r.updated, r.method, r.codec, r.key_id, r.content from history r")
        .add(" where r.home = ? and r.type = ? and r.id = ?", home, type, id)
        .add(" and r.version = ?", version);
  }

  /** The last version in history: a deletion, when there is no current version. */
  public static SqlText lastInHistory(String type, int home, String id) {
    return new SqlText()
        .add("select r.version, r.updated, r.method, r.codec, r.key_id, r.content from history r")
        .add(" where r.home = ? and r.type = ? and r.id = ?", home, type, id)
        .add(" order by r.version desc limit 1");
  }
}
