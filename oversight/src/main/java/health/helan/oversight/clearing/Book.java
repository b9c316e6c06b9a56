package health.helan.oversight.clearing;

import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A day of a counterpart.
 *
 * @param statements number of the last statement that was taken
 * @param terms revision by which it was matched; 0 for not yet
 * @param ours lines of ours; likewise theirs and those of institutions
 * @param byKey of ours and theirs alike: how many of our lines matched one to one
 * @param byReference our lines and theirs that matched by reference and sum
 * @param byRule likewise by amount and time
 * @param carried likewise with another day
 * @param differences cases that it has
 * @param reconciled null until it is matched, and when a statement has come since
 */
public record Book(
    long book,
    Counterpart counterpart,
    LocalDate day,
    State state,
    int statements,
    int terms,
    int ours,
    int theirs,
    int listed,
    long oursFen,
    long theirsFen,
    long listedFen,
    int byKey,
    int byReference,
    int byRule,
    int carried,
    int differences,
    @Nullable Instant reconciled) {

  private static final String COLUMNS =
      "select book, counterpart, day, state, statements, terms, ours, theirs, listed, ours_fen, theirs_fen, listed_fen,"
          + " by_key, by_reference, by_rule, carried, differences, reconciled from clearing_book";

  /** The order is stored. */
  public enum State {
    OPEN,
    CLOSED
  }

  int home() {
    return Counterpart.home(book);
  }

  private static Book of(ResultSet row) throws SQLException {
    return new Book(
        row.getLong("book"),
        Counterpart.of(row.getString("counterpart")),
        row.getObject("day", LocalDate.class),
        State.values()[row.getInt("state")],
        row.getInt("statements"),
        row.getInt("terms"),
        row.getInt("ours"),
        row.getInt("theirs"),
        row.getInt("listed"),
        row.getLong("ours_fen"),
        row.getLong("theirs_fen"),
        row.getLong("listed_fen"),
        row.getInt("by_key"),
        row.getInt("by_reference"),
        row.getInt("by_rule"),
        row.getInt("carried"),
        row.getInt("differences"),
        Sql.instantOrNull(row, "reconciled"));
  }

  /** Null for none. */
  static @Nullable Book find(Sql sql, Counterpart counterpart, LocalDate day) {
    long book = counterpart.book(day);
    return sql.one(
        COLUMNS + " where home = ? and book = ?", Book::of, Counterpart.home(book), book);
  }

  /** Those of some days, the latest first. */
  static List<Book> list(Sql sql, LocalDate from, LocalDate to) {
    return sql.list(
        COLUMNS + " where day >= ? and day <= ? order by day desc, counterpart",
        Book::of,
        from,
        to);
  }

  /** Opens it where there is none yet, and holds it until the transaction ends. */
  static Book locked(Connection connection, Counterpart counterpart, LocalDate day, Instant now)
      throws SQLException {
    long book = counterpart.book(day);
    int home = Counterpart.home(book);
    var unused =
        Sql.update(
            connection,
            """
            insert into clearing_book (home, state, statements, terms, ours, theirs, listed, by_key, by_reference, by_rule,
              carried, differences, book, ours_fen, theirs_fen, listed_fen, opened, reconciled, day, counterpart)
            values (?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?, 0, 0, 0, ?, null, ?, ?) on conflict (home, book) do nothing""",
            home,
            book,
            now,
            day,
            counterpart.name());
    return Sql.list(
            connection, COLUMNS + " where home = ? and book = ? for update", Book::of, home, book)
        .getFirst();
  }
}
