package health.helan.oversight.clearing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Posting;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Differences, from found to closed. A step is one transaction: the case, the step that was taken,
 * and what it books in the ledger are there together or not at all.
 */
public final class Cases {
  /** Steps of clearing in the ledger begin so. */
  private static final String OWN = "clearing.";

  static final String ADJUSTED = OWN + "adjusted";
  private static final int LONGEST_NOTE = 500;
  private static final int MOST = 500;

  private final Sql sql;
  private final Ledger ledger;
  private final Clock clock;

  public Cases(DataSource database, Ledger ledger, Clock clock) {
    sql = new Sql(database);
    this.ledger = ledger;
    this.clock = clock;
  }

  /**
   * Whether a step of the ledger is clearing's own: it set right or paid out, and is no movement.
   */
  static boolean isOwn(String step) {
    return step.startsWith(OWN);
  }

  /** Against which account a difference is booked, other than the usual one. */
  public enum Against {
    USUAL,
    INSTITUTION,
    UNCLAIMED
  }

  /**
   * What is asked for.
   *
   * @param counterpart null for all
   * @param institution null for all
   * @param state null for all that are not closed
   */
  public record Filter(
      LocalDate from,
      LocalDate to,
      @Nullable Counterpart counterpart,
      @Nullable String institution,
      @Nullable CaseState state) {}

  /** The latest day first; at most 500. */
  public List<Case> list(Filter filter) {
    var text = new StringBuilder(Case.COLUMNS).append(" where day >= ? and day <= ?");
    List<Object> values = new ArrayList<>(List.of(filter.from(), filter.to()));
    if (filter.counterpart() != null) {
      text.append(" and counterpart = ?");
      values.add(filter.counterpart().name());
    }
    if (filter.institution() != null) {
      text.append(" and institution = ?");
      values.add(filter.institution());
    }
    if (filter.state() == null) {
      text.append(" and state < 5");
    } else {
      text.append(" and state = ?");
      values.add((short) filter.state().ordinal());
    }
    text.append(" order by day desc, counterpart, id limit ").append(MOST);
    return sql.list(text.toString(), Case::of, values.toArray());
  }

  /**
   * A case with all that is known of it.
   *
   * @param lines of all sides, of its key
   */
  public record Whole(Case of, List<Case.Taken> steps, List<Found> lines) {}

  /** A line as it stands. */
  public record Found(Side side, int statement, int number, Entry entry) {}

