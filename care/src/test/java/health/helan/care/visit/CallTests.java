package health.helan.care.visit;

import static health.helan.care.visit.VisitServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.visit.VisitServer.Case;
import health.helan.care.visit.VisitServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.objects.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Signals of calls between the two sides, and what the doctor's browser records. */
class CallTests {
  private static final VisitServer SERVER = VisitServer.get();
  private static final Hospital HOSPITAL = VisitServer.hospital();

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Talks talks(Visits visits, Case one) {
    return new Talks(
        visits, Map.of("r", one.resident, "d", HOSPITAL.asDoctor)::get, AuditSink.NONE);
  }

  private static List<String> signals(Line line) {
    return line.heard.stream()
        .filter(word -> word.has("signal"))
        .map(word -> word.path("signal").path("sdp").asString(""))
        .toList();
  }

  private static void signal(Line line, String kind, String sdp) {
    line.talk.hear("{\"signal\":{\"kind\":\"%s\",\"sdp\":\"%s\"}}".formatted(kind, sdp));
  }

  // ------------------------------------------------------------------ signals

  @Test
  void goToTheOtherSideInOrderOverBothInstances() {
    Case one = VisitServer.with(HOSPITAL).begun();
    Line doctor = new Line(talks(SERVER.visits, one)).bind("d", one.id, 0);
    Line resident = new Line(talks(SERVER.elsewhere, one)).bind("r", one.id, 0);
    Line.eventually(() -> !resident.last("state").isEmpty() && !doctor.last("state").isEmpty());
    signal(doctor, "offer", "o");
    for (int i = 0; i < 10; i++) {
      signal(doctor, "candidate", "c" + i);
    }
    Line.eventually(() -> signals(resident).size() == 11);
    assertThat(signals(resident)).startsWith("o", "c0", "c1").endsWith("c9");
    signal(resident, "answer", "a");
    Line.eventually(() -> signals(doctor).equals(List.of("a")));
    assertThat(signals(resident)).doesNotContain("a"); // Nothing comes back to who said it.

    // Who comes later is not told of a call that it was not in.
    Line late = new Line(talks(SERVER.visits, one)).bind("r", one.id, 0);
    Line.eventually(() -> !late.last("state").isEmpty());
    assertThat(signals(late)).isEmpty();
  }

  @Test
  void areRefusedUnlessTheVisitIsInProgress() {
    Case one = VisitServer.with(HOSPITAL).confirmed();
    Line resident = new Line(talks(SERVER.visits, one)).bind("r", one.id, 0);
    Line.eventually(() -> !resident.last("state").isEmpty());
    signal(resident, "offer", "o");
    assertThat(resident.last("refused")).contains("visit.not-in-progress");
    assertThat(resident.closed).isEmpty();
    signal(resident, "gossip", "o");
    assertThat(resident.closed).isEqualTo("value");
    assertThat(SERVER.get(one.resident, "Encounter/" + one.id + "/$ice-servers").status())
        .isEqualTo(422);
  }

  @Test
  void findTheirWayByServersWithAPasswordThatEnds() {
    Case one = VisitServer.with(HOSPITAL).begun();
    Reply servers = SERVER.get(one.resident, "Encounter/" + one.id + "/$ice-servers");
    assertThat(servers.values("server", "urls"))
        .containsExactly("stun:stun.example.org", "turn:turn.example.org:3478");
    String name = servers.values("server", "username").get(1);
    assertThat(servers.values("server", "credential"))
        .containsExactly("", Calls.password("s3cret", name));
    assertThat(Long.parseLong(name.substring(0, name.indexOf(':'))))
        .isBetween(
            Instant.now().plusSeconds(7_000).getEpochSecond(),
            Instant.now().plusSeconds(7_300).getEpochSecond());
    Caller other = VisitServer.practitioner("d-x", HOSPITAL.id);
    assertThat(SERVER.get(other, "Encounter/" + one.id + "/$ice-servers").status()).isEqualTo(404);
  }

  // ------------------------------------------------------------------ recordings

  private static Reply record(Case at, Caller who, int number, @Nullable String data) {
    var body = ApiForTests.parameters("recording", "recording-1", "type", "video/webm");
    var list = body.withArray("parameter");
    list.addObject().put("name", "number").put("valueInteger", number);
    list.addObject().put("name", "millis").put("valueInteger", 10_000);
    if (data != null) {
      list.addObject()
          .put("name", "data")
          .putObject("valueAttachment")
          .put("contentType", "video/webm")
          .put("data", Base64.getEncoder().encodeToString(data.getBytes()));
    }
    return SERVER.send(who, "POST", "Encounter/" + at.id + "/$record", body.toString());
  }

