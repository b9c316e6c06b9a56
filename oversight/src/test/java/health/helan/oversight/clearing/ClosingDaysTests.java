package health.helan.oversight.clearing;

import static health.helan.oversight.clearing.ClearingServer.ANN;
import static health.helan.oversight.clearing.ClearingServer.BOB;
import static health.helan.oversight.clearing.ClearingServer.entry;
import static health.helan.oversight.clearing.ClearingServer.instant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Movement;
import health.helan.oversight.ledger.Posting;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A closed day is written down, linked and signed; nothing enters it, and what is altered is found.
 */
class ClosingDaysTests {
  private ClearingServer server;
  private LocalDate day;
  private Counterpart payer;
  private String bill;

  /** A day with a bill that matches and one that does not, closed for the payer and for all. */
  @BeforeEach
  void aClosedDay() {
    server = new ClearingServer();
    day = server.newDay();
    payer = server.payer("");
    bill = server.bill(payer, "h1", 12_00);
    String lost = server.bill(payer, "h2", 30_00);
    assertThat(lost).isNotEqualTo(bill);
    var book =
        server.reconciled(payer, day, entry(bill, "", "h1", 12_00, instant(day, "12:00:00")));
    assertThat(book.differences()).isEqualTo(1);
    var unused = server.clearing.closes().close(ANN, payer, day);
    var unused2 = server.clearing.closes().closeAll(BOB, day);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<String> broken() {
    try {
      var report = DayVerification.verify(server.database, List.of(server.signer.certificate()));
      return report.findings().stream()
          .map(finding -> finding.place() + ": " + finding.english())
          .toList();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private DayClose closed(String scope) {
    return java.util.Objects.requireNonNull(server.clearing.closes().find(scope, day));
  }

  @Test
  void saysWhatTheDayHeld() {
    DayClose close = closed(payer.name());
    assertThat(close.body())
        .contains("\naccount 4200 0\n", "\nmovements 2 4200 0 ", "\nours 2 4200 0 ")
        .contains("\nstatement theirs - 1 1200 0 ", "\nmatched 1 0 0 0\n")
        .contains("\ninstitution h1 1 1200 0\n", "\ninstitution h2 1 3000 0\n")
        .containsPattern("\ncase \\S+ only-ours found 3000 - -\n")
        .contains(ANN.subject());
    assertThat(closed("institution/h2").body()).contains("\naccount 0 3000\n");
    assertThat(closed(DayClose.ALL).facts(DayClose.Fact.PART))
        .extracting(List::getFirst)
        .containsExactlyInAnyOrder(payer.name(), "institution/h1", "institution/h2");
    assertThat(broken()).isEmpty();
    assertThat(server.clearing.closes().close(BOB, payer, day))
        .as("the same again answers what was closed")
        .isEqualTo(close);
  }

  @Test
  void beginSomewhereAndGoOnFromThere() {
    LocalDate before = day.minusDays(1);
    assertRefused(
        () -> server.take(payer, before, "", false, server.file()), "clearing.before-first");
  }

  @Test
  void areNoDaysOfNobody() {
    var nobody = Counterpart.of("payer/no-such-thing");
    assertRefused(() -> server.clearing.closes().close(ANN, nobody, day), "clearing.unknown-scope");
  }

  @Test
  void leavesTheLedgerOpenWhereItIsRefused() {
    LocalDate next = day.plusDays(1);
    server.at(next.plusDays(1), LocalTime.of(9, 0));
    assertRefused(() -> server.clearing.closes().close(ANN, payer, next), "clearing.not-matched");
    assertThat(
            Book.find(new health.helan.foundation.trust.account.Sql(server.database), payer, next))
        .as("and nothing is opened")
        .isNull();
    server.at(next, LocalTime.of(23, 0));
    assertThat(server.bill(payer, "h1", 5_00))
        .as("booked on the day that stayed open")
        .isNotEmpty();
  }

  @Test
  void takesNothingMore() {
    assertRefused(() -> server.take(payer, day, "", true, server.file()), "clearing.day-closed");
    assertRefused(
        () -> server.clearing.reconciliation().reconcile(payer, day), "clearing.day-closed");
    String later = server.bill(payer, "h1", 5_00);
    assertThat(server.ledger.movements(later).getFirst().at())
        .as("later movements fall into the next day")
        .isAfterOrEqualTo(Reconciliation.end(day));
    server.at(day, LocalTime.of(23, 59, 59));
    assertRefused(() -> server.bill(payer, "h1", 5_00), "ledger.closed");
    assertThat(server.ledger.post(new Posting(bill, "settled", move(12_00))).isNew())
        .as("what was booked before is answered as before")
        .isFalse();
    assertThat(server.ledger.check()).isEmpty();
    assertThat(broken()).isEmpty();
  }

  private Line.Move move(long fen) {
    return new Line.Move(payer.account(), Account.of(AccountKind.INSTITUTION, "h1"), fen);
  }

  /** Whoever books while the day closes is in it, or refused. */
  @Test
  void waitsForWhoIsBooking() throws Exception {
    LocalDate next = day.plusDays(1);
    String late = Ids.next(7);
    try (Connection connection = server.database.getConnection()) {
      connection.setAutoCommit(false);
      server.at(next, LocalTime.of(23, 59, 59));
      var unused = server.ledger.post(connection, new Posting(late, "settled", move(8_00)));
      server.at(next.plusDays(1), LocalTime.of(0, 0, 1));
      CompletableFuture<Void> closing =
          CompletableFuture.runAsync(() -> server.ledger.close(Reconciliation.end(next)));
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> closing.get(400, TimeUnit.MILLISECONDS));
      connection.commit();
      closing.get(10, TimeUnit.SECONDS);
    }
    List<Movement> day = new ArrayList<>();
    server.ledger.each(
        payer.account(), Reconciliation.begin(next), Reconciliation.end(next), day::add);
    assertThat(day).extracting(Movement::intent).contains(late);
  }

  @Test
  void goesDayByDay() {
    LocalDate third = day.plusDays(2);
    server.at(third.plusDays(1), LocalTime.of(6, 0));
    var unused = server.take(payer, third);
    var unused2 = server.clearing.reconciliation().reconcile(payer, third);
    assertRefused(() -> server.clearing.closes().close(ANN, payer, third), "clearing.day-before");
    LocalDate second = day.plusDays(1);
    assertRefused(() -> server.clearing.closes().close(ANN, payer, second), "clearing.not-matched");
    var unused3 = server.take(payer, second);
    assertRefused(() -> server.clearing.closes().close(ANN, payer, second), "clearing.not-matched");
    var unused4 = server.clearing.reconciliation().reconcile(payer, second);
    assertRefused(() -> server.clearing.closes().closeAll(ANN, second), "clearing.part-open");
    DayClose close = server.clearing.closes().close(ANN, payer, second);
    assertThat(close.number()).isEqualTo(2);
    assertThat(close.body()).contains(closed(payer.name()).digest());
    assertRefused(
        () ->
            server
                .clearing
                .closes()
                .close(
                    ANN,
                    payer,
                    LocalDate.ofInstant(server.clock.instant(), StatementReader.BEIJING)),
        "clearing.day-not-over");
    assertThat(broken()).isEmpty();
  }

  /** A month pays what closed days hold: no day may be left out before the first. */
  @Test
  void beginsWithTheFirstDayThatAnythingWasBookedOn() {
    Counterpart late = server.payer("");
    LocalDate first = day.plusDays(1);
    LocalDate second = day.plusDays(2);
    server.at(first, LocalTime.NOON);
    String one = server.bill(late, "h1", 7_00);
    server.at(second, LocalTime.NOON);
    String two = server.bill(late, "h1", 8_00);
    var unused =
        server.reconciled(late, second, entry(two, "", "", 8_00, instant(second, "12:00:00")));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> server.clearing.closes().close(ANN, late, second))
        .matches(refused -> refused.messageKey().equals("clearing.day-before"))
        .matches(refused -> refused.arguments().equals(List.of(late.name(), first.toString())));
    var unused2 = server.take(late, first, entry(one, "", "", 7_00, instant(first, "12:00:00")));
    var unused3 = server.clearing.reconciliation().reconcile(late, first);
    assertThat(server.clearing.closes().close(ANN, late, first).number()).isEqualTo(1);
    assertThat(server.clearing.closes().close(ANN, late, second).number()).isEqualTo(2);
    assertThat(broken()).isEmpty();
  }

  // ------------------------------------------------------------------ tampering

  /** Consistently, so that the ledger's own check finds nothing. */
  @Test
  void tellsALedgerThatWasRewritten() {
    server.execute(
        "update ledger_transfer set posted = posted - 100, debits_after = debits_after - 100,"
            + " credits_after = credits_after - 100 where intent = '"
            + bill
            + "'");
    server.execute(
        "update ledger_balance set debits = greatest(0, debits - 100), credits = greatest(0, credits - 100)"
            + " where home = "
            + Ids.home(bill)
            + " and account in (select debit from ledger_transfer where intent = '"
            + bill
            + "' union select credit from ledger_transfer where intent = '"
            + bill
            + "')");
    assertThat(server.ledger.check()).as("consistent in itself").isEmpty();
    assertThat(broken())
        .hasSize(2)
        .allMatch(finding -> finding.contains("account is not what was sealed"))
        .anyMatch(finding -> finding.startsWith(payer.name() + " " + day))
        .anyMatch(finding -> finding.startsWith("institution/h1 " + day));
  }

  @Test
  void tellsATransferThatWasMovedToAnotherInstitution() {
    server.execute(
        "update ledger_transfer set credit = '%s' where intent = '%s'"
            .formatted(Account.of(AccountKind.INSTITUTION, "h3").id(), bill));
    assertThat(broken()).anyMatch(finding -> finding.contains("movements is not what was sealed"));
  }

  @Test
  void tellsLinesThatWereAltered() {
    server.execute("update clearing_entry set key = 'x' where statement = 1");
    assertThat(broken())
        .containsExactly(
            payer.name()
                + " "
                + day
                + ": statement is not what was sealed: ledger or lines were altered after the day was closed");
  }

  @Test
  void tellsASealThatWasAlteredRemovedOrForged() {
    DayClose close = closed(payer.name());
    String body = close.body().replace("account 4200 0", "account 4300 0");
    forge(payer.name(), body, close.digest(), server.signer);
    assertThat(broken()).anyMatch(finding -> finding.contains("does not have its digest"));
    Signer forger = ClearingServer.signer();
    forge(payer.name(), body, DayClose.digest(body), forger);
    assertThat(broken())
        .anyMatch(finding -> finding.contains("its signature is not valid"))
        .anyMatch(finding -> finding.contains("the closed day of " + payer.name()));
    server.execute("delete from clearing_close where scope = 'institution/h1'");
    assertThat(broken())
        .anyMatch(finding -> finding.contains("the closed day of institution/h1 is missing"));
  }

  private void forge(String scope, String body, String digest, Signer signer) {
    try (Connection connection = server.database.getConnection();
        var statement =
            connection.prepareStatement(
                "update clearing_close set body = ?, digest = ?, signature = ? where scope = ?")) {
      statement.setString(1, body);
      statement.setBytes(2, HexFormat.of().parseHex(digest));
      statement.setBytes(3, signer.sign(body.getBytes(StandardCharsets.UTF_8)));
      statement.setString(4, scope);
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable act, String key) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(act)
        .matches(refused -> refused.messageKey().equals(key), key);
  }
}
