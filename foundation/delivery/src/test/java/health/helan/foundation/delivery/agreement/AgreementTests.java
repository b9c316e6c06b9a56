package health.helan.foundation.delivery.agreement;

import static health.helan.foundation.delivery.DeliveryServer.system;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.StoreForTests;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Agreements over HTTP: who signs, what they narrow, when they end. */
class AgreementTests {
  private static final DeliveryServer SERVER = DeliveryServer.get();
  private static final Caller ROOT = Caller.operator("agreement-tests");
  private static final Caller GIVER = system("ag1");
  private static final Caller RECEIVER = system("ag2");
  private static final Caller OTHER = system("ag3");

  @BeforeAll
  static void institutions() {
    for (String id : List.of("ag1", "ag2", "ag3")) {
      put(id, "");
    }
    put("ag1-lab", ",\"partOf\":{\"reference\":\"Organization/ag1\"}");
  }

  private static void put(String id, String more) {
    assertThat(
            SERVER
                .send(
                    ROOT,
                    "PUT",
                    "Organization/" + id,
                    "{\"resourceType\":\"Organization\",\"name\":\"x\",\"id\":\""
                        + id
                        + "\""
                        + more
                        + "}")
                .status())
        .isIn(200, 201);
  }

  private static Instant later() {
    return Instant.now().plus(Duration.ofDays(3));
  }

  private static String asked(String giver, String receiver, String what, Instant until) {
    return "$agreement?giver="
        + giver
        + "&receiver="
        + receiver
        + "&purpose=TREAT&what="
        + what
        + "&until="
        + until;
  }

  private static Reply post(Caller caller, String path) {
    return SERVER.send(caller, "POST", path, null);
  }

