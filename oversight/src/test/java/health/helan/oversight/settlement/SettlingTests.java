package health.helan.oversight.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.settlement.Settlement.MoneyState;
import health.helan.oversight.settlement.Settlement.PartState;
import health.helan.oversight.settlement.SettlementServer.Visit;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.simulator.SimulatedPayer;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** One bill from the open charges to the last fen and back, whatever payers and channels do. */
class SettlingTests {
  private final SettlementServer server = SettlementServer.get();

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

  private static String part(JsonNode of, String name) {
    return ApiForTests.part(of, name);
  }

  private static List<JsonNode> parts(JsonNode of, String name) {
    List<JsonNode> found = new ArrayList<>();
    of.path("part")
        .forEach(
            one -> {
              if (one.path("name").asString("").equals(name)) {
                found.add(one);
              }
            });
    return found;
  }

  /** Employee, outpatient, third level: 243.00, of which the insurance pays 12.21. */
  private Visit outpatient() {
    Visit visit = server.new Visit("AMB", "310");
    visit.charge("1101", 1);
    visit.charge("2501", 1);
    visit.charge("2103", 1);
    return visit;
  }

  // ------------------------------------------------------------------ what is not reckoned

  private void refused(int status, String words, Visit visit, String... pairs) {
    Reply reply = server.call(visit.clerk, "Patient/" + visit.patient + "/$presettle", pairs);
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.text()).contains(words);
  }

  @Test
  void reckonsNoChargeInAnotherCurrencyBelowZeroOrOfADayToCome() {
    String day = server.today().toString();
    Visit abroad = server.new Visit("AMB", "310");
    abroad.charge("2501", 1, day, "'priceOverride':{'value':1,'currency':'USD'},");
    refused(422, "CNY", abroad);
    Visit negative = server.new Visit("AMB", "310");
    negative.charge("2501", 1, day, "'priceOverride':{'value':-1,'currency':'CNY'},");
    refused(422, "below zero", negative);
    Visit early = server.new Visit("AMB", "310");
    early.charge("2501", 1, server.today().plusDays(1).toString(), "");
    refused(422, "a day to come", early);
  }

  @Test
  void takesOneMarkOfTheTwoForCareInAnotherCity() {
    Visit visit = outpatient();
    refused(400, "one of the two", visit, "mark", "other-city", "mark", "other-city-registered");
    assertThat(part(visit.presettled("mark", "other-city", "mark", "referred"), "state"))
        .isEqualTo("presettled");
  }

  @Test
  void takesNothingForAllWhereAChargeIsNamedByNothing() {
    Visit visit = outpatient();
    Reply reply =
        server.send(
            visit.clerk,
            "POST",
            "Patient/" + visit.patient + "/$presettle",
            "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"charge\",\"valueReference\":{}}]}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    refused(422, "charge", visit, "charge", "ChargeItem/nobodys");
  }

  @Test
  void tellsTheLastOfWhatWasReckonedAgain() {
    Visit visit = outpatient();
    var unused = visit.presettled();
    String last = part(visit.presettled(), "number");
    assertThat(
            server.get(visit.self, "Patient/" + visit.patient + "/$bills").values("bill", "number"))
        .containsExactly(last);
  }

  @Test
  void takesBackABillOfWhichAChargeWasDeleted() {
    Visit visit = outpatient();
    String claim = visit.settled();
    String gone = server.row(claim).charges().getFirst();
    assertThat(server.send(SettlementServer.ROOT, "DELETE", "ChargeItem/" + gone, null).status())
        .isEqualTo(204);
    assertThat(server.call(visit.clerk, "Claim/" + claim + "/$reverse", "reason", "误收费").status())
        .isEqualTo(200);
    server.until(Duration.ofMinutes(1));
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.REVERSED);
    assertThat(visit.owed()).isZero();
  }

  @Test
  void tellsTheCreditToWhoCollects() {
    Visit visit = outpatient();
    var unused = visit.settled();
    String credit = "Patient/" + visit.patient + "/$credit";
    Reply reply = server.get(visit.clerk, credit);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    Visit elsewhere = outpatient();
    assertThat(server.get(elsewhere.clerk, credit).status()).isEqualTo(404);
  }

  // ------------------------------------------------------------------ as it should be

  @Test
  void bringsEachShareToTheInstitutionAndExplainsIt() {
    Visit visit = outpatient();
    JsonNode bill = visit.presettled("encounter", "Encounter/" + visit.encounter);
    String claim = part(bill, "number");
    assertThat(part(bill, "state")).isEqualTo("presettled");
    assertThat(part(bill, "total")).isEqualTo("243.00");
    assertThat(part(bill, "eligible")).isEqualTo("222.20");
    assertThat(part(bill, "own")).isEqualTo("230.79");
    assertThat(part(bill, "source")).contains("unverified");
    assertThat(parts(bill, "line")).hasSize(3);
    assertThat(parts(bill, "line").stream().map(line -> part(line, "own-first")))
        .containsExactlyInAnyOrder("0.00", "0.00", "20.80");
    assertThat(
            parts(bill, "reckoning").stream()
                .map(
                    line ->
                        part(line, "what")
                            + " "
                            + part(line, "base")
                            + " "
                            + part(line, "percent")
                            + " "
                            + part(line, "amount")))
        .containsExactly("base 222.20  222.20", "deductible 200.00  200.00", "band 22.20 55 12.21");
    assertThat(server.ledger.movements(claim)).as("nobody was asked for anything").isEmpty();

    Reply settled = visit.settle(claim);
    assertThat(settled.status()).as(settled.text()).isEqualTo(200);
    assertThat(part(settled.all("bill").getFirst(), "state")).isEqualTo("owing");
    assertThat(part(settled.all("bill").getFirst(), "open")).isEqualTo("230.79");
    assertThat(visit.owedBy(PayerKind.BASIC)).isEqualTo(12_21);
    assertThat(visit.owed()).isEqualTo(12_21);

    visit.pay();
    server.until(Duration.ZERO);
    Settlement row = server.row(claim);
    assertThat(row.state()).isEqualTo(SettlementState.SETTLED);
    assertThat(row.due()).as("nothing is left to do").isNull();
    assertThat(visit.owed()).as("the whole bill").isEqualTo(243_00);
    assertThat(server.ledger.open(claim)).isEmpty();
    row.charges().forEach(charge -> assertThat(visit.status(charge)).isEqualTo("billed"));

    Reply seen = server.get(visit.self, "Patient/" + visit.patient + "/$bills");
    assertThat(seen.values("bill", "state")).containsExactly("settled");
    assertThat(server.get(visit.self, "Claim/" + claim).json().path("use").asString())
        .isEqualTo("claim");
    JsonNode explanation =
        server.get(visit.self, "ExplanationOfBenefit/" + row.explanation()).json();
    assertThat(explanation.path("outcome").asString()).isEqualTo("complete");
    assertThat(explanation.path("total")).hasSize(4);
    Reply answers = server.get(visit.self, "ClaimResponse?request=Claim/" + claim);
    assertThat(answers.json().path("entry")).hasSize(1);
    assertThat(answers.text()).contains("\"complete\"", "12.21");
    assertThat(
            server
                .get(SettlementServer.ROOT, "Provenance?target=Claim/" + claim + "&_count=20")
                .text())
        .contains("\"presettle\"", "\"settle\"", "\"agree\"", "\"complete\"");
  }

  @Test
  void needsNoPayerForWhoIsNotInsured() {
    Visit visit = server.new Visit("AMB");
    visit.charge("2501", 2);
    String claim = visit.settled();
    assertThat(server.row(claim).parts()).isEmpty();
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.OWING);
    visit.pay();
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.SETTLED);
    assertThat(visit.owed()).isEqualTo(40_00);
  }

  @Test
  void goesOnInTheYearWhereTheLastBillEnded() {
    Visit visit = outpatient();
    visit.settled();
    visit.charge("2508", 1); // 110.00; the year's deductible is used up.
    JsonNode bill = visit.presettled();
    assertThat(part(bill, "own")).isEqualTo("49.50");
  }

  @Test
  void sharesAStayOfThePoorOverFivePayers() {
    Visit visit = server.new Visit("IMP", "390", "assistance", "poverty", "subsidy");
    visit.charge("3310", 20);
    visit.charge("3311", 10);
    String claim = visit.settled();
    Settlement row = server.row(claim);
    assertThat(row.parts().stream().map(Settlement.Part::kind))
        .containsExactly(
            PayerKind.BASIC,
            PayerKind.SERIOUS,
            PayerKind.ASSISTANCE,
            PayerKind.POVERTY,
            PayerKind.SUBSIDY);
    assertThat(row.parts().stream().mapToLong(Settlement.Part::fen).sum() + row.own())
        .isEqualTo(row.fen());
    assertThat(visit.owed()).isEqualTo(row.fen() - row.own());
  }

  // ------------------------------------------------------------------ what cannot be settled

  @Test
  void isRefusedForWhatHasNoPriceOrIsNotOpen() {
    Visit visit = server.new Visit("AMB", "310");
    String path = "Patient/" + visit.patient + "/$presettle";
    assertThat(server.call(visit.clerk, path).sentence()).contains("no charges");
    String unknown = visit.charge("9999", 1);
    Reply reply = server.call(visit.clerk, path);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.sentence()).contains("9999", server.today().toString());
    String old = visit.charge("2501", 1, "2023-12-31", "");
    assertThat(server.call(visit.clerk, path, "charge", "ChargeItem/" + old).sentence())
        .contains("2501", "2023-12-31");
    String dear =
        visit.charge(
            "2501",
            1,
            server.today().toString(),
            "'priceOverride':{'value':20.01,'currency':'CNY'},");
    assertThat(server.call(visit.clerk, path, "charge", dear).sentence()).contains("above");
    String cheap =
        visit.charge(
            "2501",
            1,
            server.today().toString(),
            "'priceOverride':{'value':12.5,'currency':'CNY'},");
    assertThat(part(visit.presettled("charge", cheap), "total")).isEqualTo("12.50");
    assertThat(server.call(visit.clerk, path, "charge", "nobody").status()).isEqualTo(422);
    assertThat(server.call(visit.clerk, path, "mark", "friend").status()).isEqualTo(400);
    assertThat(server.call(visit.clerk, path, "price", "1").status()).isEqualTo(400);
    assertThat(visit.status(unknown)).isEqualTo("billable");
    Visit other = outpatient();
    String theirs = other.charge("2501", 1);
    assertThat(server.call(visit.clerk, path, "charge", theirs).status()).isEqualTo(422);
  }

  @Test
  void isRefusedWhenItIsNotWhatWasReckoned() {
    Visit visit = outpatient();
    String claim = part(visit.presettled(), "number");
    server.created(
        ApiForTests.system(visit.bureau),
        """
        {'resourceType':'Coverage','status':'active','type':{'coding':[{'code':'commercial'}]},
          'beneficiary':{'reference':'Patient/%s'},'payor':[{'reference':'Organization/%s'}]}"""
            .formatted(visit.patient, visit.bureau));
    String charge = server.row(claim).charges().getFirst();
    JsonNode item = server.get(SettlementServer.ROOT, "ChargeItem/" + charge).json();
    server.put(
        visit.system,
        "ChargeItem",
        charge,
        item.toString().replace("\"quantity\":{\"value\":1}", "\"quantity\":{\"value\":2}"));
    Reply reply = visit.settle(claim);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.sentence()).contains("anew");
    assertThat(server.ledger.movements(claim)).isEmpty();
    server.until(Duration.ofMinutes(31));
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.LAPSED);
    assertThat(visit.settle(claim).sentence()).contains("lapsed");
  }

  @Test
  void settlesAChargeOnceHoweverManyAskAtOnce() throws Exception {
    Visit visit = outpatient();
    List<String> claims = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      claims.add(part(visit.presettled(), "number"));
    }
    List<Future<Reply>> replies = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 12; i++) {
        String claim = claims.get(i % 4);
        replies.add(threads.submit(() -> visit.settle(claim)));
      }
    }
    int settled = 0;
    for (Future<Reply> reply : replies) {
      assertThat(reply.get().status()).as(reply.get().text()).isIn(200, 409, 422, 503);
      settled += reply.get().status() == 200 ? 1 : 0;
    }
    assertThat(settled).isPositive();
    assertThat(claims.stream().filter(one -> server.row(one).state() == SettlementState.OWING))
        .as("of four claims for the same charges one is settled")
        .hasSize(1);
    assertThat(visit.owedBy(PayerKind.BASIC)).isEqualTo(12_21);
  }

  // ------------------------------------------------------------------ what payers do

  @ParameterizedTest
  @EnumSource(names = {"LOSE_REQUEST", "LOSE_ANSWER", "LATE"})
  void waitsForAPayerThatDoesNotAnswer(SimulatedPayer.Fault fault) {
    Visit visit = outpatient();
    server.wrong("settle", fault, fault);
    String claim = visit.settled();
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.SETTLING);
    assertThat(server.ledger.open(claim)).as("set aside").hasSize(2);
    server.until(Duration.ofMinutes(1));
    server.until(Duration.ofMinutes(2));
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.OWING);
    assertThat(visit.owedBy(PayerKind.BASIC)).isEqualTo(12_21);
    assertThat(server.number("select count(*) from simulated_payer where id like '" + claim + "%'"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "DIFFER"})
  void isUndoneWhenAPayerSaysOtherwise(SimulatedPayer.Fault fault) {
    Visit visit = server.new Visit("IMP", "390", "assistance");
    visit.charge("3310", 20);
    server.wrong("settle", SimulatedPayer.Fault.NONE, fault);
    server.wrong("reverse", SimulatedPayer.Fault.LOSE_ANSWER);
    String claim = visit.settled();
    server.until(Duration.ofMinutes(1));
    Settlement row = server.row(claim);
    assertThat(row.state()).isEqualTo(SettlementState.REVERSED);
    assertThat(row.reason())
        .isEqualTo(fault == SimulatedPayer.Fault.REFUSE ? "payer-refused" : "payer-differs");
    assertThat(visit.owed()).isZero();
    assertThat(visit.owedBy(PayerKind.BASIC)).isZero();
    assertThat(server.ledger.open(claim)).isEmpty();
    assertThat(
            server.number(
                "select count(*) from simulated_payer where state = 1 and id like '"
                    + claim
                    + "%'"))
        .as("no payer pays anything")
        .isZero();
    row.charges().forEach(charge -> assertThat(visit.status(charge)).isEqualTo("billable"));
    Reply refused =
        server.get(staff(visit.bureau, FinanceStaff.INSURANCE), "$payer-claims?state=back");
    assertThat(refused.status()).as(refused.text()).isEqualTo(200);
    assertThat(refused.values("claim", "number")).contains(claim);
    Caller officer = staff(visit.bureau, FinanceStaff.INSURANCE);
    Reply one = server.get(officer, "$payer-claims?claim=Claim/" + claim);
    assertThat(one.status()).as(one.text()).isEqualTo(200);
    JsonNode audited = one.all("bill").getFirst();
    assertThat(audited.toString()).contains("\"line\"", "\"reckoning\"", "basic");
    assertThat(one.text()).doesNotContain(visit.patient, "ChargeItem/", "\"own\"");
    Caller others = staff("other-" + visit.bureau, FinanceStaff.INSURANCE);
    assertThat(server.get(others, "$payer-claims?claim=Claim/" + claim).status()).isEqualTo(404);
    // The charges can be settled anew, in the year as it was.
    String again = visit.settled();
    assertThat(server.row(again).state()).isEqualTo(SettlementState.OWING);
    assertThat(server.row(again).own()).isEqualTo(row.own());
  }

  /** Somebody with a post at an institution. */
  private Caller staff(String institution, String post) {
    Caller holder = ApiForTests.practitioner(post + "-" + institution, institution);
    server.post(ApiForTests.system(institution), holder, post);
    return holder;
  }

  @Test
  void areForCashiersAndNotForWhoeverWorksAtTheHospital() {
    Visit visit = outpatient();
    String claim = visit.settled();
    Caller nurse = ApiForTests.practitioner("n-" + visit.hospital, visit.hospital);
    Caller cashier = staff(visit.hospital, FinanceStaff.CASHIER);
    Map<String, String> refused = new LinkedHashMap<>();
    refused.put("Patient/" + visit.patient + "/$presettle", "Cashiers");
    refused.put("Claim/" + claim + "/$settle", "Cashiers");
    refused.put("Claim/" + claim + "/$pay-later", "Cashiers");
    refused.put("Patient/" + visit.patient + "/$collect-bills", "Cashiers");
    refused.forEach(
        (path, said) -> {
          Reply reply = server.call(nurse, path);
          assertThat(reply.status()).as(path).isEqualTo(403);
          assertThat(reply.sentence()).as(path).contains(said);
        });
    String back = "Claim/" + claim + "/$reverse";
    assertThat(server.call(nurse, back, "reason", "重复收费").status()).isEqualTo(403);
    for (Caller one : List.of(nurse, cashier)) {
      assertThat(server.get(one, "$ledger-accounts?kind=institution").sentence())
          .contains("Finance officers");
      assertThat(server.get(one, "$payer-claims").sentence()).contains("Insurance officers");
    }
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.OWING);
    assertThat(server.call(cashier, back, "reason", "重复收费").status()).isEqualTo(200);
  }

  // ------------------------------------------------------------------ back again

  @Test
  void givesEverybodyWhatWasTheirsWhenItIsReversed() {
    Visit visit = outpatient();
    String claim = visit.settled();
    visit.pay();
    String path = "Claim/" + claim + "/$reverse";
    assertThat(server.call(visit.clerk, path).status()).as("without a reason").isEqualTo(400);
    server.channelFaults.put(
        "refund", new java.util.concurrent.ConcurrentLinkedQueue<>(List.of(Fault.LOSE_ANSWER)));
    Reply reply = server.call(visit.clerk, path, "reason", "重复收费");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    server.until(Duration.ofMinutes(1));
    server.until(Duration.ofMinutes(2));
    Settlement row = server.row(claim);
    assertThat(row.state()).isEqualTo(SettlementState.REVERSED);
    assertThat(row.money()).allMatch(money -> money.state() == MoneyState.BACK);
    assertThat(row.parts()).allMatch(part -> part.state() == PartState.BACK);
    assertThat(visit.owed()).isZero();
    assertThat(visit.owedBy(PayerKind.BASIC)).isZero();
    assertThat(
            server.number(
                "select coalesce(sum(fen - refunded), 0) from simulated_payment where state = 1 and id like '"
                    + row.money().getFirst().order()
                    + "%'"))
        .isZero();
    assertThat(server.call(visit.clerk, path, "reason", "重复收费").status())
        .as("twice has the effect of once")
        .isEqualTo(200);
    String again = visit.settled();
    assertThat(server.row(again).own()).isEqualTo(230_79);
  }

  @Test
  void givesOwnMoneyBackByTheBillAlone() {
    Visit visit = outpatient();
    String claim = visit.settled();
    visit.pay();
    String order = server.row(claim).money().getFirst().order();
    String path = "Invoice/" + order + "/$refund";
    for (var caller : List.of(visit.clerk, visit.system)) {
      Reply reply = server.call(caller, path, "reason", "退费", "key", "k1");
      assertThat(reply.status()).as(reply.text()).isEqualTo(422);
      assertThat(reply.sentence()).contains("$refund-charges", "$reverse");
    }
    assertThat(server.payments.status(SettlementServer.ROOT, order).returned()).isEmpty();
    Reply reply = server.call(visit.clerk, "Claim/" + claim + "/$reverse", "reason", "重复收费");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    server.until(Duration.ofMinutes(1));
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.REVERSED);
  }

  @Test
  void saysSoWhereSomethingElseIsBeingGivenBack() {
    Visit visit = outpatient();
    String claim = visit.settled();
    List<String> charges = server.row(claim).charges();
    String part = "Claim/" + claim + "/$refund-charges";
    String whole = "Claim/" + claim + "/$reverse";
    server.wrong(
        "reverse",
        SimulatedPayer.Fault.LOSE_REQUEST,
        SimulatedPayer.Fault.LOSE_REQUEST,
        SimulatedPayer.Fault.LOSE_REQUEST);
    for (int times = 0; times < 2; times++) {
      Reply reply = server.call(visit.clerk, part, "charge", charges.get(0), "reason", "未做");
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      assertThat(server.row(claim).state()).isEqualTo(SettlementState.REVERSING);
    }
    for (Reply reply :
        List.of(
            server.call(visit.clerk, part, "charge", charges.get(1), "reason", "未做"),
            server.call(visit.clerk, whole, "reason", "全部退费"))) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(422);
      assertThat(reply.sentence()).contains("being given back");
    }
    server.faults.clear();
    server.until(Duration.ofMinutes(10));
    Settlement after = java.util.Objects.requireNonNull(follower(claim));
    assertThat(after.charges()).containsExactlyInAnyOrderElementsOf(charges.subList(1, 3));
  }

  @Test
  void settlesAnewWhatStaysWhenAPartIsGivenBack() {
    Visit visit = outpatient();
    String claim = visit.settled();
    visit.pay();
    String scan =
        server.row(claim).charges().stream()
            .filter(
                charge ->
                    server
                        .get(SettlementServer.ROOT, "ChargeItem/" + charge)
                        .text()
                        .contains("\"2103\""))
            .findFirst()
            .orElseThrow();
    String path = "Claim/" + claim + "/$refund-charges";
    assertThat(server.call(visit.clerk, path, "charge", "x", "reason", "未做").status())
        .isEqualTo(422);
    Reply reply = server.call(visit.clerk, path, "charge", scan, "reason", "未做");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    server.until(Duration.ofMinutes(1));
    server.until(Duration.ofMinutes(2));
    Settlement before = server.row(claim);
    assertThat(before.state()).isEqualTo(SettlementState.REVERSED);
    assertThat(visit.status(scan)).isEqualTo("aborted");
    Settlement after = java.util.Objects.requireNonNull(follower(claim));
    assertThat(after.state()).as("35.00, below the deductible").isEqualTo(SettlementState.SETTLED);
    assertThat(after.fen()).isEqualTo(35_00);
    assertThat(after.own()).isEqualTo(35_00);
    assertThat(after.held()).as("paid by what was there").isEqualTo(35_00);
    assertThat(visit.owed()).isEqualTo(35_00);
    assertThat(visit.owedBy(PayerKind.BASIC)).isZero();
    String order = before.money().getFirst().order();
    assertThat(
            server.number(
                "select sum(fen - refunded) from simulated_payment where state = 1 and id like '"
                    + order
                    + "%'"))
        .as("the rest went back")
        .isEqualTo(35_00);
    // And that one can be reversed as any other.
    assertThat(
            server
                .call(visit.clerk, "Claim/" + after.id() + "/$reverse", "reason", "全部退费")
                .status())
        .isEqualTo(200);
    server.until(Duration.ofMinutes(1));
    server.until(Duration.ofMinutes(2));
    assertThat(server.row(after.id()).state()).isEqualTo(SettlementState.REVERSED);
    assertThat(visit.owed()).isZero();
  }

  private Settlement follower(String claim) {
    long found = server.number("select count(*) from settlement where replaces = '" + claim + "'");
    assertThat(found).isEqualTo(1);
    return server
        .settlements
        .ofPatient(SettlementServer.ROOT, server.settlements.patient(server.row(claim)))
        .stream()
        .filter(one -> claim.equals(one.replaces()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void sendsBackMoneyThatComesForABillThatIsReversedMeanwhile() {
    Visit visit = outpatient();
    String claim = visit.settled();
    String code = visit.code();
    assertThat(server.call(visit.clerk, "Claim/" + claim + "/$reverse", "reason", "重复收费").status())
        .isEqualTo(200);
    assertThat(server.row(claim).state()).isEqualTo(SettlementState.REVERSED);
    server.payBy(code);
    server.until(Duration.ofMinutes(1));
    server.until(Duration.ofMinutes(2));
    assertThat(server.row(claim).money()).allMatch(money -> money.state() == MoneyState.BACK);
    assertThat(visit.owed()).isZero();
  }

  // ------------------------------------------------------------------ treat first, pay later

  @Test
  void lendsUpToALimitAndIsRepaidByOnePayment() {
    Visit visit = outpatient();
    String first = visit.settled();
    Reply deferred = server.call(visit.self, "Claim/" + first + "/$pay-later");
    assertThat(deferred.status()).as(deferred.text()).isEqualTo(200);
    assertThat(part(deferred.all("bill").getFirst(), "state")).isEqualTo("deferred");
    assertThat(server.call(visit.self, "Claim/" + first + "/$pay-later").status())
        .as("twice has the effect of once")
        .isEqualTo(200);
    visit.charge("2508", 1);
    String second = visit.settled();
    visit.charge("2107", 9); // 3,150.00 outside the catalogue: more than the limit.
    String third = visit.settled();
    assertThat(server.call(visit.clerk, "Claim/" + third + "/$pay-later").sentence())
        .contains("limit");
    Reply credit = server.get(visit.self, "Patient/" + visit.patient + "/$credit");
    assertThat(credit.value("limit")).isEqualTo("3000.00");
    assertThat(credit.value("used")).isEqualTo("230.79");
    assertThat(credit.values("use", "state")).containsExactly("used");
    credit = server.get(visit.clerk, "Patient/" + visit.patient + "/$credit");
    assertThat(credit.value("limit")).as("a bill of theirs waits").isEqualTo("3000.00");
    assertThat(credit.values("use", "state")).containsExactly("used");

    server.until(Duration.ofDays(31));
    assertThat(
            server.get(visit.self, "Patient/" + visit.patient + "/$credit").values("use", "state"))
        .containsExactly("overdue");
    assertThat(server.call(visit.clerk, "Claim/" + second + "/$pay-later").sentence())
        .contains("overdue");

    // One payment for all three.
    visit.pay();
    server.until(Duration.ZERO);
    for (String claim : List.of(first, second, third)) {
      assertThat(server.row(claim).state()).isEqualTo(SettlementState.SETTLED);
      assertThat(server.ledger.open(claim)).isEmpty();
    }
    assertThat(server.get(visit.self, "Patient/" + visit.patient + "/$payments").all("order"))
        .hasSize(1);
    credit = server.get(visit.self, "Patient/" + visit.patient + "/$credit");
    assertThat(credit.value("used")).isEqualTo("0.00");
    assertThat(credit.values("use", "state")).containsExactly("repaid");
    credit = server.get(visit.clerk, "Patient/" + visit.patient + "/$credit");
    assertThat(credit.values("use", "state")).containsExactly("repaid");
    assertThat(credit.text()).as("none waits any more").doesNotContain("limit", "granted");
    assertThat(visit.owed()).isEqualTo(243_00 + 110_00 + 3_150_00);
  }

  @Test
  void isTheResidentsAffairAndNotOfOtherHospitalsThatMaySeeThePatient() {
    Visit visit = outpatient();
    Visit other = server.new Visit("AMB");
    String encounter =
        server.created(
            other.system,
            """
            {'resourceType':'Encounter','status':'finished','class':{'code':'AMB'},
              'subject':{'reference':'Patient/%s'},'serviceProvider':{'reference':'Organization/%s'}}"""
                .formatted(visit.patient, other.hospital));
    var unused =
        server.created(
            other.system,
            """
            {'resourceType':'ChargeItem','status':'billable','code':{'coding':[{'system':'urn:x','code':'2501'}]},
              'subject':{'reference':'Patient/%s'},'context':{'reference':'Encounter/%s'},
              'occurrenceDateTime':'%s','performingOrganization':{'reference':'Organization/%s'},'quantity':{'value':1}}"""
                .formatted(visit.patient, encounter, server.today(), other.hospital));
    Reply reckoned = server.call(other.clerk, "Patient/" + visit.patient + "/$presettle");
    assertThat(reckoned.status()).as(reckoned.text()).isEqualTo(200);
    String claim = part(reckoned.all("bill").getFirst(), "number");
    for (String step : List.of("/$settle", "/$pay-later")) {
      assertThat(server.call(other.clerk, "Claim/" + claim + step).status()).isEqualTo(200);
    }
    // Its own institution wrote the Patient, and sees it masked.
    Reply seen = server.get(visit.clerk, "Patient/" + visit.patient + "/$credit");
    assertThat(seen.status()).as(seen.text()).isEqualTo(200);
    assertThat(seen.text()).doesNotContain(claim, "limit", "amount");
    Reply own = server.get(visit.self, "Patient/" + visit.patient + "/$credit");
    assertThat(own.values("use", "state")).containsExactly("used");
    assertThat(own.value("limit")).isEqualTo("3000.00");
  }

  @Test
  void isNotPaidTwiceByTwoPayments() {
    Visit visit = outpatient();
    String first = visit.settled();
    String code = visit.code();
    visit.charge("2508", 1);
    String second = visit.settled();
    // While the first is being paid, nothing else may collect it.
    String all = "Patient/" + visit.patient + "/$collect-bills";
    assertThat(server.call(visit.self, all).status()).isEqualTo(409);
    Reply one = server.call(visit.self, all, "claim", "Claim/" + second);
    assertThat(one.status()).isEqualTo(200);
    server.payBy(code);
    server.until(Duration.ZERO);
    assertThat(server.row(first).state()).isEqualTo(SettlementState.SETTLED);
    assertThat(server.call(visit.self, all, "claim", first).sentence()).contains("no bills");
    assertThat(server.call(visit.self, all).value("payable")).isEqualTo(one.value("payable"));
  }

  @Test
  void paysTheBillsOfSeveralInstitutionsAtOnce() {
    Visit visit = outpatient();
    String first = visit.settled();
    Visit other = server.new Visit(visit);
    other.charge("2508", 2);
    String second = other.settled();
    String all = "Patient/" + visit.patient + "/$collect-bills";
    Reply collected = server.call(visit.self, all);
    assertThat(collected.all("payable")).as("an Account for each institution").hasSize(2);
    assertThat(server.call(visit.self, all).text())
        .as("the same again")
        .isEqualTo(collected.text());
    server.payBy(visit.code());
    server.until(Duration.ZERO);
    for (String claim : List.of(first, second)) {
      assertThat(server.row(claim).state()).isEqualTo(SettlementState.SETTLED);
    }
    assertThat(server.row(first).money().getFirst().order())
        .as("a receipt for each")
        .isNotEqualTo(server.row(second).money().getFirst().order());
    assertThat(visit.owed()).isEqualTo(server.row(first).fen());
    assertThat(other.owed()).isEqualTo(server.row(second).fen());
  }

  @Test
  void keepsTheOthersWhenABillIsReversedWhileAllAreBeingPaid() {
    Visit visit = outpatient();
    String first = visit.settled();
    Visit other = server.new Visit(visit);
    other.charge("2508", 2);
    String second = other.settled();
    String code = visit.code();
    assertThat(server.call(visit.clerk, "Claim/" + first + "/$reverse", "reason", "重复收费").status())
        .isEqualTo(200);
    server.payBy(code);
    server.until(Duration.ofMinutes(5));
    assertThat(server.row(first).state()).isEqualTo(SettlementState.REVERSED);
    assertThat(server.row(first).money())
        .allMatch(money -> money.state() == Settlement.MoneyState.BACK);
    assertThat(visit.owed()).isZero();
    assertThat(server.row(second).state()).isEqualTo(SettlementState.SETTLED);
    assertThat(other.owed()).isEqualTo(server.row(second).fen());
  }

  @Test
  void isWithdrawnFromCreditWhenItIsReversed() {
    Visit visit = outpatient();
    String claim = visit.settled();
    assertThat(server.call(visit.clerk, "Claim/" + claim + "/$pay-later").status()).isEqualTo(200);
    assertThat(server.call(visit.clerk, "Claim/" + claim + "/$reverse", "reason", "重复收费").status())
        .isEqualTo(200);
    Reply credit = server.get(visit.self, "Patient/" + visit.patient + "/$credit");
    assertThat(credit.value("used")).isEqualTo("0.00");
    assertThat(credit.values("use", "state")).containsExactly("withdrawn");
  }

  // ------------------------------------------------------------------ who may not

  @Test
  void isForTheCashiersOfTheInstitutionAlone() {
    Visit visit = outpatient();
    String claim = part(visit.presettled(), "number");
    String presettle = "Patient/" + visit.patient + "/$presettle";
    var other = server.new Visit("AMB");
    var stranger = other.clerk;
    for (var nobody : List.of(visit.self, ApiForTests.regulator(), ApiForTests.operator())) {
      assertThat(server.call(nobody, presettle).status()).isEqualTo(403);
      assertThat(server.call(nobody, "Claim/" + claim + "/$settle").status()).isEqualTo(403);
      assertThat(server.call(nobody, "Claim/" + claim + "/$reverse", "reason", "xx").status())
          .isEqualTo(403);
      assertThat(
              server
                  .call(
                      nobody, "Claim/" + claim + "/$refund-charges", "charge", "x", "reason", "xx")
                  .status())
          .isEqualTo(403);
    }
    assertThat(server.call(stranger, presettle).status()).isEqualTo(404);
    assertThat(server.call(stranger, "Claim/" + claim + "/$settle").status()).isEqualTo(404);
    assertThat(server.get(stranger, "Claim/" + claim + "/$bill").status()).isEqualTo(404);
    assertThat(server.get(other.self, "Claim/" + claim + "/$bill").status()).isEqualTo(404);
    assertThat(server.get(other.self, "Patient/" + visit.patient + "/$bills").status())
        .isEqualTo(404);
    assertThat(server.call(other.self, "Patient/" + visit.patient + "/$collect-bills").status())
        .isEqualTo(404);
    assertThat(server.get(other.self, "Patient/" + visit.patient + "/$credit").status())
        .isEqualTo(404);
    assertThat(server.get(stranger, "$payer-claims?payor=" + visit.bureau).status()).isEqualTo(403);
    assertThat(server.get(visit.self, "$payer-claims").status()).isEqualTo(403);
  }

  @Test
  void writesItsPapersAndChargesByItsStepsAlone() {
    Visit visit = outpatient();
    String claim = visit.settled();
    Settlement row = server.row(claim);
    for (String path : List.of("Claim/" + claim, "ExplanationOfBenefit/" + row.explanation())) {
      String body = server.get(SettlementServer.ROOT, path).text();
      Reply reply = server.send(visit.system, "PUT", path, body);
      assertThat(reply.status()).as(path).isEqualTo(403);
      assertThat(reply.sentence()).contains("steps");
    }
    String charge = "ChargeItem/" + row.charges().getFirst();
    String body = server.get(SettlementServer.ROOT, charge).text();
    Reply reply = server.send(visit.system, "PUT", charge, body.replace("billed", "billable"));
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.sentence()).contains("settled");
  }

  // ------------------------------------------------------------------ prices, rules, books

  @Test
  void letsOperatorsKeepPricesAndTwoOfThemRules() {
    var operator = ApiForTests.operator();
    var another = ApiForTests.operator();
    String list = PriceList.HEADER + "\nop1,某项,次,laboratory,A,,9.90,2026-01-01,,,\n";
    assertThat(server.call(server.new Visit("AMB").clerk, "$price-load", "list", list).status())
        .isEqualTo(403);
    assertThat(server.call(operator, "$price-load", "list", "x").status()).isEqualTo(400);
    Reply loaded = server.call(operator, "$price-load", "list", list);
    assertThat(loaded.value("changed")).isEqualTo("1");
    assertThat(server.call(server.new Visit("AMB").clerk, "$price-check", "list", list).status())
        .isEqualTo(403);
    Reply checked = server.call(operator, "$price-check", "list", list + "op2,某项,次\n");
    assertThat(checked.values("line", "effect")).containsExactly("same");
    assertThat(checked.values("fault", "number")).containsExactly("3");
    assertThat(checked.values("fault", "what")).containsExactly("columns");
    Reply items = server.get(ApiForTests.regulator(), "$price-items?q=op1&day=2026-05-01");
    assertThat(items.values("item", "price")).containsExactly("9.90");

    String spec = text("/settlement/rules.json");
    // Of days that nothing else here is about.
    spec = spec.replace("2024-01-01\"", "2030-01-01\", \"to\": \"2030-12-31\"");
    spec = spec.replace("\"demonstration\"", "\"tried\"");
    assertThat(server.call(operator, "$settlement-rule", "spec", "{}").sentence()).contains("id");
    assertThat(server.call(operator, "$settlement-rule", "spec", "{").status()).isEqualTo(400);
    Reply draft = server.call(operator, "$settlement-rule", "spec", spec);
    assertThat(draft.status()).as(draft.text()).isEqualTo(200);
    String[] live = {"id", "tried", "version", "1", "step", "go-live", "reason", "复核无误"};
    assertThat(server.call(another, "$settlement-rule-step", live).sentence()).contains("dry run");
    Reply tried = trial(operator, "day", "2030-05-01");
    assertThat(tried.status()).as(tried.text()).isEqualTo(200);
    assertThat(tried.values("split", "is")).containsExactly("tried", "in-force");
    assertThat(server.call(operator, "$settlement-rule-step", live).status()).isEqualTo(403);
    assertThat(server.call(another, "$settlement-rule-step", live).status()).isEqualTo(200);
    assertThat(server.call(another, "$settlement-rule-step", live).status()).isEqualTo(422);
    assertThat(server.rules.inForce(java.time.LocalDate.of(2030, 5, 1)).name())
        .isEqualTo("tried/1");
    assertThat(server.get(operator, "$settlement-rules").values("rules", "state"))
        .contains("shipped", "live");
    for (String step : List.of("try", "publish")) {
      assertThat(
              server
                  .call(
                      another,
                      "$settlement-rule-step",
                      "id",
                      "tried",
                      "version",
                      "1",
                      "step",
                      step,
                      "reason",
                      "xx")
                  .status())
          .isEqualTo(400);
    }
    assertThat(
            server
                .call(
                    another,
                    "$settlement-rule-step",
                    "id",
                    "tried",
                    "version",
                    "1",
                    "step",
                    "retire",
                    "reason",
                    "到期")
                .status())
        .isEqualTo(200);
  }

  private Reply trial(Caller caller, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("id", "tried", "version", "1", "setting", "outpatient", "scheme", "employee"));
    all.addAll(List.of("a", "150.00", "b", "100.00", "b-own-percent", "10"));
    all.addAll(List.of(more));
    return server.call(caller, "$settlement-trial", all.toArray(String[]::new));
  }

  /** Number 1 of the worked examples in docs/guide/settlement.md, shared twice. */
  @Test
  void sharesABillByADraftAndByWhatIsInForce() {
    var operator = ApiForTests.operator();
    String spec =
        text("/settlement/rules.json")
            .replace("2024-01-01\"", "2025-01-01\"")
            .replace("\"demonstration\"", "\"half\"");
    assertThat(server.call(operator, "$settlement-rule", "spec", spec).status()).isEqualTo(200);
    String[] bill = {
      "id",
      "half",
      "version",
      "1",
      "setting",
      "outpatient",
      "scheme",
      "employee",
      "level",
      "2",
      "day",
      "2025-06-01",
      "a",
      "150",
      "b",
      "100.00",
      "b-own-percent",
      "10",
      "total",
      "employee-outpatient.deductible 200.00"
    };
    Reply shared = server.call(operator, "$settlement-trial", bill);
    assertThat(shared.status()).as(shared.text()).isEqualTo(200);
    assertThat(shared.values("split", "is")).containsExactly("tried", "in-force");
    assertThat(shared.values("split", "rules")).containsExactly("half/1", "demonstration/0");
    assertThat(shared.values("split", "own")).containsExactly("106.00", "106.00");
    assertThat(server.get(operator, "$settlement-rules").text()).contains("\"tried\"");
    for (Caller nobody :
        List.of(
            server.new Visit("AMB").clerk, ApiForTests.regulator(), ApiForTests.resident("p"))) {
      assertThat(server.call(nobody, "$settlement-trial", bill).status()).isEqualTo(403);
    }
    for (String[] wrong :
        new String[][] {
          {"a", "1.001"}, {"scheme", "farmers"}, {"level", "4"}, {"setting", "home"},
          {"total", "x"}, {"mark", "friend"}, {"group", "all"}, {"b-own-percent", "101"}
        }) {
      List<String> all = new ArrayList<>(List.of("id", "half", "version", "1", wrong[0], wrong[1]));
      for (int i = 4; i < bill.length; i += 2) {
        if (!bill[i].equals(wrong[0])) {
          all.addAll(List.of(bill[i], bill[i + 1]));
        }
      }
      assertThat(server.call(operator, "$settlement-trial", all.toArray(String[]::new)).sentence())
          .as(wrong[0])
          .contains(wrong[0]);
    }
    bill[11] = "2024-06-01";
    assertThat(server.call(operator, "$settlement-trial", bill).status()).isEqualTo(422);
  }

  private static String text(String path) {
    try (var in = Settlements.class.getResourceAsStream(path)) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void showsBooksToOfficersAndNoResidentToAnybody() {
    Visit visit = outpatient();
    String claim = visit.settled();
    visit.pay();
    var operator = ApiForTests.operator();
    Reply own = server.get(visit.clerk, "$ledger-accounts?kind=institution");
    assertThat(own.values("account", "account")).containsExactly("institution/" + visit.hospital);
    assertThat(own.values("account", "balance")).containsExactly("243.00");
    Reply moves =
        server.get(visit.clerk, "$ledger-movements?account=institution/" + visit.hospital);
    String page = "$ledger-movements?_count=1&account=institution/" + visit.hospital;
    String next = server.get(visit.clerk, page).value("next");
    assertThat(
            server
                .get(visit.clerk, page + "&after=" + next.replace(" ", "%20"))
                .values("movement", "intent"))
        .hasSize(1);
    for (String wrong : new String[] {"yesterday", next.replaceFirst(" .*", "%20x%20y%20z")}) {
      assertThat(server.get(visit.clerk, page + "&after=" + wrong).status()).isEqualTo(400);
    }
    assertThat(moves.status()).as(moves.text()).isEqualTo(200);
    assertThat(moves.values("movement", "intent")).contains(claim);
    assertThat(moves.values("movement", "other"))
        .contains("payer/" + visit.bureau + ".basic", "resident");
    assertThat(
            server
                .get(staff(visit.bureau, FinanceStaff.OFFICER), "$ledger-accounts?kind=payer")
                .values("account", "balance"))
        .containsExactly("12.21");
    assertThat(
            server
                .get(operator, "$ledger-accounts?kind=institution&owner=" + visit.hospital)
                .values("account", "balance"))
        .containsExactly("243.00");
    String day = LocalDate.ofInstant(server.clock.instant(), PriceItem.BEIJING).toString();
    String dayBefore = LocalDate.parse(day).minusDays(1).toString();
    assertThat(
            server
                .get(visit.clerk, "$ledger-accounts?kind=institution&day=" + day)
                .values("account", "balance"))
        .containsExactly("243.00");
    assertThat(
            server
                .get(visit.clerk, "$ledger-accounts?kind=institution&day=" + dayBefore)
                .values("account", "balance"))
        .containsExactly("0.00");
    assertThat(server.get(visit.clerk, "$ledger-accounts?kind=institution&day=x").status())
        .isEqualTo(400);
    assertThat(server.get(operator, "$ledger-accounts?kind=channel").status()).isEqualTo(200);
    for (String closed :
        List.of(
            "$ledger-accounts?kind=resident",
            "$ledger-accounts?kind=prepaid",
            "$ledger-movements?account=resident/0123456789abcdef")) {
      assertThat(server.get(operator, closed).status()).as(closed).isEqualTo(403);
    }
    for (String others :
        List.of(
            "$ledger-accounts?kind=channel",
            "$ledger-accounts?kind=institution&owner=h-other",
            "$ledger-movements?account=institution/h-other",
            "$ledger-movements?account=channel/union-sim")) {
      assertThat(server.get(visit.clerk, others).status()).as(others).isEqualTo(403);
    }
    assertThat(server.get(operator, "$ledger-accounts?kind=church").status()).isEqualTo(400);
    for (var nobody : List.of(visit.self, ApiForTests.regulator())) {
      assertThat(server.get(nobody, "$ledger-accounts?kind=institution").status()).isEqualTo(403);
    }
  }
}
