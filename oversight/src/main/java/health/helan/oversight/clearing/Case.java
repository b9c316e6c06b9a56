package health.helan.oversight.clearing;

import health.helan.foundation.store.Ids;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.ledger.AccountKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A difference that somebody has to look at.
 *
 * @param oursFen sum of our lines; null where we have none; likewise the others
 * @param institution empty where no side says it
 * @param key what the lines are known by; {@code #statement:line} for one without
 * @param reason code of why it was closed; empty while it is not
 * @param turnedUp day on which the other side has it; null for none
 * @param remedy what is to be booked, or was; null for nothing
 */
public record Case(
    String id,
    Counterpart counterpart,
    LocalDate day,
    Difference kind,
    CaseState state,
    Flow flow,
    int revision,
    @Nullable Long oursFen,
    @Nullable Long theirsFen,
    @Nullable Long listedFen,
    String institution,
    String key,
    String reason,
    @Nullable LocalDate turnedUp,
    @Nullable Remedy remedy,
    Instant found,
    Instant changed) {

  static final String COLUMNS =
      "select id, counterpart, day, kind, state, movement, revision, ours_fen, theirs_fen, listed_fen, institution, key,"
          + " reason, turned_up, remedy_debit, remedy_credit, remedy_fen, found, changed from clearing_case";

  /** A step that was taken. */
  public record Taken(CaseStep step, Instant at, String by, String note) {}

  int home() {
    return Ids.home(id);
  }

  static Case of(ResultSet row) throws SQLException {
    Long fen = row.getObject("remedy_fen", Long.class);
    return new Case(
        row.getString("id"),
        Counterpart.of(row.getString("counterpart")),
        row.getObject("day", LocalDate.class),
        Difference.values()[row.getInt("kind")],
        CaseState.values()[row.getInt("state")],
        Flow.values()[row.getInt("movement")],
        row.getInt("revision"),
        row.getObject("ours_fen", Long.class),
        row.getObject("theirs_fen", Long.class),
        row.getObject("listed_fen", Long.class),
        row.getString("institution"),
        row.getString("key"),
        row.getString("reason"),
        row.getObject("turned_up", LocalDate.class),
        fen == null
            ? null
            : new Remedy(
                AccountKind.valueOf(row.getString("remedy_debit").toUpperCase(Locale.ROOT)),
                AccountKind.valueOf(row.getString("remedy_credit").toUpperCase(Locale.ROOT)),
                fen),
        Sql.instant(row, "found"),
        Sql.instant(row, "changed"));
  }
}
