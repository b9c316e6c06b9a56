package health.helan.oversight.supervision;

import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows of complaints, which follow their Tasks; V215__complaint.sql says what stands in them. */
final class ComplaintTable {
  private static final String ROWS =
      "select home, id, state, institution, about, opened, changed, due from complaint";

  private ComplaintTable() {}

  /**
   * A complaint as lists show it.
   *
   * @param due until when somebody is waited for; null for nobody
   */
  record Row(
      int home,
      String id,
      ComplaintState state,
      String institution,
      String about,
      Instant opened,
      Instant changed,
      @Nullable Instant due) {
    PageEnd end() {
      return new PageEnd(opened, id);
    }
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getInt("home"),
        row.getString("id"),
        ComplaintState.of(row.getString("state")),
        row.getString("institution"),
        row.getString("about"),
        Sql.instant(row, "opened"),
        Sql.instant(row, "changed"),
        Sql.instantOrNull(row, "due"));
  }

  /**
   * Says whose a complaint is, in the transaction that makes it.
   *
   * @param patient keyed digest of the resident, by which erasure finds the row
   */
  static void belongsTo(Connection connection, int home, String id, long patient)
      throws SQLException {
    Sql.update(
        connection,
        "update complaint set patient = ? where home = ? and id = ?",
        patient,
        home,
        id);
  }

  /**
   * Follows a version of the Task.
   *
   * @throws Refusal CONFLICT while another complaint about the same is under way
   */
  static void follow(
      Connection connection, int home, String id, int version, ComplaintTask task, Instant at)
      throws SQLException {
    if (version == 1 && isUnderWay(connection, home, id, task.about())) {
      throw new Refusal(Refusal.Kind.CONFLICT, "complaint.under-way");
    }
    Sql.update(
        connection,
        """
        insert into complaint (home, version, opened, changed, due, id, state, institution, about)
        values (?, ?, ?, ?, ?::timestamptz, ?, ?, ?, ?)
        on conflict (home, id) do update set version = excluded.version, changed = excluded.changed,
          due = excluded.due, state = excluded.state""",
        home,
        version,
        at,
        at,
        task.due(),
        id,
        task.state().code(),
        task.institution(),
        task.about());
    SupervisionTable.step(
        connection, home, "complaint", id, version, task.state().code(), task.institution(), at);
  }

  private static boolean isUnderWay(Connection connection, int home, String id, String about)
      throws SQLException {
    return !Sql.list(
            connection,
            "select 1 from complaint where home = ? and about = ? and id <> ? and state in ('open', 'answered', 'escalated')",
            row -> row.getInt(1),
            home,
            about,
            id)
        .isEmpty();
  }

  /** The last made first; empty texts are any. */
  static List<Row> list(Sql sql, String state, String institution, PageEnd after, int most) {
    return sql.list(
        ROWS
            + """
             where (opened, id) < (?, ?) and (? = '' or state = ?) and (? = '' or institution = ?)
            order by opened desc, id desc limit ?""",
        ComplaintTable::row,
        after.at(),
        after.rest(),
        state,
        state,
        institution,
        institution,
        most);
  }

  /** Of these, which are complaints, by home. */
  static Map<Integer, Collection<String>> among(
      Connection connection, Map<Integer, Collection<String>> tasks) throws SQLException {
    Map<Integer, Collection<String>> found = new TreeMap<>();
    for (var one :
        Sql.list(
            connection,
            "select home, id from complaint where home = any (?) and id = any (?)",
            row -> Map.entry(row.getInt(1), row.getString(2)),
            connection.createArrayOf("int4", tasks.keySet().toArray()),
            connection.createArrayOf(
                "text", tasks.values().stream().flatMap(Collection::stream).toArray()))) {
      found.computeIfAbsent(one.getKey(), _ -> new ArrayList<>()).add(one.getValue());
    }
    return found;
  }

  static int remove(Connection connection, int home, String id) throws SQLException {
    return Sql.update(connection, "delete from complaint where home = ? and id = ?", home, id);
  }

  /** How many of the resident's were there. */
  static int erase(Connection connection, long patient) throws SQLException {
    int gone = 0;
    for (Row row :
        Sql.list(connection, ROWS + " where patient = ?", ComplaintTable::row, patient)) {
      gone += remove(connection, row.home(), row.id());
    }
    return gone;
  }

  /** Those where somebody was waited for in vain. */
  static List<Row> late(Sql sql, Instant now, int most) {
    return sql.list(ROWS + " where due < ? order by due limit ?", ComplaintTable::row, now, most);
  }
}
