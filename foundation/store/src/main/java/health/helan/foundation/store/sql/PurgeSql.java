package health.helan.foundation.store.sql;

/**
 * Statements that take a resident's record out. Those by {@code patient} alone go to every home
 * (fan-outs of scale-out's rule 2): rare, and a row that strayed must be found too.
 */
public final class PurgeSql {
  private PurgeSql() {}

  /** What a row speaks of; of persons the date is their birth, which says nothing about it. */
  private static final String DAY = "coalesce(date_hi, date_lo, updated)";

  /** Number and latest day, by type where several share the table. */
  public static String held(String table) {
    boolean shared = table.equals(Tables.OTHER);
    return "select count(*), max(%s)%s from %s where patient = ?%s"
        .formatted(
            table.equals(Tables.of("Patient"))
                ? "updated"
                : shared
                    ? "case when type in ('Person', 'RelatedPerson') then updated else "
                        + DAY
                        + " end"
                    : DAY,
            shared ? ", type" : "",
            table,
            shared ? " group by type" : " having count(*) > 0");
  }

  /** Current rows of a resident. */
  public static String current(String table) {
    return "select home, id%s from %s where patient = ?"
        .formatted(table.equals(Tables.OTHER) ? ", type" : "", table);
  }

  /** Resources of which the history has versions of a resident. */
  public static final String SUPERSEDED =
      "select distinct type, id, home from history where patient = ?";

  public static final String VERSIONS =
      "select version, codec, key_id, content from history where home = ? and type = ? and id = ?";

  public static final String VERSIONS_OF_SUBJECT = VERSIONS + " and patient = ?";

  public static final String PURGE_SUBJECT =
      "delete from history where home = ? and type = ? and id = ? and patient = ?";

  public static final String PURGE_ALL =
      "delete from history where home = ? and type = ? and id = ?";
}
