package health.helan.bench;

import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.CpuUse;
import health.helan.bench.server.Postgres;
import health.helan.foundation.store.Caller;
import health.helan.oversight.clearing.Book;
import health.helan.oversight.clearing.Counterpart;
import health.helan.oversight.clearing.Counterparts;
import health.helan.oversight.clearing.LedgerBook;
import health.helan.oversight.clearing.Reconciliation;
import health.helan.oversight.clearing.Statements;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;

/**
 * A day of a payer, PostgreSQL included: its statement and the lists of 200 institutions are read
 * and taken, then the three sides matched. Three of a thousand lines differ. What we say comes from
 * a ledger with as many transfers.
 *
 * <pre>
 * ./helan bench reconcile --db jdbc:postgresql://host:port/ [--lines 1000000] [--lists 200]
 * </pre>
 *
 * Drops and makes the database {@code helan_bench_clearing}.
 */
final class ReconcileSpeed {
  private static final String DATABASE = "helan_bench_clearing";
  private static final int INSTITUTIONS = 200;
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final Counterpart PAYER = new Counterpart(AccountKind.PAYER, "bench");
  private static final String LAYOUT =
      """
      {"columns":[{"name":"time","holds":"time"},{"name":"bill","holds":"key"},{"name":"amount","holds":"amount"}],
        "summary":{"mark":"sum","count":1,"payments":2}}""";

  private final Postgres postgres;
  private final DataSource database;
  private final LocalDate day = LocalDate.now(BEIJING).minusDays(1);
  private final Instant begin = day.atStartOfDay(BEIJING).toInstant();
  private final int lines;

  private ReconcileSpeed(Postgres postgres, DataSource database, int lines) {
    this.postgres = postgres;
    this.database = database;
    this.lines = lines;
  }

