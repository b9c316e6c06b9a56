package health.helan.oversight.ledger;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Books money. A posting is one transaction in one home; it is there whole or not at all, and once.
 * Thread-safe; one per application instance.
 */
public final class Ledger {
  /** Rows that are known to be there; the rest is looked for. */
  private static final int MOST_KNOWN = 200_000;

  private static final int MOST_OF_A_PAGE = 500;

  private final Sql sql;
  private final Clock clock;
  private final Set<LedgerTable.Place> known = ConcurrentHashMap.newKeySet();

  public Ledger(DataSource database, Clock clock) {
    sql = new Sql(database);
    this.clock = clock;
  }

  /**
   * How a posting went.
   *
   * @param at when it was booked
   * @param isNew false when it had been booked before
   */
  public record Posted(Instant at, boolean isNew) {}

  /**
   * Books a posting in a transaction of its own.
   *
   * @throws Refusal CONFLICT when the key stands for something else, or a reservation has ended
   *     already; BUSINESS_RULE when an account would fall below its floor; NOT_FOUND for a
   *     reservation that is not there; TRANSIENT when this instance's clock stands in a time that
   *     is closed. Nothing is booked then
   */
  public Posted post(Posting posting) {
    return sql.together(connection -> post(connection, posting));
  }

  /**
   * Books it in the caller's transaction: one posting in each, as the last locks that it takes.
   *
   * @throws Refusal as above; the transaction must be rolled back
   */
  public Posted post(Connection transaction, Posting posting) throws SQLException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    byte[] digest = posting.digest();
    if (!LedgerTable.insert(transaction, posting, digest, now)) {
      return again(transaction, posting, digest);
    }
    List<Draft> drafts = drafts(transaction, posting);
    Map<UUID, LedgerTable.Standing> standings = lock(transaction, posting.home(), drafts);
    // Microseconds of its own for each line: no two transfers of an account have the same time.
    Instant at = now;
    for (LedgerTable.Standing standing : standings.values()) {
      if (!standing.last.isBefore(at)) {
        at = standing.last.plus(1, ChronoUnit.MICROS);
      }
    }
    List<LedgerTable.Row> rows = new ArrayList<>();
    for (int i = 0; i < drafts.size(); i++) {
      Draft draft = drafts.get(i);
      LedgerTable.Standing debit = Objects.requireNonNull(standings.get(draft.debit()));
      LedgerTable.Standing credit = Objects.requireNonNull(standings.get(draft.credit()));
      debit.debits = Math.addExact(debit.debits, draft.posted());
      debit.reservedDebits = Math.addExact(debit.reservedDebits, draft.reserved());
      credit.credits = Math.addExact(credit.credits, draft.posted());
      credit.reservedCredits = Math.addExact(credit.reservedCredits, draft.reserved());
      Instant moment = at.plus(i, ChronoUnit.MICROS);
      debit.last = moment;
      credit.last = moment;
      rows.add(
          new LedgerTable.Row(
              i + 1,
              moment,
              draft.debit(),
              draft.credit(),
              draft.posted(),
              draft.reserved(),
              debit.debits,
              credit.credits,
              draft.resolvesStep(),
              draft.resolvesLine()));
    }
    for (LedgerTable.Standing standing : standings.values()) {
      if (standing.isBelowFloor()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "ledger.overdrawn");
      }
    }
    // First the transfers: of two that end one reservation, the index tells the second.
    LedgerTable.insert(transaction, posting, rows);
    LedgerTable.update(transaction, posting.home(), standings.values());
    return new Posted(at, true);
  }

  private static Posted again(Connection transaction, Posting posting, byte[] digest)
      throws SQLException {
    LedgerTable.Stored before = LedgerTable.stored(transaction, posting);
    if (before == null) {
      // The clock of this instance stands in a day that is closed: it must not be believed.
      throw new Refusal(Refusal.Kind.TRANSIENT, "ledger.closed");
    }
    if (!Arrays.equals(before.digest(), digest)) {
      throw new Refusal(Refusal.Kind.CONFLICT, "ledger.other-content");
    }
    return new Posted(before.at(), false);
  }

  /** A line whose sides are known. */
  private record Draft(
      UUID debit,
      UUID credit,
      @Nullable Account debited,
      @Nullable Account credited,
      long posted,
      long reserved,
      @Nullable String resolvesStep,
      int resolvesLine) {}

  private static List<Draft> drafts(Connection transaction, Posting posting) throws SQLException {
    boolean ends =
        posting.lines().stream()
            .anyMatch(line -> line instanceof Line.Settle || line instanceof Line.Release);
    List<Movement> before = ends ? LedgerTable.movements(transaction, posting.intent()) : List.of();
    List<Draft> drafts = new ArrayList<>();
    for (Line line : posting.lines()) {
      drafts.add(
          switch (line) {
            case Line.Move move -> draft(move.debit(), move.credit(), move.fen(), 0);
            case Line.Reserve reserve -> draft(reserve.debit(), reserve.credit(), 0, reserve.fen());
            case Line.Settle settle -> resolve(before, settle.step(), settle.line(), settle.fen());
            case Line.Release release -> resolve(before, release.step(), release.line(), 0);
          });
    }
    return drafts;
  }

  private static Draft draft(Account debit, Account credit, long posted, long reserved) {
    return new Draft(debit.id(), credit.id(), debit, credit, posted, reserved, null, 0);
  }

  /** Who ends it in the same moment is found out by the index that lets it end once. */
  private static Draft resolve(List<Movement> before, String step, int line, long fen) {
    for (Movement one : before) {
      if (step.equals(one.resolvesStep()) && line == one.resolvesLine()) {
        throw new Refusal(Refusal.Kind.CONFLICT, "ledger.resolved");
      }
    }
    for (Movement one : before) {
      if (one.step().equals(step) && one.line() == line && one.reserved() > 0) {
        if (fen > one.reserved()) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "ledger.more-than-reserved");
        }
        return new Draft(one.debit(), one.credit(), null, null, fen, -one.reserved(), step, line);
      }
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "ledger.no-reservation");
  }

  /**
   * Locks what the lines touch, in the order of the accounts' ids. What is not there yet is made
   * before anything is locked, so that who waits for another's new row holds nothing it needs.
   */
  private Map<UUID, LedgerTable.Standing> lock(Connection transaction, int home, List<Draft> drafts)
      throws SQLException {
    Map<UUID, Account> accounts = new HashMap<>();
    Set<UUID> touched = new HashSet<>();
    for (Draft draft : drafts) {
      note(accounts, home, draft.debited());
      note(accounts, home, draft.credited());
      touched.add(draft.debit());
      touched.add(draft.credit());
    }
    List<Account> unknown =
        accounts.entrySet().stream()
            .filter(one -> !known.contains(new LedgerTable.Place(home, one.getKey())))
            .sorted(Comparator.comparing(one -> one.getKey().toString()))
            .map(Map.Entry::getValue)
            .toList();
    Set<UUID> begun = unknown.isEmpty() ? Set.of() : LedgerTable.begin(transaction, home, unknown);
    Map<UUID, LedgerTable.Standing> standings = new TreeMap<>();
    LedgerTable.lock(transaction, home, touched)
        .forEach(standing -> standings.put(standing.account, standing));
    if (standings.size() != touched.size()) {
      throw new IllegalStateException("an account of a transfer has no balance");
    }
    // Those that were there before this transaction stay whatever becomes of it.
    if (known.size() < MOST_KNOWN) {
      for (UUID id : touched) {
        if (!begun.contains(id)) {
          known.add(new LedgerTable.Place(home, id));
        }
      }
    }
    return standings;
  }

  private static void note(Map<UUID, Account> accounts, int home, @Nullable Account account) {
    if (account == null) {
      return;
    }
    if (account.kind().hasFloor() && account.home() != home) {
      throw new IllegalArgumentException(
          "an intent of home " + home + " moves money of " + account.kind() + " elsewhere");
    }
    accounts.put(account.id(), account);
  }

  /**
   * Closes the time before a moment for good: when it returns, every transfer before it is there to
   * be read, and none will ever be added. Waits for what is being booked. Closing what is closed
   * changes nothing.
   *
   * @param until not later than now
   */
  public void close(Instant until) {
    Instant now = clock.instant();
    if (until.isAfter(now)) {
      throw new IllegalArgumentException("what is yet to come cannot be closed");
    }
    for (int home = 0; home < Ids.HOMES; home += 256) {
      LedgerTable.close(sql, home, home + 255, until, now);
    }
  }

  // ------------------------------------------------------------------ reading

  /**
   * Every transfer of an account in a time, bucket by bucket and there in their order, one at a
   * time however many there are.
   */
  public void each(Account account, Instant from, Instant before, Consumer<Movement> into) {
    boolean unused =
        sql.together(
            connection -> {
              LedgerTable.each(connection, account.id(), from, before, into);
              return true;
            });
  }

  /** Owners of the accounts of a kind that have ever been used, sorted. */
  public List<String> owners(AccountKind kind) {
    return LedgerTable.owners(sql, kind);
  }

  /** What an account has now. */
  public Balance balance(Account account) {
    return LedgerTable.balance(sql, account.id());
  }

  /**
   * What had been posted to an account at a moment, that moment included; reservations are not
   * told.
   */
  public Balance balance(Account account, Instant at) {
    return LedgerTable.balance(sql, account.id(), at);
  }

  /** When an account was first moved; null for never. */
  public @Nullable Instant first(Account account) {
    return LedgerTable.first(sql, account.id());
  }

  /**
   * Transfers of an account, the latest first.
   *
   * @param from the earliest
   * @param before all are earlier
   * @param after the last of the page before, whose time then counts instead; null for the first
   * @param most at most 500 of them
   */
  public List<Movement> history(
      Account account, Instant from, Instant before, Movement.@Nullable Place after, int most) {
    return LedgerTable.history(
        sql, account.id(), from, before, after, Math.clamp(most, 1, MOST_OF_A_PAGE));
  }

  /**
   * An account and what it has.
   *
   * @param name kind and owner, as {@code institution/[id]}
   */
  public record Standing(String name, Balance balance) {}

  /**
   * Accounts of a kind, by name.
   *
   * @param prefix what the owner begins with; empty for all
   * @param after name that all are behind; empty for the first page
   * @param most at most 500 of them
   */
  public List<Standing> accounts(AccountKind kind, String prefix, String after, int most) {
    return LedgerTable.accounts(
        sql, kind, kind.code() + "/" + prefix, after, Math.clamp(most, 1, MOST_OF_A_PAGE));
  }

  /** Names of accounts by their ids; one that has not begun has none. */
  public Map<UUID, String> names(Set<UUID> accounts) {
    return LedgerTable.names(sql, accounts);
  }

  /** All that was booked for an intent, in its order. */
  public List<Movement> movements(String intent) {
    return Ids.isAssigned(intent) ? LedgerTable.movements(sql, intent) : List.of();
  }

  /** What is reserved in an intent and neither settled nor released. */
  public List<Movement> open(String intent) {
    List<Movement> all = movements(intent);
    return all.stream()
        .filter(
            one ->
                one.reserved() > 0
                    && all.stream()
                        .noneMatch(
                            other ->
                                one.step().equals(other.resolvesStep())
                                    && one.line() == other.resolvesLine()))
        .toList();
  }

  /**
   * Computes everything anew and compares: balances from transfers, the chain of sums of every
   * account, postings and their lines, reservations and what ended them. Reads the whole ledger;
   * says what is wrong and where, in words for who keeps the system. Changes nothing.
   *
   * @return empty when all is well; at most 100 findings
   */
  public List<String> check() {
    List<String> findings = new ArrayList<>();
    for (int home = 0; home < Ids.HOMES && findings.size() < 100; home += 256) {
      findings.addAll(LedgerTable.check(sql, home, home + 255));
    }
    return findings.subList(0, Math.min(100, findings.size()));
  }
}
