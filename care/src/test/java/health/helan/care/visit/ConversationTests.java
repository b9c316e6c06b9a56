package health.helan.care.visit;

import static health.helan.care.visit.VisitServer.ROOT;
import static health.helan.care.visit.VisitServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.visit.VisitServer.Case;
import health.helan.care.visit.VisitServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is said in a visit: order, once, live, and for whom. */
class ConversationTests {
  private static final VisitServer SERVER = VisitServer.get();
  private static final Hospital HOSPITAL = VisitServer.hospital();
  private static final byte[] PNG =
      HexFormat.of()
          .parseHex(
              "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
                  + "0000000d49444154789c6360f8cf500f000305017f8b6f4f240000000049454e44ae426082");

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Case begun() {
    return VisitServer.with(HOSPITAL).begun();
  }

  private static Reply say(Case at, Caller who, String text) {
    Reply reply = at.step(who, "say", "token", UUID.randomUUID().toString(), "text", text);
    ok(reply);
    return reply;
  }

  private static Reply read(Case at, Caller who, int after) {
    return SERVER.get(who, "Encounter/" + at.id + "/$conversation?after=" + after);
  }

  // ------------------------------------------------------------------ over HTTP

  @Test
  void keepsOneOrderForBothAndEachMessageOnce() throws Exception {
    Case one = begun();
    List<String> tokens = IntStream.range(0, 30).mapToObj(i -> "token-%05d".formatted(i)).toList();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Reply>> sent = new ArrayList<>();
      for (String token : tokens) {
        for (Caller who : List.of(one.resident, HOSPITAL.asDoctor, one.resident)) {
          sent.add(threads.submit(() -> one.step(who, "say", "token", token, "text", token)));
        }
      }
      for (Future<Reply> each : sent) {
        ok(each.get());
      }
    }
    Reply resident = read(one, one.resident, 0);
    assertThat(resident.values("message", "number"))
        .isEqualTo(IntStream.rangeClosed(1, 60).mapToObj(String::valueOf).toList());
    assertThat(read(one, HOSPITAL.asDoctor, 0).all("message")).isEqualTo(resident.all("message"));
    assertThat(read(one, one.resident, 57).values("message", "number"))
        .containsExactly("58", "59", "60");
  }

  @Test
  void tellsHowFarTheOtherIs() {
    Case one = begun();
    say(one, HOSPITAL.asDoctor, "血压多少？");
    say(one, HOSPITAL.asDoctor, "头痛吗？");
    String path = "Encounter/" + one.id + "/$seen";
    assertThat(SERVER.call(one.resident, path, "got", "2", "read", "1").status()).isEqualTo(204);
    // Neither back, nor beyond what there is.
    assertThat(SERVER.call(one.resident, path, "got", "1").status()).isEqualTo(204);
    assertThat(SERVER.call(one.resident, path, "read", "9").status()).isEqualTo(204);
    Reply seen = read(one, HOSPITAL.asDoctor, 0);
    assertThat(seen.values("visit", "resident-got")).containsExactly("2");
    assertThat(seen.values("visit", "resident-read")).containsExactly("1");
    assertThat(seen.values("visit", "doctor-read")).containsExactly("0");
  }

  @Test
  void refusesWhatIsNoMessage() {
    Case one = begun();
    for (String[] wrong :
        new String[][] {
          {"token", "12345678", "text", "  "},
          {"token", "short", "text", "你好"},
          {"text", "你好"},
          {"token", "12345678", "text", "长".repeat(Conversations.LONGEST + 1)},
        }) {
      assertThat(one.step(one.resident, "say", wrong).status()).isEqualTo(400);
    }
    assertThat(read(one, one.resident, 0).all("message")).isEmpty();
  }

  private static Reply show(Case at, Caller who, String token, byte[] bytes) {
    var body = ApiForTests.parameters("token", token);
    body.withArray("parameter")
        .addObject()
        .put("name", "picture")
        .putObject("valueAttachment")
        .put("contentType", "image/png")
        .put("data", Base64.getEncoder().encodeToString(bytes));
    return SERVER.send(who, "POST", "Encounter/" + at.id + "/$say", body.toString());
  }

  @Test
  void showsPicturesToItsTwoSides() {
    Case one = begun();
    Reply shown = show(one, one.resident, "picture-1", PNG);
    ok(shown);
    ok(show(one, one.resident, "picture-1", PNG)); // Once.
    assertThat(read(one, HOSPITAL.asDoctor, 0).values("message", "kind"))
        .containsExactly("picture");
    String path = "Encounter/" + one.id + "/$picture?number=1";
    for (Caller side : List.of(one.resident, HOSPITAL.asDoctor)) {
      Reply picture = SERVER.get(side, path);
      assertThat(picture.http().headers().firstValue("Content-Type")).hasValue("image/png");
      assertThat(picture.http().body()).isEqualTo(PNG);
    }
    assertThat(SERVER.get(VisitServer.practitioner("d-x", HOSPITAL.id), path).status())
        .isEqualTo(404);
    // It is part of the resident's record, and goes with it only.
    Reply media = SERVER.get(one.resident, "Media?subject=Patient/" + one.patient);
    JsonNode resource = media.json().path("entry").path(0).path("resource");
    String binary = resource.path("content").path("url").asString("");
    assertThat(binary).startsWith("Binary/");
    for (String kept : List.of(binary, "Media/" + resource.path("id").asString(""))) {
      for (Caller caller : List.of(HOSPITAL.system, ROOT)) {
        assertThat(SERVER.send(caller, "DELETE", kept, null).status()).as(kept).isEqualTo(422);
      }
    }
    SERVER.clock.ahead(Duration.ofDays(3 * 366 + 1));
    assertThat(SERVER.send(ROOT, "DELETE", binary, null).status()).isEqualTo(204);
  }

  @Test
  void takesNoOtherFilesAndNoneTooLarge() {
    Case one = begun();
    assertThat(show(one, one.resident, "picture-1", "<svg onload=alert(1)>".getBytes()).status())
        .isEqualTo(400);
    byte[] large = java.util.Arrays.copyOf(PNG, Conversations.LARGEST + 1);
    assertThat(show(one, one.resident, "picture-2", large).status()).isEqualTo(413);
    assertThat(read(one, one.resident, 0).all("message")).isEmpty();
  }

  @Test
  void isSealedByADigestWhenTheVisitEnds() {
    Case one = begun();
    say(one, one.resident, "头晕");
    say(one, HOSPITAL.asDoctor, "需要当面检查");
    ok(one.step(HOSPITAL.asDoctor, "refer-offline", "reason", "需当面查体"));
    JsonNode encounter = SERVER.get(ROOT, "Encounter/" + one.id).json();
    String digest = "";
    for (JsonNode extension : encounter.path("extension")) {
      if (extension.path("url").asString("").equals(Visit.CONVERSATION)) {
        digest = extension.path("extension").path(1).path("valueString").asString("");
      }
    }
    // Made again from what anybody of the two reads.
    byte[] chain = new byte[0];
    for (JsonNode message : read(one, one.resident, 0).all("message")) {
      chain =
          VisitTable.chain(
              chain,
              Integer.parseInt(ApiForTests.part(message, "number")),
              ApiForTests.part(message, "side").equals("doctor") ? Party.DOCTOR : Party.RESIDENT,
              Message.Kind.TEXT,
              Instant.parse(ApiForTests.part(message, "at")),
              Json.MAPPER
                  .createObjectNode()
                  .put("text", ApiForTests.part(message, "text"))
                  .toString()
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    assertThat(digest).hasSize(64).isEqualTo(HexFormat.of().formatHex(chain));
  }

  // ------------------------------------------------------------------ live

  private final List<AuditSink.Request> traced = new CopyOnWriteArrayList<>();

  private Talks talks(Visits visits, Map<String, Caller> tokens) {
    return new Talks(visits, tokens::get, traced::add);
  }

  @Test
  void isToldLiveInOrderAndGoesOnWhereALineWasCut() {
    Case one = begun();
    Talks talks = talks(SERVER.visits, Map.of("r", one.resident, "d", HOSPITAL.asDoctor));
    say(one, one.resident, "第一句");
    Line doctor = new Line(talks).bind("d", one.id, 0);
    Line.eventually(() -> doctor.numbers().equals(List.of(1)));
    Line resident = new Line(talks).bind("r", one.id, 1);
    say(one, HOSPITAL.asDoctor, "第二句");
    Line.eventually(() -> resident.numbers().equals(List.of(2)));
    Line.eventually(() -> doctor.numbers().equals(List.of(1, 2)));
    resident.talk.hear("{\"got\":2,\"read\":2}");
    Line.eventually(() -> doctor.last("marks").contains("\"resident\":{\"got\":2,\"read\":2}"));

    // The line is lost; what was said meanwhile comes when it is there again, once and in order.
    resident.isCut = true;
    for (int i = 0; i < 250; i++) {
      say(one, HOSPITAL.asDoctor, "第 " + i + " 句");
    }
    Line again = new Line(talks).bind("r", one.id, 2);
    Line.eventually(() -> again.numbers().size() == 250);
    assertThat(again.numbers()).isEqualTo(IntStream.rangeClosed(3, 252).boxed().toList());

    ok(one.step(HOSPITAL.asDoctor, "refer-offline", "reason", "需当面查体"));
    Line.eventually(() -> again.last("state").equals("\"offline\""));
    assertThat(traced)
        .hasSize(3)
        .allSatisfy(
            request -> {
              assertThat(request.id()).isEqualTo(one.id);
              assertThat(request.subjects()).hasSize(1);
            });
  }

  @Test
  void isToldThroughAnotherInstanceToo() {
    Case one = begun();
    Line doctor =
        new Line(talks(SERVER.elsewhere, Map.of("d", HOSPITAL.asDoctor))).bind("d", one.id, 0);
    Line.eventually(() -> !doctor.last("state").isEmpty());
    say(one, one.resident, "在吗");
    Line.eventually(() -> doctor.numbers().equals(List.of(1)));
  }

  @Test
  void refusesLinesOfOthersAndEndsThoseOfSessionsThatEnded() {
    Case one = begun();
    var tokens = new java.util.concurrent.ConcurrentHashMap<String, Caller>();
    tokens.put("d", HOSPITAL.asDoctor);
    tokens.put("x", VisitServer.practitioner("d-x", HOSPITAL.id));
    tokens.put("s", HOSPITAL.system);
    tokens.put("root", ROOT);
    Talks talks = talks(SERVER.visits, tokens);
    assertThat(new Line(talks).bind("x", one.id, 0).closed).isEqualTo("not-found");
    assertThat(new Line(talks).bind("root", one.id, 0).closed).isEqualTo("not-found");
    assertThat(new Line(talks).bind("s", one.id, 0).closed).isEqualTo("forbidden");
    assertThat(new Line(talks).bind("nobody", one.id, 0).closed).isEqualTo("login");
    assertThat(traced).extracting(AuditSink.Request::status).containsExactly(404, 404, 403, 401);
    // Who tried is known, and whose visit it was.
    assertThat(traced.subList(0, 3))
        .allSatisfy(
            request -> {
              assertThat(request.caller()).isNotNull();
              assertThat(request.subjects()).hasSize(1);
            });
    Line broken = new Line(talks);
    broken.talk.hear("got 7");
    assertThat(broken.closed).isEqualTo("invalid");

    Line doctor = new Line(talks).bind("d", one.id, 0);
    Line.eventually(() -> !doctor.last("state").isEmpty());
    tokens.remove("d");
    say(one, one.resident, "在吗");
    Line.eventually(() -> doctor.closed.equals("login"));
    assertThat(doctor.numbers()).isEmpty();
  }
}