  static void run(List<String> words) throws InterruptedException {
    String url = "";
    int lines = 1_000_000;
    int lists = INSTITUTIONS;
    for (int i = 0; i + 1 < words.size(); i += 2) {
      switch (words.get(i)) {
        case "--db" -> url = words.get(i + 1);
        case "--lines" -> lines = Integer.parseInt(words.get(i + 1));
        case "--lists" -> lists = Integer.parseInt(words.get(i + 1));
        default -> throw new IllegalArgumentException("reconcile does not know " + words.get(i));
      }
    }
    Postgres postgres = Postgres.at(url);
    try (var pool = postgres.fresh(DATABASE, 4)) {
      var speed = new ReconcileSpeed(postgres, pool, lines);
      speed.fill();
      postgres.settle(Duration.ofMinutes(5));
      speed.match(lists);
    } catch (SQLException | IOException refused) {
      throw new IllegalStateException("could not be measured", refused);
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private static Account institution(int number) {
    return Account.of(AccountKind.INSTITUTION, "bench-" + number);
  }

  // ------------------------------------------------------------------ what we say

  private static String bill(int n) {
    return "%03x%018x".formatted(n % 4096, n);
  }

  private static long fen(int n) {
    return 100 + n % 997;
  }

  private void fill() throws SQLException {
    var institutions = new StringBuilder();
    for (int i = 0; i < INSTITUTIONS; i++) {
      institutions.append(i == 0 ? "" : ",").append('\'').append(institution(i).id()).append('\'');
    }
    execute(
        """
        insert into ledger_transfer (home, line, posted, reserved, debits_after, credits_after, at, debit, credit, intent,
          step)
        select n %% 4096, 1, 100 + n %% 997, 0, 0, 0, timestamptz '%s' + n * interval '%d microseconds', '%s',
          (array[%s]::uuid[])[1 + n %% %d], lpad(to_hex(n %% 4096), 3, '0') || lpad(to_hex(n), 18, '0'), 'settled'
        from generate_series(0, %d) n"""
            .formatted(
                begin,
                86_000_000_000L / lines,
                PAYER.account().id(),
                institutions,
                INSTITUTIONS,
                lines - 1));
    execute(
        """
        insert into ledger_balance (home, kind, floor, debits, credits, reserved_debits, reserved_credits, last, account,
          name)
        select home, %d, 0, 0, 0, 0, 0, timestamptz '%s', '%s', '%s' from generate_series(0, 4095) home"""
            .formatted(
                AccountKind.PAYER.ordinal(), begin, PAYER.account().id(), PAYER.account().name()));
    for (int i = 0; i < INSTITUTIONS; i++) {
      execute(
          """
          insert into ledger_balance (home, kind, floor, debits, credits, reserved_debits, reserved_credits, last, account,
            name) values (0, %d, 0, 0, 0, 0, 0, timestamptz '%s', '%s', '%s')"""
              .formatted(
                  AccountKind.INSTITUTION.ordinal(),
                  begin,
                  institution(i).id(),
                  institution(i).name()));
    }
    postgres.analyze(DATABASE);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  // ------------------------------------------------------------------ what they say

  /**
   * @param of number of an institution; below 0 for the payer's own statement
   */
  private Path file(int of) throws IOException {
    Path file = Files.createTempFile("helan-statement", ".csv");
    DateTimeFormatter time = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    int count = 0;
    long sum = 0;
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      writer.write("time,bill,amount\n");
      for (int n = 0; n < lines; n++) {
        if (of >= 0 && n % INSTITUTIONS != of || of < 0 && n % 1000 == 7) {
          continue;
        }
        long fen = fen(n) + (of < 0 && n % 1000 == 8 ? 10 : 0);
        String line =
            time.format(begin.plusSeconds(86_000L * n / lines).atZone(BEIJING))
                + ","
                + bill(n)
                + ","
                + BigDecimal.valueOf(fen, 2)
                + "\n";
        for (int times = of < 0 && n % 1000 == 9 ? 2 : 1; times > 0; times--) {
          writer.write(line);
          count++;
          sum += fen;
        }
      }
      writer.write("sum," + count + "," + BigDecimal.valueOf(sum, 2) + "\n");
    }
    return file;
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T time(String what, Work<T> work) throws IOException {
    CpuMeter.Measurement cpu =
        new CpuMeter(ProcessHandle.current().pid(), postgres.postmaster()).start();
    long from = System.nanoTime();
    T answer = work.run();
    double seconds = (System.nanoTime() - from) / 1e9;
    CpuUse used = cpu.stop();
    say(
        "%s: %.1f s; CPU s: JVM %.1f, PostgreSQL %.1f",
        what, seconds, used.jvmMs() / 1e3, used.postgresMs() / 1e3);
    return answer;
  }

  private void match(int lists) throws IOException {
    Caller caller = Caller.operator("bench");
    var counterparts = new Counterparts(database, Clock.systemUTC());
    var unused = counterparts.setLayout(caller, "bench", LAYOUT);
    var unused2 =
        counterparts.setTerms(
            caller,
            PAYER,
            """
            {"zh":"测试","en":"Bench","layout":"bench","lists":"bench","rules":["reference","amount"],"window-seconds":1}""");
    var statements = new Statements(database, counterparts, Clock.systemUTC());
    var ledger = new Ledger(database, Clock.systemUTC());
    Path statement = file(-1);
    time(
        "statement of %,d lines taken".formatted(lines),
        () -> take(statements, caller, "", statement));
    Path[] files = new Path[lists];
    for (int i = 0; i < lists; i++) {
      files[i] = file(i);
    }
    time(
        "%d lists of institutions taken".formatted(lists),
        () -> {
          for (int i = 0; i < lists; i++) {
            take(statements, caller, "bench-" + i, files[i]);
          }
          return true;
        });
    var reconciliation =
        new Reconciliation(
            database, ledger, counterparts, List.of(new LedgerBook(ledger)), Clock.systemUTC());
    for (int turn = 1; turn <= 3; turn++) {
      Book book =
          time("matched, turn %d".formatted(turn), () -> reconciliation.reconcile(PAYER, day));
      say(
          "  ours %,d, theirs %,d, listed %,d; by key %,d, by reference %,d, by rule %,d; differences %,d",
          book.ours(),
          book.theirs(),
          book.listed(),
          book.byKey(),
          book.byReference(),
          book.byRule(),
          book.differences());
    }
    say("%.2f GB", postgres.bytes(DATABASE) / 1e9);
  }

  private boolean take(Statements statements, Caller caller, String institution, Path file)
      throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      var unused = statements.take(caller, PAYER, day, institution, false, in);
      return true;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      Files.delete(file);
    }
  }
}
