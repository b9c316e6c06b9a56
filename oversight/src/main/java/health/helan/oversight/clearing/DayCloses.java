package health.helan.oversight.clearing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Closes days, for good: what a day held is written down, linked to the day before and signed, and
 * the ledger takes nothing into it any more.
 */
public final class DayCloses {
  private static final String LATEST =
      DayClose.COLUMNS + " where home = ? and scope = ? order by number desc limit 1";

  private final Sql sql;
  private final Ledger ledger;
  private final Counterparts counterparts;
  private final DayFacts facts;
  private final Signer signer;
  private final Clock clock;
  private final byte[] certificate;
  private final String fingerprint;

  /**
   * @param signer the key that seals the audit
   */
  public DayCloses(
      DataSource database, Ledger ledger, Counterparts counterparts, Signer signer, Clock clock) {
    sql = new Sql(database);
    this.ledger = ledger;
    this.counterparts = counterparts;
    this.signer = signer;
    this.clock = clock;
    facts = new DayFacts(sql, ledger);
    try {
      certificate = signer.certificate().getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException(e);
    }
    fingerprint = HexFormat.of().formatHex(DigestAlgorithm.SM3.digest(certificate));
  }

  /** Those of some days, the latest first. */
  public List<DayClose> list(LocalDate from, LocalDate to) {
    return sql.list(
        DayClose.COLUMNS + " where day >= ? and day <= ? order by day desc, scope",
        DayClose::of,
        from,
        to);
  }

  /** The same, of some scopes alone: a region has one for each institution and day. */
  List<DayClose> list(LocalDate from, LocalDate to, Collection<String> scopes) {
    return sql.list(
        DayClose.COLUMNS
            + " where day >= ? and day <= ? and scope = any (?) order by day desc, scope",
        DayClose::of,
        from,
        to,
        (Object) scopes.toArray(String[]::new));
  }

  /** Null for none. */
  public @Nullable DayClose find(String scope, LocalDate day) {
    return sql.one(
        DayClose.COLUMNS + " where home = ? and scope = ? and day = ?",
        DayClose::of,
        Counterpart.home(scope),
        scope,
        day);
  }

  /**
   * Closes a day of a counterpart; the same again answers what was closed.
   *
   * @throws Refusal BUSINESS_RULE when it is not over or not matched, the day before is open, or
   *     none is closed and something was booked before it
   */
  public DayClose close(Caller caller, Counterpart counterpart, LocalDate day) {
    return close(caller, counterpart.name(), day);
  }

