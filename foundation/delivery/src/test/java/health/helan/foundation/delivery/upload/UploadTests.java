package health.helan.foundation.delivery.upload;

import static health.helan.foundation.delivery.DeliveryServer.system;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.delivery.upload.PlainServer.Mood;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Uploads over HTTP to a FHIR server of another make, with the real access policy. */
class UploadTests {
  private static final DeliveryServer SERVER = DeliveryServer.get();
  private static final Caller ROOT = Caller.operator("upload-tests");

  private static Caller institution(String id) {
    assertThat(
            SERVER
                .send(
                    ROOT,
                    "PUT",
                    "Organization/" + id,
                    "{\"resourceType\":\"Organization\",\"name\":\"x\",\"id\":\"" + id + "\"}")
                .status())
        .isIn(200, 201);
    return system(id);
  }

  private static Instant later() {
    return Instant.now().plus(Duration.ofDays(30));
  }

  /** Proposed by a system, signed by the operator; its id. */
  private static String agreement(Caller giver, Instant until, String... what) {
    StringBuilder query = new StringBuilder("$agreement?receiver-name=Province&purpose=PUBHLTH");
    query.append("&until=").append(until);
    for (String one : what) {
      query.append("&what=").append(one.replace("=", "%3D").replace("?", "%3F"));
    }
    Reply made = SERVER.send(giver, "POST", query.toString(), null);
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    String id = part(made.json(), "id");
    assertThat(part(made.json(), "state")).isEqualTo("proposed");
    Reply signed = SERVER.send(ROOT, "POST", "$agreement-sign?id=" + id, null);
    assertThat(part(signed.json(), "state")).as(signed.text()).isEqualTo("active");
    return id;
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

  private static String destination(Caller caller, String base, String agreement) {
    Reply made =
        SERVER.send(
            caller,
            "POST",
            "$upload-destination?name=province&base=" + base + "&agreement=" + agreement,
            null);
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    return part(made.json(), "id");
  }

  private static @Nullable JsonNode state(Caller caller, String id) {
    for (JsonNode one : SERVER.get(caller, "$upload-destinations").json().path("parameter")) {
      ObjectNode alone = Json.MAPPER.createObjectNode();
      alone.putArray("parameter").add(one);
      if (part(alone, "id").equals(id)) {
        return alone;
      }
    }
    return null;
  }

  private static String state(Caller caller, String id, String name) {
    return part(Objects.requireNonNull(state(caller, id)), name);
  }

  private static List<String> observations(Caller caller, String patient, int count) {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made.add("Observation/" + SERVER.observation(caller, patient, "hb"));
    }
    return made;
  }

