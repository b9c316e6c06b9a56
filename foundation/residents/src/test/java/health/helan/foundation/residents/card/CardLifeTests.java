package health.helan.foundation.residents.card;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.card.CardServer.Desk;
import health.helan.foundation.residents.card.CardServer.Person;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A card from its application to its end, and who may do what with it. */
class CardLifeTests {
  private static final CardServer SERVER = CardServer.get();

  private static Reply step(Person person, String... pairs) {
    return SERVER.call(person.self(), person.path("health-card-step"), pairs);
  }

  private static Reply atCounter(Person person, Caller clerk, String... pairs) {
    List<String> all = new ArrayList<>(List.of("identifier", person.number()));
    all.addAll(List.of(pairs));
    return SERVER.call(clerk, person.path("health-card-step"), all.toArray(String[]::new));
  }

  private static String state(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return CardServer.part(reply.all("card").getFirst(), "state");
  }

  @Test
  void isActiveAtOnceWhereNameAndNumberAreProved() {
    Person person = SERVER.person();
    Reply none = SERVER.get(person.self(), person.path("health-card"));
    assertThat(none.all("card")).isEmpty();
    assertThat(none.value("may")).isEqualTo("apply");
    assertThat(SERVER.call(person.self(), person.path("health-code")).status()).isEqualTo(404);
    Reply applied = step(person, "step", "apply");
    assertThat(state(applied)).isEqualTo("active");
    String number = CardServer.part(applied.all("card").getFirst(), "number");
    assertThat(number).hasSize(18).startsWith("640000H");
    assertThat(CardNumber.isValid(number)).isTrue();
    assertThat(health.helan.foundation.store.IdNumbers.isValid(number)).isFalse();
    assertThat(step(person, "step", "apply").status()).isEqualTo(409);
    assertThat(applied.all("account")).isEmpty();
  }

  @Test
  void waitsForACounterWhereTheRecordHasNoValidNumber() {
    Person child = SERVER.person(null, "");
    Reply applied = step(child, "step", "apply");
    assertThat(state(applied)).isEqualTo("applied");
    Reply early = SERVER.call(child.self(), child.path("health-code"));
    assertThat(early.status()).isEqualTo(422);
    assertThat(early.sentence()).contains("applied for");
    assertThat(step(child, "step", "issue").status()).as("not by oneself").isEqualTo(403);
    Person foreigner = SERVER.person("E12345678", "");
    assertThat(state(step(foreigner, "step", "apply"))).isEqualTo("applied");
    Caller clerk = CardServer.clerk("h1");
    assertThat(atCounter(foreigner, clerk, "step", "issue").status())
        .as("no document")
        .isEqualTo(400);
    assertThat(state(atCounter(foreigner, clerk, "step", "issue", "document", "passport")))
        .isEqualTo("active");
    JsonNode card =
        SERVER.get(foreigner.self(), foreigner.path("health-card")).all("card").getFirst();
    assertThat(card.toString()).contains("passport").contains("Organization/h1");
  }

  @Test
  void isMadeAtACounterForWhomTheClerkHasTheNumberOf() {
    Person person = SERVER.person();
    Person another = SERVER.person();
    Caller clerk = CardServer.clerk("h2");
    assertThat(
            SERVER
                .call(
                    clerk,
                    person.path("health-card-step"),
                    "identifier",
                    another.number(),
                    "step",
                    "apply",
                    "document",
                    "resident-id")
                .status())
        .as("another's number")
        .isEqualTo(404);
    assertThat(
            SERVER
                .call(clerk, "Patient/nobody/$health-card", "identifier", person.number())
                .status())
        .isEqualTo(404);
    assertThat(state(atCounter(person, clerk, "step", "apply", "document", "resident-id")))
        .isEqualTo("active");
    Reply seen = SERVER.call(clerk, person.path("health-card"), "identifier", person.number());
    assertThat(seen.status()).isEqualTo(200);
    assertThat(
            SERVER.call(clerk, person.path("health-code"), "identifier", person.number()).status())
        .as("codes are for residents")
        .isEqualTo(403);
    assertThat(
            SERVER
                .call(clerk, person.path("health-card-uses"), "identifier", person.number())
                .status())
        .isEqualTo(403);
  }

