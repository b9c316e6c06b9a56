package health.helan.oversight.clearing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Takes the files of statements. A file is taken whole or not at all, in memory that does not grow
 * with it, and only once it has come to its end: until then nothing waits for who sends it; the
 * same file again changes nothing; another one takes its place only when that is said.
 */
public final class Statements {
  /** What a file may have as it comes. */
  private static final long MOST_BYTES = 1L << 30;

  private final Sql sql;
  private final Counterparts counterparts;
  private final Clock clock;

  public Statements(DataSource database, Counterparts counterparts, Clock clock) {
    sql = new Sql(database);
    this.counterparts = counterparts;
    this.clock = clock;
  }

  /** What was taken before is this; thrown so that the transaction is rolled back. */
  private static final class Same extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Statement statement;

    Same(Statement statement) {
      super(null, null, false, false);
      this.statement = statement;
    }
  }

  static void over(LocalDate day, Clock clock) {
    if (!day.isBefore(LocalDate.ofInstant(clock.instant(), StatementReader.BEIJING))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.day-not-over");
    }
  }

  /**
   * Takes the statement of a day.
   *
   * @param institution whose own list it is; empty for the counterpart's statement
   * @param replaces whether it takes the place of another one
   * @param file is read to its end
   * @throws Refusal TOO_LONG for a file of more than 1 GB; STRUCTURE for a fault, with line and
   *     reason; CONFLICT when there is another statement and this one does not replace it;
   *     BUSINESS_RULE when the day is closed or not over. Nothing is taken then
   */
  public Statement take(
      Caller caller,
      Counterpart counterpart,
      LocalDate day,
      String institution,
      boolean replaces,
      InputStream file) {
    over(day, clock);
    Terms terms = counterparts.terms(counterpart);
    boolean isList = !institution.isEmpty();
    if (isList && terms.lists().isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.no-lists");
    }
    var layout = counterparts.layout(isList ? terms.lists() : terms.layout());
    Side side = isList ? Side.INSTITUTION : Side.THEIRS;
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    try (Spool spool = Spool.of(file, MOST_BYTES)) {
      return sql.together(
          connection -> {
            Book book = Book.locked(connection, counterpart, day, now);
            if (book.state() == Book.State.CLOSED) {
              throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.day-closed");
            }
            notBeforeTheFirst(connection, counterpart, day);
            int number = book.statements() + 1;
            var copy = new EntryCopy(connection, book.book(), number, side);
            StatementReader.Sums sums;
            try (InputStream read = spool.open()) {
              sums =
                  StatementReader.read(
                      layout.layout(),
                      day,
                      read,
                      entry -> copy.add(isList ? of(entry, institution) : entry));
            } catch (EntryCopy.Failed e) {
              throw e.refused;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            copy.finish();
            byte[] content = copy.content();
            settle(connection, book, side, institution, content, replaces);
            var unused =
                Sql.update(
                    connection,
                    """
                    insert into clearing_statement (home, number, side, standing, lines, layout_revision, book, fen_in,
                      fen_out, taken, institution, layout, taken_by, digest, content)
                    values (?, ?, ?, true, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    book.home(),
                    (short) number,
                    (short) side.ordinal(),
                    sums.lines(),
                    layout.revision(),
                    book.book(),
                    sums.in(),
                    sums.out(),
                    now,
                    institution,
                    layout.code(),
                    caller.subject(),
                    spool.digest(),
                    content);
            var unused2 =
                Sql.update(
                    connection,
                    "update clearing_book set statements = ?, reconciled = null where home = ? and book = ?",
                    (short) number,
                    book.home(),
                    book.book());
            return Objects.requireNonNull(standing(connection, book, side, institution)).asNew();
          });
    } catch (Same same) {
      return same.statement;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closed days have begun later: this one could be matched, and never closed. */
  private static void notBeforeTheFirst(
      Connection connection, Counterpart counterpart, LocalDate day) throws SQLException {
    List<LocalDate> first =
        Sql.list(
            connection,
            "select day from clearing_close where home = ? and scope = ? and number = 1",
            row -> row.getObject("day", LocalDate.class),
            Counterpart.home(counterpart.name()),
            counterpart.name());
    if (!first.isEmpty() && day.isBefore(first.getFirst())) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "clearing.before-first",
          counterpart.name(),
          first.getFirst().toString());
    }
  }

  private static Entry of(Entry entry, String institution) {
    if (!entry.institution().isEmpty() && !entry.institution().equals(institution)) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "clearing.other-institution");
    }
    return new Entry(
        entry.flow(), entry.key(), entry.reference(), institution, entry.fen(), entry.at());
  }

  private static @Nullable Statement standing(
      Connection connection, Book book, Side side, String institution) throws SQLException {
    List<Statement> found =
        Sql.list(
            connection,
            Statement.COLUMNS
                + " where home = ? and book = ? and side = ? and institution = ? and standing",
            Statement::of,
            book.home(),
            book.book(),
            (short) side.ordinal(),
            institution);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** Makes room for a new statement. */
  private static void settle(
      Connection connection,
      Book book,
      Side side,
      String institution,
      byte[] content,
      boolean replaces)
      throws SQLException {
    Statement before = standing(connection, book, side, institution);
    if (before == null) {
      return;
    }
    if (before.content().equals(HexFormat.of().formatHex(content))) {
      throw new Same(before);
    }
    if (!replaces) {
      throw new Refusal(Refusal.Kind.CONFLICT, "clearing.another-statement");
    }
    var unused =
        Sql.update(
            connection,
            "update clearing_statement set standing = false where home = ? and book = ? and number = ?",
            book.home(),
            book.book(),
            (short) before.number());
    var unused2 =
        Sql.update(
            connection,
            "delete from clearing_entry where home = ? and book = ? and statement = ?",
            book.home(),
            book.book(),
            (short) before.number());
  }

  /** All of a day, those that do not stand any more too. */
  public List<Statement> list(Counterpart counterpart, LocalDate day) {
    long book = counterpart.book(day);
    return sql.list(
        Statement.COLUMNS + " where home = ? and book = ? order by number",
        Statement::of,
        Counterpart.home(book),
        book);
  }
}