  private static String part(JsonNode answer, String name) {
    for (JsonNode part : answer.path("parameter").path(0).path("part")) {
      if (part.path("name").asString().equals(name)) {
        for (var property : part.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue().asString();
          }
        }
      }
    }
    return "";
  }

  private static String proposed(Caller caller, String path) {
    Reply made = post(caller, path);
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    return part(made.json(), "id");
  }

  private static String signed(Caller caller, String id) {
    Reply signed = post(caller, "$agreement-sign?id=" + id);
    assertThat(signed.status()).as(signed.text()).isEqualTo(200);
    return part(signed.json(), "state");
  }

  @Test
  void standOnceBothHaveSigned() {
    // A department gives; its institution signs.
    String id = proposed(GIVER, asked("ag1-lab", "ag2", "Observation", later()));
    assertThat(SERVER.agreements.isInForce(id)).isFalse();
    assertThat(signed(GIVER, id)).isEqualTo("proposed");
    assertThat(signed(RECEIVER, id)).isEqualTo("active");
    assertThat(SERVER.agreements.isInForce(id)).isTrue();
    Reply seen = SERVER.get(RECEIVER, "$agreements");
    assertThat(seen.text()).contains(id).contains(GIVER.subject()).contains(RECEIVER.subject());

    // Others do not know of it.
    assertThat(SERVER.get(OTHER, "$agreements").text()).doesNotContain(id);
    assertThat(post(OTHER, "$agreement-sign?id=" + id).status()).isEqualTo(404);
    assertThat(post(OTHER, "$agreement-end?id=" + id).status()).isEqualTo(404);
    assertThat(SERVER.agreements.isInForce(id)).isTrue();

    // Either ends it, at once and for good.
    assertThat(post(RECEIVER, "$agreement-end?id=" + id).status()).isEqualTo(200);
    assertThat(SERVER.agreements.isInForce(id)).isFalse();
    assertThat(post(ROOT, "$agreement-sign?id=" + id).status()).isEqualTo(422);
  }

  @Test
  void areSignedByAnOperatorForWhoCannot() {
    Caller operator = DeliveryServer.caller(Role.OPERATOR, "", Binding.NONE);
    String id = proposed(operator, asked("ag1", "ag2", "Observation", later()));
    assertThat(signed(operator, id)).isEqualTo("active");
    String tomorrow = Instant.now().plus(Duration.ofDays(1)).toString();
    String next =
        proposed(operator, asked("ag1", "ag2", "Observation", later()) + "&since=" + tomorrow);
    assertThat(signed(operator, next)).isEqualTo("signed");
    assertThat(SERVER.agreements.isInForce(next)).isFalse();
  }

  @Test
  void endWithTheirTime() {
    String id = proposed(GIVER, asked("ag1", "ag2", "Observation", later()));
    signed(RECEIVER, id);
    var afterwards =
        new Agreements(
            SERVER.database,
            SERVER.store,
            Clock.offset(Clock.systemUTC(), Duration.ofDays(4)),
            false);
    assertThat(SERVER.agreements.isInForce(id)).isTrue();
    assertThat(afterwards.isInForce(id)).isFalse();
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> afterwards.standing(GIVER, id))
        .matches(refusal -> refusal.messageKey().equals("agreement.not-in-force"));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> afterwards.sign(GIVER, id))
        .matches(refusal -> refusal.messageKey().equals("agreement.over"));
  }

  @Test
  void areWantedOfSystemsWhereThePlatformSaysSo() {
    var required = new Agreements(SERVER.database, SERVER.store, Clock.systemUTC(), true);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> required.standing(GIVER, ""))
        .matches(refusal -> refusal.messageKey().equals("agreement.required"));
    assertThat(required.standing(ROOT, "")).isNull();
    assertThat(SERVER.agreements.standing(GIVER, "")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$agreement?receiver=ag2&purpose=TREAT&what=Observation",
        "$agreement?receiver=ag2&purpose=TREAT&what=Observation&until=2020-01-01T00:00:00Z",
        "$agreement?receiver=ag2&purpose=TREAT&what=Observation&until=2099-01-01T00:00:00Z",
        "$agreement?receiver=ag2&purpose=TREAT&what=Observation&until=tomorrow",
        "$agreement?receiver=ag2&purpose=TREAT&until=UNTIL",
        "$agreement?receiver=ag2&purpose=TREAT&what=Nothing&until=UNTIL",
        "$agreement?receiver=ag2&purpose=TREAT&what=Binary&until=UNTIL",
        "$agreement?receiver=ag2&purpose=TREAT&what=Observation%3F_count%3D1&until=UNTIL",
        "$agreement?receiver=ag2&purpose=TREAT&what=Observation%3Fnosuch%3D1&until=UNTIL",
        "$agreement?receiver=ag2&purpose=why&what=Observation&until=UNTIL",
        "$agreement?purpose=TREAT&what=Observation&until=UNTIL",
        "$agreement?receiver=nobody&purpose=TREAT&what=Observation&until=UNTIL",
        "$agreement?giver=nobody&receiver=ag1&purpose=TREAT&what=Observation&until=UNTIL",
        "$agreement?receiver=ag2&receiver-name=x&purpose=TREAT&what=Observation&until=UNTIL"
      })
  void areRefusedWhereWordsAreWanting(String path) {
    Reply refused = post(GIVER, path.replace("UNTIL", later().toString()));
    assertThat(refused.status()).as(refused.text()).isEqualTo(400);
    assertThat(refused.text()).doesNotContain("agreement.");
  }

  @Test
  void areRefusedToWhoIsNoParty() {
    assertThat(post(OTHER, asked("ag1", "ag2", "Observation", later())).status()).isEqualTo(403);
    for (Role role : List.of(Role.PRACTITIONER, Role.REGULATOR, Role.RESIDENT)) {
      Caller caller = DeliveryServer.caller(role, "ag1", Binding.NONE);
      assertThat(post(caller, asked("ag1", "ag2", "Observation", later())).status()).isEqualTo(403);
      assertThat(SERVER.get(caller, "$agreements").status()).isEqualTo(403);
      assertThat(post(caller, "$agreement-sign?id=x").status()).isEqualTo(403);
      assertThat(post(caller, "$agreement-end?id=x").status()).isEqualTo(403);
    }
    // A token for reading does not sign.
    Caller reading = system("ag1", "system/*.rs");
    assertThat(post(reading, asked("ag1", "ag2", "Observation", later())).status()).isEqualTo(403);
    assertThat(post(GIVER, "$agreement-sign?id=nosuch").status()).isEqualTo(404);
    assertThat(post(GIVER, "$agreement-sign").status()).isEqualTo(400);
  }

  @Test
  void narrowAnExport() throws Exception {
    String patient = SERVER.patient(GIVER, "吴九");
    String covered = SERVER.observation(GIVER, patient, "agx");
    String also = SERVER.observation(GIVER, patient, "agy");
    SERVER.observation(GIVER, patient, "agz");
    String id =
        proposed(
            GIVER,
            "$agreement?receiver-name=Study&purpose=HRESCH&until="
                + later()
                + "&what=Observation%3Fcode%3Dagx&what=Observation%3Fcode%3Dagy");
    String path = "$export?agreement=" + id;
    assertThat(kickOff(path).status()).isEqualTo(422);
    signed(ROOT, id);
    assertThat(kickOff(path + "&_type=Patient").status()).isEqualTo(403);
    assertThat(kickOff("$export?agreement=nosuch").status()).isEqualTo(404);
    assertThat(exported(path)).containsExactlyInAnyOrder(covered, also);
    String filtered = path + "&_type=Observation&_typeFilter=Observation%3Fcode%3Dagy";
    assertThat(exported(filtered)).containsExactly(also);

    // Files of an agreement that ended are not handed out.
    Reply status = completed(filtered);
    String file = status.json().path("output").path(0).path("url").asString();
    assertThat(SERVER.get(GIVER, file).status()).isEqualTo(200);
    post(GIVER, "$agreement-end?id=" + id);
    assertThat(SERVER.get(GIVER, file).status()).isEqualTo(422);
  }

  private static Reply kickOff(String path) {
    return SERVER.get(GIVER, path, "Prefer", "respond-async");
  }

  private static Reply completed(String path) throws Exception {
    Reply begun = kickOff(path);
    assertThat(begun.status()).as(begun.text()).isEqualTo(202);
    String status = begun.header("Content-Location");
    StoreForTests.await("the export", () -> SERVER.get(GIVER, status).status() == 200);
    return SERVER.get(GIVER, status);
  }

  private static List<String> exported(String path) throws Exception {
    Reply status = completed(path);
    List<String> ids =
        Stream.iterate(0, i -> i < status.json().path("output").size(), i -> i + 1)
            .map(i -> status.json().path("output").path(i).path("url").asString())
            .flatMap(url -> SERVER.get(GIVER, url).text().lines())
            .map(line -> DeliveryServer.tree(line).path("id").asString())
            .toList();
    SERVER.send(GIVER, "DELETE", status.http().uri().toString(), null);
    return ids;
  }
}
