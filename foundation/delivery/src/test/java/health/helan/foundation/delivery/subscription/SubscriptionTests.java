package health.helan.foundation.delivery.subscription;

import static health.helan.foundation.delivery.DeliveryServer.system;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.delivery.subscription.Receiver.Mood;
import health.helan.foundation.delivery.subscription.Receiver.Taken;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Subscriptions over HTTP, with the real access policy and a real receiver on loopback. */
class SubscriptionTests {
  private static final DeliveryServer SERVER = DeliveryServer.get();
  private static final String SECRET = "Bearer s3cret-of-the-receiver";

  /** JSON with single quotes. */
  private static String plain(String criteria, String url) {
    return "{'resourceType':'Subscription','status':'requested','reason':'test','criteria':'"
        + criteria
        + "','channel':{'type':'rest-hook','endpoint':'"
        + url
        + "','payload':'application/fhir+json','header':['Authorization: "
        + SECRET
        + "']}}";
  }

  private static String backport(String criteria, String url, String content, int heartbeat) {
    return "{'resourceType':'Subscription','meta':{'profile':['"
        + Criteria.PROFILE
        + "']},'status':'requested','reason':'test','criteria':'"
        + criteria
        + "','channel':{"
        + (heartbeat == 0
            ? ""
            : "'extension':[{'url':'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-heartbeat-period','valueUnsignedInt':"
                + heartbeat
                + "}],")
        + "'type':'rest-hook','endpoint':'"
        + url
        + "','payload':'application/fhir+json','_payload':{'extension':[{'url':'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content','valueCode':'"
        + content
        + "'}]}}}";
  }

  private static String state(Caller caller, String id) {
    return SERVER.get(caller, "Subscription/" + id).json().path("status").asString();
  }

  private static String made(Caller caller, String json) {
    String id = SERVER.created(caller, json);
    if (!json.contains("rest-hook','endpoint':'http://127.0.0.1:1/")) {
      await("activation", () -> state(caller, id).equals("active"));
    }
    return id;
  }

  private static List<String> ids(Receiver receiver) {
    return receiver.taken.stream()
        .filter(one -> one.method().equals("PUT"))
        .map(one -> one.json().path("id").asString())
        .toList();
  }

  @Test
  void sendWhatMatchesAndWhatTheSubscriberMaySee() throws Exception {
    try (var receiver = new Receiver()) {
      Caller ours = system("sub1");
      Caller theirs = system("sub2");
      String id = made(ours, plain("Observation?code=hb", receiver.url()));
      String patient = SERVER.patient(ours, "张三");
      String hidden = SERVER.patient(theirs, "李四");
      SERVER.observation(theirs, hidden, "hb");
      SERVER.observation(ours, patient, "other");
      String first = SERVER.observation(ours, patient, "hb");
      String second = SERVER.observation(ours, patient, "hb");
      await("both", () -> ids(receiver).contains(second));
      assertThat(ids(receiver)).containsExactly(first, second);
      Taken taken = receiver.taken.getFirst();
      assertThat(taken.path()).isEqualTo("/hook/Observation/" + first);
      assertThat(taken.header("Authorization")).isEqualTo(SECRET);
      assertThat(taken.header("Idempotency-Key")).startsWith(id + ":");
      assertThat(SERVER.audited)
          .anySatisfy(
              trace -> {
                assertThat(trace.operation()).isEqualTo("subscription");
                assertThat(trace.subjects())
                    .containsExactly(
                        SERVER.store.parameters().digests().reference("Patient", patient));
              });

      // The secret is nowhere to be read.
      Reply read = SERVER.get(ours, "Subscription/" + id);
      assertThat(read.text()).contains("Authorization: ***").doesNotContain("s3cret");
      assertThat(SERVER.get(ours, "Subscription").text()).contains(id).doesNotContain("s3cret");
      try (var connection = SERVER.database.getConnection();
          var statement =
              connection.prepareStatement(
                  "select content, resource, caller from subscription where id = ?")) {
        statement.setString(1, id);
        try (var rows = statement.executeQuery()) {
          rows.next();
          assertThat(new String(rows.getBytes(1), StandardCharsets.ISO_8859_1))
              .doesNotContain("s3cret");
          assertThat(rows.getString(2) + rows.getString(3)).doesNotContain("s3cret");
        }
      }

      // Written back as it was read, it keeps its secret, but not for another address.
      ObjectNode again = (ObjectNode) read.json();
      again.put("reason", "changed");
      String path = "Subscription/" + id;
      assertThat(SERVER.send(ours, "PUT", path, again.toString(), "If-Match", "W/\"9\"").status())
          .isEqualTo(412);
      Reply changed = SERVER.send(ours, "PUT", path, again.toString());
      assertThat(changed.status()).as(changed.text()).isEqualTo(200);
      assertThat(changed.json().path("meta").path("versionId").asString()).isEqualTo("2");
      await("activation", () -> state(ours, id).equals("active"));
      String third = SERVER.observation(ours, patient, "hb");
      await("the third", () -> ids(receiver).contains(third));
      assertThat(receiver.taken.getLast().header("Authorization")).isEqualTo(SECRET);
      ((ObjectNode) again.path("channel")).put("endpoint", receiver.url() + "2");
      assertThat(SERVER.send(ours, "PUT", path, again.toString()).status()).isEqualTo(422);

      // Off, and away.
      assertThat(SERVER.send(ours, "DELETE", path, null).status()).isEqualTo(204);
      assertThat(SERVER.get(ours, path).status()).isEqualTo(404);
    }
  }

