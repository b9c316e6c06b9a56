package health.helan.oversight.clearing;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.ledger.Ledger;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Matches a day of a counterpart: what we say, what it says, what institutions say. It can be done
 * again until the day is closed, and leads to the same; what changes is what statements changed.
 */
public final class Reconciliation {
  /** How long a difference waits for another day to explain it by itself. */
  private static final int DAYS = 7;

  private final Sql sql;
  private final Ledger ledger;
  private final Counterparts counterparts;
  private final List<OwnBook> books;
  private final Clock clock;

  /**
   * @param books the first that concerns a counterpart speaks for it
   */
  public Reconciliation(
      DataSource database,
      Ledger ledger,
      Counterparts counterparts,
      List<OwnBook> books,
      Clock clock) {
    sql = new Sql(database);
    this.ledger = ledger;
    this.counterparts = counterparts;
    this.books = List.copyOf(books);
    this.clock = clock;
  }

  static Instant begin(LocalDate day) {
    return day.atStartOfDay(StatementReader.BEIJING).toInstant();
  }

  static Instant end(LocalDate day) {
    return begin(day.plusDays(1));
  }

  /**
   * Matches. Nothing is booked into the day any more from then on.
   *
   * @throws Refusal BUSINESS_RULE when the day is closed or not over, its statement has not come,
   *     or nearly nothing matches; nothing is changed then
   */
  public Book reconcile(Counterpart counterpart, LocalDate day) {
    Statements.over(day, clock);
    Terms terms = counterparts.terms(counterpart);
    OwnBook own =
        books.stream()
            .filter(one -> one.concerns(counterpart))
            .findFirst()
            .orElseThrow(() -> new Refusal(Refusal.Kind.NOT_FOUND, "clearing.counterpart"));
    ledger.close(end(day));
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    try {
      return sql.together(connection -> match(connection, terms, day, own, now));
    } catch (EntryCopy.Failed e) {
      throw new IllegalStateException(e.refused);
    }
  }

