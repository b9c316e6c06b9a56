package health.helan.oversight.clearing;

import static health.helan.oversight.clearing.ClearingServer.ANN;
import static health.helan.oversight.clearing.ClearingServer.BOB;
import static health.helan.oversight.clearing.ClearingServer.entry;
import static health.helan.oversight.clearing.ClearingServer.instant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cases are set right by four eyes; months are drawn up from closed days, agreed to and paid. */
class SettingRightTests {
  private static ClearingServer server;
  private LocalDate day;
  private String hospital;

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
    hospital = "h-" + UUID.randomUUID();
  }

  private static long balance(AccountKind kind, String owner) {
    return server.ledger.balance(Account.of(kind, owner)).of(kind);
  }

  private static Case step(Caller caller, Case of, CaseStep step, String note) {
    return server.clearing.cases().step(caller, of.id(), step, note, Cases.Against.USUAL);
  }

  private Case only(Counterpart payer) {
    List<Case> open = server.open(payer, day);
    assertThat(open).hasSize(1);
    return open.getFirst();
  }

  // ------------------------------------------------------------------ cases

  @Test
  void booksWhatThePayerDoesNotOweAfterFourEyesSawIt() {
    Counterpart payer = server.payer("");
    String bill = server.bill(payer, hospital, 30_00);
    var unused =
        server.reconciled(payer, day, entry(bill, "", "", 29_00, instant(day, "12:00:00")));
    Case found = only(payer);
    assertThat(found.institution()).isEqualTo(hospital);
    assertRefused(() -> step(ANN, found, CaseStep.PROPOSE, "少付一元"), "clearing.illegal-step");
    assertRefused(() -> step(ANN, found, CaseStep.INVESTIGATE, " "), "clearing.note");
    var unused2 = step(ANN, found, CaseStep.INVESTIGATE, "机构多计一元，与医保局核对无误");
    Case proposed = step(ANN, found, CaseStep.PROPOSE, "冲减机构应付一元");
    assertThat(proposed.remedy())
        .isEqualTo(new Remedy(AccountKind.INSTITUTION, AccountKind.PAYER, 1_00));
    assertThat(balance(AccountKind.INSTITUTION, hospital)).isEqualTo(30_00);
    assertRefused(() -> step(ANN, found, CaseStep.APPROVE, ""), "clearing.four-eyes");

    Case adjusted = step(BOB, found, CaseStep.APPROVE, "");
    assertThat(adjusted.state()).isEqualTo(CaseState.ADJUSTED);
    assertThat(balance(AccountKind.INSTITUTION, hospital)).isEqualTo(29_00);
    assertThat(balance(AccountKind.PAYER, payer.code())).isEqualTo(29_00);
    assertRefused(() -> step(BOB, found, CaseStep.APPROVE, ""), "clearing.illegal-step");
    assertThat(step(BOB, found, CaseStep.FINISH, "").state()).isEqualTo(CaseState.CLOSED);
    assertThat(server.clearing.cases().whole(found.id()).steps())
        .extracting(Case.Taken::step, Case.Taken::by)
        .containsExactly(
            tuple(CaseStep.FIND, ""),
            tuple(CaseStep.INVESTIGATE, ANN.subject()),
            tuple(CaseStep.PROPOSE, ANN.subject()),
            tuple(CaseStep.APPROVE, BOB.subject()),
            tuple(CaseStep.FINISH, BOB.subject()));
    assertThat(server.ledger.check()).isEmpty();
    assertThat(server.clearing.reconciliation().reconcile(payer, day).differences())
        .as("the day itself is as it was")
        .isEqualTo(1);
    assertThat(server.clearing.cases().whole(found.id()).of().state()).isEqualTo(CaseState.CLOSED);
  }

  @Test
  void setsAsideWhatThePayerPaidForNothingOrGivesItToTheInstitution() {
    Counterpart payer = server.payer("");
    var unused =
        server.reconciled(
            payer,
            day,
            entry("x", "", hospital, 5_00, instant(day, "12:00:00")),
            entry("y", "", hospital, 6_00, instant(day, "12:00:00")),
            entry("z", "", "", 7_00, instant(day, "12:00:00")));
    for (Case one : server.open(payer, day)) {
      var unused2 = step(ANN, one, CaseStep.INVESTIGATE, "查无订单");
      if (one.key().equals("x")) {
        var unused3 = step(ANN, one, CaseStep.PROPOSE, "待退");
        var unused4 = step(BOB, one, CaseStep.APPROVE, "");
      } else if (one.key().equals("y")) {
        var unused3 =
            server
                .clearing
                .cases()
                .step(ANN, one.id(), CaseStep.PROPOSE, "补记", Cases.Against.INSTITUTION);
        var unused4 = step(BOB, one, CaseStep.APPROVE, "");
      } else {
        assertRefused(
            () ->
                server
                    .clearing
                    .cases()
                    .step(ANN, one.id(), CaseStep.PROPOSE, "补记", Cases.Against.INSTITUTION),
            "clearing.no-institution");
        assertRefused(() -> step(ANN, one, CaseStep.CLOSE, "对方误报"), "clearing.four-eyes");
        assertThat(step(BOB, one, CaseStep.CLOSE, "对方误报").reason()).isEqualTo("close");
      }
    }
    assertThat(balance(AccountKind.UNCLAIMED, payer.code())).isEqualTo(5_00);
    assertThat(balance(AccountKind.INSTITUTION, hospital)).isEqualTo(6_00);
    assertThat(balance(AccountKind.PAYER, payer.code())).isEqualTo(11_00);
  }

  @Test
  void sendsBackWhatIsNotRight() {
    Counterpart payer = server.payer("");
    var unused =
        server.reconciled(payer, day, entry("x", "", hospital, 5_00, instant(day, "12:00:00")));
    Case found = only(payer);
    var unused2 = step(ANN, found, CaseStep.INVESTIGATE, "查无订单");
    var unused3 = step(ANN, found, CaseStep.PROPOSE, "待退");
    Case back = step(BOB, found, CaseStep.SEND_BACK, "请先与渠道核对");
    assertThat(back.state()).isEqualTo(CaseState.INVESTIGATED);
    assertThat(back.remedy()).isNull();
    assertThat(balance(AccountKind.PAYER, payer.code())).isZero();
  }

  // ------------------------------------------------------------------ months

  /** Closes every day to the end of its month. */
  private YearMonth closedMonth(Counterpart payer) {
    YearMonth month = YearMonth.from(day);
    for (LocalDate one = day; !one.isAfter(month.atEndOfMonth()); one = one.plusDays(1)) {
      if (one.isAfter(day)) {
        server.at(one.plusDays(1), LocalTime.of(6, 0));
        var unused = server.take(payer, one);
        var unused2 = server.clearing.reconciliation().reconcile(payer, one);
      }
      var unused3 = server.clearing.closes().close(ANN, payer, one);
    }
    return month;
  }

  @Test
  void paysAMonthInAdvanceAndAtLastUntilNobodyOwesAnything() {
    while (day.getDayOfMonth() < 20) {
      day = server.newDay();
    }
    Counterpart payer = server.payer("");
    String bill = server.bill(payer, hospital, 100_00);
    String other = server.bill(payer, hospital, 50_00);
    var unused =
        server.reconciled(
            payer,
            day,
            entry(bill, "", "", 100_00, instant(day, "12:00:00")),
            entry(other, "", "", 45_00, instant(day, "12:00:00")));
    Case found = only(payer);
    var unused2 = step(ANN, found, CaseStep.INVESTIGATE, "机构多计五元");
    var unused3 = step(ANN, found, CaseStep.PROPOSE, "冲减");
    var unused4 = step(BOB, found, CaseStep.APPROVE, "");
    YearMonth month = YearMonth.from(day);
    assertRefused(() -> server.clearing.months().draw(ANN, payer, month), "clearing.month-open");
    assertThat(closedMonth(payer)).isEqualTo(month);

    List<Month> drawn = server.clearing.months().draw(ANN, payer, month);
    assertThat(drawn)
        .extracting(
            Month::institution,
            Month::lines,
            Month::in,
            Month::adjusted,
            Month::due,
            Month::advance)
        .containsExactly(tuple(hospital, 2, 150_00L, -5_00L, 145_00L, 116_00L));
    String id = drawn.getFirst().id();
    Caller officer = ApiForTests.system(hospital);
    var months = server.clearing.months();
    assertRefused(() -> months.step(BOB, id, MonthStep.ADVANCE, "", 0), "clearing.illegal-step");
    assertRefused(() -> months.step(officer, id, MonthStep.DISPUTE, "", 0), "clearing.note");
    var unused5 = months.step(officer, id, MonthStep.DISPUTE, "少了一笔", 0);
    assertThat(months.draw(ANN, payer, month).getFirst().state()).isEqualTo(MonthState.DRAWN);
    var unused6 = months.step(officer, id, MonthStep.CONFIRM, "", 0);
    assertRefused(() -> months.step(ANN, id, MonthStep.ADVANCE, "", 0), "clearing.four-eyes");
    var unused7 = months.step(BOB, id, MonthStep.ADVANCE, "", 0);
    assertThat(balance(AccountKind.INSTITUTION, hospital)).isEqualTo(29_00);
    assertThat(balance(AccountKind.PAYER, payer.code())).isEqualTo(29_00);
    assertThat(balance(AccountKind.BANK, "clearing")).isZero();
    assertThat(months.draw(ANN, payer, month).getFirst().state())
        .as("what was confirmed is not drawn up again")
        .isEqualTo(MonthState.ADVANCED);
    assertRefused(() -> months.step(BOB, id, MonthStep.SETTLE, "", 0), "clearing.four-eyes");
    assertRefused(
        () -> months.step(ANN, id, MonthStep.SETTLE, "违规扣款", 29_01), "clearing.more-than-left");
    assertRefused(() -> months.step(ANN, id, MonthStep.SETTLE, "", 9_00), "clearing.note");
    assertThat(months.step(ANN, id, MonthStep.SETTLE, "违规扣款", 9_00).state())
        .isEqualTo(MonthState.SETTLED);
    assertThat(balance(AccountKind.INSTITUTION, hospital)).isZero();
    assertThat(balance(AccountKind.PAYER, payer.code())).isZero();
    assertThat(months.steps(months.month(id)))
        .extracting(Month.Taken::step, Month.Taken::fen)
        .containsExactly(
            tuple(MonthStep.DRAW, 145_00L),
            tuple(MonthStep.DISPUTE, 0L),
            tuple(MonthStep.DRAW, 145_00L),
            tuple(MonthStep.CONFIRM, 0L),
            tuple(MonthStep.ADVANCE, 116_00L),
            tuple(MonthStep.SETTLE, 20_00L));
    assertThat(months.csv(month, hospital))
        .contains(
            "\r\n%s,%s,%s,2,150.00,0.00,-5.00,145.00,116.00,136.00,settled\r\n"
                .formatted(month, payer.name(), hospital));
    assertThat(months.csv(month, "another")).doesNotContain(hospital);
    assertThat(server.ledger.check()).isEmpty();
  }

  @Test
  void letsTheInstitutionPayWhenMoreWentBackThanCame() {
    while (day.getDayOfMonth() < 20) {
      day = server.newDay();
    }
    Counterpart payer = server.told("", entry("r", "", hospital, -8_00, instant(day, "09:00:00")));
    var unused = server.reconciled(payer, day, entry("r", "", "", -8_00, instant(day, "09:00:00")));
    YearMonth month = closedMonth(payer);
    Month drawn = server.clearing.months().draw(ANN, payer, month).getFirst();
    assertThat(drawn.due()).isEqualTo(-8_00);
    assertThat(drawn.advance()).isZero();
    var months = server.clearing.months();
    var unused2 = months.step(ApiForTests.system(hospital), drawn.id(), MonthStep.CONFIRM, "", 0);
    var unused3 = months.step(BOB, drawn.id(), MonthStep.ADVANCE, "", 0);
    var unused4 = months.step(ANN, drawn.id(), MonthStep.SETTLE, "", 0);
    assertThat(balance(AccountKind.INSTITUTION, hospital)).isEqualTo(8_00);
    assertThat(balance(AccountKind.PAYER, payer.code())).isEqualTo(8_00);
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable act, String key) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(act)
        .matches(refused -> refused.messageKey().equals(key), key);
  }
}
