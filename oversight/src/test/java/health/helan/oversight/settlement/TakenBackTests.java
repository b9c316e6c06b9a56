package health.helan.oversight.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.oversight.settlement.Settlement.MoneyState;
import health.helan.oversight.settlement.SettlementServer.Visit;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.simulator.SimulatedPayer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Charges that another part of the platform takes back while their bill goes on. */
class TakenBackTests {
  private final SettlementServer server = SettlementServer.get();
  private final Visit visit = server.new Visit("AMB");
  private final String stays = visit.charge("2501", 2); // 40.00
  private final String goes = visit.charge("2508", 1); // 110.00

  @BeforeEach
  void nothingIsWrong() {
    server.faults.clear();
    server.channelFaults.clear();
    server.until(Duration.ZERO);
  }

  @AfterEach
  void theBooksAreInOrder() {
    assertThat(server.ledger.check()).isEmpty();
  }

  private void abort(String... charges) {
    for (String charge : charges) {
      var unused =
          server.store.write(
              Caller.platform("somebody else").asPlatformOf(visit.hospital),
              new Interaction.Patch(
                  "ChargeItem", charge, null, item -> item.put("status", "aborted"), null));
    }
  }

  private void tended() {
    server.until(Duration.ofMinutes(1));
    server.until(Duration.ofMinutes(2));
  }

  private Settlement follower(String claim) {
    return server.settlements.ofPatient(SettlementServer.ROOT, visit.patient).stream()
        .filter(one -> claim.equals(one.replaces()))
        .findFirst()
        .orElseThrow();
  }

  private long kept() {
    return server.number(
        "select coalesce(sum(p.fen - p.refunded), 0) from simulated_payment p where p.state = 1"
            + " and exists (select 1 from settlement_money m join settlement s on s.id = m.settlement"
            + " where s.institution = '"
            + visit.hospital
            + "' and p.id like m.order_id || '%')");
  }

  @Test
  void givesTheMoneyBackThatCameBeforeAnybodyLooked() {
    String claim = visit.settled();
    abort(stays, goes);
    visit.pay();
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.SETTLED);
    assertThat(kept()).isEqualTo(150_00);
    tended();
    Settlement row = server.row(claim);
    assertThat(row.state()).isEqualTo(SettlementState.REVERSED);
    assertThat(row.due()).as("nothing is left to do").isNull();
    assertThat(row.money()).allMatch(money -> money.state() == MoneyState.BACK);
    assertThat(kept()).isZero();
    assertThat(visit.owed()).isZero();
    assertThat(server.ledger.open(claim)).isEmpty();
  }

  @Test
  void keepsOfItWhatPaysTheRest() {
    String claim = visit.settled();
    abort(goes);
    visit.pay();
    tended();
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.REVERSED);
    assertThat(follower(claim).state()).isEqualTo(SettlementState.SETTLED);
    assertThat(kept()).isEqualTo(40_00);
    assertThat(visit.owed()).isEqualTo(40_00);
  }

  @Test
  void isSeenThoughTheBillIsOnlyCollected() {
    String claim = visit.settled();
    abort(goes);
    assertThat(server.call(visit.self, "Patient/" + visit.patient + "/$collect-bills").status())
        .isEqualTo(200);
    tended();
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.REVERSED);
    assertThat(follower(claim).open()).isEqualTo(40_00);
  }

  @Test
  void isSeenThoughTheBillIsPutOnCredit() {
    String claim = visit.settled();
    abort(goes);
    assertThat(server.call(visit.self, "Claim/" + claim + "/$pay-later").status()).isEqualTo(200);
    tended();
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.REVERSED);
    assertThat(
            server.get(visit.self, "Patient/" + visit.patient + "/$credit").values("use", "state"))
        .containsExactly("withdrawn");
    assertThat(follower(claim).open()).isEqualTo(40_00);
  }

  /** The instance ends between what is undone and what follows; meanwhile one more goes. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void settlesTheRestAnewWhenOneMoreGoesBeforeItFollows(boolean isDeleted) {
    Visit insured = server.new Visit("AMB", "310");
    List<String> charges =
        List.of(insured.charge("2508", 2), insured.charge("2501", 1), insured.charge("1101", 1));
    String claim = insured.settled();
    insured.pay();
    SimulatedPayer payer = server.payer(_ -> SimulatedPayer.Fault.NONE);
    Settlements ending =
        server.settlements(
            new Payer() {
              @Override
              public boolean serves(PayerKind kind, String payor) {
                if (server.row(claim).state() == SettlementState.REVERSED) {
                  throw new IllegalStateException("ended");
                }
                return payer.serves(kind, payor);
              }

              @Override
              public Answer settle(String key, Demand demand) throws Silent {
                return payer.settle(key, demand);
              }

              @Override
              public boolean reverse(String key, Demand demand) throws Silent {
                return payer.reverse(key, demand);
              }
            },
            () -> server.payments);
    assertThatThrownBy(() -> ending.refund(insured.clerk, claim, List.of(charges.get(2)), "未做"))
        .hasMessage("ended");
    Settlement between = server.row(claim);
    assertThat(between.state()).isEqualTo(SettlementState.REVERSED);
    assertThat(Objects.requireNonNull(between.keeps())).hasSize(2);
    var unused =
        server.store.write(
            Caller.platform("somebody else").asPlatformOf(insured.hospital),
            isDeleted
                ? new Interaction.Delete("ChargeItem", charges.get(1), null, null, false)
                : new Interaction.Patch(
                    "ChargeItem",
                    charges.get(1),
                    null,
                    item -> item.put("status", "aborted"),
                    null));
    tended();
    Settlement after =
        server.settlements.ofPatient(SettlementServer.ROOT, insured.patient).stream()
            .filter(one -> claim.equals(one.replaces()))
            .findFirst()
            .orElseThrow();
    assertThat(after.charges()).containsExactly(charges.getFirst());
    assertThat(after.state()).isEqualTo(SettlementState.SETTLED);
    assertThat(insured.owed()).isEqualTo(220_00);
  }
}
