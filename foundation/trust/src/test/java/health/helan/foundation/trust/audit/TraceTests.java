package health.helan.foundation.trust.audit;

import static health.helan.foundation.trust.audit.AuditedServer.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What happened to one record, or one encounter, told from end to end to those who may know. */
class TraceTests {
  private static final String DOCTOR = "PRACTITIONER wang hospital-1 pract-1 -";
  private static final String REGULATOR = "REGULATOR inspector - - -";
  private static final String CASE = "?case=" + AuditedServer.escaped("案 2026-17");

  private static AuditedServer server;
  private static String patient;
  private static String encounter;
  private static String inside;
  private static String outside;

  @BeforeAll
  static void open() throws Exception {
    server = new AuditedServer();
    patient = server.create("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"李雷\"}]}");
    encounter =
        server.create(
            "{\"resourceType\":\"Encounter\",\"status\":\"finished\",\"class\":{\"code\":\"AMB\"},\"subject\":{\"reference\":\"Patient/"
                + patient
                + "\"}}");
    inside = observation(",\"encounter\":{\"reference\":\"Encounter/" + encounter + "\"}");
    outside = observation("");
    server.create(
        """
        {"resourceType":"Provenance","target":[{"reference":"Observation/%s"},{"reference":"Patient/%s"}],
         "recorded":"2026-11-26T00:00:00Z","agent":[{"who":{"reference":"Practitioner/pract-1"}}],
         "signature":[{"type":[{"system":"urn:iso-astm:E1762-95:2013","code":"1.2.840.10065.1.12.1.1"}],
           "when":"2026-11-26T00:00:00Z","who":{"reference":"Practitioner/pract-1"},"data":"AAAA"}]}"""
            .formatted(inside, patient));
    server.get(DOCTOR, "Observation/" + inside);
    server.get(DOCTOR, "Observation?patient=" + patient);
    server.get("SYSTEM lab - - - none", "Observation/" + outside);
    try (Connection connection = server.pool.getConnection();
        var grant =
            connection.prepareStatement(
                """
                insert into access_grant (home, patient, since, until, made, weight, level,
                  categories, state, part, grantee, cause, made_by)
                values (?, ?, now(), now() + interval '1 day', now(), 1, 3, 0, 1, 0,
                  'Practitioner/pract-1', 'Encounter/x', 'clerk')""")) {
      grant.setInt(1, health.helan.foundation.store.Ids.home(patient));
      grant.setLong(2, server.digest(patient));
      grant.executeUpdate();
    }
  }

  private static String observation(String more) {
    return server.create(
        "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueString\":\"秘密\",\"subject\":{\"reference\":\"Patient/"
            + patient
            + "\"}"
            + more
            + "}");
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
  }

  private static List<JsonNode> events(AuditedServer.Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    var events = new ArrayList<JsonNode>();
    for (JsonNode parameter : reply.json().path("parameter")) {
      if (parameter.path("name").asString("").equals("event")) {
        events.add(parameter);
      }
    }
    return events;
  }

