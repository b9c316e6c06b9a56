package health.helan.foundation.residents.card;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.card.CardServer.Desk;
import health.helan.foundation.residents.card.CardServer.Person;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Terminals that have no line: what they verify by themselves, and what they tell afterwards. */
class OfflineTests {
  private static final CardServer SERVER = CardServer.get();

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  // ------------------------------------------------------------------ the stand-alone verifier

  private record Said(int exitCode, List<String> lines) {}

  private static Said verifier(Path folder, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-XX:TieredStopAtLevel=1",
                Path.of("..", "..", "tools", "HealthCodeVerifier.java").toString(),
                "--keys",
                folder.resolve("keys.json").toString(),
                "--certificate",
                folder.resolve("seal.pem").toString(),
                "--seen",
                folder.resolve("seen").toString()));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text.lines().toList());
  }

  private static Reply keys(Desk desk) {
    String stamp = SERVER.stamp();
    return SERVER.get(
        desk.system(),
        "$card-keys?terminal="
            + desk.id()
            + "&stamp="
            + stamp
            + "&proof="
            + java.net.URLEncoder.encode(desk.proof("keys", stamp, ""), StandardCharsets.UTF_8));
  }

  private static void pem(Path file, byte[] certificate) throws IOException {
    Files.writeString(
        file,
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(certificate)
            + "\n-----END CERTIFICATE-----\n");
  }

  @Test
  void takeRealCodesOnceAndRefuseWhatIsNone(@TempDir Path folder) throws Exception {
    Person person = SERVER.holder();
    Desk desk = SERVER.desk("identify", false);
    Reply list = keys(desk);
    assertThat(list.status()).as(list.text()).isEqualTo(200);
    Files.writeString(folder.resolve("keys.json"), list.text());
    pem(folder.resolve("seal.pem"), SERVER.vault.signer("seal").certificate().getEncoded());
    String code = SERVER.code(person);
    byte[] bytes = Base45.decode(code.substring(Code.HEAD.length()));
    bytes[9] ^= 1;
    String printed =
        SERVER.get(person.self(), person.path("health-card") + "?printed=true").value("code");
    SERVER.clock.ahead(Duration.ofSeconds(90));
    String early = SERVER.code(person);
    SERVER.clock.ahead(Duration.ofSeconds(-90));
    String late = SERVER.code(person);
    SERVER.clock.ahead(Duration.ZERO);
    Said first =
        verifier(
            folder,
            "--uses",
            folder.resolve("uses").toString(),
            code,
            code,
            Code.HEAD + Base45.encode(bytes),
            printed,
            early,
            late,
            "https://example.org");
    assertThat(first.lines()).as(first.lines().toString()).hasSize(7);
    Card card = java.util.Objects.requireNonNull(SERVER.cards.live(person.patient()));
    assertThat(first.lines().get(0)).isEqualTo("GOOD card=%016x".formatted(card.handle()));
    assertThat(first.lines().get(1)).contains("taken here before");
    assertThat(first.lines().get(2)).contains("signature is wrong");
    assertThat(first.lines().get(3)).startsWith("LOOK");
    assertThat(first.lines().get(4)).contains("time to come");
    assertThat(first.lines().get(5)).contains("over since");
    assertThat(first.lines().get(6)).contains("no health code");
    assertThat(first.exitCode()).isEqualTo(1);
    // It remembers after a restart.
    Said second = verifier(folder, code);
    assertThat(second.lines().getFirst()).contains("taken here before");
    assertThat(Files.readAllLines(folder.resolve("uses"))).hasSize(1);
    // What it noted is what the platform takes.
    JsonNode use = Json.MAPPER.readTree(Files.readAllLines(folder.resolve("uses")).getFirst());
    Reply told =
        report(
            desk,
            List.of(
                new Scans.Offline(
                    use.path("code").asString(),
                    Instant.parse(use.path("at").asString()),
                    use.path("scene").asString())));
    assertThat(told.status()).as(told.text()).isEqualTo(200);
    assertThat(CardServer.part(told.all("use").getFirst(), "noted")).isEqualTo("true");
  }

  @Test
  void believeNoListThatTheSealDidNotSignNorAnOldOne(@TempDir Path folder) throws Exception {
    String code = SERVER.code(SERVER.holder());
    Desk desk = SERVER.desk("identify", false);
    Reply list = keys(desk);
    pem(folder.resolve("seal.pem"), SERVER.vault.signer("seal").certificate().getEncoded());
    Files.writeString(
        folder.resolve("keys.json"),
        list.text().replace("\\\"region\\\":\\\"640000", "\\\"region\\\":\\\"650000"));
    Said forged = verifier(folder, code);
    assertThat(forged.exitCode()).isEqualTo(2);
    assertThat(forged.lines().getFirst()).contains("not the platform's");
    Files.writeString(folder.resolve("keys.json"), list.text());
    Said old =
        verifier(
            folder,
            "--clock",
            String.valueOf(Instant.now().plus(Duration.ofDays(8)).getEpochSecond()),
            code);
    assertThat(old.exitCode()).isEqualTo(2);
    assertThat(old.lines().getFirst()).contains("is over");
  }

  @Test
  void getOpenersForAProofOnly() {
    Desk desk = SERVER.desk("identify", false);
    SERVER.code(SERVER.holder());
    assertThat(keys(desk).value("list")).contains("opener");
    Reply without = SERVER.get(desk.system(), "$card-keys");
    assertThat(without.status()).isEqualTo(200);
    assertThat(without.value("list")).contains("\"key\"").doesNotContain("opener");
    assertThat(SERVER.get(desk.system(), "$card-keys?terminal=" + desk.id()).status())
        .isEqualTo(403);
    assertThat(SERVER.get(CardServer.resident("x"), "$card-keys").status()).isEqualTo(403);
  }

  // ------------------------------------------------------------------ reports

  private static Reply report(Desk desk, List<Scans.Offline> uses) {
    String stamp = SERVER.stamp();
    return report(desk, uses, stamp, desk.proof("uses", stamp, Scans.lines(uses)));
  }

  private static Reply report(Desk desk, List<Scans.Offline> uses, String stamp, String proof) {
    ObjectNode body = CardServer.parameters("terminal", desk.id(), "stamp", stamp, "proof", proof);
    for (Scans.Offline use : uses) {
      ArrayNode parts = body.withArray("parameter").addObject().put("name", "use").putArray("part");
      parts.addObject().put("name", "code").put("valueString", use.code());
      parts.addObject().put("name", "at").put("valueInstant", use.at().toString());
      parts.addObject().put("name", "scene").put("valueCode", use.scene());
    }
    return SERVER.send(desk.system(), "POST", "$report-card-uses", body.toString());
  }

  private static Instant second() {
    return SERVER.clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  @Test
  void areTakenWholeHoweverMuchWasNoCode() {
    Desk desk = SERVER.desk("identify", false);
    List<Scans.Offline> uses = new java.util.ArrayList<>();
    for (int i = 0; i < 30; i++) {
      uses.add(new Scans.Offline("NONE" + i, second().minusSeconds(i), "identify"));
    }
    Reply reply = report(desk, uses);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).contains("card.code-unreadable").doesNotContain("too-many-wrong");
    assertThat(SERVER.scan(desk, "identify", SERVER.code(SERVER.holder())).status()).isEqualTo(200);
  }

  @Test
  void areToldOfCodesThatWereUsedTwice() {
    Person person = SERVER.holder();
    Desk first = SERVER.desk("identify pharmacy", false);
    Desk second = SERVER.desk("identify", false);
    String code = SERVER.code(person);
    var here = List.of(new Scans.Offline(code, second(), "pharmacy"));
    var there = List.of(new Scans.Offline(code, second().plusSeconds(2), "identify"));
    SERVER.clock.ahead(Duration.ofHours(3));
    Reply one = report(first, here);
    assertThat(one.status()).as(one.text()).isEqualTo(200);
    assertThat(CardServer.part(one.all("use").getFirst(), "noted")).isEqualTo("true");
    for (int again = 0; again < 2; again++) {
      assertThat(CardServer.part(report(first, here).all("use").getFirst(), "noted"))
          .as("the same report again")
          .isEqualTo("true");
      Reply two = report(second, there);
      JsonNode told = two.all("use").getFirst();
      assertThat(CardServer.part(told, "noted")).isEqualTo("false");
      assertThat(CardServer.part(told, "reason-code")).isEqualTo("card.code-used-twice");
      assertThat(CardServer.part(told, "elsewhere")).isEqualTo(here.getFirst().at().toString());
    }
    assertThat(SERVER.reasons(person)).containsExactly("card.code-used-twice", "");
    Reply log = SERVER.get(person.self(), person.path("health-card-uses"));
    assertThat(CardServer.part(log.all("use").getFirst(), "offline")).isEqualTo("true");
    assertThat(SERVER.reasons(second)).containsExactly("card.code-used-twice");
  }

  @Test
  void areToldThatTheCodeWasUsedOnLine() {
    Person person = SERVER.holder();
    Desk online = SERVER.desk("identify", false);
    Desk offline = SERVER.desk("identify", false);
    String code = SERVER.code(person);
    Instant at = second();
    assertThat(SERVER.scan(online, "identify", code).status()).isEqualTo(200);
    Reply told = report(offline, List.of(new Scans.Offline(code, at, "identify")));
    assertThat(CardServer.part(told.all("use").getFirst(), "reason-code"))
        .isEqualTo("card.code-used-twice");
  }

  @Test
  void areToldThatTheCardWasSuspendedByThen() {
    Person person = SERVER.holder();
    Desk desk = SERVER.desk("identify", false);
    String before = SERVER.code(person);
    var uses = new ArrayList<>(List.of(new Scans.Offline(before, second(), "identify")));
    SERVER.clock.ahead(Duration.ofSeconds(10));
    String after = SERVER.code(person);
    SERVER.call(person.self(), person.path("health-card-step"), "step", "suspend");
    SERVER.clock.ahead(Duration.ofSeconds(20));
    uses.add(new Scans.Offline(after, second(), "identify"));
    Reply told = report(desk, uses);
    assertThat(told.all("use").stream().map(use -> CardServer.part(use, "reason-code")))
        .containsExactly("", "card.code-card-suspended");
    assertThat(SERVER.reasons(person)).contains("", "card.code-card-suspended");
  }

  @Test
  void tellWithAProofAndOfTimesThatCanBe() {
    Person person = SERVER.holder();
    Desk desk = SERVER.desk("identify", false);
    Desk thief = SERVER.desk("identify", false);
    var uses = List.of(new Scans.Offline(SERVER.code(person), second(), "identify"));
    String stamp = SERVER.stamp();
    assertThat(report(desk, uses, stamp, thief.proof("uses", stamp, Scans.lines(uses))).status())
        .isEqualTo(403);
    var another = List.of(new Scans.Offline(SERVER.code(person), second(), "identify"));
    assertThat(report(desk, another, stamp, desk.proof("uses", stamp, Scans.lines(uses))).status())
        .as("signed for other uses")
        .isEqualTo(403);
    String code = uses.getFirst().code();
    for (Instant at :
        List.of(
            second().plusSeconds(300),
            second().minusSeconds(300),
            second().minus(Duration.ofDays(30)))) {
      Reply told = report(desk, List.of(new Scans.Offline(code, at, "identify")));
      assertThat(CardServer.part(told.all("use").getFirst(), "reason-code"))
          .isEqualTo("card.code-expired");
    }
    Reply scene = report(desk, List.of(new Scans.Offline(code, second(), "payment")));
    assertThat(CardServer.part(scene.all("use").getFirst(), "reason-code"))
        .isEqualTo("card.scene-not-allowed");
    assertThat(report(desk, List.of()).status()).isEqualTo(400);
    var many = new ArrayList<Scans.Offline>();
    for (int i = 0; i <= Scans.MOST_REPORTED; i++) {
      many.add(uses.getFirst());
    }
    assertThat(report(desk, many).status()).isEqualTo(400);
    assertThat(SERVER.reasons(person)).doesNotContain("");
    assertThat(report(desk, uses).status()).isEqualTo(200);
    assertThat(SERVER.reasons(person)).contains("");
  }
}