  @Test
  void carryWhatAnAgreementCoversWithProof() throws Exception {
    try (var province = new PlainServer()) {
      Caller ours = institution("up1");
      Caller theirs = institution("up2");
      String patient = SERVER.patient(ours, "张三");
      String agreement = agreement(ours, later(), "Observation?code=hb", "Patient");
      String id = destination(ours, province.url(), agreement);
      List<String> expected = observations(ours, patient, 20);
      SERVER.observation(ours, patient, "other");
      observations(theirs, SERVER.patient(theirs, "李四"), 2);
      await("the uploads", () -> province.written.containsAll(expected));
      // The patient was written before the destination was made, and may have been noted after.
      assertThat(province.written.stream().filter(one -> one.startsWith("Observation/")).toList())
          .containsExactlyElementsOf(expected);
      JsonNode copy = Objects.requireNonNull(province.resource(expected.getFirst()));
      assertThat(copy.path("subject").path("reference").asString()).isEqualTo("Patient/" + patient);
      assertThat(copy.path("meta").has("versionId")).isFalse();

      // The proof, of one and of all.
      await("the proof", () -> state(ours, id, "pending").equals("0"));
      Reply receipt =
          SERVER.get(ours, "$upload-receipts?destination=" + id + "&resource=" + expected.get(7));
      assertThat(receipt.status()).as(receipt.text()).isEqualTo(200);
      assertThat(part(receipt.json(), "state")).isEqualTo("taken");
      assertThat(part(receipt.json(), "sha256")).matches("[0-9a-f]{64}");
      assertThat(part(receipt.json(), "answer-sha256")).matches("[0-9a-f]{64}");
      assertThat(receipt.text())
          .contains(province.url() + "/" + expected.get(7) + "/_history/1")
          .contains("W/\\\"1\\\"")
          .doesNotContain(expected.get(8));
      assertThat(SERVER.get(ours, "$upload-receipts?destination=" + id).text())
          .contains(expected.getFirst())
          .contains(expected.getLast());
      assertThat(SERVER.audited)
          .anySatisfy(
              trace -> {
                assertThat(trace.operation()).isEqualTo("upload");
                assertThat(trace.subjects())
                    .containsExactly(
                        SERVER.store.parameters().digests().reference("Patient", patient));
              });

      // A change, by the version that is there; a deletion, of what was sent.
      String first = expected.getFirst();
      ObjectNode changed = (ObjectNode) SERVER.get(ours, first).json();
      changed.put("status", "amended");
      assertThat(SERVER.send(ours, "PUT", first, changed.toString()).status()).isEqualTo(200);
      await("the change", () -> province.version(first) == 2);
      int traces = SERVER.audited.size();
      assertThat(SERVER.send(ours, "DELETE", first, null).status()).isEqualTo(204);
      await("the deletion", () -> province.written.contains("-" + first));
      assertThat(SERVER.audited.subList(traces, SERVER.audited.size()))
          .as("whose it was")
          .anySatisfy(
              trace -> {
                assertThat(trace.operation()).isEqualTo("upload");
                assertThat(trace.subjects())
                    .containsExactly(
                        SERVER.store.parameters().digests().reference("Patient", patient));
              });
      assertThat(province.resource(first)).isNull();

      // What was there before is sent when it is asked for, in the order in which it was written.
      int before = province.written.size();
      assertThat(
              SERVER
                  .send(
                      ours,
                      "POST",
                      "$upload-replay?destination=" + id + "&since=2020-01-01T00:00:00Z",
                      null)
                  .status())
          .isEqualTo(200);
      await(
          "the rest",
          () ->
              new HashSet<>(province.written.subList(before, province.written.size())).size()
                  == 20);
      assertThat(province.written.subList(before, province.written.size()))
          .containsExactlyInAnyOrderElementsOf(
              java.util.stream.Stream.concat(
                      expected.stream().skip(1), java.util.stream.Stream.of("Patient/" + patient))
                  .toList());
    }
  }

  @Test
  void surviveOutagesAndLostAnswersInOrder() throws Exception {
    try (var province = new PlainServer()) {
      Caller ours = institution("up3");
      String patient = SERVER.patient(ours, "王五");
      String id =
          destination(ours, province.url(), agreement(ours, later(), "Observation?code=hb"));
      List<String> expected = observations(ours, patient, 3);
      await("the first", () -> province.written.size() == 3);
      province.stop();
      expected.addAll(observations(ours, patient, 10));
      await("the fault", () -> state(ours, id, "fault").equals("refused"));
      assertThat(state(ours, id, "state")).isEqualTo("error");
      province.mood = Mood.FAILING;
      province.startAgain();
      await("the fault", () -> state(ours, id, "fault").equals("HTTP 503"));
      province.mood = Mood.LOSING_ANSWERS;
      await("something", () -> province.written.size() > 3);
      // Changed while it is not known whether it arrived.
      String lost = province.written.getLast();
      ObjectNode changed = (ObjectNode) SERVER.get(ours, lost).json();
      changed.put("status", "amended");
      assertThat(SERVER.send(ours, "PUT", lost, changed.toString()).status()).isEqualTo(200);
      province.mood = Mood.WELL;
      await("the rest", () -> new HashSet<>(province.written).size() == 13);
      await(
          "the change",
          () ->
              Objects.requireNonNull(province.resource(lost))
                  .path("status")
                  .asString()
                  .equals("amended"));
      List<String> unchanged = new ArrayList<>(expected);
      unchanged.remove(lost);
      assertThat(province.written.stream().distinct().filter(one -> !one.equals(lost)).toList())
          .containsExactlyElementsOf(unchanged);
      await("no fault", () -> state(ours, id, "state").equals("active"));
      assertThat(state(ours, id, "refused")).isEqualTo("0");
      assertThat(
              SERVER.get(ours, "$upload-receipts?destination=" + id + "&resource=" + lost).status())
          .isEqualTo(200);
    }
  }

