package health.helan.oversight.clearing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.ledger.Ledger;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The services of clearing, put together. Thread-safe; one per application instance. */
public final class Clearing {
  private static final int MOST_LINES = 200;

  /**
   * What clearing stands on.
   *
   * @param books what we say; the ledger alone speaks for counterparts that none of them concerns
   * @param sources statements that are fetched
   * @param staff who of an institution looks at its books
   * @param signer the key that seals the audit
   */
  public record Parts(
      DataSource database,
      Ledger ledger,
      List<OwnBook> books,
      List<StatementSource> sources,
      FinanceStaff staff,
      Signer signer,
      Clock clock) {}

  private final Sql sql;
  private final List<StatementSource> sources;
  private final Counterparts counterparts;
  private final Statements statements;
  private final Reconciliation reconciliation;
  private final Cases cases;
  private final DayCloses closes;
  private final Months months;
  private final OwnDays ownDays;
  private final Officers officers;

  public Clearing(Parts parts) {
    sql = new Sql(parts.database());
    sources = List.copyOf(parts.sources());
    counterparts = new Counterparts(parts.database(), parts.clock());
    statements = new Statements(parts.database(), counterparts, parts.clock());
    List<OwnBook> books = new ArrayList<>(parts.books());
    books.add(new LedgerBook(parts.ledger()));
    reconciliation =
        new Reconciliation(parts.database(), parts.ledger(), counterparts, books, parts.clock());
    cases = new Cases(parts.database(), parts.ledger(), parts.clock());
    closes =
        new DayCloses(
            parts.database(), parts.ledger(), counterparts, parts.signer(), parts.clock());
    months = new Months(parts.database(), parts.ledger(), counterparts, cases, parts.clock());
    ownDays = new OwnDays(sql, closes);
    officers = new Officers(parts.staff());
  }

  public Counterparts counterparts() {
    return counterparts;
  }

  public Statements statements() {
    return statements;
  }

  public Reconciliation reconciliation() {
    return reconciliation;
  }

  public Cases cases() {
    return cases;
  }

  public DayCloses closes() {
    return closes;
  }

  public Months months() {
    return months;
  }

  OwnDays ownDays() {
    return ownDays;
  }

  Officers officers() {
    return officers;
  }

  /** Whether a counterpart's statement can be fetched. */
  public boolean isFetched(Counterpart counterpart) {
    return sources.stream().anyMatch(one -> one.counterpart().equals(counterpart));
  }

  /**
   * Fetches the statement of a day and takes it; one that is there already is left.
   *
   * @throws Refusal NOT_FOUND when it is not fetched; TRANSIENT when it cannot be had now; and as
   *     {@link Statements#take}
   */
  public Statement fetch(Caller caller, Counterpart counterpart, LocalDate day) {
    StatementSource source =
        sources.stream()
            .filter(one -> one.counterpart().equals(counterpart))
            .findFirst()
            .orElseThrow(() -> new Refusal(Refusal.Kind.NOT_FOUND, "clearing.no-source"));
    try (InputStream file = source.open(day)) {
      return statements.take(caller, counterpart, day, "", false, file);
    } catch (IOException e) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "clearing.source-silent");
    }
  }

  /** Of some days, the latest first. */
  public List<Book> books(LocalDate from, LocalDate to) {
    return Book.list(sql, from, to);
  }

  /** Null for none. */
  public @Nullable Book book(Counterpart counterpart, LocalDate day) {
    return Book.find(sql, counterpart, day);
  }

  /**
   * Lines of a statement, or ours.
   *
   * @param statement its number; 0 for ours
   * @param after number of the last line of the page before; 0 for the first page
   * @param institution whose lines alone; null for all
   */
  public List<Cases.Found> lines(
      Counterpart counterpart,
      LocalDate day,
      int statement,
      int after,
      @Nullable String institution) {
    long book = counterpart.book(day);
    return sql.list(
        """
        select side, statement, number, kind, key, reference, institution, fen, at from clearing_entry
        where home = ? and book = ? and statement = ? and number > ? and (?::text is null or institution = ?)
        order by number limit ?""",
        Cases::found,
        Counterpart.home(book),
        book,
        (short) statement,
        after,
        institution,
        institution,
        MOST_LINES);
  }
}
