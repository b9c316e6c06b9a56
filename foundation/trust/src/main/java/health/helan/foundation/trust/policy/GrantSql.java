package health.helan.foundation.trust.policy;

import health.helan.foundation.store.sql.SqlText;
import java.time.Instant;
import java.util.List;

/**
 * Statements on {@code access_grant}. On one machine the policy does not ask for the home, so that
 * a row whose patient lies in another home costs nothing; a distributed dialect would add {@code
 * g.home = r.home} and the branch for strays, as for every other statement.
 */
final class GrantSql {
  /** Offered by a referral that waits for its answer: opens nothing yet. */
  static final short OFFERED = 0;

  /** Opened by treatment or consent. */
  static final short OPENED = 1;

  /** Closed to everybody. */
  static final short CLOSED = 2;

  /** Opened in spite of that. */
  static final short EXCEPTED = 3;

  /** Closed to this one by name. */
  static final short CLOSED_BY_NAME = 4;

  /** Emergency access: beats what the resident closed, and is told to the resident. */
  static final short EMERGENCY = 5;

  static final short STANDS = 1;
  static final short ENDED = 2;

  static final String INSERT =
      """
      insert into access_grant (home, patient, since, until, made, weight, level, categories, state, part, grantee,
        cause, made_by, named)
      values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
      on conflict (home, patient, grantee, cause, part) do update
      set since = excluded.since, until = excluded.until, made = excluded.made, weight = excluded.weight,
        level = excluded.level, categories = excluded.categories, state = 1, made_by = excluded.made_by,
        named = excluded.named""";

  static final String OF_PATIENTS =
      """
      select grantee, cause, part, named, since, until, made, weight, level, categories, made_by, patient from access_grant
      where patient = any(?) and state = 1 and until > ?""";

  static final String OF_CAUSE =
      "select home, patient, grantee, part, until from access_grant where cause = ? and until > ? and state = 1";

  static final String END =
      """
      update access_grant set until = ?, state = 2
      where home = ? and patient = ? and grantee = ? and cause = ? and part = ?""";

  static final String SHORTEN =
      """
      update access_grant set until = least(until, ?)
      where home = ? and patient = ? and grantee = ? and cause = ? and part = ?""";

  static final String STANDING =
      """
      select count(*) from access_grant
      where home = ? and patient = ? and grantee = any(?) and weight in (1, 3) and state = 1 and since <= ? and until > ?""";

  private GrantSql() {}

  /** What stands in a patient's record or will, the latest first. */
  static SqlText ofRecord(long patient, Instant at, int most) {
    return new SqlText()
        .add(
            """
            select g.grantee, g.cause, g.weight, g.level, g.categories, g.since, g.until from access_grant g \
            where g.patient = ? and g.state = 1 and g.until > ? order by g.since desc, g.cause, g.grantee, g.part limit ?""",
            patient,
            at,
            most);
  }

  /** The condition that the strongest grant which speaks of the row opens it. */
  static SqlText opens(SqlText sql, String alias, List<String> grantees, Instant now) {
    return sql.add(
            """
            (select max(g.weight) from access_grant g where g.patient = %s.patient and g.grantee = any("""
                .formatted(alias))
        .addArray(grantees, "text")
        .add(
            """
            ) and g.state = 1 and g.since <= ? and g.until > ? and %s) in (1, 3, 5)"""
                .formatted(speaks(alias)),
            now,
            now);
  }

  /** Of the rows of some grants, the bits that say what they open; see {@link #granted}. */
  private static final String LEVELS =
      "((((b >> 5) & ~(b >> 10) | (b >> 15)) & ~(b >> 20)) | (b >> 25)) & 31 as levels";

  private static final String BITS =
      """
      bit_or(case when g.weight in (2, 4) then case when g.categories = 0 then 31 else 0 end \
      else (1 << g.level) - 1 end << (5 * g.weight)) as b""";

  /**
   * The grants of one patient or of several that are one person, and what they open, of each, of
   * rows without a sensitive category: five bits for each weight, one for each level, of which the
   * strongest weight's count; so five bits for the levels are left. For the front of a statement
   * with {@link #opensOf}.
   */
  static SqlText granted(SqlText sql, long[] patients, List<String> grantees, Instant now) {
    boolean isOne = patients.length == 1;
    sql.add(
        "with granted as materialized (select g.patient, g.weight, g.level, g.categories from access_grant g where g.patient = ");
    if (isOne) {
      sql.add("?", patients[0]);
    } else {
      sql.add("any(?::bigint[])", (Object) patients);
    }
    return sql.add(" and g.grantee = any(")
        .addArray(grantees, "text")
        .add(") and g.state = 1 and g.since <= ? and g.until > ?), ", now, now)
        .add(
            isOne
                ? "opened as materialized (select %s from (select %s from granted g) s) "
                    .formatted(LEVELS, BITS)
                : "opened as materialized (select patient, %s from (select g.patient, %s from granted g group by g.patient) s) "
                    .formatted(LEVELS, BITS));
  }

  /**
   * As {@link #opens}, where most rows are of the patients whose grants the statement begins with.
   */
  static SqlText opensOf(
      SqlText sql, long[] patients, String alias, List<String> grantees, Instant now) {
    // The search has found the patient's rows already. Within the case, since the planner would
    // take a condition of its own for one that leaves few of them.
    if (patients.length == 1) {
      sql.add("case when %s.patient is distinct from ? then ".formatted(alias), patients[0]);
      opens(sql, alias, grantees, now);
      return sql.add(
          """
           when %1$s.level < 8 then (select levels from opened) >> greatest(%1$s.level - 1, 0) & 1 = 1 \
          else (select max(g.weight) from granted g where %2$s) in (1, 3, 5) end"""
              .formatted(alias, speaks(alias)));
    }
    sql.add(
        "case when (%s.patient = any(?::bigint[])) is not true then ".formatted(alias),
        (Object) patients);
    opens(sql, alias, grantees, now);
    return sql.add(
        """
         when %1$s.level < 8 then (select o.levels from opened o where o.patient = %1$s.patient) \
        >> greatest(%1$s.level - 1, 0) & 1 = 1 \
        else (select max(g.weight) from granted g where g.patient = %1$s.patient and %2$s) in (1, 3, 5) end"""
            .formatted(alias, speaks(alias)));
  }

  /** Whether a grant {@code g} says anything of a row. */
  private static String speaks(String alias) {
    return """
    case when g.weight in (2, 4) then g.categories = 0 or (%1$s.level >> 3) & g.categories <> 0 \
    else g.level >= (%1$s.level & 7) and (%1$s.level >> 3) & ~g.categories = 0 end"""
        .formatted(alias);
  }
}
