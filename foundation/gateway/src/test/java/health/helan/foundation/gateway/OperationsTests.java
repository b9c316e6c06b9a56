package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.gateway.operations.GatewayOperations;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What operators and systems may see and do. */
class OperationsTests {
  private static final Caller OPERATOR = new Caller("op", Caller.Role.OPERATOR, "", Set.of(), "r");
  private static final Caller OWN =
      new Caller("his", Caller.Role.SYSTEM, "hospital", Set.of(), "r");
  private static final Caller OTHER =
      new Caller("x", Caller.Role.SYSTEM, "elsewhere", Set.of(), "r");
  private static final Caller DOCTOR =
      new Caller("d", Caller.Role.PRACTITIONER, "hospital", Set.of(), "r");
  private static final Caller RESIDENT = new Caller("p", Caller.Role.RESIDENT, "", Set.of(), "r");
  private static final Caller REGULATOR = new Caller("g", Caller.Role.REGULATOR, "", Set.of(), "r");

  private static GatewayForTests house;
  private static Receipt failed;
  private static Receipt done;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    Feed feed = house.feed("his");
    done = house.take(feed, adt("1", "P1"));
    failed = house.take(feed, adt("2", ""));
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static String adt(String control, String patient) {
    return "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A04|"
        + control
        + "|P|2.5\rPID|1||"
        + patient
        + "^^^HOSP^MR||Secretname\r";
  }

