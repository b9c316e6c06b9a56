package health.helan.oversight.supervision;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.supervision.rules.Satisfaction;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of ratings, which follow their resources; V225__rating.sql says what stands in them. */
final class RatingTable {
  private static final String ROWS = "select home, id, institution, about, at from rating";

  private RatingTable() {}

  /** A rating as it is looked up. */
  record Row(int home, String id, String institution, String about, Instant at) {}

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getInt("home"),
        row.getString("id"),
        row.getString("institution"),
        row.getString("about"),
        Sql.instant(row, "at"));
  }

  /**
   * Follows a version of the QuestionnaireResponse.
   *
   * @throws Refusal CONFLICT where the same was rated already
   */
  static void follow(
      Connection connection, int home, String id, int version, Rating rating, Instant at)
      throws SQLException {
    if (version == 1
        && !Sql.list(
                connection,
                "select 1 from rating where home = ? and about = ? and id <> ?",
                row -> row.getInt(1),
                home,
                rating.about(),
                id)
            .isEmpty()) {
      throw new Refusal(Refusal.Kind.CONFLICT, "rating.twice");
    }
    Sql.update(
        connection,
        """
        insert into rating (home, version, overall, at, id, about) values (?, ?, ?, ?, ?, ?)
        on conflict (home, id) do update set version = excluded.version, overall = excluded.overall""",
        home,
        version,
        rating.said().overall(),
        at,
        id,
        rating.about());
  }

  /**
   * Says whose a rating is and of whom, in the transaction that makes it.
   *
   * @param patient keyed digest of the resident
   */
  static void belongsTo(
      Connection connection, int home, String id, long patient, String institution, boolean online)
      throws SQLException {
    Sql.update(
        connection,
        "update rating set patient = ?, institution = ?, online = ? where home = ? and id = ?",
        patient,
        institution,
        online,
        home,
        id);
  }

  /** Those of a resident, the last made first; {@code about} empty for any. */
  static List<Row> of(Sql sql, long patient, String about, int most) {
    return sql.list(
        ROWS + " where patient = ? and (? = '' or about = ?) order by at desc, id desc limit ?",
        RatingTable::row,
        patient,
        about,
        about,
        most);
  }

  static @Nullable Row find(Sql sql, long patient, String about) {
    List<Row> found = of(sql, patient, about, 1);
    return found.isEmpty() ? null : found.getFirst();
  }

  static int remove(Connection connection, int home, String id) throws SQLException {
    return Sql.update(connection, "delete from rating where home = ? and id = ?", home, id);
  }

  /** How many of the resident's were there. */
  static int erase(Connection connection, long patient) throws SQLException {
    int gone = 0;
    for (Row row : Sql.list(connection, ROWS + " where patient = ?", RatingTable::row, patient)) {
      gone += remove(connection, row.home(), row.id());
    }
    return gone;
  }

  /**
   * Ratings of an institution.
   *
   * @param online of care on line
   * @param sum of the overall ratings
   */
  record Figure(String institution, boolean online, long count, long sum, long low) {}

  /** Of institutions and times that have enough of them; empty text is any. */
  static List<Figure> figures(
      Sql sql, Satisfaction by, String institution, Instant from, Instant until) {
    return sql.list(
        """
        select institution, online, count(*) as count, sum(overall) as sum,
          sum(case when overall <= ? then 1 else 0 end) as low
        from rating where at >= ? and at < ? and institution <> '' and (? = '' or institution = ?)
        group by institution, online having count(*) >= ? order by institution, online desc""",
        row ->
            new Figure(
                row.getString("institution"),
                row.getBoolean("online"),
                row.getLong("count"),
                row.getLong("sum"),
                row.getLong("low")),
        by.low(),
        from,
        until,
        institution,
        institution,
        by.least());
  }
}
