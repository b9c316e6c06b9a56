package health.helan.foundation.residents.card;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.card.CardServer.Desk;
import health.helan.foundation.residents.card.CardServer.Person;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 三码融合: one code, of which each party learns its own number and nothing else. */
class PartyTests {
  private static final CardServer SERVER = CardServer.get();
  private static final String INSURED = "YB6401-00012345";
  private static final String WALLET = "W-9988776655";

  private Caller insurer;
  private Caller wallet;
  private Desk hospital;

  private static Caller party(String kind, String name) {
    String client = kind + "-" + UUID.randomUUID().toString().substring(0, 8);
    // A scope that shows nothing of anybody's record.
    Caller system =
        new Caller(
            client,
            Role.SYSTEM,
            "org-" + client,
            Set.of(),
            client,
            new Binding("", Set.of(), Set.of(), Set.of("system/Coverage.rs")));
    Reply reply =
        SERVER.call(CardServer.operator(), "$card-party", "id", client, "kind", kind, "name", name);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return system;
  }

  @BeforeEach
  void open() {
    insurer = party("insurance", "某地医保");
    wallet = party("payment", "某支付");
    hospital = SERVER.desk("payment", false);
  }

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private Person enrolled() {
    Person person = SERVER.holder();
    assertThat(
            SERVER
                .call(insurer, "$card-enrol", "code", SERVER.code(person), "number", INSURED)
                .value("number"))
        .isEqualTo(INSURED);
    assertThat(
            SERVER
                .call(wallet, "$card-enrol", "code", SERVER.code(person), "number", WALLET)
                .value("number"))
        .isEqualTo(WALLET);
    return person;
  }

  @Test
  void whoHasNoNumberThereIsNotAskedForWithoutEnd() {
    Person stranger = SERVER.holder();
    String code = SERVER.code(stranger);
    int refused = 0;
    while (SERVER.call(insurer, "$card-resolve", "code", code).status() == 404) {
      assertThat(++refused).isLessThanOrEqualTo(Scans.SCANS_PER_MINUTE);
    }
    assertThat(SERVER.call(insurer, "$card-resolve", "code", code).status()).isEqualTo(429);
    assertThat(SERVER.call(wallet, "$card-enrol", "code", code).status())
        .as("unspent")
        .isEqualTo(200);
  }

  @Test
  void oneCodeIsResolvedByEachToItsOwnNumberOnly() {
    Person person = enrolled();
    String card =
        CardServer.part(
            SERVER.get(person.self(), person.path("health-card")).all("card").getFirst(), "number");
    String code = SERVER.code(person);
    Reply byHospital = SERVER.scan(hospital, "payment", code);
    Reply byInsurer = SERVER.call(insurer, "$card-resolve", "code", code);
    Reply byWallet = SERVER.call(wallet, "$card-resolve", "code", code);
    assertThat(byHospital.value("number")).isEqualTo(card);
    assertThat(byInsurer.value("number")).isEqualTo(INSURED);
    assertThat(byWallet.value("number")).isEqualTo(WALLET);
    assertThat(byHospital.text()).doesNotContain(INSURED).doesNotContain(WALLET);
    assertThat(byInsurer.text())
        .doesNotContain(WALLET)
        .doesNotContain(card)
        .doesNotContain(person.number())
        .doesNotContain(person.patient())
        .doesNotContain("赵一");
    assertThat(byWallet.text())
        .doesNotContain(INSURED)
        .doesNotContain(card)
        .doesNotContain(person.number())
        .doesNotContain(person.patient())
        .doesNotContain("赵一");
    // Each once, and refusals say no number either.
    for (Caller party : new Caller[] {insurer, wallet}) {
      Reply again = SERVER.call(party, "$card-resolve", "code", code);
      assertThat(again.status()).isEqualTo(409);
      assertThat(again.text()).doesNotContain(INSURED).doesNotContain(WALLET);
    }
    Reply log = SERVER.get(person.self(), person.path("health-card-uses"));
    assertThat(log.all("use")).hasSize(7);
    assertThat(log.text()).contains("某地医保").contains("某支付").contains("insurance");
    Reply terminal = SERVER.get(hospital.system(), "$card-terminal-uses?terminal=" + hospital.id());
    assertThat(terminal.text())
        .doesNotContain(INSURED)
        .doesNotContain(WALLET)
        .doesNotContain(person.patient());
  }

  @Test
  void codesOfOnePersonHaveNothingInCommonForWhoHasNoOpener() {
    Person person = enrolled();
    byte[] first = Base45.decode(SERVER.code(person).substring(Code.HEAD.length()));
    byte[] second = Base45.decode(SERVER.code(person).substring(Code.HEAD.length()));
    int same = 0;
    for (int i = 11; i < Code.BYTES; i++) {
      same += first[i] == second[i] ? 1 : 0;
    }
    assertThat(same).as("bytes of block and signature that are equal").isLessThan(8);
  }