  private static JsonNode call(Caller caller, String name, String... pairs) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = body.putArray("parameter");
    for (int i = 0; i < pairs.length; i += 2) {
      list.addObject().put("name", pairs[i]).put("valueString", pairs[i + 1]);
    }
    FhirOperation operation = GatewayOperations.of(house.gateway, name);
    byte[] answer =
        operation
            .execute(
                new FhirOperation.Call(
                    caller,
                    house.store,
                    "POST",
                    null,
                    null,
                    Query.parse(""),
                    body,
                    "http://x",
                    Locale.ENGLISH))
            .body();
    return Json.MAPPER.readTree(Objects.requireNonNull(answer));
  }

  private static void forbidden(Caller caller, String name, String... pairs) {
    assertThatExceptionOfType(Refusal.class)
        .as(caller.role() + " " + name)
        .isThrownBy(() -> call(caller, name, pairs))
        .matches(e -> e.kind() == Refusal.Kind.FORBIDDEN || e.kind() == Refusal.Kind.NOT_FOUND);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void operatorsSeeWhatBecameOfMessagesAndNotWhatIsInThem() {
    JsonNode found = call(OPERATOR, "gateway-messages", "state", "open");
    assertThat(found.toString())
        .contains(failed.id(), "gateway.no-identifier", "no identifier by which Patient")
        .doesNotContain("Secretname", done.id());
    assertThat(
            call(OPERATOR, "gateway-messages", "control", "1", "feed", "his", "type", "ADT")
                .toString())
        .contains(done.id())
        .contains("adt@1");
    forbidden(OPERATOR, "gateway-message", "id", done.id());
    forbidden(OPERATOR, "gateway-messages", "patient", "x");
    forbidden(OPERATOR, "gateway-replay", "id", failed.id(), "content", base64("x"));
    JsonNode text = call(OWN, "gateway-message", "id", done.id());
    assertThat(text.toString()).contains(base64(adt("1", "P1")));
    assertThat(call(GatewayForTests.ROOT, "gateway-message", "id", done.id()).toString())
        .contains("valueBase64Binary");
    String patient = house.only("Patient", "identifier", "P1").path("id").asString();
    assertThat(call(OWN, "gateway-messages", "patient", patient).toString()).contains(done.id());
  }

  @Test
  void nobodyElseSeesAnything() {
    for (Caller caller : List.of(DOCTOR, RESIDENT, REGULATOR)) {
      forbidden(caller, "gateway-messages");
      forbidden(caller, "gateway-message", "id", done.id());
      forbidden(caller, "gateway-replay", "id", failed.id());
      forbidden(caller, "gateway-discard", "id", failed.id());
      forbidden(caller, "gateway-feeds");
      forbidden(caller, "gateway-feed", "name", "x", "settings", "{}");
      forbidden(caller, "gateway-mapping", "name", "adt");
      forbidden(caller, "gateway-rehearse", "feed", "his", "content", base64(adt("9", "P9")));
    }
    assertThat(call(OTHER, "gateway-messages").has("parameter")).isFalse();
    assertThat(call(OTHER, "gateway-feeds").has("parameter")).isFalse();
    forbidden(OTHER, "gateway-message", "id", done.id());
    forbidden(OTHER, "gateway-replay", "id", failed.id());
    forbidden(OTHER, "gateway-replay", "feed", "his");
    forbidden(OTHER, "gateway-discard", "id", failed.id());
    forbidden(OTHER, "gateway-rehearse", "feed", "his", "content", base64(adt("9", "P9")));
    forbidden(OWN, "gateway-feed", "name", "x", "settings", "{}");
    assertThat(house.message(failed.id()).state()).isEqualTo(State.DEAD);
    // A token with scopes is for an app, not for the gateway.
    Caller narrow =
        new Caller(
            "app",
            Caller.Role.SYSTEM,
            "hospital",
            Set.of(),
            "r",
            new Caller.Binding("", Set.of(), Set.of(), Set.of("system/Patient.rs")));
    forbidden(narrow, "gateway-messages");
    // Nor is an operator's that is narrowed to something else, or to reading.
    for (String scope : List.of("user/Organization.cruds", "patient/*.cruds", "user/*.rs")) {
      Caller narrowed =
          new Caller(
              "op",
              Caller.Role.OPERATOR,
              "",
              Set.of(),
              "r",
              new Caller.Binding("", Set.of(), Set.of(), Set.of(scope)));
      forbidden(narrowed, "gateway-discard", "id", failed.id());
      forbidden(narrowed, "gateway-replay", "id", failed.id());
      forbidden(
          narrowed, "gateway-feed", "name", "x", "settings", "{\"institution\":\"hospital\"}");
      forbidden(narrowed, "gateway-mapping", "name", "adt");
    }
  }

  @Test
  void anOperatorChangesFeedsAndEachVersionStays() {
    JsonNode made =
        call(OPERATOR, "gateway-feed", "name", "lis", "settings", "{\"institution\":\"hospital\"}");
    assertThat(made.toString()).contains("\"valueInteger\":1").contains("Asia/Shanghai");
    JsonNode changed =
        call(
            OPERATOR,
            "gateway-feed",
            "name",
            "lis",
            "settings",
            "{\"institution\":\"hospital\",\"afterFailure\":\"park\"}");
    assertThat(changed.toString()).contains("\"valueInteger\":2").contains("park");
    for (String wrong :
        List.of(
            "{}",
            "{\"institution\":\"nowhere\"}",
            "not json",
            "{\"institution\":\"hospital\",\"port\":99999}",
            "{\"institution\":\"hospital\",\"unknown\":1}",
            "{\"institution\":\"hospital\",\"networks\":[\"10.0.0.0/99\"]}",
            "{\"institution\":\"hospital\",\"zone\":\"Mars/Olympus\"}",
            "{\"institution\":\"hospital\",\"charset\":\"klingon\"}",
            "{\"institution\":\"hospital\",\"tls\":\"perhaps\"}",
            "{\"institution\":\"hospital\",\"afterFailure\":\"panic\"}")) {
      assertThatExceptionOfType(Refusal.class)
          .as(wrong)
          .isThrownBy(() -> call(OPERATOR, "gateway-feed", "name", "lis", "settings", wrong));
    }
    assertThat(Objects.requireNonNull(house.gateway.feeds().get("lis")).version()).isEqualTo(2);
  }

  @Test
  void aMappingIsCheckedBeforeItIsTaken() {
    for (String wrong :
        List.of(
            "",
            "a: [",
            "mapping: x",
            "mapping: x\nversion: 1\nunknown: 1",
            "mapping: x\nversion: 1\nresources: [{resource: Patient, body: {a: \"= PID-1 | nonsense\"}}]",
            "mapping: x\nversion: 1\nresources: [{include: nothing}]",
            "mapping: x\nversion: 1\nresources: [{resource: Patient, key: nonsense, body: {}}]",
            "mapping: x\nversion: 1\nresources: [{resource: Patient, when: a b c, body: {}}]",
            "!!javax.script.ScriptEngineManager [x]")) {
      assertThatExceptionOfType(Refusal.class)
          .as(wrong)
          .isThrownBy(() -> call(OPERATOR, "gateway-mapping", "feed", "his", "file", wrong));
    }
    assertThat(call(OPERATOR, "gateway-mapping", "name", "oru").toString()).contains("ORU^R01");
  }

  @Test
  void aRehearsalShowsResourcesAndKeepsNothing() {
    String message = adt("55", "P55").replace("^MR|", "^MR~7^^^X&http://a b&URI^SS|");
    JsonNode shown = call(OWN, "gateway-rehearse", "feed", "his", "content", base64(message));
    assertThat(shown.toString()).contains("\"Patient\"", "Patient.identifier[1].system", "adt@1");
    assertThat(house.find("Patient", "identifier", "P55")).isEmpty();
    assertThat(call(OWN, "gateway-messages", "control", "55").has("parameter")).isFalse();
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () -> call(OWN, "gateway-rehearse", "feed", "his", "content", base64("nothing")))
        .withMessageContaining("gateway.no-header");
  }

  @Test
  void aCodeMeansWhatFhirAllowsInItsPlace() {
    String sexes = "https://helan.health/fhir/sid/hospital/codes/gender";
    // And nothing of GB/T 2261.1.
    assertThat(house.gateway.meanings(sexes))
        .containsExactlyInAnyOrder("male", "female", "other", "unknown");
    assertThat(house.gateway.meanings("https://helan.health/fhir/sid/hospital/codes/WARD"))
        .as("no table of a mapping's")
        .isNull();
    String file =
        """
        mapping: adt
        version: 9
        for: [ADT^A04]
        tables:
          gender: {M: "1", F: "2", "*": "9"}
        resources:
          - include: patient
        """;
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () -> call(GatewayForTests.ROOT, "gateway-mapping", "feed", "his", "file", file))
        .withMessageContaining("gateway.table-code");
    call(
        GatewayForTests.ROOT,
        "gateway-mapping",
        "feed",
        "his",
        "file",
        file.replace("\"1\"", "male").replace("\"2\"", "female").replace("\"9\"", "unknown"));
    call(GatewayForTests.ROOT, "gateway-mapping", "feed", "his", "name", "adt", "reset", "true");
  }

  @Test
  void anOperatorRehearsesWithoutLearningWhoIsThere() {
    String visit = adt("56", "P1") + "PV1|1|O|||||||||||||||||V56\r";
    String known = house.only("Patient", "identifier", "P1").path("id").asString();
    String content = base64(visit);
    assertThat(call(OWN, "gateway-rehearse", "feed", "his", "content", content).toString())
        .contains("Patient/" + known);
    assertThat(call(OPERATOR, "gateway-rehearse", "feed", "his", "content", content).toString())
        .contains("\"Encounter\"")
        .doesNotContain("Patient/" + known);
  }

  @Test
  void aRehearsalOfATableShowsItsFirstRowsAndWhatIsWrongWithOne() {
    house.feed("rows", "{\"format\":\"table\",\"table\":\"residents\"}");
    JsonNode shown =
        call(OWN, "gateway-rehearse", "feed", "rows", "content", base64("患者编号,姓名\nRT1,甲\n,乙\n"));
    assertThat(shown.toString()).contains("residents@1", "RT1", "gateway.no-identifier", "#3");
    assertThat(house.find("Patient", "identifier", "RT1")).isEmpty();
  }

  @Test
  void aRehearsalOfADocumentAndABundleShowsWhatTheyWouldBecome() {
    house.feed("cda", "{\"format\":\"cda\"}");
    house.feed("bundles", "{\"format\":\"fhir\"}");
    JsonNode document =
        call(
            OPERATOR,
            "gateway-rehearse",
            "feed",
            "cda",
            "content",
            base64(DocumentTests.file("outpatient-c0002.xml")));
    assertThat(document.toString()).contains("wst500@1", "\"Composition\"", "8480-6");
    JsonNode bundle =
        call(
            OPERATOR,
            "gateway-rehearse",
            "feed",
            "bundles",
            "content",
            base64(
                "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"wrong\"},\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}]}"));
    assertThat(bundle.toString()).contains("BUNDLE^TRANSACTION", "Observation.status");
  }

  @Test
  void aFeedOfAFormatThatThereIsNotIsRefused() {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () ->
                call(
                    OPERATOR,
                    "gateway-feed",
                    "name",
                    "odd",
                    "settings",
                    "{\"institution\":\"hospital\",\"format\":\"fax\"}"))
        .withMessageContaining("gateway.no-format");
  }

  @Test
  void oneOrAllAreReplayed() {
    Feed feed = house.feed("replays");
    Receipt one = house.take(feed, adt("r1", ""));
    Receipt two = house.take(feed, adt("r2", ""));
    JsonNode still = call(OPERATOR, "gateway-replay", "feed", "replays");
    assertThat(still.toString()).contains(one.id(), two.id(), "\"dead\"");
    assertThat(house.message(one.id()).attempts()).isEqualTo(2);
    JsonNode corrected =
        call(OWN, "gateway-replay", "id", one.id(), "content", base64(adt("r1", "P71")));
    assertThat(corrected.toString()).contains("\"done\"");
    assertThat(house.find("Patient", "identifier", "P71")).hasSize(1);
    // The mapping is mended: all are replayed with what came.
    house
        .gateway
        .feeds()
        .putMapping(
            feed,
            "adt",
            """
            mapping: adt
            version: 2
            for: [ADT^*]
            resources:
              - resource: Patient
                key: MSH-10 as control
                body: {name: "= PID-5* | xpn"}
            """,
            "test");
    assertThat(
            call(OPERATOR, "gateway-replay", "feed", "replays", "reason-code", "gateway.fault")
                .toString())
        .doesNotContain(two.id());
    assertThat(call(OPERATOR, "gateway-replay", "feed", "replays").toString())
        .contains(two.id(), "\"done\"");
    assertThat(call(OPERATOR, "gateway-feeds").toString()).contains("replays");
    Receipt useless = house.take(feed, "PID|1\r");
    JsonNode gone = call(OPERATOR, "gateway-discard", "id", useless.id());
    assertThat(gone.toString()).contains("discarded");
  }
}
