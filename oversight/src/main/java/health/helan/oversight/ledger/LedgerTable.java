package health.helan.oversight.ledger;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tables {@code ledger_posting}, {@code ledger_balance} and {@code ledger_transfer}. */
final class LedgerTable {
  private static final String MOVEMENTS =
      "select intent, step, line, at, debit, credit, posted, reserved, resolves_step, resolves_line from ledger_transfer";

  /** SQLSTATE of what a unique index refuses. */
  private static final String UNIQUE = "23505";

  private static final String RESOLVED = "ledger_transfer_resolved";

  private LedgerTable() {}

  /** An account in a home. */
  record Place(int home, UUID account) {}

  /** A posting that was booked before. */
  record Stored(byte[] digest, Instant at) {}

  /** A row of {@code ledger_balance} under its lock. */
  static final class Standing {
    final UUID account;
    final int floor;
    long debits;
    long credits;
    long reservedDebits;
    long reservedCredits;
    Instant last;

    private Standing(ResultSet row) throws SQLException {
      account = row.getObject("account", UUID.class);
      floor = row.getInt("floor");
      debits = row.getLong("debits");
      credits = row.getLong("credits");
      reservedDebits = row.getLong("reserved_debits");
      reservedCredits = row.getLong("reserved_credits");
      last = Sql.instant(row, "last");
    }

    boolean isBelowFloor() {
      return floor == 1 && Math.addExact(debits, reservedDebits) > credits
          || floor == 2 && Math.addExact(credits, reservedCredits) > debits;
    }
  }

  /** A transfer to be written. */
  record Row(
      int line,
      Instant at,
      UUID debit,
      UUID credit,
      long posted,
      long reserved,
      long debitsAfter,
      long creditsAfter,
      @Nullable String resolvesStep,
      int resolvesLine) {}

  // ------------------------------------------------------------------ writing

  /**
   * False when the key is there already, or its time is closed; waits for who writes it at the
   * moment. Holds the bucket's fence until the transaction ends, so that who closes waits for it.
   */
  static boolean insert(Connection connection, Posting posting, byte[] digest, Instant at)
      throws SQLException {
    return Sql.update(
            connection,
            """
            insert into ledger_posting (home, lines, at, intent, step, digest)
            select f.home, ?::smallint, ?::timestamptz, ?::text, ?::text, ?::bytea from ledger_fence f
            where f.home = ? and f.until <= ? for share
            on conflict (home, intent, step) do nothing""",
            (short) posting.lines().size(),
            at,
            posting.intent(),
            posting.step(),
            digest,
            posting.home(),
            at)
        == 1;
  }

  /** Nothing is booked before it any more; waits for who books at the moment. */
  static void close(Sql sql, int from, int to, Instant until, Instant now) {
    var unused =
        sql.update(
            "update ledger_fence set until = ?, raised = ? where home between ? and ? and until < ?",
            until,
            now,
            from,
            to,
            until);
  }

  /** Null for none. */
  static @Nullable Stored stored(Connection connection, Posting posting) throws SQLException {
    List<Stored> found =
        Sql.list(
            connection,
            "select digest, at from ledger_posting where home = ? and intent = ? and step = ?",
            row -> new Stored(row.getBytes("digest"), Sql.instant(row, "at")),
            posting.home(),
            posting.intent(),
            posting.step());
    return found.isEmpty() ? null : found.getFirst();
  }

  /**
   * Makes the rows of accounts that have none here yet.
   *
   * @param accounts in the order of their ids
   * @return those that were made
   */
  static Set<UUID> begin(Connection connection, int home, List<Account> accounts)
      throws SQLException {
    return new HashSet<>(
        Sql.list(
            connection,
            """
            insert into ledger_balance (home, kind, floor, debits, credits, reserved_debits, reserved_credits, last,
              account, name)
            select ?, n.kind, n.floor, 0, 0, 0, 0, ?, n.account, n.name
            from unnest(?, ?, ?, ?) n (kind, floor, account, name)
            on conflict (home, account) do nothing returning account""",
            row -> row.getObject(1, UUID.class),
            home,
            // Not of now: another instance's clock may be behind.
            Instant.EPOCH,
            shorts(connection, accounts.stream().map(one -> one.kind().ordinal()).toList()),
            shorts(connection, accounts.stream().map(one -> (int) one.floor()).toList()),
            uuids(connection, accounts.stream().map(Account::id).toList()),
            connection.createArrayOf("text", accounts.stream().map(Account::name).toArray())));
  }