  @Test
  void putAsideWhatIsRefusedAndGoOn() throws Exception {
    try (var province = new PlainServer()) {
      Caller ours = institution("up4");
      String patient = SERVER.patient(ours, "赵六");
      province.refused.add("bad");
      String id = destination(ours, province.url(), agreement(ours, later(), "Observation"));
      List<String> good = observations(ours, patient, 5);
      String bad = "Observation/" + SERVER.observation(ours, patient, "bad");
      good.addAll(observations(ours, patient, 5));
      await("the good ones", () -> province.written.containsAll(good));
      await("the bad one", () -> state(ours, id, "refused").equals("1"));
      Reply refused = SERVER.get(ours, "$upload-refused?destination=" + id);
      assertThat(part(refused.json(), "reference")).isEqualTo(bad);
      assertThat(part(refused.json(), "reason")).contains("HTTP 422").contains("not liked here");
      // What a destination says may name somebody.
      assertThat(refused.text()).doesNotContain("640102199001011234");
      assertThat(
              SERVER.get(ours, "$upload-receipts?destination=" + id + "&resource=" + bad).status())
          .isEqualTo(404);

      // Mended there, and sent again.
      province.refused.clear();
      assertThat(
              SERVER
                  .send(ours, "POST", "$upload-replay?destination=" + id + "&refused=true", null)
                  .status())
          .isEqualTo(200);
      await("the mended one", () -> province.written.contains(bad));

      // Another's word is not written over, until somebody says so.
      String contested = good.getFirst();
      province.put(contested, "{'resourceType':'Observation','status':'entered-in-error'}");
      ObjectNode changed = (ObjectNode) SERVER.get(ours, contested).json();
      changed.put("status", "amended");
      assertThat(SERVER.send(ours, "PUT", contested, changed.toString()).status()).isEqualTo(200);
      await("the conflict", () -> state(ours, id, "refused").equals("1"));
      assertThat(part(SERVER.get(ours, "$upload-refused?destination=" + id).json(), "status"))
          .isEqualTo("412");
      assertThat(
              SERVER
                  .send(
                      ours,
                      "POST",
                      "$upload-replay?destination=" + id + "&adopt=true&resource=" + contested,
                      null)
                  .status())
          .isEqualTo(200);
      await(
          "our word",
          () ->
              Objects.requireNonNull(province.resource(contested))
                  .path("status")
                  .asString()
                  .equals("amended"));
    }
  }

