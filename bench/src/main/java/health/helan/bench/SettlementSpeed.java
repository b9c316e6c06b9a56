package health.helan.bench;

import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.CpuUse;
import health.helan.bench.measure.Latencies;
import health.helan.bench.server.Postgres;
import health.helan.foundation.store.Ids;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import javax.sql.DataSource;

/**
 * The ledger alone, PostgreSQL included: a ledger filled with entries, what balances and histories
 * take there, then settlements a second. A settlement is a bill that three payers and the resident
 * share: four reservations in one transaction, then in another the four settled and the resident's
 * part taken from a channel.
 *
 * <pre>
 * ./helan bench settlements --db jdbc:postgresql://host:port/ [--entries 10000000] [--seconds 20]
 * </pre>
 *
 * Drops and makes the database {@code helan_bench_ledger}.
 */
final class SettlementSpeed {
  private static final String DATABASE = "helan_bench_ledger";
  private static final int THREADS = 8;
  private static final int INSTITUTIONS = 200;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private static final Account CHANNEL = Account.of(AccountKind.CHANNEL, "bench");
  private static final List<Account> PAYERS =
      List.of(
          Account.of(AccountKind.PAYER, "basic"),
          Account.of(AccountKind.PAYER, "serious"),
          Account.of(AccountKind.PAYER, "assistance"));

  private final Postgres postgres;
  private final DataSource database;
  private final Ledger ledger;

  private SettlementSpeed(Postgres postgres, DataSource database) {
    this.postgres = postgres;
    this.database = database;
    ledger = new Ledger(database, Clock.systemUTC());
  }

