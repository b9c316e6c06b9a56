package health.helan.oversight.clearing;

import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Balance;
import health.helan.oversight.ledger.Ledger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * What a day of a scope holds, computed from ledger and lines: when it is closed, and again
 * whenever it is verified. What changes after the close (cases) is no part of it.
 */
final class DayFacts {
  private static final int FETCH = 2_000;

  private final Sql sql;
  private final Ledger ledger;

  DayFacts(Sql sql, Ledger ledger) {
    this.sql = sql;
    this.ledger = ledger;
  }

  /** The account of a scope that is not all. */
  static Account account(String scope) {
    int slash = scope.indexOf('/');
    return Account.of(
        AccountKind.valueOf(scope.substring(0, slash).toUpperCase(Locale.ROOT)),
        scope.substring(slash + 1));
  }

  static boolean isCounterpart(String scope) {
    return scope.startsWith(AccountKind.CHANNEL.code() + "/")
        || scope.startsWith(AccountKind.PAYER.code() + "/");
  }

  /** The facts of an account's day, as its body has them. */
  List<String> of(String scope, LocalDate day) {
    List<String> facts = new ArrayList<>();
    Account account = account(scope);
    Balance balance = ledger.balance(account, Reconciliation.end(day).minus(1, ChronoUnit.MICROS));
    facts.add("account %d %d".formatted(balance.debits(), balance.credits()));
    facts.add(movements(account, day));
    if (isCounterpart(scope)) {
      lines(Counterpart.of(scope), day, facts);
    }
    return facts;
  }

  private String movements(Account account, LocalDate day) {
    MessageDigest digest = DigestAlgorithm.SM3.newDigest();
    long[] sums = new long[3];
    UUID own = account.id();
    ledger.each(
        account,
        Reconciliation.begin(day),
        Reconciliation.end(day),
        one -> {
          digest.update(
              "%s\t%s\t%d\t%d\t%s\t%s\t%d\t%d\n"
                  .formatted(
                      one.intent(),
                      one.step(),
                      one.line(),
                      micros(one.at()),
                      one.debit(),
                      one.credit(),
                      one.posted(),
                      one.reserved())
                  .getBytes(StandardCharsets.UTF_8));
          sums[0]++;
          sums[one.debit().equals(own) ? 1 : 2] += one.posted();
        });
    return "movements %d %d %d %s"
        .formatted(sums[0], sums[1], sums[2], HexFormat.of().formatHex(digest.digest()));
  }

  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  private void lines(Counterpart counterpart, LocalDate day, List<String> facts) {
    Book book = Book.find(sql, counterpart, day);
    if (book == null) {
      return;
    }
    List<Statement> standing =
        sql.list(
            Statement.COLUMNS + " where home = ? and book = ? and standing order by number",
            Statement::of,
            book.home(),
            book.book());
    for (Statement one : standing) {
      // By the lines themselves: they are what a month is added up from and a case shows.
      facts.add(
          "statement %s %s %s"
              .formatted(
                  one.side().word(),
                  one.institution().isEmpty() ? "-" : one.institution(),
                  content(book, one.number())));
    }
    String ours = content(book, 0);
    facts.add("ours " + ours);
    facts.add(
        "matched %d %d %d %d"
            .formatted(book.byKey(), book.byReference(), book.byRule(), book.carried()));
    facts.addAll(
        sql.list(
            """
            select institution, count(*), coalesce(sum(fen) filter (where fen > 0), 0), coalesce(-sum(fen) filter (where fen < 0), 0)
            from clearing_entry where home = ? and book = ? and statement = 0 group by institution
            order by institution collate "C\"""",
            row ->
                "institution %s %d %d %d"
                    .formatted(
                        row.getString(1).isEmpty() ? "-" : row.getString(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4)),
            book.home(),
            book.book()));
  }

  /** Lines, what came, what went back, and the SM3 of one statement, from what is stored. */
  private String content(Book book, int statement) {
    return sql.together(connection -> content(connection, book, statement));
  }

  private static String content(Connection connection, Book book, int number) throws SQLException {
    MessageDigest digest = DigestAlgorithm.SM3.newDigest();
    long lines = 0;
    long in = 0;
    long out = 0;
    try (var statement =
        connection.prepareStatement(
            "select side, statement, number, kind, key, reference, institution, fen, at from clearing_entry"
                + " where home = ? and book = ? and statement = ? order by number")) {
      statement.setFetchSize(FETCH);
      Sql.bind(statement, book.home(), book.book(), (short) number);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Entry entry = Cases.found(row).entry();
          entry.addTo(digest);
          lines++;
          in += Math.max(0, entry.fen());
          out += Math.max(0, -entry.fen());
        }
      }
    }
    return "%d %d %d %s".formatted(lines, in, out, HexFormat.of().formatHex(digest.digest()));
  }
}