  /**
   * @throws Refusal NOT_FOUND for none
   */
  public Whole whole(String id) {
    if (!Ids.isAssigned(id)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "clearing.no-case");
    }
    return sql.on(
        connection -> {
          List<Case> found =
              Sql.list(
                  connection,
                  Case.COLUMNS + " where home = ? and id = ?",
                  Case::of,
                  Ids.home(id),
                  id);
          if (found.isEmpty()) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "clearing.no-case");
          }
          Case of = found.getFirst();
          List<Found> lines = new ArrayList<>(lines(connection, of, of.day()));
          if (of.turnedUp() != null) {
            lines.addAll(lines(connection, of, of.turnedUp()));
          }
          return new Whole(of, CaseTable.steps(connection, of), lines);
        });
  }

  private static List<Found> lines(Connection connection, Case of, LocalDate day)
      throws SQLException {
    long book = of.counterpart().book(day);
    String columns =
        "select side, statement, number, kind, key, reference, institution, fen, at from clearing_rest";
    if (of.key().startsWith("#")) {
      String[] place = of.key().substring(1).split(":", 2);
      return Sql.list(
          connection,
          columns + " where home = ? and book = ? and statement = ? and number = ?",
          Cases::found,
          Counterpart.home(book),
          book,
          Short.parseShort(place[0]),
          Integer.parseInt(place[1]));
    }
    return Sql.list(
        connection,
        columns
            + " where home = ? and book = ? and key = ? and kind = ? order by side, statement, number",
        Cases::found,
        Counterpart.home(book),
        book,
        of.key(),
        (short) of.flow().ordinal());
  }

  static Found found(java.sql.ResultSet row) throws SQLException {
    return new Found(
        Side.values()[row.getInt("side")],
        row.getInt("statement"),
        row.getInt("number"),
        new Entry(
            Flow.values()[row.getInt("kind")],
            row.getString("key"),
            row.getString("reference"),
            row.getString("institution"),
            row.getLong("fen"),
            Sql.instant(row, "at")));
  }

  /**
   * Takes a step. Taking it again, when it led to where the case is, is refused as any other that
   * does not start from there.
   *
   * @param note what was found out, or why; 2 to 500 characters for steps that say something
   * @param against for PROPOSE
   * @throws Refusal FORBIDDEN when the role does not take it, or it takes other eyes; BUSINESS_RULE
   *     for another state, or nothing to book
   */
  public Case step(Caller caller, String id, CaseStep step, String note, Against against) {
    boolean isSilent = step == CaseStep.APPROVE || step == CaseStep.FINISH;
    if (note.length() > LONGEST_NOTE || !isSilent && note.strip().length() < 2) {
      throw new Refusal(Refusal.Kind.VALUE, "clearing.note");
    }
    Case before = whole(id).of();
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return sql.together(
        connection -> {
          Case of = CaseTable.locked(connection, before.home(), id).getFirst();
          String last = CaseTable.steps(connection, of).getLast().by();
          CaseState state = step.take(caller, of.state(), last);
          Remedy remedy =
              switch (step) {
                case PROPOSE -> remedy(of, against);
                case SEND_BACK -> null;
                default -> of.remedy();
              };
          Case next =
              new Case(
                  of.id(),
                  of.counterpart(),
                  of.day(),
                  of.kind(),
                  state,
                  of.flow(),
                  of.revision() + 1,
                  of.oursFen(),
                  of.theirsFen(),
                  of.listedFen(),
                  of.institution(),
                  of.key(),
                  state == CaseState.CLOSED ? step.word() : "",
                  of.turnedUp(),
                  remedy,
                  of.found(),
                  now);
          CaseTable.put(connection, next, step, now, caller.subject(), note.strip());
          if (step == CaseStep.APPROVE && remedy != null) {
            var unused =
                ledger.post(
                    connection,
                    new Posting(
                        of.id(), ADJUSTED, remedy.line(of.counterpart(), of.institution())));
          }
          return next;
        });
  }

  private static Remedy remedy(Case of, Against against) {
    Remedy usual =
        Remedy.of(
            of.counterpart(),
            of.oursFen() == null ? 0 : of.oursFen(),
            of.theirsFen() == null ? 0 : of.theirsFen());
    Remedy remedy =
        switch (against) {
          case USUAL -> usual;
          case INSTITUTION -> usual.toInstitution();
          case UNCLAIMED -> usual.toUnclaimed();
        };
    var unused = remedy.line(of.counterpart(), of.institution());
    return remedy;
  }

  /** What institutions got more or less by cases of a counterpart that were booked in a time. */
  List<Adjusted> adjusted(Counterpart counterpart, Instant from, Instant before) {
    return sql
        .list(
            """
            select c.id, c.counterpart, c.day, c.kind, c.state, c.movement, c.revision, c.ours_fen, c.theirs_fen,
              c.listed_fen, c.institution, c.key, c.reason, c.turned_up, c.remedy_debit, c.remedy_credit, c.remedy_fen,
              c.found, c.changed
            from clearing_case_step s join clearing_case c on c.home = s.home and c.id = s.case_id
            where s.step = ? and s.at >= ? and s.at < ? and c.counterpart = ? and c.remedy_fen is not null""",
            Case::of,
            (short) CaseStep.APPROVE.ordinal(),
            from,
            before,
            counterpart.name())
        .stream()
        .map(
            one ->
                new Adjusted(
                    one.institution(), one.remedy() == null ? 0 : one.remedy().ofInstitution()))
        .filter(one -> one.fen() != 0)
        .toList();
  }

  record Adjusted(String institution, long fen) {}
}
