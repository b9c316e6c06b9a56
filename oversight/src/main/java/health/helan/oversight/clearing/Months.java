package health.helan.oversight.clearing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What each counterpart owes each institution of a month, and the paying of it. A month is the sum
 * of its closed days; what is paid goes from the counterpart to the platform's account at the bank
 * and from there to the institution, in one posting.
 */
public final class Months {
  private static final String BANK = "clearing";
  private static final int LONGEST_NOTE = 500;

  private final Sql sql;
  private final Ledger ledger;
  private final Counterparts counterparts;
  private final Cases cases;
  private final Clock clock;

  public Months(
      DataSource database, Ledger ledger, Counterparts counterparts, Cases cases, Clock clock) {
    sql = new Sql(database);
    this.ledger = ledger;
    this.counterparts = counterparts;
    this.cases = cases;
    this.clock = clock;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** What one institution's lines add up to. */
  private static final class Sums {
    int lines;
    long in;
    long out;
    long adjusted;
  }

  /**
   * Draws up a month of a counterpart, for every institution it owes or is owed by. What has been
   * confirmed already stays as it is.
   *
   * @throws Refusal BUSINESS_RULE when the month's last day is open
   */
  public List<Month> draw(Caller caller, Counterpart counterpart, YearMonth month) {
    Terms terms = counterparts.terms(counterpart);
    List<DayClose> days =
        sql.list(
            DayClose.COLUMNS
                + " where home = ? and scope = ? and day >= ? and day <= ? order by day",
            DayClose::of,
            Counterpart.home(counterpart.name()),
            counterpart.name(),
            month.atDay(1),
            month.atEndOfMonth());
    // Closed days follow one another without a gap: with the last, all since the first are.
    if (days.isEmpty() || !days.getLast().day().equals(month.atEndOfMonth())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.month-open", month.toString());
    }
    Map<String, Sums> sums = new TreeMap<>();
    for (DayClose day : days) {
      for (List<String> words : day.facts(DayClose.Fact.INSTITUTION)) {
        Sums of = sums.computeIfAbsent(words.get(0), _ -> new Sums());
        of.lines += Integer.parseInt(words.get(1));
        of.in += Long.parseLong(words.get(2));
        of.out += Long.parseLong(words.get(3));
      }
    }
    for (Cases.Adjusted one :
        cases.adjusted(
            counterpart,
            Reconciliation.begin(month.atDay(1)),
            Reconciliation.end(month.atEndOfMonth()))) {
      sums.computeIfAbsent(one.institution(), _ -> new Sums()).adjusted += one.fen();
    }
    sums.remove("-"); // What is owed to nobody known is owed to nobody; its cases say so.
    List<Month> drawn = new ArrayList<>();
    sums.forEach(
        (institution, of) -> drawn.add(draw(caller, terms, institution, month, days.size(), of)));
    return drawn;
  }

  private Month draw(
      Caller caller, Terms terms, String institution, YearMonth month, int days, Sums sums) {
    int home = Month.home(terms.counterpart(), institution, month);
    Instant now = now();
    long due = sums.in - sums.out + sums.adjusted;
    long advance = Math.max(0, due) * terms.advancePercent() / 100;
    return sql.together(
        connection -> {
          List<Month> known =
              Sql.list(
                  connection,
                  Month.COLUMNS
                      + " where home = ? and counterpart = ? and institution = ? and month = ? for update",
                  Month::of,
                  home,
                  terms.counterpart().name(),
                  institution,
                  month.atDay(1));
          Month before = known.isEmpty() ? null : known.getFirst();
          MonthState was = before == null ? MonthState.NONE : before.state();
          if (!MonthStep.DRAW.from().contains(was)) {
            return java.util.Objects.requireNonNull(before);
          }
          MonthState state = MonthStep.DRAW.take(caller, was, "");
          Month next =
              new Month(
                  before == null ? Ids.next(home) : before.id(),
                  terms.counterpart(),
                  institution,
                  month,
                  state,
                  before == null ? 1 : before.revision() + 1,
                  sums.lines,
                  days,
                  sums.in,
                  sums.out,
                  sums.adjusted,
                  due,
                  advance,
                  now,
                  now);
          if (before == null) {
            insert(connection, next);
          } else {
            update(connection, next);
          }
          step(connection, next, MonthStep.DRAW, due, now, caller.subject(), "");
          return next;
        });
  }

  private static void insert(Connection connection, Month month) throws SQLException {
    if (Sql.update(
            connection,
            """
            insert into clearing_month (home, state, revision, lines, days, in_fen, out_fen, adjusted_fen, due_fen,
              advance_fen, drawn, changed, month, id, counterpart, institution)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (home, counterpart, institution, month) do nothing""",
            month.home(),
            (short) month.state().ordinal(),
            month.revision(),
            month.lines(),
            (short) month.days(),
            month.in(),
            month.out(),
            month.adjusted(),
            month.due(),
            month.advance(),
            month.drawn(),
            month.changed(),
            month.month().atDay(1),
            month.id(),
            month.counterpart().name(),
            month.institution())
        == 0) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "clearing.busy");
    }
  }

  private static void update(Connection connection, Month month) throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            update clearing_month set state = ?, revision = ?, lines = ?, days = ?, in_fen = ?, out_fen = ?, adjusted_fen = ?,
              due_fen = ?, advance_fen = ?, drawn = ?, changed = ? where home = ? and id = ?""",
            (short) month.state().ordinal(),
            month.revision(),
            month.lines(),
            (short) month.days(),
            month.in(),
            month.out(),
            month.adjusted(),
            month.due(),
            month.advance(),
            month.drawn(),
            month.changed(),
            month.home(),
            month.id());
  }

  private static void step(
      Connection connection,
      Month month,
      MonthStep step,
      long fen,
      Instant at,
      String by,
      String note)
      throws SQLException {
    var unused =
        Sql.update(
            connection,
            "insert into clearing_month_step (home, number, step, fen, at, month_id, taken_by, note)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?)",
            month.home(),
            month.revision(),
            (short) step.ordinal(),
            fen,
            at,
            month.id(),
            by,
            note);
  }

  /**
   * Takes a step other than DRAW.
   *
   * @param note why, 2 to 500 characters for DISPUTE and where something is held back
   * @param heldBack fen that are not paid at last, for SETTLE; the counterpart owes them no more
   * @throws Refusal FORBIDDEN for the role, the same eyes; BUSINESS_RULE for the state, or when
   *     more is held back than is left
   */
  public Month step(Caller caller, String id, MonthStep step, String note, long heldBack) {
    boolean isReasoned = step == MonthStep.DISPUTE || heldBack > 0;
    if (note.length() > LONGEST_NOTE || isReasoned && note.strip().length() < 2) {
      throw new Refusal(Refusal.Kind.VALUE, "clearing.note");
    }
    Month read = month(id);
    Instant now = now();
    return sql.together(
        connection -> {
          Month of =
              Sql.list(
                      connection,
                      Month.COLUMNS + " where home = ? and id = ? for update",
                      Month::of,
                      read.home(),
                      id)
                  .getFirst();
          String before = "";
          for (Month.Taken taken : steps(connection, of)) {
            if (taken.step().takenBy().contains(Caller.Role.OPERATOR)) {
              before = taken.by();
            }
          }
          MonthState state = step.take(caller, of.state(), before);
          Month next =
              new Month(
                  of.id(),
                  of.counterpart(),
                  of.institution(),
                  of.month(),
                  state,
                  of.revision() + 1,
                  of.lines(),
                  of.days(),
                  of.in(),
                  of.out(),
                  of.adjusted(),
                  of.due(),
                  of.advance(),
                  of.drawn(),
                  now);
          long rest = of.due() - of.advance();
          if (heldBack < 0 || heldBack > Math.max(0, rest)) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.more-than-left");
          }
          long paid =
              switch (step) {
                case ADVANCE -> of.advance();
                case SETTLE -> rest - heldBack;
                default -> 0;
              };
          update(connection, next);
          step(connection, next, step, paid, now, caller.subject(), note.strip());
          List<Line> lines = paid(of, paid, step == MonthStep.SETTLE ? heldBack : 0);
          if (!lines.isEmpty()) {
            var unused =
                ledger.post(connection, new Posting(of.id(), "clearing." + step.word(), lines));
          }
          return next;
        });
  }

  private static List<Line> paid(Month of, long fen, long heldBack) {
    Account bank = Account.of(AccountKind.BANK, BANK);
    Account counterpart = of.counterpart().account();
    Account institution = Account.of(AccountKind.INSTITUTION, of.institution());
    List<Line> lines = new ArrayList<>();
    if (fen > 0) {
      lines.add(new Line.Move(bank, counterpart, fen));
      lines.add(new Line.Move(institution, bank, fen));
    } else if (fen < 0) {
      // More went back than came: the institution pays, the counterpart gets it.
      lines.add(new Line.Move(bank, institution, -fen));
      lines.add(new Line.Move(counterpart, bank, -fen));
    }
    if (heldBack > 0) {
      lines.add(new Line.Move(institution, counterpart, heldBack));
    }
    return lines;
  }

  /**
   * @throws Refusal NOT_FOUND for none
   */
  public Month month(String id) {
    Month found =
        Ids.isAssigned(id)
            ? sql.one(Month.COLUMNS + " where home = ? and id = ?", Month::of, Ids.home(id), id)
            : null;
    if (found == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "clearing.no-month");
    }
    return found;
  }

  public List<Month.Taken> steps(Month of) {
    return sql.on(connection -> steps(connection, of));
  }

  private static List<Month.Taken> steps(Connection connection, Month of) throws SQLException {
    return Sql.list(
        connection,
        "select step, fen, at, taken_by, note from clearing_month_step where home = ? and month_id = ? order by number",
        row ->
            new Month.Taken(
                MonthStep.values()[row.getInt("step")],
                row.getLong("fen"),
                Sql.instant(row, "at"),
                row.getString("taken_by"),
                row.getString("note")),
        of.home(),
        of.id());
  }

  /**
   * Of a month.
   *
   * @param institution null for all
   */
  public List<Month> list(YearMonth month, @Nullable String institution) {
    LocalDate first = month.atDay(1);
    return sql
        .list(
            Month.COLUMNS + " where month = ? order by counterpart, institution", Month::of, first)
        .stream()
        .filter(one -> institution == null || one.institution().equals(institution))
        .toList();
  }

  /**
   * The statement of a month as CSV with a byte order mark, so that spreadsheets read it; yuan.
   *
   * @param institution null for all
   */
  public String csv(YearMonth month, @Nullable String institution) {
    var text = new StringBuilder("\uFEFF月份,支付方,机构,笔数,收款,退款,调账,应清算,预付,已付,状态\r\n");
    for (Month one : list(month, institution)) {
      long paid =
          steps(one).stream()
              .filter(taken -> taken.step().takesOtherEyes())
              .mapToLong(Month.Taken::fen)
              .sum();
      text.append(
          String.join(
              ",",
              month.toString(),
              one.counterpart().name(),
              one.institution(),
              String.valueOf(one.lines()),
              yuan(one.in()),
              yuan(one.out()),
              yuan(one.adjusted()),
              yuan(one.due()),
              yuan(one.advance()),
              yuan(paid),
              one.state().word()));
      text.append("\r\n");
    }
    return text.toString();
  }

  static String yuan(long fen) {
    return BigDecimal.valueOf(fen, 2).toPlainString();
  }
}