  @Test
  void areRecordedPieceByPieceAndTheirGapsMarked() {
    Case one = VisitServer.with(HOSPITAL).begun();
    Caller doctor = HOSPITAL.asDoctor;
    assertThat(record(one, doctor, 1, "eins").value("next")).isEqualTo("2");
    assertThat(record(one, doctor, 2, "zwei").value("next")).isEqualTo("3");
    // The answer was lost: the same again is nothing new, another content is refused.
    assertThat(record(one, doctor, 2, "zwei").value("next")).isEqualTo("3");
    assertThat(record(one, doctor, 2, "anders").status()).isEqualTo(409);
    // Too early: the number that is wanted is named.
    Reply early = record(one, doctor, 5, "fünf");
    assertThat(early.status()).isEqualTo(409);
    assertThat(early.said()).contains("number 3");
    assertThat(record(one, doctor, 3, null).value("next")).isEqualTo("4");
    assertThat(record(one, doctor, 3, "drei").status()).isEqualTo(409);
    assertThat(record(one, doctor, 4, "vier").value("next")).isEqualTo("5");

    for (Caller side : List.of(doctor, one.resident)) {
      Reply list = SERVER.get(side, "Encounter/" + one.id + "/$recordings");
      assertThat(list.values("recording", "gap")).containsExactly("3");
      assertThat(list.values("recording", "millis")).containsExactly("30000");
      Reply piece =
          SERVER.get(
              side, "Encounter/" + one.id + "/$recording-chunk?recording=recording-1&number=2");
      assertThat(piece.text()).isEqualTo("zwei");
      assertThat(piece.http().headers().firstValue("Content-Type")).hasValue("video/webm");
      assertThat(
              SERVER
                  .get(
                      side,
                      "Encounter/" + one.id + "/$recording-chunk?recording=recording-1&number=3")
                  .status())
          .isEqualTo(404);
    }
    assertThat(record(one, one.resident, 5, "fünf").status()).isEqualTo(403);
    assertThat(record(one, VisitServer.practitioner("d-x", HOSPITAL.id), 5, "fünf").status())
        .isEqualTo(404);
  }

  @Test
  void mayComeInADayAfterTheEndAndNoLater() {
    Case one = VisitServer.with(HOSPITAL).begun();
    ok(one.step(HOSPITAL.asDoctor, "refer-offline", "reason", "需当面查体"));
    assertThat(record(one, HOSPITAL.asDoctor, 1, "eins").status()).isEqualTo(200);
    SERVER.clock.ahead(Recordings.AFTERWARDS.plusMinutes(1));
    assertThat(record(one, HOSPITAL.asDoctor, 2, "zwei").status()).isEqualTo(422);
    Case early = VisitServer.with(HOSPITAL).confirmed();
    assertThat(record(early, HOSPITAL.asDoctor, 1, "eins").status()).isEqualTo(422);
  }

  @Test
  void stayInTheObjectStoreUntilTheRecordIsErased() {
    Case one = VisitServer.with(HOSPITAL).begun();
    IntStream.rangeClosed(1, 3).forEach(i -> record(one, HOSPITAL.asDoctor, i, "Stück " + i));
    Set<ObjectKey> keys =
        Set.copyOf(
            SERVER.visits.table.sql.list(
                "select object from visit_chunk where visit = ?",
                row -> new ObjectKey(row.getString(1)),
                one.id));
    assertThat(keys).hasSize(3);
    assertThat(SERVER.visits.recordings().referenced(keys)).isEqualTo(keys);
    ok(one.step(HOSPITAL.asDoctor, "refer-offline", "reason", "需当面查体"));
    Reply early =
        SERVER.call(
            VisitServer.ROOT,
            "Patient/" + one.patient + "/$erase",
            "ground",
            "request",
            "document",
            "2026-2");
    assertThat(early.status()).as(early.text()).isEqualTo(422);
    Reply lawful =
        SERVER.call(
            VisitServer.ROOT,
            "Patient/" + one.patient + "/$erase",
            "ground",
            "law",
            "document",
            "2026-3");
    assertThat(lawful.status()).as(lawful.text()).isEqualTo(200);
    assertThat(SERVER.visits.recordings().referenced(keys)).isEmpty();
    for (String table : List.of("visit", "visit_message", "visit_chunk", "visit_signal")) {
      assertThat(
              SERVER.visits.table.sql.list(
                  "select 1 from "
                      + table
                      + " where "
                      + (table.equals("visit") ? "id" : "visit")
                      + " = ?",
                  row -> row.getInt(1),
                  one.id))
          .as(table)
          .isEmpty();
    }
  }
}