  private static String part(JsonNode event, String name) {
    for (JsonNode part : event.path("part")) {
      if (part.path("name").asString("").equals(name)) {
        for (var property : part.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue().isObject()
                ? property.getValue().path("reference").asString("")
                : property.getValue().asString();
          }
        }
      }
    }
    return "";
  }

  private static List<String> told(List<JsonNode> events) {
    return events.stream()
        .map(event -> part(event, "kind") + " " + part(event, "code") + " " + part(event, "what"))
        .toList();
  }

  @Test
  void tellsARegulatorWithACaseAllInOrderAndNoContent() {
    var reply = server.get(REGULATOR, "Patient/" + patient + "/$trace" + CASE);
    List<JsonNode> events = events(reply);
    assertThat(told(events))
        .contains(
            "version create Patient/" + patient + "/_history/1",
            "version create Encounter/" + encounter + "/_history/1",
            "version create Observation/" + inside + "/_history/1",
            "version create Observation/" + outside + "/_history/1",
            "request create Patient/" + patient,
            "request read Observation/" + inside,
            "grant opened ")
        .anyMatch(event -> event.startsWith("signature  Provenance/"));
    List<String> times = events.stream().map(event -> part(event, "at")).toList();
    assertThat(times.stream().map(java.time.Instant::parse).toList()).isSorted();
    JsonNode read =
        events.stream()
            .filter(
                event ->
                    part(event, "code").equals("read") && part(event, "account").equals("wang"))
            .findFirst()
            .orElseThrow();
    assertThat(part(read, "practitioner")).isEqualTo("Practitioner/pract-1");
    assertThat(part(read, "institution")).isEqualTo("Organization/hospital-1");
    assertThat(part(read, "purpose")).isEqualTo("TREAT");
    assertThat(part(read, "place")).startsWith("chain ");
    JsonNode signature =
        events.stream()
            .filter(event -> part(event, "kind").equals("signature"))
            .findFirst()
            .orElseThrow();
    assertThat(part(signature, "signer")).isEqualTo("Practitioner/pract-1");
    assertThat(part(signature, "signed")).isEqualTo("Observation/" + inside);
    assertThat(reply.text()).doesNotContain("李雷").doesNotContain("秘密").doesNotContain("AAAA");

    // Who asked, and in which case, the resident reads too.
    var own = server.get("RESIDENT lilei - - " + patient + " *", "Patient/" + patient + "/$trace");
    assertThat(told(events(own))).contains("inquiry  ", "request operation Patient/" + patient);
    assertThat(own.text()).contains("案 2026-17").contains("inspector");
  }

  @Test
  void keepsToOneEncounterWhereThatIsAskedFor() {
    List<String> told =
        told(events(server.get(OPERATOR, "Encounter/" + encounter + "/$trace" + CASE)));
    assertThat(told)
        .contains(
            "version create Encounter/" + encounter + "/_history/1",
            "version create Observation/" + inside + "/_history/1",
            "request create Observation/" + inside,
            "request read Observation/" + inside)
        .noneMatch(event -> event.contains(outside))
        .noneMatch(event -> event.startsWith("version create Patient"))
        .noneMatch(event -> event.startsWith("grant"));
    List<String> mine =
        told(
            events(
                server.get(
                    "RESIDENT lilei - - " + patient + " *", "Encounter/" + encounter + "/$trace")));
    assertThat(mine).contains("request read Observation/" + inside);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PRACTITIONER wang hospital-1 pract-1 -      | Patient/P/$trace?case=file-17             | 403",
        "SYSTEM lab hospital-1 - -                   | Patient/P/$trace?case=file-17             | 403",
        "REGULATOR inspector - - - user/Patient.rs   | Patient/P/$trace?case=file-17             | 403",
        "REGULATOR inspector - - -                   | Patient/P/$trace                          | 400",
        "REGULATOR inspector - - -                   | Patient/P/$trace?case=x                   | 400",
        "OPERATOR operator - - -                     | Patient/P/$trace                          | 400",
        "REGULATOR inspector - - -                   | Patient/nobody/$trace?case=file-17        | 404",
        "REGULATOR inspector - - -                   | Encounter/nobody/$trace?case=file-17      | 404",
        "RESIDENT other - - someone *                | Patient/P/$trace                          | 404",
        "RESIDENT other - - someone *                | Encounter/E/$trace                        | 404",
        "RESIDENT lilei - - P patient/Observation.rs | Patient/P/$trace                          | 403",
        "REGULATOR inspector - - -                   | Patient/P/$trace?case=file-17&_count=no   | 400",
        "REGULATOR inspector - - -                   | Patient/P/$trace?case=file-17&start=today | 400",
      })
  void isRefusedToWhoHasNoPartInIt(String caller, String path, int status) {
    String before = inquiries();
    var reply =
        server.get(
            caller.replace(" P ", " " + patient + " "),
            path.replace("Patient/P/", "Patient/" + patient + "/")
                .replace("Encounter/E/", "Encounter/" + encounter + "/"));
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.text()).doesNotContain("event");
    assertThat(inquiries()).isEqualTo(before);
  }

  private static String inquiries() {
    try (Connection connection = server.pool.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery("select count(*) from trace_inquiry")) {
      row.next();
      return row.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void comesInPagesThatLeaveNothingOut() {
    List<String> whole =
        told(
            events(
                server.get(
                    "RESIDENT lilei - - " + patient + " *",
                    "Patient/" + patient + "/$trace?end=2026-01-01T00:00:00Z")));
    assertThat(whole).isEmpty();
    String end = java.time.Instant.now().toString();
    String all = "Patient/" + patient + "/$trace?end=" + end;
    String me = "RESIDENT lilei - - " + patient + " *";
    List<JsonNode> expected = events(server.get(me, all));
    assertThat(expected).hasSizeGreaterThan(8);
    var found = new LinkedHashSet<JsonNode>();
    String start = "";
    for (int page = 0; page < 100; page++) {
      var reply = server.get(me, all + "&_count=4" + start);
      found.addAll(events(reply));
      String next = "";
      for (JsonNode parameter : reply.json().path("parameter")) {
        if (parameter.path("name").asString("").equals("next")) {
          next = parameter.path("valueInstant").asString("");
        }
      }
      if (next.isEmpty()) {
        break;
      }
      start = "&start=" + next;
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void keepsTheEventsOfOneMomentTogetherHoweverMany() {
    String many = server.create("{\"resourceType\":\"Patient\"}");
    var writes = new ArrayList<Interaction>();
    for (int i = 0; i < 7; i++) {
      var body =
          (ObjectNode)
              Json.MAPPER.readTree(
                  """
                  {"resourceType":"Observation","status":"final","code":{"text":"x"},
                   "subject":{"reference":"Patient/%s"}}"""
                      .formatted(many));
      writes.add(
          new Interaction.Create("Observation", Interaction.Body.of(body), null, null, null));
    }
    server.store.transact(Caller.platform("load"), writes, Set.of(), null);
    server.get(DOCTOR, "Patient/" + many);
    String all = "Patient/" + many + "/$trace?end=" + java.time.Instant.now().plusSeconds(1);
    String me = "RESIDENT lilei - - " + many + " *";
    List<JsonNode> expected = events(server.get(me, all));
    assertThat(expected).hasSizeGreaterThan(9);
    for (int count : new int[] {1, 2, 5, 8}) {
      // Each once; what these requests have left themselves comes after.
      assertThat(paged(me, all + "&_count=" + count))
          .as("%d", count)
          .doesNotHaveDuplicates()
          .containsAll(expected);
    }
  }

  private static List<JsonNode> paged(String caller, String path) {
    var found = new ArrayList<JsonNode>();
    String start = "";
    for (int page = 0; page < 100; page++) {
      var reply = server.get(caller, path + start);
      found.addAll(events(reply));
      JsonNode last =
          reply.json().path("parameter").path(-1 + reply.json().path("parameter").size());
      if (!last.path("name").asString("").equals("next")) {
        return found;
      }
      start = "&start=" + last.path("valueInstant").asString("");
    }
    return found;
  }

  @Test
  void comesInPagesOfAnEncounterToo() {
    String me = "RESIDENT lilei - - " + patient + " *";
    for (int i = 0; i < 5; i++) {
      server.get(DOCTOR, "Observation/" + inside);
      server.get(DOCTOR, "Observation?encounter=" + encounter + "&patient=" + patient);
    }
    String all = "Encounter/" + encounter + "/$trace?end=" + java.time.Instant.now();
    List<JsonNode> expected = events(server.get(me, all));
    assertThat(expected).hasSizeGreaterThan(9);
    for (int count : new int[] {1, 2, 5, 8}) {
      assertThat(paged(me, all + "&_count=" + count))
          .as("%d", count)
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void losesItsWayFromThePersonWithAnErasureAndTheSealedRowsStay() throws Exception {
    String erased = server.create("{\"resourceType\":\"Patient\"}");
    server.get(DOCTOR, "Patient/" + erased);
    assertThat(server.get(OPERATOR, "AuditEvent?patient=" + erased).json().path("entry"))
        .isNotEmpty();
    new ErasedSubjects(server.pool, server.log).erase(server.digest(erased));
    assertThat(server.get(OPERATOR, "AuditEvent?patient=" + erased).text())
        .doesNotContain("\"code\":\"read\"");
    assertThat(server.rows())
        .anySatisfy(
            row -> {
              assertThat(row.interaction()).isEqualTo("read");
              assertThat(row.subjects()).containsExactly(server.digest(erased));
            });
    server.log.seal();
    try (Connection connection = server.pool.getConnection()) {
      assertThat(
              AuditVerification.verify(
                      connection, List.of(server.signer.certificate()), java.util.Map.of())
                  .findings())
          .isEmpty();
    }
  }
}