  @Test
  void endWithTheirAgreement() throws Exception {
    try (var province = new PlainServer()) {
      Caller ours = institution("up5");
      String patient = SERVER.patient(ours, "孙七");
      String agreement = agreement(ours, later(), "Observation?code=hb");
      String id = destination(ours, province.url(), agreement);
      List<String> sent = observations(ours, patient, 1);
      await("the first", () -> province.written.containsAll(sent));
      assertThat(SERVER.send(ours, "POST", "$agreement-end?id=" + agreement, null).status())
          .isEqualTo(200);
      List<String> kept = observations(ours, patient, 2);
      await("the fault", () -> state(ours, id, "fault").equals("agreement"));
      // The first of them ended it; the other may not have been noted yet.
      await("both", () -> state(ours, id, "pending").equals("2"));
      assertThat(province.written).containsExactlyElementsOf(sent);

      // Under another agreement it goes on, as far as that one covers.
      String other = agreement(ours, later(), "Observation?code=hb");
      Reply changed =
          SERVER.send(ours, "POST", "$upload-destination?id=" + id + "&agreement=" + other, null);
      assertThat(changed.status()).as(changed.text()).isEqualTo(200);
      await("the rest", () -> province.written.containsAll(kept));

      // Paused: what changes is noted and waits.
      assertThat(
              SERVER.send(ours, "POST", "$upload-destination?state=paused&id=" + id, null).status())
          .isEqualTo(200);
      List<String> waiting = observations(ours, patient, 1);
      await("what waits", () -> state(ours, id, "pending").equals("1"));
      assertThat(province.written).doesNotContainAnyElementsOf(waiting);
      SERVER.send(ours, "POST", "$upload-destination?state=active&id=" + id, null);
      await("what waited", () -> province.written.containsAll(waiting));

      // With less than when it asked, what it may not see any more stays here.
      SERVER.narrowed.put(ours.subject(), Set.of("system/Patient.rs"));
      List<String> unseen = observations(ours, patient, 1);
      await("what was left out", () -> state(ours, id, "pending").equals("0"));
      assertThat(province.written).doesNotContainAnyElementsOf(unseen);
      SERVER.narrowed.remove(ours.subject());

      // A system that is no longer registered sends nothing.
      SERVER.dismissed.add(ours.subject());
      observations(ours, patient, 1);
      await("the fault", () -> state(ROOT, id, "fault").equals("client"));
    }
  }

  @Test
  void signInWithAKeyMadeHere() throws Exception {
    try (var province = new PlainServer()) {
      Caller ours = institution("up6");
      String patient = SERVER.patient(ours, "周八");
      String agreement = agreement(ours, later(), "Observation");
      Reply made =
          SERVER.send(
              ours,
              "POST",
              "$upload-destination?name=province&base="
                  + province.url()
                  + "&token="
                  + province.tokenUrl()
                  + "&client=lower-platform&scope=system%2F*.cruds&agreement="
                  + agreement,
              null);
      assertThat(made.status()).as(made.text()).isEqualTo(200);
      String id = part(made.json(), "id");
      JsonNode jwk = Json.MAPPER.readTree(part(made.json(), "jwks")).path("keys").path(0);
      assertThat(jwk.path("alg").asString()).isEqualTo("ES384");
      assertThat(jwk.has("d")).isFalse();
      // Not registered there yet.
      List<String> sent = observations(ours, patient, 2);
      await("the fault", () -> state(ours, id, "fault").equals("token HTTP 401"));
      province.key = jwk;
      await("the uploads", () -> province.written.containsAll(sent));
      assertThat(province.tokens.get()).isEqualTo(1);
      // The token is taken back: another is fetched, nothing is lost.
      province.tokens.incrementAndGet();
      List<String> more = observations(ours, patient, 2);
      await("the next", () -> province.written.containsAll(more));

      // The key is sealed.
      try (var connection = SERVER.database.getConnection();
          var statement =
              connection.prepareStatement(
                  "select content, public_key from upload_destination where id = ?")) {
        statement.setString(1, id);
        try (var rows = statement.executeQuery()) {
          rows.next();
          byte[] sealed = rows.getBytes(1);
          assertThat(sealed[0]).isNotEqualTo((byte) 0x30);
          assertThat(rows.getString(2)).doesNotContain("\"d\"");
        }
      }
      assertThat(new String(made.http().body(), StandardCharsets.UTF_8)).doesNotContain("PRIVATE");
    }
  }