  @Test
  void narrowAndEndWithTheirAgreement() throws Exception {
    try (var receiver = new Receiver()) {
      Caller root = Caller.operator("subscription-tests");
      SERVER.send(
          root,
          "PUT",
          "Organization/sub60",
          "{\"resourceType\":\"Organization\",\"id\":\"sub60\",\"name\":\"x\"}");
      Caller ours = system("sub60");
      String agreement =
          SERVER
              .send(
                  root,
                  "POST",
                  "$agreement?giver=sub60&receiver-name=Lab&purpose=TREAT&what=Observation%3Fcode%3Dhb&until="
                      + Instant.now().plus(Duration.ofDays(1)),
                  null)
              .json()
              .path("parameter")
              .path(0)
              .path("part")
              .path(0)
              .path("valueId")
              .asString();
      String extended =
          plain("Observation?status=final", receiver.url())
              .replace(
                  "'status'",
                  "'extension':[{'url':'https://helan.health/fhir/StructureDefinition/agreement','valueId':'"
                      + agreement
                      + "'}],'status'");
      String tree = DeliveryServer.tree(extended).toString();
      // Not signed yet; another's; of another type.
      assertThat(SERVER.send(ours, "POST", "Subscription", tree).status()).isEqualTo(422);
      assertThat(SERVER.send(system("sub61"), "POST", "Subscription", tree).status())
          .isEqualTo(404);
      SERVER.send(root, "POST", "$agreement-sign?id=" + agreement, null);
      assertThat(
              SERVER
                  .send(
                      ours,
                      "POST",
                      "Subscription",
                      tree.replace("Observation?status=final", "Condition"))
                  .status())
          .isEqualTo(422);
      String id = made(ours, extended);
      String patient = SERVER.patient(ours, "郑十");
      SERVER.observation(ours, patient, "other");
      String covered = SERVER.observation(ours, patient, "hb");
      await("what is covered", () -> ids(receiver).contains(covered));
      assertThat(ids(receiver)).containsExactly(covered);

      SERVER.send(root, "POST", "$agreement-end?id=" + agreement, null);
      SERVER.observation(ours, patient, "hb");
      await("the end", () -> state(ours, id).equals("error"));
      assertThat(SERVER.get(ours, "Subscription/" + id).json().path("error").asString())
          .isEqualTo("agreement");
      assertThat(ids(receiver)).containsExactly(covered);
      assertThat(SERVER.get(ours, "Subscription/" + id + "/$events").status()).isEqualTo(422);
      SERVER.send(ours, "DELETE", "Subscription/" + id, null);
    }
  }

