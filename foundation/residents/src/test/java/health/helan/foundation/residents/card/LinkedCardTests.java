package health.helan.foundation.residents.card;

import static health.helan.foundation.rest.testing.ApiForTests.part;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.card.CardServer.Desk;
import health.helan.foundation.residents.card.CardServer.Person;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A card is a person's: of all its records that are surely linked, and while they are. */
class LinkedCardTests {
  private static final CardServer SERVER = CardServer.withIndex();

  private final Person one = SERVER.person();
  private final Person other = SERVER.person();
  private final Desk desk = SERVER.desk("identify", true);

  private static Reply step(Person person, String... pairs) {
    return SERVER.call(person.self(), person.path("health-card-step"), pairs);
  }

  private static Reply card(Person person) {
    return SERVER.get(person.self(), person.path("health-card"));
  }

  /** Number of the card that counts; empty for none. */
  private static String number(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.all("card").stream()
        .filter(card -> Set.of("applied", "active", "suspended").contains(part(card, "state")))
        .map(card -> part(card, "number"))
        .findFirst()
        .orElse("");
  }

  /** State of the card that comes first. */
  private static String state(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return part(reply.all("card").getFirst(), "state");
  }

  private void link() {
    SERVER.settle();
    decide("$merge");
  }

  private void unlink() {
    decide("$unmerge");
  }

  private void decide(String operation) {
    Reply reply =
        SERVER.call(
            CardServer.operator(),
            "Patient/" + operation,
            "source-patient",
            "Patient/" + other.patient(),
            "target-patient",
            "Patient/" + one.patient(),
            "note",
            "测试");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private void assertTaken(String... codes) {
    for (String code : codes) {
      Reply reply = SERVER.scan(desk, "identify", code);
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }
  }

  private void assertRefused(String why, String... codes) {
    for (String code : codes) {
      Reply reply = SERVER.scan(desk, "identify", code);
      assertThat(reply.status()).as(reply.text()).isEqualTo(422);
      assertThat(SERVER.reasons(desk).getFirst()).isEqualTo("card.code-card-" + why);
    }
  }

  private String number(Person person) {
    return number(card(person));
  }

  private void bothHold() {
    assertThat(step(one, "step", "apply").status()).isEqualTo(200);
    assertThat(step(other, "step", "apply").status()).isEqualTo(200);
  }

  @Test
  void whoAppliesByAnotherRecordIsGivenTheCardThereIs() {
    assertThat(step(one, "step", "apply").status()).isEqualTo(200);
    String number = number(one);
    link();
    assertThat(number(other)).isEqualTo(number);
    assertThat(card(other).value("may")).as("apply is not offered").isEqualTo("suspend");
    Reply again = step(other, "step", "apply");
    assertThat(number(again)).isEqualTo(number);
    Reply atCounter =
        SERVER.call(
            CardServer.clerk("h9"),
            other.path("health-card-step"),
            "identifier",
            other.number(),
            "step",
            "apply",
            "document",
            "resident-id");
    assertThat(number(atCounter)).isEqualTo(number);
    assertThat(step(one, "step", "apply").status()).isEqualTo(409);
    Reply scanned = SERVER.scan(desk, "identify", SERVER.code(other));
    assertThat(scanned.value("number")).isEqualTo(number);
    assertThat(scanned.value("patient")).isEqualTo("Patient/" + one.patient());
    assertThat(SERVER.get(other.self(), other.path("health-card-uses")).all("use")).hasSize(1);

    unlink();
    assertThat(card(other).all("card")).isEmpty();
    assertThat(SERVER.get(other.self(), other.path("health-card-uses")).all("use")).isEmpty();
    assertThat(SERVER.call(other.self(), other.path("health-code")).status()).isEqualTo(404);
    assertThat(step(other, "step", "apply").status()).isEqualTo(200);
    assertThat(number(other)).isNotEmpty().isNotEqualTo(number);
    assertThat(number(one)).isEqualTo(number);
  }

  @Test
  void whatIsSuspendedByOneRecordIsSuspendedForAllUntilTheyPart() {
    bothHold();
    String oneCode = SERVER.code(one);
    String otherCode = SERVER.code(other);
    String oneNumber = number(one);
    String otherNumber = number(other);
    link();
    assertThat(number(other)).as("the one that was issued first").isEqualTo(oneNumber);
    assertTaken(otherCode);
    otherCode = fresh(otherCode);
    assertThat(state(step(other, "step", "suspend", "reason", "lost"))).isEqualTo("suspended");
    assertRefused("suspended", oneCode, otherCode);
    assertThat(SERVER.call(one.self(), one.path("health-code")).status()).isEqualTo(422);
    assertThat(state(step(one, "step", "resume", "reason", "found"))).isEqualTo("active");
    assertTaken(oneCode, otherCode);

    Caller clerk = CardServer.clerk("h8");
    assertThat(
            SERVER
                .call(
                    clerk,
                    other.path("health-card-step"),
                    "identifier",
                    other.number(),
                    "step",
                    "suspend",
                    "reason",
                    "stolen")
                .status())
        .isEqualTo(200);
    assertThat(step(other, "step", "resume").status()).as("at the counter").isEqualTo(403);
    unlink();
    assertThat(state(card(one))).isEqualTo("suspended");
    assertThat(state(card(other))).isEqualTo("active");
    assertThat(number(other)).isEqualTo(otherNumber);
    assertTaken(SERVER.code(other));
    link();
    assertRefused("suspended", another(other));
  }

  /**
   * A code of the very card of a record, whatever counts for the person: as printed or shown
   * before.
   */
  private static String another(Person person) {
    Card card =
        SERVER.cards.wallet(person.patient()).own().values().stream()
            .filter(own -> own.patientId().equals(person.patient()) && own.state().isLive())
            .findFirst()
            .orElseThrow();
    return SERVER
        .cards
        .keys()
        .code(
            Code.Kind.DYNAMIC,
            card.handle(),
            SERVER.clock.instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS),
            Cards.LIFE_SECONDS)
        .text();
  }