  /**
   * Closes a day of all: of each institution and of counterparts without statements, then the
   * whole.
   *
   * @throws Refusal BUSINESS_RULE naming a counterpart whose day is open
   */
  public DayClose closeAll(Caller caller, LocalDate day) {
    DayClose known = find(DayClose.ALL, day);
    if (known != null) {
      return known;
    }
    Statements.over(day, clock);
    List<String> withTerms =
        counterparts.all().stream().map(one -> one.counterpart().name()).toList();
    for (String scope : withTerms) {
      if (find(scope, day) == null) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.part-open", scope);
      }
    }
    List<String> rest = new ArrayList<>();
    for (AccountKind kind :
        new AccountKind[] {AccountKind.CHANNEL, AccountKind.PAYER, AccountKind.INSTITUTION}) {
      for (String owner : ledger.owners(kind)) {
        rest.add(kind.code() + "/" + owner);
      }
    }
    rest.removeAll(withTerms);
    for (String scope : rest) {
      DayClose unused = close(caller, scope, day);
    }
    return close(caller, DayClose.ALL, day);
  }

  private DayClose close(Caller caller, String scope, LocalDate day) {
    Statements.over(day, clock);
    DayClose known = find(scope, day);
    if (known != null) {
      return known;
    }
    mayClose(scope, day);
    ledger.close(Reconciliation.end(day));
    Book read =
        DayFacts.isCounterpart(scope)
            ? sql.together(
                connection -> Book.locked(connection, Counterpart.of(scope), day, clock.instant()))
            : null;
    // What is computed here cannot change any more: the ledger is closed, and lines only before the
    // book is, which is looked at again under its lock.
    List<String> held =
        scope.equals(DayClose.ALL) ? parts(day) : new ArrayList<>(facts.of(scope, day));
    return sql.together(
        connection -> {
          if (read != null) {
            held.addAll(closeBook(connection, read));
          }
          return seal(connection, caller, scope, day, held);
        });
  }

  /** Before anything is changed: what is refused leaves the ledger as open as it was. */
  private void mayClose(String scope, LocalDate day) {
    if (DayFacts.isCounterpart(scope)) {
      Counterpart counterpart = Counterpart.of(scope);
      if (counterparts.find(counterpart) != null) {
        Book book = Book.find(sql, counterpart, day);
        if (book == null || book.reconciled() == null) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.not-matched", scope);
        }
      } else if (ledger.first(DayFacts.account(scope)) == null) {
        throw new Refusal(Refusal.Kind.VALUE, "clearing.unknown-scope", scope);
      }
    }
    follows(sql.one(LATEST, DayClose::of, Counterpart.home(scope), scope), scope, day);
  }

  private void follows(@Nullable DayClose previous, String scope, LocalDate day) {
    if (previous != null && day.isBefore(previous.day())) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "clearing.before-first",
          scope,
          previous.day().minusDays(previous.number() - 1L).toString());
    }
    if (previous != null && !previous.day().plusDays(1).equals(day)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "clearing.day-before",
          scope,
          previous.day().plusDays(1).toString());
    }
    if (previous == null && DayFacts.isCounterpart(scope)) {
      // A month pays what closed days hold: what lies before the first would never be paid.
      Instant first = ledger.first(DayFacts.account(scope));
      if (first != null && first.isBefore(Reconciliation.begin(day))) {
        throw new Refusal(
            Refusal.Kind.BUSINESS_RULE,
            "clearing.day-before",
            scope,
            LocalDate.ofInstant(first, StatementReader.BEIJING).toString());
      }
    }
  }

  private List<String> parts(LocalDate day) {
    return sql.list(
        "select scope, digest from clearing_close where day = ? and scope <> ? order by scope",
        row -> "part %s %s".formatted(row.getString(1), HexFormat.of().formatHex(row.getBytes(2))),
        day,
        DayClose.ALL);
  }

  /** Closes the book of the day; answers with the cases that it leaves open. */
  private List<String> closeBook(Connection connection, Book read) throws SQLException {
    Counterpart counterpart = read.counterpart();
    Book book = Book.locked(connection, counterpart, read.day(), clock.instant());
    if (counterparts.find(counterpart) != null && book.reconciled() == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.not-matched", counterpart.name());
    }
    if (!read.equals(book)) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "clearing.busy");
    }
    var unused =
        Sql.update(
            connection,
            "update clearing_book set state = 1 where home = ? and book = ?",
            book.home(),
            book.book());
    return Sql.list(
        connection,
        Case.COLUMNS + " where home = ? and book = ? and state < 5 order by id",
        row -> fact(Case.of(row)),
        book.home(),
        book.book());
  }

  private static String fact(Case one) {
    return "case %s %s %s %s %s %s"
        .formatted(
            one.id(),
            one.kind().word(),
            one.state().word(),
            fen(one.oursFen()),
            fen(one.theirsFen()),
            fen(one.listedFen()));
  }

  private static String fen(@Nullable Long fen) {
    return fen == null ? "-" : fen.toString();
  }

  private DayClose seal(
      Connection connection, Caller caller, String scope, LocalDate day, List<String> held)
      throws SQLException {
    int home = Counterpart.home(scope);
    List<DayClose> last = Sql.list(connection, LATEST, DayClose::of, home, scope);
    DayClose previous = last.isEmpty() ? null : last.getFirst();
    follows(previous, scope, day);
    Instant at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    var head =
        new DayClose.Head(
            scope,
            day,
            previous == null ? 1 : previous.number() + 1,
            at,
            previous == null ? DayClose.NO_PREVIOUS : previous.digest(),
            fingerprint,
            signer.algorithm().jca(),
            caller.subject());
    String body = head.text() + String.join("\n", held) + (held.isEmpty() ? "" : "\n");
    String digest = DayClose.digest(body);
    if (Sql.update(
            connection,
            """
            insert into clearing_close (home, number, at, day, scope, body, digest, signature, certificate)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (home, scope, number) do nothing""",
            home,
            head.number(),
            at,
            day,
            scope,
            body,
            HexFormat.of().parseHex(digest),
            signer.sign(body.getBytes(StandardCharsets.UTF_8)),
            certificate)
        == 0) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "clearing.busy");
    }
    return new DayClose(scope, day, head.number(), at, body, digest);
  }
}
