package health.helan.foundation.store.sql;

import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Statements over superseded and current versions together, newest first. */
public final class HistorySql {
  private HistorySql() {}

  /** Where a page ended: the order is (updated, id, version, type), descending. */
  public record Position(Instant updated, String id, int version, String type) {}

  /**
   * What a history is restricted to.
   *
   * @param home home of {@code id}; null without id
   */
  public record Scope(
      @Nullable String type,
      @Nullable String id,
      @Nullable Integer home,
      @Nullable Instant since,
      @Nullable Instant atFrom,
      @Nullable Instant atTo,
      @Nullable Position after) {}

  /**
   * A page of versions.
   *
   * @param policyOnCurrent appends the policy for a type to the branch of current versions; the
   *     type is empty when several are meant
   * @param policyOnHistory the same for superseded ones
   * @param moreOfCurrent appends further columns, each behind a comma, for a type or for several
   * @param moreOfHistory the same for superseded versions
   */
  public static SqlText page(
      Scope scope,
      int limit,
      BiConsumer<SqlText, String> policyOnCurrent,
      BiConsumer<SqlText, String> policyOnHistory,
      BiConsumer<SqlText, String> moreOfCurrent,
      BiConsumer<SqlText, String> moreOfHistory) {
    String only = scope.type();
    SqlText sql = new SqlText().add("select * from (");
    List<String> tables = only == null ? Tables.all() : List.of(Tables.of(only));
    for (String table : tables) {
      boolean shared = table.equals(Tables.OTHER);
      String type = only != null ? only : shared ? "" : Tables.typeOf(table);
      sql.add("(select ");
      if (shared) {
        sql.add("r.type");
      } else {
        sql.add("?::text as type", type);
      }
      sql.add(", r.id, r.version, r.updated, r.method, r.codec, r.key_id, r.content, r.patient");
      moreOfCurrent.accept(sql, type);
      sql.add(" from ").add(table).add(" r where true");
      if (shared && only != null) {
        sql.add(" and r.type = ?", only);
      }
      common(sql, scope);
      if (scope.after() != null) {
        Position after = scope.after();
        if (shared) {
          sql.add(
              " and (r.updated, r.id, r.version, r.type) < (?, ?, ?, ?)",
              after.updated(),
              after.id(),
              after.version(),
              after.type());
        } else {
          sql.add(
              " and (r.updated, r.id, r.version, ?::text) < (?, ?, ?, ?)",
              type,
              after.updated(),
              after.id(),
              after.version(),
              after.type());
          sql.add(" and r.updated <= ?", after.updated());
        }
      }
      policyOnCurrent.accept(sql, type);
      sql.add(" order by r.updated desc, r.id desc, r.version desc limit ?)", limit);
      sql.add(" union all ");
    }
    sql.add(
        "(select r.type, r.id, r.version, r.updated, r.method, r.codec, r.key_id, r.content, r.patient");
    moreOfHistory.accept(sql, only == null ? "" : only);
    sql.add(" from history r where true");
    if (only != null) {
      sql.add(" and r.type = ?", only);
    }
    common(sql, scope);
    if (scope.atFrom() != null) {
      // Superseded only after the time began.
      sql.add(
          " and not exists (select from history n where n.home = r.home and n.type = r.type"
              + " and n.id = r.id and n.version > r.version and n.updated <= ?)",
          scope.atFrom());
      String table = Tables.of(java.util.Objects.requireNonNull(only));
      sql.add(" and not exists (select from ")
          .add(table)
          .add(" n where n.home = r.home and n.id = r.id and n.updated <= ?", scope.atFrom());
      if (table.equals(Tables.OTHER)) {
        sql.add(" and n.type = r.type");
      }
      sql.add(")");
    }
    if (scope.after() != null) {
      Position after = scope.after();
      sql.add(
          " and (r.updated, r.id, r.version, r.type) < (?, ?, ?, ?)",
          after.updated(),
          after.id(),
          after.version(),
          after.type());
    }
    policyOnHistory.accept(sql, only == null ? "" : only);
    sql.add(" order by r.updated desc, r.id desc, r.version desc limit ?)", limit);
    return sql.add(") v order by updated desc, id desc, version desc, type desc limit ?", limit);
  }

  private static void common(SqlText sql, Scope scope) {
    if (scope.id() != null) {
      sql.add(
          " and r.home = ? and r.id = ?",
          java.util.Objects.requireNonNull(scope.home()),
          scope.id());
    }
    if (scope.since() != null) {
      sql.add(" and r.updated >= ?", scope.since());
    }
    if (scope.atTo() != null) {
      sql.add(" and r.updated < ?", scope.atTo());
    }
  }

  /** Number of versions of one resource that the policies let be seen. */
  public static SqlText count(
      String type,
      int home,
      String id,
      BiConsumer<SqlText, String> policyOnCurrent,
      BiConsumer<SqlText, String> policyOnHistory) {
    SqlText sql =
        new SqlText()
            .add(
                "select (select count(*) from history r where r.home = ? and r.type = ? and r.id = ?",
                home,
                type,
                id);
    policyOnHistory.accept(sql, type);
    sql.add(") + (select count(*) from ")
        .add(Tables.of(type))
        .add(" r where r.home = ? and r.id = ?", home, id);
    if (Tables.isShared(type)) {
      sql.add(" and r.type = ?", type);
    }
    policyOnCurrent.accept(sql, type);
    return sql.add(")");
  }
}