  private String fresh(String spent) {
    String code = another(other);
    assertThat(code).isNotEqualTo(spent);
    return code;
  }

  @Test
  void whatIsCancelledOrReplacedByOneRecordEndsForAllUntilTheyPart() {
    bothHold();
    String otherNumber = number(other);
    link();
    String otherCode = another(other);
    assertThat(state(step(other, "step", "replace", "reason", "damaged"))).isEqualTo("active");
    String replaced = number(one);
    assertThat(replaced).isNotEqualTo(otherNumber).isEqualTo(number(other));
    assertRefused("replaced", otherCode);

    assertThat(state(step(other, "step", "cancel"))).isEqualTo("cancelled");
    assertThat(number(one)).isEmpty();
    assertThat(number(other)).isEmpty();
    assertRefused("replaced", another(other));
    Reply again = step(other, "step", "apply");
    assertThat(again.status()).as(again.text()).isEqualTo(200);
    String now = number(again);
    assertThat(number(one)).isEqualTo(now);
    assertThat(now).isNotIn(otherNumber, replaced);

    unlink();
    assertThat(number(other)).as("as before the link").isEqualTo(otherNumber);
    assertTaken(SERVER.code(other));
    assertThat(number(one)).isEqualTo(now);
    assertTaken(SERVER.code(one));
  }

  private static Caller insurer() {
    String client = "insurance-" + UUID.randomUUID().toString().substring(0, 8);
    assertThat(
            SERVER
                .call(
                    CardServer.operator(),
                    "$card-party",
                    "id",
                    client,
                    "kind",
                    "insurance",
                    "name",
                    "某地医保")
                .status())
        .isEqualTo(200);
    return new Caller(
        client,
        Role.SYSTEM,
        "org-" + client,
        Set.of(),
        client,
        new Binding("", Set.of(), Set.of(), Set.of("system/Coverage.rs")));
  }

