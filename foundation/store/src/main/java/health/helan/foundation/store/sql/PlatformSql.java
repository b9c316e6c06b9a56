package health.helan.foundation.store.sql;

import java.util.List;

/** Statements that read current rows in batches, for the platform's own consumers. */
public final class PlatformSql {
  private PlatformSql() {}

  private static final String COLUMNS =
      "select r.home, r.id, r.version, r.updated, r.method, r.codec, r.key_id, r.content, r.patient, r.owner from %s r";

  public static final String DIRECTORY =
      "select key, mac, id, home from directory where key = any(?) and type = ?";

  /** Whether statements on a type end with its name as one more value. */
  public static boolean namesType(String type) {
    return Tables.isShared(type);
  }

  public static String current(String type) {
    return (COLUMNS + " where r.home = ? and r.id = any(?)%s")
        .formatted(Tables.of(type), namesType(type) ? " and r.type = ?" : "");
  }

  /** Of many homes: the pairs of home and id stand side by side in two arrays. */
  public static String currentOf(String type) {
    return "select r.home, r.id, r.version, r.updated, r.method, r.codec, r.key_id, r.content, r.patient, r.owner from unnest(?, ?) n (home, id) join %s r on r.home = n.home and r.id = n.id%s"
        .formatted(Tables.of(type), namesType(type) ? " where r.type = ?" : "");
  }

  /** As {@link #currentOf}, without contents. */
  public static String standingOf(String type) {
    return "select r.id, r.version, r.owner from unnest(?, ?) n (home, id) join %s r on r.home = n.home and r.id = n.id where r.method <> 4%s"
        .formatted(Tables.of(type), namesType(type) ? " and r.type = ?" : "");
  }

  public static String next(String type) {
    return (COLUMNS + " where (r.home, r.id) > (?, ?)%s order by r.home, r.id limit ?")
        .formatted(Tables.of(type), namesType(type) ? " and r.type = ?" : "");
  }

  /** Ids of those that are there; the policy may be appended, on {@code r}. */
  public static SqlText existing(String type, List<Integer> homes, List<String> ids) {
    SqlText sql =
        new SqlText()
            .add("select r.id from unnest(")
            .addArray(homes, "integer")
            .add(", ")
            .addArray(ids, "text")
            .add(") n (home, id) join ")
            .add(Tables.of(type))
            .add(" r on r.home = n.home and r.id = n.id");
    return namesType(type) ? sql.add(" where r.type = ?", type) : sql.add(" where true");
  }

  public static String repeats(String type) {
    return "select a.id from %1$s a where a.home = ? and a.id = any(?) and exists (select from %1$s b where b.home = a.home and b.patient = a.patient and b.date_lo = a.date_lo and b.owner = a.owner and b.id <> a.id and (b.updated, b.id) < (a.updated, a.id) and b.tokens = a.tokens and b.vals = a.vals)"
        .formatted(Tables.of(type));
  }
}
