package health.helan.foundation.residents.card;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.card.CardServer.Desk;
import health.helan.foundation.residents.card.CardServer.Person;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What somebody would try with codes, each by HTTP: refused, said so, and in the log. */
class CodeAttackTests {
  private static final CardServer SERVER = CardServer.get();

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Desk desk() {
    return SERVER.desk("identify registration", false);
  }

  private static void refused(Reply reply, int status, String english) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.json().path("resourceType").asString()).isEqualTo("OperationOutcome");
    assertThat(reply.sentence()).contains(english);
  }

  @Test
  void aPictureOfAUsedCodeIsRefusedInBothLanguagesAndToldToItsOwner() {
    Person person = SERVER.holder();
    Desk desk = desk();
    Desk elsewhere = desk();
    String code = SERVER.code(person);
    assertThat(SERVER.scan(desk, "identify", code).status()).isEqualTo(200);
    refused(SERVER.scan(elsewhere, "identify", code), 409, "used already");
    Reply chinese = SERVER.scanIn("zh", elsewhere, "identify", code);
    assertThat(chinese.sentence()).contains("已经用过").contains("截图");
    assertThat(SERVER.reasons(person)).containsExactly("card.code-used", "card.code-used", "");
    assertThat(SERVER.reasons(elsewhere)).containsExactly("card.code-used", "card.code-used");
    Reply log = SERVER.get(person.self(), person.path("health-card-uses"));
    assertThat(log.text()).contains(elsewhere.institution()).contains("自助机");
  }

  @Test
  void fiftyScansOfOneCodeAtOnceSucceedExactlyOnce() throws Exception {
    Person person = SERVER.holder();
    List<Desk> desks = List.of(desk(), desk(), desk(), desk(), desk());
    String code = SERVER.code(person);
    var start = new CyclicBarrier(50);
    List<Future<Integer>> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        Desk desk = desks.get(i % desks.size());
        Callable<Integer> scan =
            () -> {
              start.await();
              return SERVER.scan(desk, "identify", code).status();
            };
        answers.add(threads.submit(scan));
      }
    }
    List<Integer> statuses = new ArrayList<>();
    for (Future<Integer> answer : answers) {
      statuses.add(answer.get());
    }
    assertThat(statuses.stream().filter(status -> status == 200)).hasSize(1);
    assertThat(statuses.stream().filter(status -> status == 409)).hasSize(49);
    assertThat(SERVER.reasons(person).stream().filter(String::isEmpty)).hasSize(1);
    assertThat(SERVER.reasons(person)).hasSize(50);
  }

  @Test
  void anAlteredCodeIsRefusedWhateverIsAltered() {
    Person person = SERVER.holder();
    String code = SERVER.code(person);
    byte[] bytes = Base45.decode(code.substring(Code.HEAD.length()));
    for (int at : new int[] {0, 6, 9, 10, 11, 26, 27, 60, 90}) {
      byte[] altered = bytes.clone();
      altered[at] ^= at == 0 ? 3 : 1;
      Desk desk = desk();
      refused(SERVER.scan(desk, "identify", Code.HEAD + Base45.encode(altered)), 422, "altered");
      assertThat(SERVER.reasons(desk)).containsExactly("card.code-forged");
    }
    assertThat(SERVER.scan(desk(), "identify", code).status()).isEqualTo(200);
  }

  @Test
  void aCodeSignedByAnotherKeyIsForged() throws Exception {
    Person person = SERVER.holder();
    Code real = Code.parse(SERVER.code(person));
    var thief = SignatureAlgorithm.SM2_SM3.newKeyPair();
    Instant later = real.issued().plusSeconds(30);
    byte[] signed =
        Code.signed(Code.Kind.DYNAMIC, real.region(), real.key(), later, 60, real.block());
    var forged =
        new Code(
            Code.Kind.DYNAMIC,
            real.region(),
            real.key(),
            later,
            60,
            real.block(),
            Code.raw(SignatureAlgorithm.SM2_SM3.sign(thief.getPrivate(), signed)));
    refused(SERVER.scan(desk(), "identify", forged.text()), 422, "signature");
  }

  @Test
  void aCodeOfAnotherRegionAndOneOfAnUnknownKeyAreSaidToBeThat() {
    Code real = Code.parse(SERVER.code(SERVER.holder()));
    var elsewhere =
        new Code(
            real.kind(), 330_000, real.key(), real.issued(), 60, real.block(), real.signature());
    Desk desk = desk();
    refused(SERVER.scan(desk, "identify", elsewhere.text()), 422, "another region (330000)");
    var unknown =
        new Code(
            real.kind(), real.region(), 999, real.issued(), 60, real.block(), real.signature());
    refused(SERVER.scan(desk, "identify", unknown.text()), 422, "unknown or retired");
    assertThat(SERVER.reasons(desk))
        .containsExactly("card.code-key-unknown", "card.code-other-region");
  }

  @Test
  void anOldCodeIsOverAndClocksMayBeALittleApart() {
    Person person = SERVER.holder();
    Desk desk = desk();
    String code = SERVER.code(person);
    SERVER.clock.ahead(Duration.ofSeconds(Cards.LIFE_SECONDS + 7));
    refused(SERVER.scan(desk, "identify", code), 422, "is over");
    SERVER.clock.ahead(Duration.ofSeconds(Cards.LIFE_SECONDS + 3));
    assertThat(SERVER.scan(desk, "identify", code).status()).isEqualTo(200);
    SERVER.clock.ahead(Duration.ofSeconds(20));
    String early = SERVER.code(person);
    SERVER.clock.ahead(Duration.ZERO);
    refused(SERVER.scan(desk, "identify", early), 422, "not come yet");
    SERVER.clock.ahead(Duration.ofSeconds(17));
    assertThat(SERVER.scan(desk, "identify", early).status()).isEqualTo(200);
    assertThat(SERVER.reasons(person))
        .containsExactlyInAnyOrder("card.code-expired", "", "card.code-early", "");
  }

  @Test
  void wordsThatAreNoCodeAreRefusedAndAfterTwentyTheTerminalWaits() {
    Desk desk = desk();
    Person person = SERVER.holder();
    var random = new SecureRandom();
    List<String> junk =
        new ArrayList<>(
            List.of(
                "https://evil.example/?q=1",
                "HLN1:",
                "HLN1:" + "A".repeat(137),
                "HLN2:" + SERVER.code(person).substring(5),
                SERVER.code(person) + "00",
                SERVER.code(person).toLowerCase(java.util.Locale.ROOT),
                "A".repeat(100_000)));
    for (String text : junk) {
      refused(SERVER.scan(desk, "identify", text), 400, "no health code");
    }
    for (int i = junk.size(); i < Scans.WRONG_PER_MINUTE; i++) {
      // Guessing printed codes: well formed, signed by chance.
      byte[] guess = new byte[Code.BYTES];
      random.nextBytes(guess);
      ByteBuffer.wrap(guess)
          .put((byte) 2)
          .put((byte) (CardServer.REGION >>> 16))
          .putShort((short) CardServer.REGION)
          .putShort((short) 1);
      refused(
          SERVER.scan(
              desk, "identify", Code.HEAD + Base45.encode(guess), "document", "resident-id"),
          422,
          "signature");
    }
    refused(SERVER.scan(desk, "identify", "x"), 429, "waits a minute");
    refused(SERVER.scan(desk, "identify", SERVER.code(person)), 429, "waits a minute");
    assertThat(SERVER.reasons(desk)).hasSize(Scans.WRONG_PER_MINUTE);
    SERVER.clock.ahead(Duration.ofSeconds(61));
    assertThat(SERVER.scan(desk, "identify", SERVER.code(person)).status()).isEqualTo(200);
  }

  @Test
  void aTerminalThatScansLikeAMachineIsSlowedDown() {
    Desk desk = desk();
    String code = SERVER.code(SERVER.holder());
    SERVER.scan(desk, "identify", code);
    for (int i = 1; i < Scans.SCANS_PER_MINUTE; i++) {
      SERVER.cards.pace.count("scans", desk.id(), Scans.SCANS_PER_MINUTE);
    }
    refused(SERVER.scan(desk, "identify", code), 429, "too often");
  }

  @Test
  void aCardShowsTwelveCodesAMinuteAndNoMore() {
    Person person = SERVER.holder();
    for (int i = 0; i < Cards.CODES_PER_MINUTE; i++) {
      SERVER.code(person);
    }
    refused(SERVER.call(person.self(), person.path("health-code")), 429, "Too many codes");
    SERVER.clock.ahead(Duration.ofSeconds(61));
    assertThat(SERVER.code(person)).startsWith(Code.HEAD);
  }

  @Test
  void codesOfASuspendedOrReplacedCardAreRefusedAtOnce() {
    Person person = SERVER.holder();
    Desk desk = SERVER.desk("identify", true);
    String code = SERVER.code(person);
    String printed =
        SERVER.get(person.self(), person.path("health-card") + "?printed=true").value("code");
    String step = person.path("health-card-step");
    assertThat(SERVER.call(person.self(), step, "step", "suspend", "reason", "lost").status())
        .isEqualTo(200);
    refused(SERVER.scan(desk, "identify", code), 422, "suspended");
    refused(SERVER.scan(desk, "identify", printed, "document", "resident-id"), 422, "suspended");
    refused(SERVER.call(person.self(), person.path("health-code")), 422, "suspended");
    assertThat(SERVER.call(person.self(), step, "step", "replace").status()).isEqualTo(200);
    refused(SERVER.scan(desk, "identify", code), 422, "replaced");
    refused(SERVER.scan(desk, "identify", printed, "document", "resident-id"), 422, "replaced");
    assertThat(SERVER.scan(desk, "identify", SERVER.code(person)).status()).isEqualTo(200);
    assertThat(SERVER.reasons(person))
        .containsExactly(
            "",
            "card.code-card-replaced",
            "card.code-card-replaced",
            "card.code-card-suspended",
            "card.code-card-suspended");
  }

  @Test
  void aPrintedCodeAloneOpensNothing() {
    Person person = SERVER.holder();
    String printed =
        SERVER.get(person.self(), person.path("health-card") + "?printed=true").value("code");
    refused(
        SERVER.scan(desk(), "identify", printed, "document", "resident-id"),
        422,
        "attended counter");
    Desk counter = SERVER.desk("identify check-in", true);
    refused(SERVER.scan(counter, "identify", printed), 422, "attended counter");
    assertThat(SERVER.scan(counter, "identify", printed, "document", "resident-id").value("code"))
        .isEqualTo("printed");
    assertThat(SERVER.scan(counter, "identify", printed, "document", "resident-id").status())
        .as("a card is shown at many counters")
        .isEqualTo(200);
  }

  @Test
  void aTerminalNeedsItsOwnKeyItsOwnInstitutionAndARightClock() {
    Desk desk = desk();
    Desk other = desk();
    String code = SERVER.code(SERVER.holder());
    String stamp = SERVER.stamp();
    refused(
        SERVER.call(
            desk.system(), "$scan-card", "terminal", desk.id(), "scene", "identify", "code", code),
        403,
        "proof");
    refused(
        SERVER.call(
            desk.system(),
            "$scan-card",
            "terminal",
            desk.id(),
            "scene",
            "identify",
            "code",
            code,
            "stamp",
            stamp,
            "proof",
            other.proof("scan", stamp, "identify\n" + code)),
        403,
        "proof");
    refused(
        SERVER.call(
            other.system(),
            "$scan-card",
            "terminal",
            desk.id(),
            "scene",
            "identify",
            "code",
            code,
            "stamp",
            stamp,
            "proof",
            desk.proof("scan", stamp, "identify\n" + code)),
        403,
        "not your institution's");
    String wrong = Instant.now().minus(Duration.ofMinutes(5)).toString();
    refused(
        SERVER.call(
            desk.system(),
            "$scan-card",
            "terminal",
            desk.id(),
            "scene",
            "identify",
            "code",
            code,
            "stamp",
            wrong,
            "proof",
            desk.proof("scan", wrong, "identify\n" + code)),
        403,
        "clock");
    refused(SERVER.scan(desk, "payment", code), 403, "this scene");
    assertThat(
            SERVER
                .call(desk.system(), "$card-terminal", "id", desk.id(), "state", "suspended")
                .status())
        .isEqualTo(200);
    refused(SERVER.scan(desk, "identify", code), 403, "suspended");
    assertThat(
            SERVER
                .call(other.system(), "$card-terminal", "id", desk.id(), "state", "active")
                .status())
        .isEqualTo(404);
    assertThat(
            SERVER
                .call(
                    CardServer.operator(), "$card-terminal", "id", desk.id(), "state", "suspended")
                .status())
        .isEqualTo(200);
    refused(
        SERVER.call(desk.system(), "$card-terminal", "id", desk.id(), "state", "active"),
        403,
        "only an operator");
    assertThat(
            SERVER
                .call(
                    desk.system(),
                    "$card-terminal",
                    "id",
                    desk.id(),
                    "name",
                    "x",
                    "scenes",
                    "identify")
                .status())
        .isEqualTo(200);
    refused(SERVER.scan(desk, "identify", code), 403, "suspended");
    refused(
        SERVER.call(
            other.system(),
            "$card-terminal",
            "id",
            desk.id(),
            "name",
            "x",
            "scenes",
            "identify",
            "attended",
            "true"),
        409,
        "another institution");
    assertThat(SERVER.scan(other, "identify", code).status()).isEqualTo(200);
  }

  @Test
  void whoMayNotScanIsToldSo() {
    String code = SERVER.code(SERVER.holder());
    Desk desk = desk();
    for (Role role : List.of(Role.RESIDENT, Role.REGULATOR, Role.OPERATOR)) {
      Caller caller = CardServer.caller(role, "", Binding.NONE);
      assertThat(
              SERVER
                  .call(
                      caller,
                      "$scan-card",
                      "terminal",
                      desk.id(),
                      "scene",
                      "identify",
                      "code",
                      code)
                  .status())
          .as(role.name())
          .isEqualTo(403);
    }
    Caller narrow =
        CardServer.caller(
            Role.SYSTEM, desk.institution(), new Binding("", Set.of(), Set.of(), Set.of()));
    assertThat(
            SERVER
                .call(
                    narrow, "$scan-card", "terminal", desk.id(), "scene", "identify", "code", code)
                .status())
        .isEqualTo(403);
  }

  @Test
  void oldKeysVerifyAndRetiredOnesDoNot() {
    Person person = SERVER.holder();
    Desk desk = SERVER.desk("identify", true);
    String before = SERVER.code(person);
    String printed =
        SERVER.get(person.self(), person.path("health-card") + "?printed=true").value("code");
    int old = Code.parse(before).key();
    Caller operator = CardServer.operator();
    refused(SERVER.call(operator, "$card-key", "retire", String.valueOf(old)), 422, "signs now");
    assertThat(SERVER.call(operator, "$card-key").status()).isEqualTo(200);
    String after = SERVER.code(person);
    assertThat(Code.parse(after).key()).isGreaterThan(old);
    assertThat(SERVER.scan(desk, "identify", before).status()).isEqualTo(200);
    assertThat(SERVER.scan(desk, "identify", after).status()).isEqualTo(200);
    assertThat(SERVER.call(operator, "$card-key", "retire", String.valueOf(old)).status())
        .isEqualTo(200);
    refused(
        SERVER.scan(desk, "identify", printed, "document", "resident-id"),
        422,
        "unknown or retired");
    assertThat(SERVER.call(CardServer.clerk("h"), "$card-key").status()).isEqualTo(403);
  }

  @Test
  void noNumberOfAResidentReachesTheAudit() {
    Person person = SERVER.holder();
    Desk desk = desk();
    String code = SERVER.code(person);
    SERVER.audited.clear();
    SERVER.scan(desk, "identify", code);
    assertThat(SERVER.audited).hasSize(1);
    String row = SERVER.audited.getFirst().toString();
    assertThat(row).doesNotContain(person.number()).doesNotContain(code);
    assertThat(SERVER.audited.getFirst().subjects())
        .contains(SERVER.cards.holder(person.patient()).digest());
  }
}
