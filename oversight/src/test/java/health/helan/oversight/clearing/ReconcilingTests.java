package health.helan.oversight.clearing;

import static health.helan.oversight.clearing.ClearingServer.entry;
import static health.helan.oversight.clearing.ClearingServer.instant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import health.helan.foundation.store.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A day of a counterpart: what it says is taken, matched, and what differs becomes cases. */
class ReconcilingTests {
  private static ClearingServer server;
  private LocalDate day;

  @BeforeAll
  static void start() {
    server = new ClearingServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void aNewDay() {
    day = server.newDay();
  }

  private Instant at(String time) {
    return instant(day, time);
  }

  private static Entry key(String key, long fen, Instant at) {
    return entry(key, "", "h1", fen, at);
  }

  // ------------------------------------------------------------------ matching

  @Test
  void matchesOneToOneWhatTheLedgerAndThePayerSay() {
    Counterpart payer = server.payer("");
    String first = server.bill(payer, "h1", 12_00);
    String second = server.bill(payer, "h2", 30_00);
    Book book =
        server.reconciled(
            payer, day, key(second, 30_00, at("12:00:00")), key(first, 12_00, at("12:00:00")));
    assertThat(book.byKey()).isEqualTo(2);
    assertThat(book.ours()).isEqualTo(2);
    assertThat(book.theirs()).isEqualTo(2);
    assertThat(book.oursFen()).isEqualTo(42_00).isEqualTo(book.theirsFen());
    assertThat(book.differences()).isZero();
    assertThat(server.open(payer, day)).isEmpty();
  }

  @Test
  void matchesOneLineForEachPartOfWhatWasPaidTogether() {
    var sim = new Counterpart(health.helan.oversight.ledger.AccountKind.CHANNEL, "sim");
    server.terms(sim, "");
    List<String> orders = server.payTogether(List.of("h-together", "s-together"), 7_25);
    var unused = server.payments.refund(ClearingServer.ROOT, orders.getLast(), 2_00L, "test", "k1");
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    String[] what = {"counterpart", sim.name(), "day", day.toString()};
    var fetched = server.call(ClearingServer.ANN, "$clearing-fetch", what);
    assertThat(fetched.values("statement", "lines")).containsExactly("3");
    assertThat(fetched.values("statement", "in")).containsExactly("14.50");
    Book book = server.clearing.reconciliation().reconcile(sim, day);
    assertThat(book.byKey()).isEqualTo(3);
    assertThat(book.differences()).isZero();
    assertThat(book.oursFen()).isEqualTo(12_50).isEqualTo(book.theirsFen());
    var lines =
        server.get(ClearingServer.ANN, "$clearing-lines?counterpart=" + sim.name() + "&day=" + day);
    assertThat(lines.values("line", "key"))
        .containsExactlyInAnyOrder(
            orders.getFirst() + "-1", orders.getLast() + "-1", orders.getLast() + "-r1");
  }

  @Test
  void tellsEachKindOfDifference() {
    Counterpart payer =
        server.told(
            "",
            key("same", 1_00, at("08:00:00")),
            key("ours", 2_00, at("08:00:00")),
            key("amount", 3_00, at("08:00:00")),
            key("twice", 4_00, at("08:00:00")),
            key("back", -5_00, at("08:00:00")));
    Book book =
        server.reconciled(
            payer,
            day,
            key("same", 1_00, at("08:00:00")),
            key("theirs", 9_00, at("08:00:00")),
            key("amount", 3_10, at("08:00:00")),
            key("twice", 4_00, at("08:00:00")),
            key("twice", 4_00, at("08:00:00")),
            entry("", "", "", 7_00, at("08:00:00")));
    assertThat(book.byKey()).isEqualTo(1);
    assertThat(book.differences()).isEqualTo(6);
    assertThat(server.open(payer, day))
        .extracting(Case::key, Case::kind, Case::oursFen, Case::theirsFen)
        .containsExactlyInAnyOrder(
            tuple("ours", Difference.ONLY_OURS, 2_00L, null),
            tuple("theirs", Difference.ONLY_THEIRS, null, 9_00L),
            tuple("amount", Difference.AMOUNT, 3_00L, 3_10L),
            tuple("twice", Difference.TWICE, 4_00L, 8_00L),
            tuple("back", Difference.ONLY_OURS, -5_00L, null),
            tuple("#1:6", Difference.ONLY_THEIRS, null, 7_00L));
  }

  @Test
  void comparesThreeSidesWhereAnInstitutionSentItsList() {
    Counterpart payer =
        server.told(
            "",
            key("all", 1_00, at("08:00:00")),
            key("not-listed", 2_00, at("08:00:00")),
            key("listed-wrong", 3_00, at("08:00:00")),
            entry("of-another", "", "h2", 4_00, at("08:00:00")));
    server.at(day.plusDays(1), LocalTime.of(5, 0));
    var unused =
        server.take(
            payer,
            day,
            "h1",
            false,
            server.file(
                entry("all", "", "", 1_00, at("08:00:00")),
                entry("listed-wrong", "", "", 3_30, at("08:00:00")),
                entry("only-listed", "", "", 5_00, at("08:00:00"))));
    Book book =
        server.reconciled(
            payer,
            day,
            entry("all", "", "", 1_00, at("08:00:00")),
            entry("not-listed", "", "", 2_00, at("08:00:00")),
            entry("listed-wrong", "", "", 3_00, at("08:00:00")),
            entry("of-another", "", "", 4_00, at("08:00:00")));
    assertThat(book.byKey()).as("no list came from the other institution").isEqualTo(2);
    assertThat(server.open(payer, day))
        .extracting(Case::key, Case::kind, Case::institution, Case::listedFen)
        .containsExactlyInAnyOrder(
            tuple("not-listed", Difference.NOT_LISTED, "h1", null),
            tuple("listed-wrong", Difference.AMOUNT, "h1", 3_30L),
            tuple("only-listed", Difference.ONLY_LISTED, "h1", 5_00L));
  }

  @Test
  void believesUsBeforeThePayerWhoseBillItIs() {
    Counterpart payer = server.told("", key("k", 1_00, at("08:00:00")));
    server.at(day.plusDays(1), LocalTime.of(5, 0));
    var unused =
        server.take(
            payer, day, "h1", false, server.file(entry("mine", "", "", 2_00, at("08:00:00"))));
    var unused2 =
        server.reconciled(
            payer,
            day,
            entry("k", "", "zz-code-of-the-payer", 1_00, at("08:00:00")),
            entry("theirs", "", "zz-code-of-the-payer", 3_00, at("08:00:00")));
    assertThat(server.open(payer, day))
        .extracting(Case::key, Case::kind, Case::institution)
        .containsExactlyInAnyOrder(
            tuple("k", Difference.NOT_LISTED, "h1"),
            tuple("mine", Difference.ONLY_LISTED, "h1"),
            tuple("theirs", Difference.ONLY_THEIRS, "zz-code-of-the-payer"));
  }

  @Test
  void matchesOneToManyAndManyToOneByReferenceAndSumWhereTheTermsSaySo() {
    Entry[] ours = {
      entry("whole", "r1", "h1", 10_00, at("08:00:00")),
      entry("part-1", "r2", "h1", 3_00, at("08:00:00")),
      entry("part-2", "r2", "h1", 4_00, at("08:00:00")),
      entry("odd-1", "r3", "h1", 1_00, at("08:00:00"))
    };
    Entry[] theirs = {
      entry("t1", "r1", "", 6_00, at("08:00:00")),
      entry("t2", "r1", "", 4_00, at("08:00:00")),
      entry("t3", "r2", "", 7_00, at("08:00:00")),
      entry("t4", "r3", "", 1_01, at("08:00:00"))
    };
    Counterpart with = server.told("\"reference\"", ours);
    Book book = server.reconciled(with, day, theirs);
    assertThat(book.byReference()).isEqualTo(6);
    assertThat(server.open(with, day))
        .extracting(Case::key)
        .containsExactlyInAnyOrder("odd-1", "t4");
    Counterpart without = server.told("", ours);
    assertThat(server.reconciled(without, day, theirs).differences()).isEqualTo(8);
  }

  @Test
  void matchesByAmountAndTimeOnlyWhereOneFitsAndTheTermsSaySo() {
    Entry[] ours = {
      key("near", 5_00, at("08:00:00")),
      key("far", 6_00, at("08:00:00")),
      key("like-1", 7_00, at("08:00:00")),
      key("like-2", 7_00, at("08:00:30")),
      key("known", 8_00, at("08:00:00"))
    };
    Entry[] theirs = {
      entry("", "", "", 5_00, at("08:01:59")),
      entry("", "", "", 6_00, at("08:02:01")),
      entry("", "", "", 7_00, at("08:00:15")),
      entry("known", "", "", 8_80, at("08:00:00")),
      entry("x", "", "", 8_00, at("08:00:00"))
    };
    Counterpart with = server.told("\"amount\"", ours);
    Book book = server.reconciled(with, day, theirs);
    assertThat(book.byRule()).isEqualTo(2);
    assertThat(server.open(with, day))
        .extracting(Case::key)
        .containsExactlyInAnyOrder("far", "like-1", "like-2", "known", "#1:2", "#1:3", "x");
    assertThat(server.reconciled(server.told("", ours), day, theirs).byRule()).isZero();
  }

  /** Against a matching by hand, for days of chance. */
  @Test
  void findsWhatAMatchingByHandFinds() {
    for (int seed = 1; seed <= 12; seed++) {
      var random = new Random(seed);
      List<List<Entry>> sides = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (int i = 0; i < 150; i++) {
        for (List<Entry> side : sides) {
          for (int times = random.nextInt(9) == 0 ? random.nextInt(3) : 1; times > 0; times--) {
            long fen = 100 + i + (random.nextInt(15) == 0 ? 1 : 0);
            side.add(entry("k" + i, "", "h1", i % 5 == 0 ? -fen : fen, at("10:00:00")));
          }
        }
      }
      Counterpart payer = server.told("", sides.get(0).toArray(new Entry[0]));
      server.at(day.plusDays(1), LocalTime.of(5, 0));
      var unused =
          server.take(payer, day, "h1", false, server.file(sides.get(2).toArray(new Entry[0])));
      Book book = server.reconciled(payer, day, sides.get(1).toArray(new Entry[0]));
      Set<String> found = new TreeSet<>();
      server.open(payer, day).forEach(one -> found.add(one.key() + " " + one.kind()));
      assertThat(found).as("seed %d", seed).isEqualTo(byHand(sides));
      assertThat(book.differences()).isEqualTo(found.size());
    }
  }

  private static Set<String> byHand(List<List<Entry>> sides) {
    Map<String, int[]> counts = new HashMap<>();
    Map<String, long[]> sums = new HashMap<>();
    for (int side = 0; side < 3; side++) {
      for (Entry entry : sides.get(side)) {
        counts.computeIfAbsent(entry.key(), _ -> new int[3])[side]++;
        sums.computeIfAbsent(entry.key(), _ -> new long[3])[side] += entry.fen();
      }
    }
    Set<String> found = new TreeSet<>();
    counts.forEach(
        (key, n) -> {
          long[] fen = sums.getOrDefault(key, new long[3]);
          boolean isWhole =
              Arrays.equals(n, new int[] {1, 1, 1}) && fen[0] == fen[1] && fen[1] == fen[2];
          if (isWhole) {
            return;
          }
          Difference kind;
          if (n[0] > 1 || n[1] > 1 || n[2] > 1) {
            kind = Difference.TWICE;
          } else if (n[0] + n[1] == 0) {
            kind = Difference.ONLY_LISTED;
          } else if (n[1] == 0) {
            kind = Difference.ONLY_OURS;
          } else if (n[0] == 0) {
            kind = Difference.ONLY_THEIRS;
          } else if (fen[0] != fen[1] || n[2] == 1 && fen[2] != fen[0]) {
            kind = Difference.AMOUNT;
          } else {
            kind = Difference.NOT_LISTED;
          }
          found.add(key + " " + kind);
        });
    return found;
  }

  // ------------------------------------------------------------------ days

  @Test
  void closesByItselfWhatTurnsUpOnTheNextDay() {
    LocalDate next = day.plusDays(1);
    Counterpart payer =
        server.told(
            "",
            key("late-with-them", 1_00, at("23:59:59")),
            key("late-with-us", 2_00, instant(next, "00:00:03")),
            key("never", 3_00, at("23:00:00")));
    var first = server.reconciled(payer, day, key("late-with-us", 2_00, at("23:59:58")));
    assertThat(first.differences()).isEqualTo(3);
    Book second =
        server.reconciled(payer, next, key("late-with-them", 1_00, instant(next, "00:00:01")));
    assertThat(second.differences()).isZero();
    assertThat(second.carried()).isEqualTo(2);
    assertThat(server.open(payer, day)).extracting(Case::key).containsExactly("never");
    List<Case> closed =
        server.clearing.cases().list(new Cases.Filter(day, day, payer, null, CaseState.CLOSED));
    assertThat(closed)
        .extracting(Case::key, Case::kind, Case::reason, Case::turnedUp)
        .containsExactlyInAnyOrder(
            tuple("late-with-them", Difference.SHIFTED, "other-day", next),
            tuple("late-with-us", Difference.SHIFTED, "other-day", next));
    Cases.Whole whole = server.clearing.cases().whole(closed.getFirst().id());
    assertThat(whole.steps())
        .extracting(Case.Taken::step)
        .containsExactly(CaseStep.FIND, CaseStep.TURN_UP);
    assertThat(whole.lines()).as("of both days").hasSize(2);

    var unused =
        server.take(
            payer, next, "", true, server.file(key("else", 1_00, instant(next, "01:00:00"))));
    Book again = server.clearing.reconciliation().reconcile(payer, next);
    assertThat(again.carried()).isEqualTo(1);
    assertThat(server.open(payer, day))
        .extracting(Case::key, Case::kind, Case::state)
        .contains(tuple("late-with-them", Difference.ONLY_OURS, CaseState.FOUND));
  }

  @Test
  void doesNotTakeAnotherAmountForTheSame() {
    LocalDate next = day.plusDays(1);
    Counterpart payer = server.told("", key("k", 1_00, at("23:59:59")));
    var unused = server.reconciled(payer, day);
    Book second = server.reconciled(payer, next, key("k", 1_01, instant(next, "00:00:01")));
    assertThat(second.carried()).isZero();
    assertThat(server.open(payer, day)).hasSize(2);
  }

  @Test
  void leadsToTheSameHoweverOftenItIsDone() {
    Counterpart payer = server.told("", key("a", 1_00, at("08:00:00")));
    Book first = server.reconciled(payer, day, key("b", 1_00, at("08:00:00")));
    List<Case> cases = server.open(payer, day);
    server.clock.at(server.clock.instant().plusSeconds(60));
    Book second = server.clearing.reconciliation().reconcile(payer, day);
    assertThat(second).usingRecursiveComparison().ignoringFields("reconciled").isEqualTo(first);
    assertThat(server.open(payer, day)).isEqualTo(cases);
  }

  @Test
  void letsCasesVanishWithTheStatementThatCausedThemAndComeBack() {
    Counterpart payer = server.told("", key("a", 1_00, at("08:00:00")));
    Entry right = key("a", 1_00, at("08:00:00"));
    Entry wrong = key("a", 9_00, at("08:00:00"));
    var unused = server.reconciled(payer, day, wrong);
    String id = server.open(payer, day).getFirst().id();
    var unused2 = server.take(payer, day, "", true, server.file(right));
    assertThat(server.clearing.reconciliation().reconcile(payer, day).differences()).isZero();
    assertThat(server.clearing.cases().whole(id).of().state()).isEqualTo(CaseState.CLOSED);
    assertThat(server.clearing.cases().whole(id).of().reason()).isEqualTo("vanished");
    var unused3 = server.take(payer, day, "", true, server.file(wrong));
    var unused4 = server.clearing.reconciliation().reconcile(payer, day);
    assertThat(server.clearing.cases().whole(id).of().state()).isEqualTo(CaseState.FOUND);
  }

  @Test
  void isRefusedBeforeTheDayIsOverOrItsStatementHasCome() {
    Counterpart payer = server.payer("");
    assertRefused(
        () -> server.clearing.reconciliation().reconcile(payer, day), "clearing.day-not-over");
    assertRefused(() -> server.take(payer, day), "clearing.day-not-over");
    server.at(day.plusDays(1), LocalTime.of(0, 1));
    assertRefused(
        () -> server.clearing.reconciliation().reconcile(payer, day), "clearing.no-statement");
    var stranger = new Counterpart(payer.kind(), "stranger");
    assertRefused(
        () -> server.clearing.reconciliation().reconcile(stranger, day), "clearing.no-terms");
  }

  // ------------------------------------------------------------------ taking statements

  @Test
  void takesTheSameFileOnceHoweverItIsPacked() {
    Counterpart payer = server.payer("");
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    Entry[] lines = {key("a", 1_00, at("08:00:00")), key("b", 2_00, at("08:00:00"))};
    Statement first = server.take(payer, day, lines);
    assertThat(first.isNew()).isTrue();
    assertThat(first.lines()).isEqualTo(2);
    for (boolean isGzip : new boolean[] {false, true}) {
      Statement again = server.take(payer, day, "", false, server.file(isGzip, lines));
      assertThat(again.isNew()).isFalse();
      assertThat(again.number()).isEqualTo(first.number());
      assertThat(again.digest()).isEqualTo(first.digest());
    }
    assertThat(server.clearing.lines(payer, day, first.number(), 0, null)).hasSize(2);
    assertThat(server.clearing.statements().list(payer, day)).hasSize(1);
  }

  @Test
  void putsAnotherFileInItsPlaceOnlyWhenThatIsSaid() {
    Counterpart payer = server.payer("");
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    var unused = server.take(payer, day, key("a", 1_00, at("08:00:00")));
    byte[] other = server.file(key("b", 2_00, at("08:00:00")));
    assertRefused(() -> server.take(payer, day, "", false, other), "clearing.another-statement");
    assertThat(server.clearing.lines(payer, day, 2, 0, null)).isEmpty();
    Statement second = server.take(payer, day, "", true, other);
    assertThat(server.clearing.statements().list(payer, day))
        .extracting(Statement::number, Statement::isStanding)
        .containsExactly(tuple(1, false), tuple(second.number(), true));
    assertThat(server.clearing.lines(payer, day, 1, 0, null)).isEmpty();
    assertThat(server.clearing.lines(payer, day, second.number(), 0, null)).hasSize(1);
  }

  /** Who sends slowly keeps nobody waiting. */
  @Test
  void holdsNothingWhileAFileIsOnItsWay() throws Exception {
    Counterpart payer = server.payer("");
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    byte[] file = server.file(key("a", 1_00, at("08:00:00")));
    List<Statement> meanwhile = new ArrayList<>();
    var slow =
        new InputStream() {
          private final InputStream bytes = new ByteArrayInputStream(file);

          @Override
          public int read() throws IOException {
            if (meanwhile.isEmpty()) {
              try {
                meanwhile.add(
                    CompletableFuture.supplyAsync(() -> server.take(payer, day, "", false, file))
                        .get(5, TimeUnit.SECONDS));
              } catch (Exception e) {
                throw new IOException("another of the same day waits", e);
              }
            }
            return bytes.read();
          }
        };
    Statement after =
        server.clearing.statements().take(ClearingServer.ROOT, payer, day, "", false, slow);
    assertThat(meanwhile.getFirst().isNew()).isTrue();
    assertThat(after.isNew()).isFalse();
    assertThat(after.digest()).isEqualTo(meanwhile.getFirst().digest());
    assertRefused(
        () -> {
          try (Spool unused = Spool.of(new ByteArrayInputStream(file), file.length - 1)) {
            throw new AssertionError("taken");
          }
        },
        "clearing.too-large");
  }

  @Test
  void takesNothingOfAFileWhoseLastLineIsWrong() {
    Counterpart payer = server.payer("");
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    Entry[] lines = new Entry[12_000];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = key("k" + i, 1_00, at("08:00:00"));
    }
    String text = new String(server.file(lines), Charset.forName("GB18030"));
    byte[] wrong = text.replace("合计,12000", "合计,12001").getBytes(Charset.forName("GB18030"));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> server.take(payer, day, "", false, wrong))
        .matches(refused -> refused.messageKey().equals("clearing.line-count"))
        .matches(refused -> refused.arguments().equals(List.of(12_002L, 12_000)));
    assertThat(server.number("select count(*) from clearing_entry where book = " + payer.book(day)))
        .isZero();
    assertThat(server.clearing.statements().list(payer, day)).isEmpty();
  }

  @Test
  void refusesAListThatSpeaksOfAnotherInstitution() {
    Counterpart payer = server.payer("");
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    assertRefused(
        () ->
            server.take(
                payer, day, "h1", false, server.file(entry("a", "", "h2", 1_00, at("08:00:00")))),
        "clearing.other-institution");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable act, String key) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(act)
        .matches(refused -> refused.messageKey().equals(key), key);
  }
}