  @Test
  void isLostByTelephoneAndTakenUpAgainAtACounterOnly() {
    Person person = SERVER.holder();
    Caller clerk = CardServer.clerk("h3");
    assertThat(state(atCounter(person, clerk, "step", "suspend", "reason", "stolen")))
        .isEqualTo("suspended");
    for (String step : List.of("resume", "replace", "cancel")) {
      Reply refused = step(person, "step", step);
      assertThat(refused.status()).as(step).isEqualTo(403);
      assertThat(refused.sentence()).contains("at a counter");
    }
    assertThat(SERVER.get(person.self(), person.path("health-card")).value("may")).isEmpty();
    assertThat(atCounter(person, clerk, "step", "resume").status()).isEqualTo(400);
    assertThat(state(atCounter(person, clerk, "step", "resume", "document", "resident-id")))
        .isEqualTo("active");
    assertThat(state(step(person, "step", "suspend", "reason", "lost"))).isEqualTo("suspended");
    assertThat(state(step(person, "step", "resume", "reason", "found"))).isEqualTo("active");
  }

  @Test
  void isReplacedByOneWithAnotherNumberHoweverManyAskAtOnce() throws Exception {
    Person person = SERVER.holder();
    String before =
        CardServer.part(
            SERVER.get(person.self(), person.path("health-card")).all("card").getFirst(), "number");
    var start = new CyclicBarrier(8);
    List<Future<Integer>> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        answers.add(
            threads.submit(
                () -> {
                  start.await();
                  return step(person, "step", "replace", "reason", "damaged").status();
                }));
      }
    }
    int done = 0;
    for (Future<Integer> answer : answers) {
      done += answer.get() == 200 ? 1 : 0;
      assertThat(answer.get()).isIn(200, 409);
    }
    List<JsonNode> cards = SERVER.get(person.self(), person.path("health-card")).all("card");
    assertThat(cards).hasSize(1 + done);
    assertThat(cards.stream().map(card -> CardServer.part(card, "state")))
        .containsOnlyOnce("active")
        .doesNotContain("suspended");
    assertThat(cards.stream().map(card -> CardServer.part(card, "number"))).doesNotHaveDuplicates();
    assertThat(CardServer.part(cards.getLast(), "number")).isEqualTo(before);
  }

  @Test
  void isCancelledForGoodAndMayBeAppliedForAgain() {
    Person person = SERVER.holder();
    assertThat(state(step(person, "step", "cancel"))).isEqualTo("cancelled");
    assertThat(step(person, "step", "resume").status()).isEqualTo(404);
    assertThat(step(person, "step", "steal").status()).isEqualTo(400);
    assertThat(step(person, "step", "apply", "reason", "because").status()).isEqualTo(400);
    assertThat(state(step(person, "step", "apply"))).isEqualTo("active");
  }

  @Test
  void isNotForTheDead() {
    Person dead = SERVER.person("640104198503070918", ",'deceasedDateTime':'2026-01-01'");
    assertThat(step(dead, "step", "apply").status()).isEqualTo(422);
  }

  @Test
  void isShownByWhoActsForAnotherAndByNobodyElse() {
    Person child = SERVER.person();
    Person stranger = SERVER.person();
    Caller mother = CardServer.resident(SERVER.person().patient(), child.patient());
    assertThat(SERVER.call(mother, child.path("health-card-step"), "step", "apply").status())
        .isEqualTo(200);
    Desk desk = SERVER.desk("identify", false);
    String code = SERVER.call(mother, child.path("health-code")).value("code");
    Reply scanned = SERVER.scan(desk, "identify", code);
    assertThat(scanned.value("patient")).isEqualTo("Patient/" + child.patient());
    assertThat(SERVER.get(mother, child.path("health-card-uses")).all("use")).hasSize(1);
    for (String operation :
        List.of("health-card", "health-card-uses", "health-code", "health-card-step")) {
      Reply refused =
          operation.equals("health-card") || operation.endsWith("uses")
              ? SERVER.get(stranger.self(), child.path(operation))
              : SERVER.call(stranger.self(), child.path(operation), "step", "suspend");
      assertThat(refused.status()).as(operation).isEqualTo(404);
    }
    // When the guardianship ends, the binding no longer names the child (access.md).
    Caller later = CardServer.resident(stranger.patient());
    assertThat(SERVER.call(later, child.path("health-code")).status()).isEqualTo(404);
  }

  @Test
  void opensTheRecordToWhomTheScanNamesAndToNobodyElse() {
    Person person = SERVER.holder();
    Desk desk = SERVER.desk("check-in identify", true);
    var doctor =
        new Caller(
            "doctor",
            Caller.Role.PRACTITIONER,
            desk.institution(),
            java.util.Set.of(),
            "doctor-" + desk.id(),
            new Caller.Binding(
                "d-" + desk.id(), java.util.Set.of(), java.util.Set.of(), java.util.Set.of("*")));
    String read = "Patient/" + person.patient();
    assertThat(SERVER.get(doctor, read).status()).isEqualTo(404);
    assertThat(SERVER.scan(desk, "identify", SERVER.code(person)).status()).isEqualTo(200);
    assertThat(SERVER.get(doctor, read).status()).as("only looked who it is").isEqualTo(404);
    String code = SERVER.code(person);
    assertThat(SERVER.scan(desk, "check-in", code).status()).as("for nobody").isEqualTo(422);
    Reply arrived = SERVER.scan(desk, "check-in", code, "practitioner", "d-" + desk.id());
    assertThat(arrived.status()).as(arrived.text()).isEqualTo(200);
    assertThat(arrived.value("encounter")).startsWith("Encounter/");
    assertThat(SERVER.get(doctor, read).status()).isEqualTo(200);
    var colleague =
        new Caller(
            "colleague",
            Caller.Role.PRACTITIONER,
            desk.institution(),
            java.util.Set.of(),
            "colleague-" + desk.id(),
            new Caller.Binding(
                "c-" + desk.id(), java.util.Set.of(), java.util.Set.of(), java.util.Set.of("*")));
    assertThat(SERVER.get(colleague, read).status()).isEqualTo(404);
    Reply grants = SERVER.get(person.self(), read + "/$access-grants");
    assertThat(grants.text()).contains("Practitioner/d-" + desk.id());
  }

  @Test
  void opensTheRecordToTheDoctorWhoScansALivingCodeButNotAPrintedOne() {
    Person person = SERVER.holder();
    String name = "t" + java.util.UUID.randomUUID().toString().substring(0, 8);
    Caller doctor = CardServer.clerk("org-" + name);
    String self = doctor.binding().practitioner();
    assertThat(
            SERVER
                .call(
                    CardServer.operator(),
                    "$card-terminal",
                    "id",
                    name,
                    "institution",
                    "org-" + name,
                    "name",
                    "诊室",
                    "scenes",
                    "check-in",
                    "attended",
                    "true")
                .status())
        .isEqualTo(200);
    String printed =
        SERVER.get(person.self(), person.path("health-card") + "?printed=true").value("code");
    Reply byPaper =
        SERVER.call(
            doctor,
            "$scan-card",
            "terminal",
            name,
            "scene",
            "check-in",
            "code",
            printed,
            "document",
            "resident-id",
            "practitioner",
            self);
    assertThat(byPaper.status()).isEqualTo(422);
    Reply living =
        SERVER.call(
            doctor,
            "$scan-card",
            "terminal",
            name,
            "scene",
            "check-in",
            "code",
            SERVER.code(person),
            "practitioner",
            self);
    assertThat(living.status()).as(living.text()).isEqualTo(200);
    assertThat(SERVER.get(doctor, "Patient/" + person.patient()).status()).isEqualTo(200);
    Caller system = CardServer.system("org-" + name);
    assertThat(
            SERVER
                .call(
                    system,
                    "$scan-card",
                    "terminal",
                    name,
                    "scene",
                    "check-in",
                    "code",
                    SERVER.code(person),
                    "practitioner",
                    self)
                .status())
        .as("a system without the terminal's key")
        .isEqualTo(403);
  }

  @Test
  void isTakenOutByAnErasure() {
    Person person = SERVER.holder();
    Desk desk = SERVER.desk("identify", false);
    String code = SERVER.code(person);
    SERVER.scan(desk, "identify", SERVER.code(person));
    long digest = SERVER.cards.holder(person.patient()).digest();
    String of = " where patient = " + digest;
    assertThat(SERVER.number("select count(*) from health_card" + of)).isEqualTo(1);
    SERVER.cards.erase(digest);
    for (String table :
        List.of("health_card", "health_card_step", "health_card_use", "health_card_account")) {
      assertThat(SERVER.number("select count(*) from " + table + of)).as(table).isZero();
    }
    Reply refused = SERVER.scan(desk, "identify", code);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).contains("no card");
  }

  @Test
  void keepsItsNumberUnderTheDataKey() {
    Person person = SERVER.holder();
    long digest = SERVER.cards.holder(person.patient()).digest();
    String number =
        CardServer.part(
            SERVER.get(person.self(), person.path("health-card")).all("card").getFirst(), "number");
    assertThat(
            SERVER.number(
                "select count(*) from health_card where patient = "
                    + digest
                    + " and key_id > 0 and position(convert_to('"
                    + number
                    + "', 'UTF8') in content) = 0"))
        .isEqualTo(1);
  }
}