  static void run(List<String> words) throws InterruptedException {
    String url = "";
    long entries = 10_000_000;
    int seconds = 20;
    for (int i = 0; i + 1 < words.size(); i += 2) {
      switch (words.get(i)) {
        case "--db" -> url = words.get(i + 1);
        case "--entries" -> entries = Long.parseLong(words.get(i + 1));
        case "--seconds" -> seconds = Integer.parseInt(words.get(i + 1));
        default -> throw new IllegalArgumentException("settlements does not know " + words.get(i));
      }
    }
    Postgres postgres = Postgres.at(url);
    try (var pool = postgres.fresh(DATABASE, THREADS + 2)) {
      var speed = new SettlementSpeed(postgres, pool);
      if (entries > 1) {
        speed.fill(entries / 2);
        postgres.settle(Duration.ofMinutes(5));
        speed.read(entries / 2);
      }
      speed.write("payments (one transfer each)", seconds, speed::pay, 1);
      speed.write(
          "settlements (nine transfers in two transactions each)", seconds, speed::settle, 9);
      long begin = System.nanoTime();
      List<String> findings = speed.ledger.check();
      say(
          "check of everything: %.1f s, %d findings",
          (System.nanoTime() - begin) / 1e9, findings.size());
      findings.stream().limit(5).forEach(System.out::println);
    } catch (SQLException refused) {
      throw new IllegalStateException("PostgreSQL refused", refused);
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private static Account institution(int number) {
    return Account.of(AccountKind.INSTITUTION, "bench-" + number);
  }

  // ------------------------------------------------------------------ many entries

  /** Payments of a year, with the sums that the ledger itself would have written. */
  private void fill(long transfers) throws SQLException {
    long begin = System.nanoTime();
    StringBuilder institutions = new StringBuilder();
    for (int i = 0; i < INSTITUTIONS; i++) {
      institutions.append(i == 0 ? "" : ",").append('\'').append(institution(i).id()).append('\'');
    }
    execute(
        """
        insert into ledger_transfer (home, line, posted, reserved, debits_after, credits_after, at, debit, credit, intent,
          step)
        select home, 1, fen, 0, sum(fen) over (partition by home order by n), sum(fen) over (partition by home, credit
          order by n), timestamptz '%s' + n * interval '5 seconds', '%s', credit, lpad(to_hex(home), 3, '0') ||
          lpad(to_hex(n), 18, '0'), 'paid'
        from (select n, (n %% 4096)::integer as home, 100 + n %% 997 as fen,
            (array[%s]::uuid[])[1 + (n / 4096) %% %d] as credit from generate_series(1, %d::bigint) n) one
        order by home, n"""
            .formatted(BEGIN, CHANNEL.id(), institutions, INSTITUTIONS, transfers));
    execute(
        "insert into ledger_posting (home, lines, at, intent, step, digest)"
            + " select home, 1, at, intent, step, '\\x00' from ledger_transfer");
    execute(
        """
        insert into ledger_balance (home, kind, floor, debits, credits, reserved_debits, reserved_credits, last, account,
          name)
        select home, %d, 0, max(debits_after), 0, 0, 0, max(at), debit, '%s' from ledger_transfer group by home, debit"""
            .formatted(AccountKind.CHANNEL.ordinal(), CHANNEL.name()));
    execute(
        """
        insert into ledger_balance (home, kind, floor, debits, credits, reserved_debits, reserved_credits, last, account,
          name)
        select home, %d, 0, 0, max(credits_after), 0, 0, max(at), credit, 'institution/bench' from ledger_transfer
        group by home, credit"""
            .formatted(AccountKind.INSTITUTION.ordinal()));
    postgres.analyze(DATABASE);
    say(
        "%d transfers, %d entries, written in %.0f s; %.1f GB",
        transfers,
        2 * transfers,
        (System.nanoTime() - begin) / 1e9,
        postgres.bytes(DATABASE) / 1e9);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void read(long transfers) {
    Duration all = Duration.ofSeconds(5 * transfers);
    for (Account account : List.of(CHANNEL, institution(7))) {
      time(account.name() + ": balance now", 200, _ -> ledger.balance(account));
      time(
          account.name() + ": balance at a moment", 100, _ -> ledger.balance(account, moment(all)));
      time(
          account.name() + ": 100 movements of an hour",
          100,
          _ -> {
            Instant from = moment(all);
            return ledger.history(account, from, from.plusSeconds(3_600), null, 100);
          });
      time(
          account.name() + ": 100 movements of a day",
          50,
          _ -> {
            Instant from = moment(all);
            return ledger.history(account, from, from.plus(Duration.ofDays(1)), null, 100);
          });
      time(
          account.name() + ": the last 100 movements of all time",
          10,
          _ -> ledger.history(account, BEGIN, BEGIN.plus(all), null, 100));
    }
  }

  private static Instant moment(Duration all) {
    return BEGIN.plusSeconds(ThreadLocalRandom.current().nextLong(all.toSeconds()));
  }

  private static void time(String what, int times, java.util.function.IntFunction<Object> act) {
    long[] nanos = new long[times];
    for (int i = -5; i < times; i++) {
      long begin = System.nanoTime();
      Object unused = act.apply(i);
      if (i >= 0) {
        nanos[i] = System.nanoTime() - begin;
      }
    }
    var latencies = new Latencies(nanos);
    say(
        "%s: p50 %.1f ms, p95 %.1f ms",
        what, latencies.percentileMs(0.5), latencies.percentileMs(0.95));
  }

  // ------------------------------------------------------------------ as many as it can

  private void pay(int number) {
    var random = ThreadLocalRandom.current();
    var unused =
        ledger.post(
            new Posting(
                Ids.next(random.nextInt(Ids.HOMES)),
                "paid",
                new Line.Move(
                    CHANNEL, institution(random.nextInt(INSTITUTIONS)), 1 + random.nextInt(900))));
  }

  private void settle(int number) {
    var random = ThreadLocalRandom.current();
    String bill = Ids.next(random.nextInt(Ids.HOMES));
    Account institution = institution(random.nextInt(INSTITUTIONS));
    Account resident = Account.of(AccountKind.RESIDENT, "bench-" + random.nextInt(1_000_000));
    List<Line> split = new ArrayList<>();
    List<Line> settled = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      long fen = 1 + random.nextInt(50_000);
      Account debit = i < 3 ? PAYERS.get(i) : resident;
      split.add(new Line.Reserve(debit, institution, fen));
      settled.add(new Line.Settle("split", i + 1, fen));
      if (i == 3) {
        settled.add(new Line.Move(CHANNEL, resident, fen));
      }
    }
    var unused = ledger.post(new Posting(bill, "split", split));
    var unused2 = ledger.post(new Posting(bill, "settled", settled));
  }

  private void write(String what, int seconds, IntConsumer act, int transfers)
      throws InterruptedException {
    during(Duration.ofSeconds(Math.max(2, seconds / 4)), act);
    CpuMeter.Measurement cpu =
        new CpuMeter(ProcessHandle.current().pid(), postgres.postmaster()).start();
    List<long[]> nanos = during(Duration.ofSeconds(seconds), act);
    CpuUse used = cpu.stop();
    long[] all = nanos.stream().flatMapToLong(LongStream::of).toArray();
    var latencies = new Latencies(all);
    say(
        "%s, %d at once: %.0f a second, %.0f transfers/s; p50 %.1f ms, p95 %.1f ms, p99 %.1f ms;"
            + " CPU ms each: JVM %.2f, PostgreSQL %.2f",
        what,
        THREADS,
        all.length / (double) seconds,
        all.length * transfers / (double) seconds,
        latencies.percentileMs(0.5),
        latencies.percentileMs(0.95),
        latencies.percentileMs(0.99),
        used.jvmMs() / all.length,
        used.postgresMs() / all.length);
  }

  private static List<long[]> during(Duration time, IntConsumer act) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    List<Thread> threads = new ArrayList<>();
    List<long[]> nanos = java.util.Collections.synchronizedList(new ArrayList<>());
    var number = new AtomicLong();
    for (int i = 0; i < THREADS; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    LongStream.Builder own = LongStream.builder();
                    for (long begin = System.nanoTime(); begin < end; begin = System.nanoTime()) {
                      act.accept((int) number.getAndIncrement());
                      own.add(System.nanoTime() - begin);
                    }
                    nanos.add(own.build().toArray());
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return nanos;
  }
}