  static List<Standing> lock(Connection connection, int home, Collection<UUID> accounts)
      throws SQLException {
    return Sql.list(
        connection,
        "select account, floor, debits, credits, reserved_debits, reserved_credits, last from ledger_balance"
            + " where home = ? and account = any(?) order by account for update",
        Standing::new,
        home,
        uuids(connection, accounts));
  }

  static void update(Connection connection, int home, Collection<Standing> standings)
      throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            update ledger_balance b set debits = n.debits, credits = n.credits, reserved_debits = n.reserved_debits,
              reserved_credits = n.reserved_credits, last = n.last
            from unnest(?, ?, ?, ?, ?, ?) n (account, debits, credits, reserved_debits, reserved_credits, last)
            where b.home = ? and b.account = n.account""",
            uuids(connection, standings.stream().map(one -> one.account).toList()),
            longs(connection, standings.stream().map(one -> one.debits).toList()),
            longs(connection, standings.stream().map(one -> one.credits).toList()),
            longs(connection, standings.stream().map(one -> one.reservedDebits).toList()),
            longs(connection, standings.stream().map(one -> one.reservedCredits).toList()),
            times(connection, standings.stream().map(one -> one.last).toList()),
            home);
  }

  /**
   * @throws Refusal CONFLICT when a reservation was ended meanwhile
   */
  static void insert(Connection connection, Posting posting, List<Row> rows) throws SQLException {
    try {
      write(connection, posting, rows);
    } catch (SQLException e) {
      if (UNIQUE.equals(e.getSQLState()) && String.valueOf(e.getMessage()).contains(RESOLVED)) {
        throw new Refusal(Refusal.Kind.CONFLICT, "ledger.resolved");
      }
      throw e;
    }
  }

  private static void write(Connection connection, Posting posting, List<Row> rows)
      throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            insert into ledger_transfer (home, line, resolves_line, posted, reserved, debits_after, credits_after, at,
              debit, credit, intent, step, resolves_step)
            select ?, n.line, n.resolves_line, n.posted, n.reserved, n.debits_after, n.credits_after, n.at, n.debit,
              n.credit, ?, ?, n.resolves_step
            from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
              n (line, resolves_line, posted, reserved, debits_after, credits_after, at, debit, credit, resolves_step)""",
            posting.home(),
            posting.intent(),
            posting.step(),
            shorts(connection, rows.stream().map(row -> (Integer) row.line()).toList()),
            shorts(
                connection,
                rows.stream()
                    .map(row -> row.resolvesStep() == null ? null : (Integer) row.resolvesLine())
                    .toList()),
            longs(connection, rows.stream().map(Row::posted).toList()),
            longs(connection, rows.stream().map(Row::reserved).toList()),
            longs(connection, rows.stream().map(Row::debitsAfter).toList()),
            longs(connection, rows.stream().map(Row::creditsAfter).toList()),
            times(connection, rows.stream().map(Row::at).toList()),
            uuids(connection, rows.stream().map(Row::debit).toList()),
            uuids(connection, rows.stream().map(Row::credit).toList()),
            connection.createArrayOf("text", rows.stream().map(Row::resolvesStep).toArray()));
  }

  private static Array uuids(Connection connection, Collection<UUID> values) throws SQLException {
    return connection.createArrayOf("uuid", values.toArray());
  }

  private static Array longs(Connection connection, Collection<Long> values) throws SQLException {
    return connection.createArrayOf("int8", values.toArray());
  }

  private static Array shorts(Connection connection, Collection<@Nullable Integer> values)
      throws SQLException {
    return connection.createArrayOf("int2", values.toArray());
  }

  private static Array times(Connection connection, Collection<Instant> values)
      throws SQLException {
    return connection.createArrayOf(
        "timestamptz", values.stream().map(at -> at.atOffset(ZoneOffset.UTC)).toArray());
  }

  // ------------------------------------------------------------------ reading

  /** All of an intent. */
  static List<Movement> movements(Connection connection, String intent) throws SQLException {
    return Sql.list(
        connection,
        MOVEMENTS + " where home = ? and intent = ?",
        LedgerTable::movement,
        Ids.home(intent),
        intent);
  }

  static List<Movement> movements(Sql sql, String intent) {
    return sql.list(
        MOVEMENTS + " where home = ? and intent = ? order by at, line",
        LedgerTable::movement,
        Ids.home(intent),
        intent);
  }

  private static Movement movement(ResultSet row) throws SQLException {
    return new Movement(
        row.getString("intent"),
        row.getString("step"),
        row.getInt("line"),
        Sql.instant(row, "at"),
        row.getObject("debit", UUID.class),
        row.getObject("credit", UUID.class),
        row.getLong("posted"),
        row.getLong("reserved"),
        row.getString("resolves_step"),
        row.getInt("resolves_line"));
  }

  static Balance balance(Sql sql, UUID account) {
    return Objects.requireNonNull(
        sql.one(
            """
            select coalesce(sum(debits), 0)::bigint, coalesce(sum(credits), 0)::bigint,
              coalesce(sum(reserved_debits), 0)::bigint, coalesce(sum(reserved_credits), 0)::bigint
            from ledger_balance where account = ?""",
            LedgerTable::balance,
            account));
  }

  /** The sums after the last transfer of each home that is not later. */
  static Balance balance(Sql sql, UUID account, Instant at) {
    return Objects.requireNonNull(
        sql.one(
            """
            select coalesce(sum(d.after), 0)::bigint, coalesce(sum(c.after), 0)::bigint, 0::bigint, 0::bigint
            from ledger_balance b
            left join lateral (select t.debits_after as after from ledger_transfer t
              where t.home = b.home and t.debit = b.account and t.at <= ? order by t.at desc limit 1) d on true
            left join lateral (select t.credits_after as after from ledger_transfer t
              where t.home = b.home and t.credit = b.account and t.at <= ? order by t.at desc limit 1) c on true
            where b.account = ?""",
            LedgerTable::balance,
            at,
            at,
            account));
  }

  /** The earliest of each home's first by either side; null for none. */
  static @Nullable Instant first(Sql sql, UUID account) {
    return sql
        .list(
            """
            select t.at from ledger_balance b
            cross join lateral (
              (select at from ledger_transfer d where d.home = b.home and d.debit = b.account order by d.at limit 1)
              union all
              (select at from ledger_transfer c where c.home = b.home and c.credit = b.account order by c.at limit 1)) t
            where b.account = ? order by t.at limit 1""",
            row -> Sql.instant(row, "at"),
            account)
        .stream()
        .findFirst()
        .orElse(null);
  }

  private static Balance balance(ResultSet row) throws SQLException {
    return new Balance(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
  }

  /** Fanned out over all homes: for officers, not for each payment. */
  static List<Ledger.Standing> accounts(
      Sql sql, AccountKind kind, String prefix, String after, int most) {
    return sql.list(
        """
        select name, sum(debits)::bigint, sum(credits)::bigint, sum(reserved_debits)::bigint,
          sum(reserved_credits)::bigint from ledger_balance
        where kind = ? and name > ? and starts_with(name, ?) group by name order by name limit ?""",
        row ->
            new Ledger.Standing(
                row.getString(1),
                new Balance(row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5))),
        (short) kind.ordinal(),
        after.compareTo(prefix) > 0 ? after : prefix.substring(0, prefix.length() - 1),
        prefix,
        most);
  }

  static Map<UUID, String> names(Sql sql, Set<UUID> accounts) {
    Map<UUID, String> names = new HashMap<>();
    sql.on(
            connection ->
                Sql.list(
                    connection,
                    "select distinct account, name from ledger_balance where account = any(?::uuid[])",
                    row -> Map.entry(row.getObject(1, UUID.class), row.getString(2)),
                    accounts.stream().map(UUID::toString).toList()))
        .forEach(one -> names.put(one.getKey(), one.getValue()));
    return names;
  }

  /**
   * An account has a part in each home, and two of them may move in the same microsecond: the rest
   * of the order tells these apart.
   */
  static List<Movement> history(
      Sql sql,
      UUID account,
      Instant from,
      Instant before,
      Movement.@Nullable Place after,
      int most) {
    Movement.Place last = after == null ? new Movement.Place(before, "", "", 0) : after;
    return sql.list(
        """
        select m.* from ledger_balance b
        cross join lateral (
          (select intent, step, line, at, debit, credit, posted, reserved, resolves_step, resolves_line
            from ledger_transfer t where t.home = b.home and t.debit = b.account and t.at >= ?
              and (t.at, t.intent, t.step, t.line) < (?, ?, ?, ?)
            order by t.at desc, t.intent desc, t.step desc, t.line desc limit ?)
          union all
          (select intent, step, line, at, debit, credit, posted, reserved, resolves_step, resolves_line
            from ledger_transfer t where t.home = b.home and t.credit = b.account and t.at >= ?
              and (t.at, t.intent, t.step, t.line) < (?, ?, ?, ?)
            order by t.at desc, t.intent desc, t.step desc, t.line desc limit ?)) m
        where b.account = ? order by m.at desc, m.intent desc, m.step desc, m.line desc limit ?""",
        LedgerTable::movement,
        from,
        last.at(),
        last.intent(),
        last.step(),
        last.line(),
        most,
        from,
        last.at(),
        last.intent(),
        last.step(),
        last.line(),
        most,
        account,
        most);
  }

  private static final int FETCH = 2_000;

  /** Those of an account in a time, bucket by bucket and there in their order, one at a time. */
  static void each(
      Connection connection,
      UUID account,
      Instant from,
      Instant before,
      java.util.function.Consumer<Movement> into)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            select m.* from ledger_balance b
            cross join lateral (
              select t.home, intent, step, line, at, debit, credit, posted, reserved, resolves_step, resolves_line
                from ledger_transfer t where t.home = b.home and t.debit = b.account and t.at >= ? and t.at < ?
              union all
              select t.home, intent, step, line, at, debit, credit, posted, reserved, resolves_step, resolves_line
                from ledger_transfer t where t.home = b.home and t.credit = b.account and t.at >= ? and t.at < ?) m
            where b.account = ? order by m.home, m.at""")) {
      statement.setFetchSize(FETCH);
      Sql.bind(statement, from, before, from, before, account);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          into.accept(movement(rows));
        }
      }
    }
  }

  /** Owners of accounts of a kind, sorted. */
  static List<String> owners(Sql sql, AccountKind kind) {
    String prefix = kind.code() + "/";
    return sql.list(
        "select distinct name from ledger_balance where kind = ? order by name",
        row -> row.getString(1).substring(prefix.length()),
        (short) kind.ordinal());
  }

  // ------------------------------------------------------------------ checking

  /** Findings of some homes. */
  static List<String> check(Sql sql, int from, int to) {
    List<String> findings = new ArrayList<>();
    findings.addAll(
        found(
            sql,
            "balance is not the sum of the transfers",
            """
            select coalesce(b.home, s.home) || ' ' || coalesce(b.name, s.account::text) from (
                select home, account, sum(d)::bigint as debits, sum(c)::bigint as credits, sum(rd)::bigint as reserved_debits,
                  sum(rc)::bigint as reserved_credits, max(at) as last
                from (
                  select home, debit as account, posted as d, 0 as c, reserved as rd, 0 as rc, at from ledger_transfer
                    where home between ? and ?
                  union all
                  select home, credit, 0, posted, 0, reserved, at from ledger_transfer where home between ? and ?) t
                group by home, account) s
              full join (select * from ledger_balance where home between ? and ?) b
                on b.home = s.home and b.account = s.account
              where s.account is null or b.account is null or b.debits <> s.debits or b.credits <> s.credits
                or b.reserved_debits <> s.reserved_debits or b.reserved_credits <> s.reserved_credits
                or b.last <> s.last limit 100""",
            from,
            to,
            from,
            to,
            from,
            to));
    for (String side : new String[] {"debit", "credit"}) {
      findings.addAll(
          found(
              sql,
              "sums after the transfer do not follow from the one before",
              """
              select home || ' ' || intent || ' ' || step || ' ' || line from (
                select home, intent, step, line, posted, %1$ss_after as after,
                  lag(%1$ss_after, 1, 0::bigint) over (partition by home, %1$s order by at) as before
                from ledger_transfer where home between ? and ?) t
              where after <> before + posted limit 100"""
                  .formatted(side),
              from,
              to));
    }
    findings.addAll(
        found(
            sql,
            "posting has other lines than it says",
            """
            select coalesce(p.home, t.home) || ' ' || coalesce(p.intent, t.intent) || ' ' || coalesce(p.step, t.step)
            from (select home, intent, step, lines from ledger_posting where home between ? and ?) p
            full join (select home, intent, step, count(*) as lines, max(line) as highest from ledger_transfer
                where home between ? and ? group by home, intent, step) t
              on p.home = t.home and p.intent = t.intent and p.step = t.step
            where p.lines is distinct from t.lines or p.lines is distinct from t.highest limit 100""",
            from,
            to,
            from,
            to));
    findings.addAll(
        found(
            sql,
            "ends a reservation that is not there or is another",
            """
            select e.home || ' ' || e.intent || ' ' || e.step || ' ' || e.line from ledger_transfer e
            left join ledger_transfer r on r.home = e.home and r.intent = e.intent and r.step = e.resolves_step
              and r.line = e.resolves_line
            where e.home between ? and ? and e.resolves_step is not null
              and (r.home is null or r.debit <> e.debit or r.credit <> e.credit or r.reserved <> -e.reserved) limit 100""",
            from,
            to));
    return findings;
  }

  private static List<String> found(Sql sql, String what, String query, Object... values) {
    return sql.list(query, row -> what + ": " + row.getString(1), values);
  }
}
