package health.helan.oversight.clearing;

import health.helan.foundation.store.sql.CopyBuffer;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tables {@code clearing_case} and {@code clearing_case_step}. */
final class CaseTable {
  private CaseTable() {}

  /** A case that begins. */
  record New(
      String id,
      Difference kind,
      Flow flow,
      @Nullable Long oursFen,
      @Nullable Long theirsFen,
      @Nullable Long listedFen,
      String institution,
      String key) {}

  static void insert(Connection connection, Book book, List<New> cases, Instant at)
      throws SQLException {
    if (cases.isEmpty()) {
      return;
    }
    var rows = new CopyBuffer(17);
    var steps = new CopyBuffer(7);
    for (New one : cases) {
      rows.row()
          .int4(book.home())
          .int2(one.kind().ordinal())
          .int2(CaseState.FOUND.ordinal())
          .int2(one.flow().ordinal())
          .int4(1)
          .int8(book.book())
          .int8(one.oursFen())
          .int8(one.theirsFen())
          .int8(one.listedFen())
          .timestamp(at)
          .timestamp(at)
          .int4((int) (book.day().toEpochDay() - LocalDate.of(2000, 1, 1).toEpochDay()))
          .text(one.id())
          .text(book.counterpart().name())
          .text(one.institution())
          .text(one.key())
          .text("");
      steps
          .row()
          .int4(book.home())
          .int4(1)
          .int2(CaseStep.FIND.ordinal())
          .timestamp(at)
          .text(one.id())
          .text("")
          .text("");
    }
    rows.send(
        connection,
        "clearing_case (home, kind, state, movement, revision, book, ours_fen, theirs_fen, listed_fen, found, changed, day,"
            + " id, counterpart, institution, key, reason)");
    steps.send(connection, "clearing_case_step (home, number, step, at, case_id, taken_by, note)");
  }

  /** Writes a case with the step that led there. */
  static void put(
      Connection connection, Case now, CaseStep step, Instant at, String by, String note)
      throws SQLException {
    rewrite(connection, now, at);
    var unused =
        Sql.update(
            connection,
            "insert into clearing_case_step (home, number, step, at, case_id, taken_by, note) values (?, ?, ?, ?, ?, ?, ?)",
            now.home(),
            now.revision(),
            (short) step.ordinal(),
            at,
            now.id(),
            by,
            note);
  }

  /** Writes a case as it is now. */
  static void rewrite(Connection connection, Case now, Instant at) throws SQLException {
    Remedy remedy = now.remedy();
    var unused =
        Sql.update(
            connection,
            """
            update clearing_case set kind = ?, state = ?, revision = ?, ours_fen = ?, theirs_fen = ?, listed_fen = ?,
              institution = ?, reason = ?, turned_up = ?, remedy_debit = ?, remedy_credit = ?, remedy_fen = ?, changed = ?
            where home = ? and id = ?""",
            (short) now.kind().ordinal(),
            (short) now.state().ordinal(),
            now.revision(),
            now.oursFen(),
            now.theirsFen(),
            now.listedFen(),
            now.institution(),
            now.reason(),
            now.turnedUp(),
            remedy == null ? null : remedy.debit().code(),
            remedy == null ? null : remedy.credit().code(),
            remedy == null ? null : (Long) remedy.fen(),
            at,
            now.home(),
            now.id());
  }

  static List<Case> ofBook(Connection connection, Book book) throws SQLException {
    return Sql.list(
        connection,
        Case.COLUMNS + " where home = ? and book = ?",
        Case::of,
        book.home(),
        book.book());
  }

  /** Held until the transaction ends. */
  static List<Case> locked(Connection connection, int home, String id) throws SQLException {
    return Sql.list(
        connection, Case.COLUMNS + " where home = ? and id = ? for update", Case::of, home, id);
  }

  /**
   * Cases of days before one that another day may explain: open ones of one side, and those that
   * this day has explained already.
   */
  static List<Case> waiting(Connection connection, Book book, LocalDate from) throws SQLException {
    return Sql.list(
        connection,
        Case.COLUMNS
            + " where counterpart = ? and day >= ? and day < ? and (state in (1, 2) and kind in (0, 1) or turned_up = ?)"
            + " order by day, id",
        Case::of,
        book.counterpart().name(),
        from,
        book.day(),
        book.day());
  }

  static List<Case.Taken> steps(Connection connection, Case of) throws SQLException {
    return Sql.list(
        connection,
        "select step, at, taken_by, note from clearing_case_step where home = ? and case_id = ? order by number",
        row ->
            new Case.Taken(
                CaseStep.values()[row.getInt("step")],
                Sql.instant(row, "at"),
                row.getString("taken_by"),
                row.getString("note")),
        of.home(),
        of.id());
  }
}