  @Test
  void areForTheirInstitutionAlone() throws Exception {
    try (var province = new PlainServer()) {
      Caller ours = institution("up7");
      Caller theirs = institution("up8");
      String agreement = agreement(ours, later(), "Observation");
      String id = destination(ours, province.url(), agreement);
      for (String path :
          List.of(
              "$upload-receipts?destination=",
              "$upload-refused?destination=",
              "$upload-receipts?resource=Observation/1&destination=")) {
        assertThat(SERVER.get(theirs, path + id).status()).isEqualTo(404);
      }
      for (String path :
          List.of(
              "$upload-replay?refused=true&destination=", "$upload-destination?state=paused&id=")) {
        assertThat(SERVER.send(theirs, "POST", path + id, null).status()).isEqualTo(404);
      }
      assertThat(state(theirs, id)).isNull();
      assertThat(state(ROOT, id)).isNotNull();
      Caller operator = DeliveryServer.caller(Role.OPERATOR, "", Binding.NONE);
      assertThat(state(operator, id)).isNotNull();
      assertThat(SERVER.get(operator, "$upload-receipts?destination=" + id).status())
          .isEqualTo(403);
      for (Role role : List.of(Role.PRACTITIONER, Role.REGULATOR, Role.RESIDENT)) {
        Caller other = DeliveryServer.caller(role, "up7", Binding.NONE);
        for (String path : List.of("$upload-destinations", "$upload-receipts?destination=" + id)) {
          assertThat(SERVER.get(other, path).status()).as(role + " " + path).isEqualTo(403);
        }
        for (String path :
            List.of(
                "$upload-destination?id=" + id, "$upload-replay?refused=true&destination=" + id)) {
          assertThat(SERVER.send(other, "POST", path, null).status()).isEqualTo(403);
        }
      }
      // A system that acts for no institution would see the root's.
      assertThat(SERVER.get(system(""), "$upload-destinations").status()).isEqualTo(403);

      // What a destination must be.
      String at = "$upload-destination?name=x&agreement=" + agreement + "&base=";
      assertThat(SERVER.send(ours, "POST", at + "ftp://127.0.0.1/", null).status()).isEqualTo(400);
      assertThat(SERVER.send(ours, "POST", at + "http://10.1.2.3/", null).status()).isEqualTo(422);
      assertThat(
              SERVER
                  .send(
                      ours, "POST", at + province.url() + "&token=http://10.1.2.3/t&client=c", null)
                  .status())
          .isEqualTo(422);
      assertThat(SERVER.send(ours, "POST", at + province.url() + "&client=c", null).status())
          .isEqualTo(400);
      assertThat(SERVER.send(ours, "POST", at + province.url() + "&state=off", null).status())
          .isEqualTo(400);
      String without = "$upload-destination?name=x&base=" + province.url();
      assertThat(SERVER.send(ours, "POST", without, null).status()).isEqualTo(400);
      assertThat(SERVER.send(theirs, "POST", without + "&agreement=" + agreement, null).status())
          .isEqualTo(404);
      assertThat(SERVER.send(ours, "POST", "$upload-replay?destination=" + id, null).status())
          .isEqualTo(400);
      assertThat(
              SERVER
                  .send(ours, "POST", "$upload-replay?since=yesterday&destination=" + id, null)
                  .status())
          .isEqualTo(400);
      assertThat(
              SERVER
                  .send(
                      ours, "POST", "$upload-replay?resource=Observation/1&destination=" + id, null)
                  .status())
          .isEqualTo(404);
      // The receiver of an agreement does not upload by it.
      Reply proposed =
          SERVER.send(
              ours,
              "POST",
              "$agreement?receiver=up8&purpose=TREAT&what=Observation&until=" + later(),
              null);
      assertThat(proposed.status()).as(proposed.text()).isEqualTo(200);
      assertThat(
              SERVER
                  .send(theirs, "POST", without + "&agreement=" + part(proposed.json(), "id"), null)
                  .status())
          .isEqualTo(403);
      // Two receivers are two destinations.
      assertThat(
              SERVER
                  .send(
                      ours,
                      "POST",
                      without
                          + "&agreement="
                          + agreement
                          + "&agreement="
                          + part(proposed.json(), "id"),
                      null)
                  .status())
          .isEqualTo(400);
      Set<String> many = new HashSet<>();
      Reply last = null;
      for (int i = 0; i < 5; i++) {
        last = SERVER.send(ours, "POST", without + "&agreement=" + agreement, null);
        many.add(Integer.toString(last.status()));
      }
      assertThat(many).containsExactlyInAnyOrder("200", "429");
    }
  }
}