  @Test
  void partiesLearnTheirNumberByACodeOfAnyLinkedRecord() {
    bothHold();
    Caller insurer = insurer();
    Caller another = insurer();
    for (Caller party : List.of(insurer, another)) {
      String number = party.equals(insurer) ? "YB-0000001" : "YB-0000009";
      assertThat(
              SERVER
                  .call(party, "$card-enrol", "code", SERVER.code(one), "number", number)
                  .status())
          .isEqualTo(200);
    }
    assertThat(SERVER.call(insurer, "$card-resolve", "code", SERVER.code(other)).status())
        .isEqualTo(404);
    link();
    assertThat(SERVER.call(insurer, "$card-resolve", "code", another(other)).value("number"))
        .isEqualTo("YB-0000001");
    assertThat(SERVER.call(another, "$card-resolve", "code", another(other)).value("number"))
        .as("each its own")
        .isEqualTo("YB-0000009");
    Reply seen = card(other);
    assertThat(seen.values("account", "number"))
        .containsExactlyInAnyOrder("YB-0000001", "YB-0000009");
    unlink();
    assertThat(card(other).all("account")).isEmpty();
    assertThat(SERVER.call(insurer, "$card-resolve", "code", SERVER.code(other)).status())
        .isEqualTo(404);
    assertThat(SERVER.call(insurer, "$card-resolve", "code", SERVER.code(one)).value("number"))
        .isEqualTo("YB-0000001");
    link();
    assertThat(
            SERVER
                .call(other.self(), other.path("health-card-account"), "party", insurer.subject())
                .status())
        .isEqualTo(200);
    unlink();
    assertThat(SERVER.call(insurer, "$card-resolve", "code", SERVER.code(one)).status())
        .as("withdrawn for good")
        .isEqualTo(404);
  }

  @Test
  void howeverManyOfItsRecordsAskAtOnceAPersonGetsOneCard() throws Exception {
    link();
    var start = new CyclicBarrier(8);
    List<Future<Reply>> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        Person who = i % 2 == 0 ? one : other;
        answers.add(
            threads.submit(
                () -> {
                  start.await();
                  return step(who, "step", "apply");
                }));
      }
    }
    for (Future<Reply> answer : answers) {
      assertThat(answer.get().status()).as(answer.get().text()).isIn(200, 409);
    }
    assertThat(card(one).all("card")).hasSize(1);
    assertThat(number(other)).isEqualTo(number(one));
  }

  @Test
  void whoIsOnlyLikelyTheSameHasACardOfItsOwn() {
    String like =
        ",'telecom':[{'system':'phone','value':'13909512345'}],'address':[{'text':'宁夏银川市兴庆区解放西街12号3单元501'}]";
    Person likely = SERVER.person(null, like);
    Person twin = SERVER.person(null, like);
    SERVER.settle();
    Reply person = SERVER.get(Caller.operator("t"), "Patient/" + likely.patient() + "/$person");
    assertThat(person.text()).as("the index holds them together").contains(twin.patient());
    assertThat(step(likely, "step", "apply").status()).isEqualTo(200);
    assertThat(card(twin).all("card")).isEmpty();
  }

  @Test
  void anErasureLeavesNothingOfWhatItBroughtAboutAtOthers() {
    bothHold();
    link();
    assertThat(step(one, "step", "cancel").status()).isEqualTo(200);
    long digest = SERVER.cards.holder(one.patient()).digest();
    String through = "select count(*) from health_card_shadow where through = " + digest;
    assertThat(SERVER.number(through)).isEqualTo(1);
    assertThat(number(other)).isEmpty();
    SERVER.cards.erase(digest);
    assertThat(SERVER.number(through)).isZero();
    assertThat(number(other)).as("its own again").isNotEmpty();
  }
}
