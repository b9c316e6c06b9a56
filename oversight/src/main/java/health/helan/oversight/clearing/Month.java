package health.helan.oversight.clearing;

import health.helan.foundation.store.Ids;
import health.helan.foundation.trust.account.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;

/**
 * What a counterpart owes an institution of a month; fen.
 *
 * @param lines movements of the closed days
 * @param days how many closed days it was added up from
 * @param in what came; out: what went back, above zero
 * @param adjusted what cases gave it more, or less (below zero), in the month
 * @param due in less out, and adjusted
 * @param advance what is paid first
 */
public record Month(
    String id,
    Counterpart counterpart,
    String institution,
    YearMonth month,
    MonthState state,
    int revision,
    int lines,
    int days,
    long in,
    long out,
    long adjusted,
    long due,
    long advance,
    Instant drawn,
    Instant changed) {

  static final String COLUMNS =
      "select id, counterpart, institution, month, state, revision, lines, days, in_fen, out_fen, adjusted_fen, due_fen,"
          + " advance_fen, drawn, changed from clearing_month";

  /** A step that was taken; fen: what was paid or held back by it. */
  public record Taken(MonthStep step, long fen, Instant at, String by, String note) {}

  int home() {
    return Ids.home(id);
  }

  static int home(Counterpart counterpart, String institution, YearMonth month) {
    return Counterpart.home(counterpart.name() + " " + institution + " " + month);
  }

  static Month of(ResultSet row) throws SQLException {
    return new Month(
        row.getString("id"),
        Counterpart.of(row.getString("counterpart")),
        row.getString("institution"),
        YearMonth.from(row.getObject("month", LocalDate.class)),
        MonthState.values()[row.getInt("state")],
        row.getInt("revision"),
        row.getInt("lines"),
        row.getInt("days"),
        row.getLong("in_fen"),
        row.getLong("out_fen"),
        row.getLong("adjusted_fen"),
        row.getLong("due_fen"),
        row.getLong("advance_fen"),
        Sql.instant(row, "drawn"),
        Sql.instant(row, "changed"));
  }
}
