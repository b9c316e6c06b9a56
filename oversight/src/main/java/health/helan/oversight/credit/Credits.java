package health.helan.oversight.credit;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Who may pay later, how much, and what is open. Uses begin and end in the transaction of the bill
 * that they belong to; the line's row is locked first, so that no two bills take the same rest of a
 * limit. Thread-safe.
 */
public final class Credits {
  private static final int AT_ONCE = 500;
  private static final String LINE =
      "select limit_fen, used_fen, granted, rule from credit_line where home = ? and patient = ?";
  private static final String USES =
      "select settlement, state, fen, used, due, changed from credit_use";

  private final Sql sql;
  private final CreditRule rule;
  private final Clock clock;

  public Credits(DataSource database, CreditRule rule, Clock clock) {
    sql = new Sql(database);
    this.rule = rule;
    this.clock = clock;
  }

  public CreditRule rule() {
    return rule;
  }

  /**
   * A limit.
   *
   * @param used what of it is not repaid, fen
   */
  public record Line(long limit, long used, Instant granted, String rule) {}

  /** What a bill took of it. */
  public record Use(
      String settlement, CreditState state, long fen, Instant used, Instant due, Instant changed) {}

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** Null where nothing was granted. */
  public @Nullable Line line(int home, long patient) {
    return sql.one(LINE, Credits::line, home, patient);
  }

  private static Line line(ResultSet row) throws SQLException {
    return new Line(
        row.getLong("limit_fen"),
        row.getLong("used_fen"),
        Sql.instant(row, "granted"),
        row.getString("rule"));
  }

  /** The latest first. */
  public List<Use> uses(int home, long patient) {
    return sql.list(
        USES + " where home = ? and patient = ? order by used desc limit 200",
        Credits::use,
        home,
        patient);
  }

  private static Use use(ResultSet row) throws SQLException {
    return new Use(
        row.getString("settlement"),
        CreditState.values()[row.getInt("state")],
        row.getLong("fen"),
        Sql.instant(row, "used"),
        Sql.instant(row, "due"),
        Sql.instant(row, "changed"));
  }

  /**
   * Lends own money of a bill; grants the limit that the rule gives where there is none or another.
   *
   * @throws Refusal BUSINESS_RULE for more than is left of the limit, or while something is overdue
   */
  public void use(
      Connection transaction,
      int home,
      long patient,
      String settlement,
      long fen,
      CreditRule.Limit limit)
      throws SQLException {
    Instant now = now();
    var unused =
        Sql.update(
            transaction,
            "insert into credit_line (home, limit_fen, used_fen, patient, granted, changed, rule)"
                + " values (?, ?, 0, ?, ?, ?, ?) on conflict (home, patient) do update set"
                + " limit_fen = greatest(excluded.limit_fen, credit_line.used_fen),"
                + " rule = excluded.rule",
            home,
            limit.fen(),
            patient,
            now,
            now,
            limit.rule());
    int overdue =
        Sql.list(
                transaction,
                "select 1 from credit_use where home = ? and patient = ?"
                    + " and (state = 3 or state = 1 and due <= ?)",
                row -> row.getInt(1),
                home,
                patient,
                now)
            .size();
    if (overdue > 0) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "credit.overdue");
    }
    CreditState state = CreditStep.USE.take(CreditState.GRANTED);
    if (Sql.update(
            transaction,
            "update credit_line set used_fen = used_fen + ?, changed = ?"
                + " where home = ? and patient = ? and used_fen + ? <= limit_fen",
            fen,
            now,
            home,
            patient,
            fen)
        != 1) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "credit.limit");
    }
    var unused2 =
        Sql.update(
            transaction,
            "insert into credit_use (home, state, fen, patient, used, due, changed, settlement)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?)",
            home,
            (short) state.ordinal(),
            fen,
            patient,
            now,
            now.plus(rule.term()),
            now,
            settlement);
  }

  /** The bill was paid. Nothing happens where nothing was lent for it. */
  public void repay(Connection transaction, int home, String settlement) throws SQLException {
    end(transaction, home, settlement, CreditStep.REPAY);
  }

  /** The bill was reversed. Nothing happens where nothing is lent for it. */
  public void withdraw(Connection transaction, int home, String settlement) throws SQLException {
    end(transaction, home, settlement, CreditStep.WITHDRAW);
  }

  private void end(Connection transaction, int home, String settlement, CreditStep step)
      throws SQLException {
    record Open(CreditState state, long fen, long patient) {}
    List<Open> found =
        Sql.list(
            transaction,
            "select state, fen, patient from credit_use where home = ? and settlement = ? for update",
            row -> new Open(CreditState.values()[row.getInt(1)], row.getLong(2), row.getLong(3)),
            home,
            settlement);
    if (found.isEmpty() || !step.from().contains(found.getFirst().state())) {
      return;
    }
    Open open = found.getFirst();
    Instant now = now();
    var unused =
        Sql.update(
            transaction,
            "update credit_use set state = ?, changed = ? where home = ? and settlement = ?",
            (short) step.take(open.state()).ordinal(),
            now,
            home,
            settlement);
    var unused2 =
        Sql.update(
            transaction,
            "update credit_line set used_fen = used_fen - ?, changed = ? where home = ? and patient = ?",
            open.fen(),
            now,
            home,
            open.patient());
  }

  /**
   * Marks what was not repaid in time. Several instances may do so at once.
   *
   * @return how many
   */
  public int tendDue() {
    record Late(int home, String settlement) {}
    Instant now = now();
    List<Late> late =
        sql.list(
            "select home, settlement from credit_use where state = 1 and due <= ? order by due limit ?",
            row -> new Late(row.getInt(1), Objects.requireNonNull(row.getString(2))),
            now,
            AT_ONCE);
    int marked = 0;
    for (Late one : late) {
      marked +=
          sql.update(
              "update credit_use set state = ?, changed = ? where home = ? and settlement = ? and state = 1",
              (short) CreditStep.MISS.take(CreditState.USED).ordinal(),
              now,
              one.home(),
              one.settlement());
    }
    return marked;
  }
}