  private Book match(Connection connection, Terms terms, LocalDate day, OwnBook own, Instant now)
      throws SQLException {
    Counterpart counterpart = terms.counterpart();
    Book book = Book.locked(connection, counterpart, day, now);
    if (book.state() == Book.State.CLOSED) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.day-closed");
    }
    List<Statement> standing =
        Sql.list(
            connection,
            Statement.COLUMNS + " where home = ? and book = ? and standing",
            Statement::of,
            book.home(),
            book.book());
    if (standing.stream().noneMatch(one -> one.side() == Side.THEIRS)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.no-statement");
    }
    List<String> listing =
        standing.stream()
            .filter(one -> one.side() == Side.INSTITUTION)
            .map(Statement::institution)
            .toList();
    var matching = new Matching(connection, book);
    matching.forget();
    matching.prepare();
    var ours = new EntryCopy(connection, book.book(), 0, Side.OURS);
    own.entries(counterpart, begin(day), end(day), ours::add);
    ours.finish();
    matching.byKey(listing);
    if (terms.rules().contains(Terms.Rule.REFERENCE)) {
      matching.byReference();
    }
    if (terms.rules().contains(Terms.Rule.AMOUNT)) {
      matching.byAmount(terms.windowSeconds());
    }
    List<Case> waiting = CaseTable.waiting(connection, book, day.minusDays(DAYS));
    Set<String> explained = matching.byOtherDay(waiting);
    matching.lists();
    for (Case one : waiting) {
      explain(connection, one, explained.contains(one.id()), day, now);
    }
    int differences = cases(connection, book, matching.differences(), new HashSet<>(listing), now);
    Matching.Ways ways = matching.ways();
    write(connection, book, terms, standing, ours, ways, differences, now);
    return Book.locked(connection, counterpart, day, now);
  }

  private static void write(
      Connection connection,
      Book book,
      Terms terms,
      List<Statement> standing,
      EntryCopy ours,
      Matching.Ways ways,
      int differences,
      Instant now)
      throws SQLException {
    List<Statement> theirs = standing.stream().filter(one -> one.side() == Side.THEIRS).toList();
    List<Statement> listed =
        standing.stream().filter(one -> one.side() == Side.INSTITUTION).toList();
    var unused =
        Sql.update(
            connection,
            """
            update clearing_book set terms = ?, ours = ?, theirs = ?, listed = ?, ours_fen = ?, theirs_fen = ?,
              listed_fen = ?, by_key = ?, by_reference = ?, by_rule = ?, carried = ?, differences = ?, reconciled = ?
            where home = ? and book = ?""",
            terms.revision(),
            ours.lines(),
            lines(theirs),
            lines(listed),
            ours.fen(),
            fen(theirs),
            fen(listed),
            ours.lines() - ways.oursLeft(),
            ways.byReference(),
            ways.byRule(),
            ways.carried(),
            differences,
            now,
            book.home(),
            book.book());
  }

  private static int lines(List<Statement> statements) {
    return statements.stream().mapToInt(Statement::lines).sum();
  }

  private static long fen(List<Statement> statements) {
    return statements.stream().mapToLong(one -> one.in() - one.out()).sum();
  }

  /** A case of an earlier day, once this day has been matched. */
  private static void explain(
      Connection connection, Case of, boolean isExplained, LocalDate day, Instant now)
      throws SQLException {
    boolean was = day.equals(of.turnedUp());
    if (was == isExplained) {
      return;
    }
    if (isExplained) {
      CaseTable.put(
          connection,
          changed(
              of,
              Difference.SHIFTED,
              CaseStep.TURN_UP.follow(of.state()),
              of.oursFen(),
              of.theirsFen(),
              of.listedFen(),
              "other-day",
              day),
          CaseStep.TURN_UP,
          now,
          "",
          day.toString());
    } else {
      CaseTable.put(
          connection,
          changed(
              of,
              of.oursFen() != null ? Difference.ONLY_OURS : Difference.ONLY_THEIRS,
              CaseStep.RETURN.follow(of.state()),
              of.oursFen(),
              of.theirsFen(),
              of.listedFen(),
              "",
              null),
          CaseStep.RETURN,
          now,
          "",
          day.toString());
    }
  }

  private static Case changed(
      Case of,
      Difference kind,
      CaseState state,
      @Nullable Long oursFen,
      @Nullable Long theirsFen,
      @Nullable Long listedFen,
      String reason,
      @Nullable LocalDate turnedUp) {
    return new Case(
        of.id(),
        of.counterpart(),
        of.day(),
        kind,
        state,
        of.flow(),
        of.revision() + 1,
        oursFen,
        theirsFen,
        listedFen,
        of.institution(),
        of.key(),
        reason,
        turnedUp,
        of.remedy(),
        of.found(),
        of.changed());
  }

  /** Brings cases to what was found; those that somebody has booked by stay as they are. */
  private static int cases(
      Connection connection,
      Book book,
      List<Matching.Group> groups,
      Set<String> listing,
      Instant now)
      throws SQLException {
    Map<String, Case> known = new HashMap<>();
    for (Case one : CaseTable.ofBook(connection, book)) {
      known.put(one.flow() + " " + one.key(), one);
    }
    List<CaseTable.New> begun = new ArrayList<>();
    for (Matching.Group group : groups) {
      Difference kind =
          Difference.of(
              group.ours(),
              group.theirs(),
              group.listed(),
              group.oursFen(),
              group.theirsFen(),
              group.listedFen(),
              listing.contains(group.institution()));
      if (kind == null) {
        throw new IllegalStateException("lines that match are no difference");
      }
      Case before = known.remove(group.flow() + " " + group.key());
      if (before == null) {
        begun.add(
            new CaseTable.New(
                Ids.next(book.home()),
                kind,
                group.flow(),
                group.oursOrNull(),
                group.theirsOrNull(),
                group.listedOrNull(),
                group.institution(),
                group.key()));
      } else {
        again(connection, before, kind, group, now);
      }
    }
    CaseTable.insert(connection, book, begun, now);
    for (Case gone : known.values()) {
      if (CaseStep.VANISH.from().contains(gone.state())) {
        CaseTable.put(
            connection,
            changed(
                gone,
                gone.kind(),
                CaseStep.VANISH.follow(gone.state()),
                gone.oursFen(),
                gone.theirsFen(),
                gone.listedFen(),
                "vanished",
                null),
            CaseStep.VANISH,
            now,
            "",
            "");
      }
    }
    return groups.size();
  }

  private static void again(
      Connection connection, Case before, Difference kind, Matching.Group group, Instant now)
      throws SQLException {
    boolean isSame =
        Objects.equals(before.oursFen(), group.oursOrNull())
            && Objects.equals(before.theirsFen(), group.theirsOrNull())
            && Objects.equals(before.listedFen(), group.listedOrNull());
    boolean isOpen = before.state() == CaseState.FOUND || before.state() == CaseState.INVESTIGATED;
    boolean hadVanished = before.state() == CaseState.CLOSED && before.reason().equals("vanished");
    if (isOpen && !isSame || hadVanished) {
      Case next =
          changed(
              before,
              kind,
              isOpen ? before.state() : CaseStep.RETURN.follow(before.state()),
              group.oursOrNull(),
              group.theirsOrNull(),
              group.listedOrNull(),
              "",
              null);
      CaseTable.put(connection, next, isOpen ? CaseStep.FIND : CaseStep.RETURN, now, "", "");
    }
  }
}