  @Test
  void sendBundlesOfTheBackportInTurn() throws Exception {
    try (var receiver = new Receiver()) {
      Caller ours = system("sub3");
      String id = made(ours, backport("Observation", receiver.url(), "full-resource", 1));
      String patient = SERVER.patient(ours, "王五");
      List<String> written = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        written.add(SERVER.observation(ours, patient, "c" + i));
      }
      await("a heartbeat", () -> types(receiver).contains("heartbeat"));
      assertThat(types(receiver).getFirst()).isEqualTo("handshake");
      List<Taken> events =
          receiver.taken.stream().filter(one -> type(one).equals("event-notification")).toList();
      assertThat(events).hasSize(3);
      for (int i = 0; i < 3; i++) {
        JsonNode bundle = events.get(i).json();
        assertThat(bundle.path("type").asString()).isEqualTo("history");
        JsonNode status = bundle.path("entry").path(0).path("resource");
        assertThat(
                value(status, "subscription").path("valueReference").path("reference").asString())
            .isEqualTo("Subscription/" + id);
        assertThat(value(status, "events-since-subscription-start").path("valueString").asString())
            .isEqualTo(Integer.toString(i + 1));
        assertThat(bundle.path("entry").path(1).path("resource").path("id").asString())
            .isEqualTo(written.get(i));
        assertThat(bundle.path("entry").path(1).path("fullUrl").asString())
            .isEqualTo("https://helan.example/fhir/Observation/" + written.get(i));
      }
      JsonNode status = SERVER.get(ours, "Subscription/" + id + "/$status").json();
      JsonNode parameters = status.path("entry").path(0).path("resource");
      assertThat(value(parameters, "status").path("valueCode").asString()).isEqualTo("active");
      assertThat(
              value(parameters, "events-since-subscription-start").path("valueString").asString())
          .isEqualTo("3");
      JsonNode two = SERVER.get(ours, "Subscription/" + id + "/$events?eventsSinceNumber=2").json();
      assertThat(two.path("entry").size()).isEqualTo(3);
      assertThat(two.path("entry").path(1).path("resource").path("id").asString())
          .isEqualTo(written.get(1));
      assertThat(SERVER.send(ours, "DELETE", "Subscription/" + id, null).status()).isEqualTo(204);
    }
  }

  private static String type(Taken taken) {
    return value(taken.json().path("entry").path(0).path("resource"), "type")
        .path("valueCode")
        .asString();
  }

  private static List<String> types(Receiver receiver) {
    return receiver.taken.stream().map(SubscriptionTests::type).toList();
  }

  private static JsonNode value(JsonNode parameters, String name) {
    for (JsonNode parameter : parameters.path("parameter")) {
      if (parameter.path("name").asString().equals(name)) {
        return parameter;
      }
    }
    throw new AssertionError("no " + name + " in " + parameters);
  }

  /** Fails, hangs, is away, comes back: nothing is lost, and the order of each resident holds. */
  @Test
  void outliveTheirReceiversTroublesInOrder() throws Exception {
    try (var receiver = new Receiver();
        var well = new Receiver()) {
      Caller ours = system("sub4");
      String id = made(ours, plain("Observation", receiver.url()));
      made(ours, plain("Observation", well.url()));
      List<String> patients = List.of(SERVER.patient(ours, "甲"), SERVER.patient(ours, "乙"));
      Map<String, List<String>> written = new HashMap<>();
      int n = 0;
      for (String trouble : List.of("none", "failing", "hanging", "away", "none")) {
        switch (trouble) {
          case "failing" -> receiver.mood = Mood.FAILING;
          case "hanging" -> receiver.mood = Mood.HANGING;
          case "away" -> receiver.stop();
          default -> {
            if (n > 0) {
              receiver.mood = Mood.WELL;
              receiver.startAgain();
            }
          }
        }
        int before = receiver.refused.get();
        for (int i = 0; i < 6; i++) {
          String patient = patients.get(i % 2);
          written
              .computeIfAbsent(patient, _ -> new ArrayList<>())
              .add(SERVER.observation(ours, patient, "c" + n++));
        }
        int all = n;
        await("the other one, meanwhile", () -> new HashSet<>(ids(well)).size() == all);
        if (trouble.equals("failing") || trouble.equals("hanging")) {
          await("a try", () -> receiver.refused.get() > before);
        }
        if (!trouble.equals("none")) {
          await("the state", () -> state(ours, id).equals("error"));
        }
        if (trouble.equals("failing")) {
          Caller operator = DeliveryServer.caller(Role.OPERATOR, "", Binding.NONE);
          String view = SERVER.get(operator, "$subscriptions").text();
          assertThat(view).contains(id, "HTTP 500").doesNotContain("s3cret");
          assertThat(SERVER.get(ours, "Subscription/" + id).json().path("error").asString())
              .isEqualTo("HTTP 500");
          assertThat(SERVER.get(ours, "$subscriptions").status()).isEqualTo(403);
        }
      }
      await("everything", () -> new HashSet<>(ids(receiver)).size() == 30);
      await("the state", () -> state(ours, id).equals("active"));
      for (String patient : patients) {
        List<String> received =
            receiver.taken.stream()
                .filter(
                    one ->
                        one.json()
                            .path("subject")
                            .path("reference")
                            .asString()
                            .equals("Patient/" + patient))
                .map(one -> one.json().path("id").asString())
                .distinct()
                .toList();
        assertThat(received).containsExactlyElementsOf(written.get(patient));
      }
    }
  }

  @Test
  void doNotSendWhatIsGoneByThen() throws Exception {
    try (var receiver = new Receiver()) {
      Caller ours = system("sub5");
      String patient = SERVER.patient(ours, "赵六");
      made(ours, plain("Observation", receiver.url()));
      receiver.mood = Mood.FAILING;
      String gone = SERVER.observation(ours, patient, "x");
      await("a try", () -> receiver.refused.get() > 0);
      assertThat(SERVER.send(ours, "DELETE", "Observation/" + gone, null).status()).isEqualTo(204);
      receiver.mood = Mood.WELL;
      String there = SERVER.observation(ours, patient, "x");
      await("the other", () -> ids(receiver).contains(there));
      assertThat(ids(receiver)).containsExactly(there);
    }
  }

  @Test
  void areNotSentToWhoIsNoLongerRegistered() throws Exception {
    try (var receiver = new Receiver()) {
      Caller ours = system("sub9");
      String patient = SERVER.patient(ours, "钱八");
      String id = made(ours, plain("Observation", receiver.url()));
      int before = receiver.taken.size();
      SERVER.dismissed.add(ours.subject());
      String written = SERVER.observation(ours, patient, "x");
      await("the state", () -> state(ours, id).equals("error"));
      assertThat(SERVER.get(ours, "Subscription/" + id).json().path("error").asString())
          .isEqualTo("client");
      assertThat(receiver.taken).hasSize(before);
      SERVER.dismissed.remove(ours.subject());
      await("what was kept", () -> ids(receiver).contains(written));
    }
  }

  @Test
  void showNoMoreThanTheSystemIsRegisteredForToday() throws Exception {
    try (var receiver = new Receiver()) {
      Caller ours = system("sub10");
      String patient = SERVER.patient(ours, "李九");
      String id = made(ours, plain("Observation", receiver.url()));
      String first = SERVER.observation(ours, patient, "x");
      await("the first", () -> ids(receiver).contains(first));
      SERVER.narrowed.put(ours.subject(), Set.of("system/Patient.rs"));
      String second = SERVER.observation(ours, patient, "x");
      Thread.sleep(500);
      SERVER.narrowed.put(ours.subject(), Set.of("system/Observation.rs"));
      String third = SERVER.observation(ours, patient, "x");
      await("the third", () -> ids(receiver).contains(third));
      assertThat(ids(receiver)).doesNotContain(second);
      assertThat(state(ours, id)).isEqualTo("active");
      SERVER.narrowed.remove(ours.subject());
    }
  }

  @Test
  void endWhenTheirSystemIsGoneForLongAndSayIt() throws Exception {
    try (var receiver = new Receiver()) {
      Caller ours = system("sub11");
      String patient = SERVER.patient(ours, "孙十");
      String id = made(ours, plain("Observation", receiver.url()));
      String first = SERVER.observation(ours, patient, "x");
      await("the first", () -> ids(receiver).contains(first));
      SERVER.dismissed.add(ours.subject());
      SERVER.observation(ours, patient, "x");
      await("the state", () -> state(ours, id).equals("error"));
      SERVER.subscriptions.prune();
      assertThat(state(ours, id)).as("not at once").isEqualTo("error");
      SERVER.dismissed.remove(ours.subject());
      SERVER.subscriptions.prune(); // Let in again: it begins anew.
      Thread.sleep(1_100);
      SERVER.dismissed.add(ours.subject());
      SERVER.subscriptions.prune();
      assertThat(state(ours, id)).isNotEqualTo("off");
      SERVER.observation(ours, patient, "x");
      Thread.sleep(1_500);
      SERVER.subscriptions.prune();
      assertThat(state(ours, id)).isEqualTo("off");
      JsonNode shown = SERVER.get(ours, "Subscription/" + id).json();
      assertThat(shown.path("error").asString()).isEqualTo("client");
      assertThat(SERVER.audited.stream().map(AuditSink.Request::toString))
          .anyMatch(line -> line.contains("ended") && line.contains(id));
      String states = SERVER.get(Caller.operator("r"), "$subscriptions").text();
      assertThat(states).contains(id);
      try (var connection = SERVER.database.getConnection();
          var statement =
              connection.prepareStatement(
                  "select count(*) from subscription_delivery where subscription = ? and state = 0")) {
        statement.setString(1, id);
        try (var rows = statement.executeQuery()) {
          rows.next();
          assertThat(rows.getInt(1)).as("waiting").isZero();
        }
      }
    }
  }

  @Test
  void areReplayedFromAnyPoint() throws Exception {
    try (var receiver = new Receiver()) {
      Caller ours = system("sub6");
      String patient = SERVER.patient(ours, "孙七");
      String id = made(ours, plain("Observation", receiver.url()));
      String first = SERVER.observation(ours, patient, "x");
      await("the first", () -> ids(receiver).contains(first));
      Thread.sleep(20);
      Instant since = Instant.now();
      Thread.sleep(20);
      String second = SERVER.observation(ours, patient, "x");
      await("the second", () -> ids(receiver).contains(second));
      String replay = "Subscription/" + id + "/$replay?since=";
      assertThat(SERVER.send(system("other"), "POST", replay + since, null).status())
          .isEqualTo(404);
      assertThat(SERVER.send(ours, "POST", replay + "then", null).status()).isEqualTo(400);
      assertThat(SERVER.get(ours, replay + since).status()).isEqualTo(405);
      Reply begun = SERVER.send(ours, "POST", replay + since, null);
      assertThat(begun.json().path("parameter").path(0).path("valueInteger").asInt()).isEqualTo(1);
      await("again", () -> ids(receiver).size() == 3);
      assertThat(ids(receiver)).containsExactly(first, second, second);
      assertThat(receiver.taken.get(2).header("Idempotency-Key"))
          .isEqualTo(receiver.taken.get(1).header("Idempotency-Key") + ":1");
    }
  }

  @Test
  void areRefusedToOthersAndWhenTheyCannotBe() throws Exception {
    Caller ours = system("sub7");
    String good = "http://127.0.0.1:1/hook";
    String id = SERVER.created(ours, plain("Observation", good));
    for (Caller caller :
        List.of(
            DeliveryServer.resident("p"),
            DeliveryServer.caller(
                Role.PRACTITIONER,
                "sub7",
                new Binding("d", Set.of(), Set.of(), Binding.ALL_SCOPES)),
            DeliveryServer.caller(Role.REGULATOR, "", Binding.NONE),
            DeliveryServer.caller(Role.OPERATOR, "", Binding.NONE),
            system(""))) {
      assertThat(SERVER.get(caller, "Subscription/" + id).status()).isEqualTo(403);
      assertThat(SERVER.get(caller, "Subscription/" + id + "/$status").status()).isEqualTo(403);
      assertThat(SERVER.send(caller, "DELETE", "Subscription/" + id, null).status()).isEqualTo(403);
      assertThat(SERVER.get(caller, "Subscription").status()).isEqualTo(403);
      assertThat(post(caller, plain("Observation", good)).status()).isEqualTo(403);
    }
    Caller other = system("sub8");
    assertThat(SERVER.get(other, "Subscription/" + id).status()).isEqualTo(404);
    assertThat(SERVER.get(other, "Subscription/" + id + "/$status").status()).isEqualTo(404);
    assertThat(SERVER.get(other, "Subscription").json().path("entry").size()).isZero();
    assertThat(SERVER.send(other, "DELETE", "Subscription/" + id, null).status()).isEqualTo(204);
    assertThat(SERVER.get(ours, "Subscription/" + id).status()).isEqualTo(200);

    assertThat(post(system("sub7", "system/Patient.rs"), plain("Observation", good)).status())
        .isEqualTo(403);
    for (String bad :
        List.of(
            plain("Obserwation", good),
            plain("Binary", good),
            plain("Observation?_sort=date", good),
            plain("Observation", "https://10.1.2.3/hook"),
            plain("Observation", "http://192.168.1.1/hook"),
            plain("Observation", "ftp://127.0.0.1/hook"),
            plain("Observation", "http://user@127.0.0.1/hook"),
            plain("Observation", good).replace("Authorization: ", "Host: "),
            plain("Observation", good).replace(SECRET, "***"),
            plain("Observation", good).replace("rest-hook", "email"),
            plain("Observation", good).replace("fhir+json", "fhir+xml"))) {
      Reply reply = post(ours, bad);
      assertThat(reply.status()).as(bad + reply.text()).isEqualTo(422);
    }
    assertThat(post(ours, plain("Observation?nonsense=1", good)).status()).isEqualTo(400);
    assertThat(post(ours, plain("Observation", good).replace("'reason':'test',", "")).status())
        .isBetween(400, 422);
    ObjectNode bundle =
        DeliveryServer.tree(
            "{'resourceType':'Bundle','type':'transaction','entry':[{'request':{'method':'POST','url':'Subscription'}}]}");
    ((ObjectNode) bundle.path("entry").path(0))
        .set("resource", DeliveryServer.tree(plain("Observation", good)));
    assertThat(SERVER.send(Caller.operator("root"), "POST", "", bundle.toString()).status())
        .isEqualTo(405);
    assertThat(
            SERVER
                .send(
                    ours,
                    "PATCH",
                    "Subscription/" + id,
                    "[]",
                    "Content-Type",
                    "application/json-patch+json")
                .status())
        .isEqualTo(405);
  }

  private static Reply post(Caller caller, String json) {
    return SERVER.send(caller, "POST", "Subscription", DeliveryServer.tree(json).toString());
  }

  /** One instance dies while it sends; the other goes on: nothing is lost, order holds. */
  @Test
  void goOnElsewhereWhenAnInstanceDies() throws Exception {
    var settings =
        new Subscriptions.Settings(
            2,
            100,
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            Duration.ofMillis(400),
            Duration.ofSeconds(3),
            Duration.ofDays(7),
            Duration.ofMillis(50));
    var database = PostgresForTests.storeDatabase();
    try (var receiver = new Receiver()) {
      StoreForTests first = StoreForTests.open(database, "first");
      var sending =
          new Subscriptions(
              first.pool,
              first.store,
              new DeliveryServer.Flipping(),
              DeliveryServer.agreements(first.pool, first.store),
              AuditSink.NONE,
              caller -> caller,
              _ -> true,
              "",
              settings);
      sending
          .writing()
          .create(StoreForTests.CALLER, DeliveryServer.tree(plain("Observation", receiver.url())));
      String patient =
          "Patient/" + first.write(StoreForTests.create(StoreForTests.patient("s", "1"))).id();
      List<String> written = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        written.add(
            first
                .write(StoreForTests.create(StoreForTests.about("Observation", patient, "zh")))
                .id());
      }
      await("some", () -> receiver.taken.size() > 5);
      first.kill();
      try (StoreForTests second = StoreForTests.open(database, "second");
          var going =
              new Subscriptions(
                  second.pool,
                  second.store,
                  new DeliveryServer.Flipping(),
                  DeliveryServer.agreements(second.pool, second.store),
                  AuditSink.NONE,
                  caller -> caller,
                  _ -> true,
                  "",
                  settings)) {
        written.add(
            second
                .write(StoreForTests.create(StoreForTests.about("Observation", patient, "zh")))
                .id());
        await("all", () -> ids(receiver).stream().distinct().count() == written.size());
        assertThat(ids(receiver).stream().distinct().toList()).isEqualTo(written);
        Map<String, Set<String>> keys = new HashMap<>();
        for (Taken taken : receiver.taken) {
          keys.computeIfAbsent(taken.json().path("id").asString(), _ -> new HashSet<>())
              .add(taken.header("Idempotency-Key"));
        }
        assertThat(keys.values()).as("a repeat has the same key").allMatch(one -> one.size() == 1);
        assertThat(going.prune()).isZero();
      } finally {
        sending.close();
      }
    }
  }
}