  @Test
  void whoHasNoNumberThereIsSaidToHaveNoneAndTheCodeStaysGood() {
    Person person = SERVER.holder();
    String code = SERVER.code(person);
    Reply none = SERVER.call(insurer, "$card-resolve", "code", code);
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.sentence()).contains("no number here");
    assertThat(SERVER.reasons(person)).containsExactly("card.not-enrolled");
    assertThat(SERVER.scan(hospital, "payment", code).status()).isEqualTo(200);
  }

  @Test
  void anotherPartyOfTheSameKindLearnsNothing() {
    Person person = enrolled();
    Caller rival = party("payment", "另一家支付");
    Reply reply = SERVER.call(rival, "$card-resolve", "code", SERVER.code(person));
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.text()).doesNotContain(WALLET);
    Reply made = SERVER.call(rival, "$card-enrol", "code", SERVER.code(person));
    assertThat(made.value("number")).startsWith("P").hasSize(20);
    assertThat(SERVER.call(rival, "$card-resolve", "code", SERVER.code(person)).value("number"))
        .isEqualTo(made.value("number"));
    assertThat(SERVER.call(wallet, "$card-resolve", "code", SERVER.code(person)).value("number"))
        .isEqualTo(WALLET);
  }

  @Test
  void whatIsNoPartyResolvesNothing() {
    Person person = enrolled();
    String code = SERVER.code(person);
    assertThat(SERVER.call(hospital.system(), "$card-resolve", "code", code).status())
        .isEqualTo(403);
    assertThat(SERVER.call(hospital.system(), "$card-enrol", "code", code).status()).isEqualTo(403);
    for (Caller caller :
        new Caller[] {person.self(), CardServer.clerk("h"), CardServer.operator()}) {
      assertThat(SERVER.call(caller, "$card-resolve", "code", code).status()).isEqualTo(403);
    }
    assertThat(
            SERVER.call(insurer, "$card-party", "id", "x", "kind", "payment", "name", "x").status())
        .isEqualTo(403);
    assertThat(
            SERVER
                .call(
                    CardServer.operator(),
                    "$card-party",
                    "id",
                    insurer.subject(),
                    "kind",
                    "insurance",
                    "name",
                    "某地医保",
                    "state",
                    "suspended")
                .status())
        .isEqualTo(200);
    assertThat(SERVER.call(insurer, "$card-resolve", "code", code).status()).isEqualTo(403);
    assertThat(
            SERVER
                .call(
                    CardServer.operator(),
                    "$card-party",
                    "id",
                    wallet.subject(),
                    "kind",
                    "insurance",
                    "name",
                    "x")
                .status())
        .isEqualTo(409);
  }

  @Test
  void aPrintedCodePaysNothing() {
    Person person = enrolled();
    String printed =
        SERVER.get(person.self(), person.path("health-card") + "?printed=true").value("code");
    assertThat(SERVER.call(wallet, "$card-resolve", "code", printed).status()).isEqualTo(422);
    assertThat(SERVER.call(wallet, "$card-enrol", "code", printed).status()).isEqualTo(422);
  }

  @Test
  void theResidentEndsItAndSeesTheOwnNumbers() {
    Person person = enrolled();
    Reply card = SERVER.get(person.self(), person.path("health-card"));
    assertThat(card.all("account")).hasSize(2);
    assertThat(card.text()).contains(INSURED).contains(WALLET);
    Reply atCounter =
        SERVER.call(
            CardServer.clerk("h"), person.path("health-card"), "identifier", person.number());
    assertThat(atCounter.status()).isEqualTo(200);
    assertThat(atCounter.text()).doesNotContain(INSURED).doesNotContain(WALLET);
    Reply ended =
        SERVER.call(person.self(), person.path("health-card-account"), "party", wallet.subject());
    assertThat(ended.all("account")).hasSize(1);
    assertThat(SERVER.call(wallet, "$card-resolve", "code", SERVER.code(person)).status())
        .isEqualTo(404);
    assertThat(
            SERVER
                .call(person.self(), person.path("health-card-account"), "party", wallet.subject())
                .status())
        .isEqualTo(404);
    // A new card keeps the numbers.
    assertThat(
            SERVER.call(person.self(), person.path("health-card-step"), "step", "replace").status())
        .isEqualTo(200);
    assertThat(SERVER.call(insurer, "$card-resolve", "code", SERVER.code(person)).value("number"))
        .isEqualTo(INSURED);
  }
}
