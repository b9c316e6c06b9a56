package health.helan.oversight.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.PostgresForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import org.jspecify.annotations.Nullable;

/** Whatever is booked, in whatever order, by however many: nothing is out of balance. */
class BookingMoneyTests {
  private static final HikariDataSource DATABASE = database();
  private static final Ledger LEDGER = new Ledger(DATABASE, Clock.systemUTC());

  private static HikariDataSource database() {
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.storeDatabase());
    config.setMaximumPoolSize(24);
    return new HikariDataSource(config);
  }

  @AfterProperty
  void allIsWhole() {
    assertThat(LEDGER.check()).isEmpty();
  }

  private static String owner(String name) {
    return name + "-" + Ids.next(0);
  }

  // ------------------------------------------------------------------ any sequence

  /** A step of a made-up day: which intent, from which account to which, how much, what of it. */
  record Act(int home, int intent, int debit, int credit, long fen, int what, int again) {}

  @Provide
  Arbitrary<List<Act>> days() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, 4),
            Arbitraries.longs().between(1, 1_000),
            Arbitraries.integers().between(0, 5),
            Arbitraries.integers().between(0, 3))
        .as(Act::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  /** What the ledger should say, kept by the simplest of means. */
  private static final class Model {
    final Map<Account, long[]> sums = new HashMap<>();
    final Map<String, long[]> reservations = new HashMap<>();
    final Map<String, Account[]> sides = new HashMap<>();

    long[] of(Account account) {
      return sums.computeIfAbsent(account, _ -> new long[4]);
    }

    boolean keepsFloors() {
      return sums.entrySet().stream()
          .allMatch(
              one ->
                  !one.getKey().kind().hasFloor()
                      || one.getValue()[0] + one.getValue()[2] <= one.getValue()[1]);
    }

    Model copy() {
      Model copy = new Model();
      sums.forEach((account, sum) -> copy.sums.put(account, sum.clone()));
      reservations.forEach((key, one) -> copy.reservations.put(key, one.clone()));
      copy.sides.putAll(sides);
      return copy;
    }
  }

  @Property(tries = 40)
  void leavesTheSumZeroAndAgreesWithAModel(@ForAll("days") List<Act> day) {
    int[] homes = {7, 8, 4_095};
    String run = owner("p");
    List<Account> shared =
        List.of(
            Account.of(AccountKind.CHANNEL, run),
            Account.of(AccountKind.INSTITUTION, run),
            Account.of(AccountKind.RESIDENT, run),
            Account.of(AccountKind.PAYER, run));
    String[][] intents = new String[homes.length][4];
    for (int h = 0; h < homes.length; h++) {
      for (int i = 0; i < 4; i++) {
        intents[h][i] = Ids.next(homes[h]);
      }
    }
    Model model = new Model();
    List<Posting> booked = new ArrayList<>();
    int number = 0;
    for (Act act : day) {
      String intent = intents[act.home()][act.intent()];
      Account debit = account(shared, run, homes[act.home()], act.debit());
      Account credit = account(shared, run, homes[act.home()], act.credit());
      if (debit.equals(credit)) {
        continue;
      }
      String step = "s" + number++;
      Model after = model.copy();
      Line line = line(act, intent, step, debit, credit, after);
      if (line == null) {
        continue;
      }
      Posting posting = new Posting(intent, step, line);
      if (after.keepsFloors()) {
        assertThat(LEDGER.post(posting).isNew()).isTrue();
        model = after;
        booked.add(posting);
      } else {
        assertThatExceptionOfType(Refusal.class)
            .isThrownBy(() -> LEDGER.post(posting))
            .withMessageContaining("ledger.overdrawn");
      }
      for (int i = 0; i < act.again() && !booked.isEmpty(); i++) {
        Posting before = booked.get((act.intent() * 7 + i) % booked.size());
        assertThat(LEDGER.post(before).isNew()).as("a replay").isFalse();
      }
    }
    long total = 0;
    for (Map.Entry<Account, long[]> one : model.sums.entrySet()) {
      long[] sum = one.getValue();
      assertThat(LEDGER.balance(one.getKey()))
          .as(one.getKey().name())
          .isEqualTo(new Balance(sum[0], sum[1], sum[2], sum[3]));
      assertThat(LEDGER.balance(one.getKey(), Instant.now().plusSeconds(60)))
          .as("as of now")
          .isEqualTo(new Balance(sum[0], sum[1], 0, 0));
      total += sum[0] - sum[1];
    }
    assertThat(total).as("debits less credits of everybody").isZero();
  }

  private static Account account(List<Account> shared, String run, int home, int index) {
    return index < shared.size() ? shared.get(index) : Account.of(AccountKind.PREPAID, run, home);
  }

  private static @Nullable Line line(
      Act act, String intent, String step, Account debit, Account credit, Model model) {
    if (act.what() <= 2) {
      model.of(debit)[0] += act.fen();
      model.of(credit)[1] += act.fen();
      return new Line.Move(debit, credit, act.fen());
    }
    if (act.what() == 3) {
      model.of(debit)[2] += act.fen();
      model.of(credit)[3] += act.fen();
      model.reservations.put(intent + " " + step, new long[] {act.fen()});
      model.sides.put(intent + " " + step, new Account[] {debit, credit});
      return new Line.Reserve(debit, credit, act.fen());
    }
    for (String key : List.copyOf(model.reservations.keySet()).stream().sorted().toList()) {
      if (key.startsWith(intent + " ")) {
        long reserved = model.reservations.remove(key)[0];
        Account[] sides = Objects.requireNonNull(model.sides.get(key));
        String reservedBy = key.substring(key.indexOf(' ') + 1);
        model.of(sides[0])[2] -= reserved;
        model.of(sides[1])[3] -= reserved;
        if (act.what() == 4) {
          return new Line.Release(reservedBy, 1);
        }
        long part = Math.min(act.fen(), reserved);
        model.of(sides[0])[0] += part;
        model.of(sides[1])[1] += part;
        return new Line.Settle(reservedBy, 1, part);
      }
    }
    return null;
  }

  // ------------------------------------------------------------------ everybody at once

  @Example
  void happensOnceHoweverManyAskForItAtOnce() throws Exception {
    Account channel = Account.of(AccountKind.CHANNEL, owner("c"));
    Account institution = Account.of(AccountKind.INSTITUTION, owner("i"));
    List<Posting> postings = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      // Few homes, so that postings meet in the same rows, in both orders of the accounts.
      Account prepaid = Account.of(AccountKind.PREPAID, owner("r"), i % 3);
      postings.add(
          new Posting(
              Ids.next(i % 3),
              "all",
              i % 2 == 0
                  ? List.of(
                      new Line.Move(channel, prepaid, 100),
                      new Line.Move(prepaid, institution, 60 + i % 7))
                  : List.of(
                      new Line.Move(institution, channel, 3),
                      new Line.Move(channel, institution, 13))));
    }
    int news = 0;
    try (var threads = Executors.newFixedThreadPool(12)) {
      List<Future<Boolean>> answers = new ArrayList<>();
      for (int round = 0; round < 5; round++) {
        for (Posting posting : postings) {
          answers.add(threads.submit(() -> LEDGER.post(posting).isNew()));
        }
      }
      for (Future<Boolean> answer : answers) {
        news += answer.get() ? 1 : 0;
      }
    }
    assertThat(news).isEqualTo(60);
    long expected = 0;
    for (int i = 0; i < 60; i++) {
      expected += i % 2 == 0 ? 60 + i % 7 : 10;
    }
    assertThat(LEDGER.balance(institution).of(AccountKind.INSTITUTION)).isEqualTo(expected);
  }

  @Example
  void endsAReservationOnceWhoeverIsFirst() throws Exception {
    for (int round = 0; round < 10; round++) {
      Account resident = Account.of(AccountKind.RESIDENT, owner("r"));
      Account institution = Account.of(AccountKind.INSTITUTION, owner("i"));
      String order = Ids.next(77);
      var unused =
          LEDGER.post(new Posting(order, "due", new Line.Reserve(resident, institution, 50)));
      assertThat(LEDGER.open(order)).hasSize(1);
      var start = new CyclicBarrier(4);
      int won = 0;
      try (var threads = Executors.newFixedThreadPool(4)) {
        List<Future<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          Line line = i % 2 == 0 ? new Line.Settle("due", 1, 50) : new Line.Release("due", 1);
          Posting posting = new Posting(order, "end" + i, line);
          Callable<Boolean> one =
              () -> {
                start.await();
                try {
                  return LEDGER.post(posting).isNew();
                } catch (Refusal e) {
                  assertThat(e.messageKey()).isEqualTo("ledger.resolved");
                  assertThat(e.kind()).isEqualTo(Refusal.Kind.CONFLICT);
                  return false;
                }
              };
          answers.add(threads.submit(one));
        }
        for (Future<Boolean> answer : answers) {
          won += answer.get() ? 1 : 0;
        }
      }
      assertThat(won).isEqualTo(1);
      assertThat(LEDGER.open(order)).isEmpty();
      Balance balance = LEDGER.balance(resident);
      assertThat(balance.reservedDebits()).isZero();
      assertThat(balance.debits()).isIn(0L, 50L);
    }
  }

  @Example
  void neverOverdrawsWhatHasAFloor() throws Exception {
    Account prepaid = Account.of(AccountKind.PREPAID, owner("r"), 5);
    Account channel = Account.of(AccountKind.CHANNEL, owner("c"));
    Account institution = Account.of(AccountKind.INSTITUTION, owner("i"));
    var unused =
        LEDGER.post(new Posting(Ids.next(5), "in", new Line.Move(channel, prepaid, 1_000)));
    int paid = 0;
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> answers = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        Line line =
            i % 2 == 0
                ? new Line.Move(prepaid, institution, 90)
                : new Line.Reserve(prepaid, institution, 90);
        answers.add(
            threads.submit(
                () -> {
                  try {
                    return LEDGER.post(new Posting(Ids.next(5), "out", line)).isNew();
                  } catch (Refusal e) {
                    assertThat(e.messageKey()).isEqualTo("ledger.overdrawn");
                    return false;
                  }
                }));
      }
      for (Future<Boolean> answer : answers) {
        paid += answer.get() ? 1 : 0;
      }
    }
    assertThat(paid).isEqualTo(11);
  }

  // ------------------------------------------------------------------ refusals

  @Example
  void refusesTheSameKeyWithOtherContent() {
    Account channel = Account.of(AccountKind.CHANNEL, owner("c"));
    Account institution = Account.of(AccountKind.INSTITUTION, owner("i"));
    String order = Ids.next(9);
    var unused = LEDGER.post(new Posting(order, "paid", new Line.Move(channel, institution, 10)));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () -> LEDGER.post(new Posting(order, "paid", new Line.Move(channel, institution, 11))))
        .withMessageContaining("ledger.other-content");
    assertThat(LEDGER.balance(channel)).isEqualTo(new Balance(10, 0, 0, 0));
  }

  @Example
  void refusesToMoveWhatIsNotReserved() {
    Account resident = Account.of(AccountKind.RESIDENT, owner("r"));
    Account institution = Account.of(AccountKind.INSTITUTION, owner("i"));
    String order = Ids.next(9);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> LEDGER.post(new Posting(order, "end", new Line.Settle("due", 1, 5))))
        .withMessageContaining("ledger.no-reservation");
    var unused = LEDGER.post(new Posting(order, "due", new Line.Reserve(resident, institution, 5)));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> LEDGER.post(new Posting(order, "end", new Line.Settle("due", 1, 6))))
        .withMessageContaining("ledger.more-than-reserved");
    assertThat(LEDGER.movements(order)).as("nothing of a refused posting stays").hasSize(1);
    assertThat(LEDGER.post(new Posting(order, "end", new Line.Settle("due", 1, 5))).isNew())
        .isTrue();
  }

  @Example
  void refusesWhatIsNoMoney() {
    Account channel = Account.of(AccountKind.CHANNEL, "c");
    Account institution = Account.of(AccountKind.INSTITUTION, "i");
    assertThatIllegalArgumentException().isThrownBy(() -> new Line.Move(channel, institution, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Line.Move(channel, institution, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Line.Reserve(channel, channel, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Posting("no-id", "x", new Line.Move(channel, institution, 1)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                LEDGER.post(
                    new Posting(
                        Ids.next(4),
                        "x",
                        new Line.Move(channel, Account.of(AccountKind.PREPAID, "r", 5), 1))));
  }

  // ------------------------------------------------------------------ looking back

  @Example
  void canBeReadAsOfAnyMomentAndPageByPage() {
    Account channel = Account.of(AccountKind.CHANNEL, owner("c"));
    Account institution = Account.of(AccountKind.INSTITUTION, owner("i"));
    List<Instant> moments = new ArrayList<>();
    for (int i = 1; i <= 25; i++) {
      moments.add(
          LEDGER
              .post(
                  new Posting(
                      Ids.next(i % 3),
                      "paid",
                      i % 5 == 0
                          ? new Line.Move(institution, channel, 1)
                          : new Line.Move(channel, institution, i)))
              .at());
    }
    long expected = 0;
    for (int i = 1; i <= 25; i++) {
      expected += i % 5 == 0 ? -1 : i;
      assertThat(LEDGER.balance(channel, moments.get(i - 1)).of(AccountKind.CHANNEL))
          .as("after number %d", i)
          .isEqualTo(expected);
    }
    assertThat(LEDGER.balance(channel, moments.getFirst().minusMillis(1))).isEqualTo(Balance.ZERO);

    Instant later = Instant.now().plusSeconds(60);
    List<Movement> all = paged(channel, later, 10);
    assertThat(all.stream().map(Movement::at)).containsExactlyElementsOf(moments.reversed());
    // A page may end between two lines of a posting.
    var unused =
        LEDGER.post(
            new Posting(
                Ids.next(1),
                "paid",
                new Line.Move(channel, institution, 1),
                new Line.Move(channel, institution, 2),
                new Line.Move(channel, institution, 3)));
    assertThat(paged(channel, later, 2)).hasSize(28).doesNotHaveDuplicates();
    assertThat(LEDGER.history(channel, moments.get(5), moments.get(8), null, 100)).hasSize(3);
  }

  private static List<Movement> paged(Account account, Instant before, int most) {
    List<Movement> all = new ArrayList<>();
    for (List<Movement> page = LEDGER.history(account, Instant.EPOCH, before, null, most);
        !page.isEmpty();
        page = LEDGER.history(account, Instant.EPOCH, before, all.getLast().place(), most)) {
      assertThat(page).hasSizeLessThanOrEqualTo(most);
      all.addAll(page);
    }
    return all;
  }

  // ------------------------------------------------------------------ what was tampered with

  /** Each in a database of its own: rows that somebody altered past the ledger. */
  @Example
  void showsWhatWasAlteredBehindItsBack() throws Exception {
    Map<String, String> acts =
        Map.of(
            "update ledger_balance set debits = debits + 1 where name like 'channel/%'",
            "balance is not the sum",
            "delete from ledger_transfer where step = 'two'",
            "posting has other lines",
            "update ledger_transfer set posted = posted - 1 where step = 'two'",
            "do not follow from the one before",
            "update ledger_transfer set debit = credit, credit = debit where step = 'end'",
            "ends a reservation that is not there or is another",
            "delete from ledger_balance where name like 'resident/%'",
            "balance is not the sum",
            "delete from ledger_posting where step = 'due'",
            "posting has other lines");
    for (Map.Entry<String, String> act : acts.entrySet()) {
      var database = PostgresForTests.storeDatabase();
      Ledger ledger = new Ledger(database, Clock.systemUTC());
      Account channel = Account.of(AccountKind.CHANNEL, "c");
      Account resident = Account.of(AccountKind.RESIDENT, "r");
      Account institution = Account.of(AccountKind.INSTITUTION, "i");
      String order = Ids.next(1);
      for (Posting posting :
          List.of(
              new Posting(order, "due", new Line.Reserve(resident, institution, 9)),
              new Posting(order, "two", new Line.Move(channel, resident, 9)),
              new Posting(order, "end", new Line.Settle("due", 1, 9)),
              new Posting(Ids.next(1), "three", new Line.Move(channel, institution, 4)))) {
        var unused = ledger.post(posting);
      }
      assertThat(ledger.check()).isEmpty();
      try (Connection connection = database.getConnection();
          var statement = connection.createStatement()) {
        assertThat(statement.executeUpdate(act.getKey())).as(act.getKey()).isPositive();
      }
      assertThat(ledger.check())
          .as(act.getKey())
          .anyMatch(finding -> finding.contains(act.getValue()));
    }
  }

  /** The database itself refuses, whoever writes. */
  @Example
  void isKeptByConstraints() throws Exception {
    var database = PostgresForTests.storeDatabase();
    Ledger ledger = new Ledger(database, Clock.systemUTC());
    Account prepaid = Account.of(AccountKind.PREPAID, "r", 1);
    Account channel = Account.of(AccountKind.CHANNEL, "c");
    String order = Ids.next(1);
    var unused = ledger.post(new Posting(order, "in", new Line.Move(channel, prepaid, 9)));
    var unused2 = ledger.post(new Posting(order, "set", new Line.Reserve(prepaid, channel, 2)));
    var unused3 = ledger.post(new Posting(order, "end", new Line.Release("set", 1)));
    for (String sql :
        List.of(
            "update ledger_balance set debits = 10 where name like 'prepaid/%'",
            "update ledger_balance set reserved_debits = -1",
            "update ledger_transfer set posted = -9 where step = 'in'",
            "update ledger_transfer set posted = 3 where step = 'set'",
            "update ledger_transfer set credit = debit",
            "insert into ledger_transfer select home, 7, resolves_line, posted, reserved, debits_after, credits_after,"
                + " at + interval '1 second', debit, credit, intent, step, resolves_step from ledger_transfer"
                + " where step = 'end'")) {
      try (Connection connection = database.getConnection();
          var statement = connection.createStatement()) {
        assertThatExceptionOfType(SQLException.class)
            .as(sql)
            .isThrownBy(() -> statement.executeUpdate(sql))
            .satisfies(e -> assertThat(e.getSQLState()).startsWith("23"));
      }
    }
  }
}
