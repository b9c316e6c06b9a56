package health.helan.foundation.trust.audit;

import static health.helan.foundation.trust.audit.AuditedServer.OPERATOR;
import static health.helan.foundation.trust.audit.AuditedServer.escaped;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StoreForTests;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every request leaves one row, and what is in it. */
class RequestTraceTests {
  private static final String DOCTOR = "PRACTITIONER wang hospital-1 pract-1 -";

  private static AuditedServer server;
  private static String patient;
  private static String other;
  private static String observation;
  private static String binary;

  @BeforeAll
  static void open() {
    server = new AuditedServer();
    patient = server.create("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"李雷\"}]}");
    other = server.create("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"韩梅\"}]}");
    observation = server.create(observation(patient));
    server.create(observation(patient));
    server.create(observation(other));
    binary = server.send(OPERATOR, "POST", "Binary", "picture", "Content-Type", "image/png").id();
    server.create("{\"resourceType\":\"Organization\",\"name\":\"x\"}");
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
  }

  private static String observation(String of) {
    return "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/"
        + of
        + "\"}}";
  }

  private static String filled(String text) {
    return text.replace("PATIENT", patient)
        .replace("OTHER", other)
        .replace("OBS", observation)
        .replace("BINARY", binary);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET  | Patient/PATIENT                           | 200 | read             | Patient     | PATIENT | 1",
        "HEAD | Patient/PATIENT                           | 200 | read             | Patient     | PATIENT | 1",
        "GET  | Observation/OBS                           | 200 | read             | Observation | OBS     | 1",
        "GET  | Observation/OBS/_history/1                | 200 | vread            | Observation | OBS     | 1",
        "GET  | Observation/OBS/_history                  | 200 | history-instance | Observation | OBS     | 1",
        "GET  | Observation?patient=PATIENT               | 200 | search-type      | Observation |         | 2",
        "GET  | Observation?subject=Patient/PATIENT&_summary=count | 200 | search-type | Observation |    | 0",
        "GET  | Patient/PATIENT/Observation               | 200 | search-type      | Patient     | PATIENT | 2",
        "GET  | Patient?_id=PATIENT                       | 200 | search-type      | Patient     |         | 1",
        "GET  | Patient/PATIENT/$everything               | 200 | operation        | Patient     | PATIENT | 4",
        "GET  | Patient/PATIENT/$meta                     | 200 | operation        | Patient     | PATIENT | 1",
      })
  void ofWhatIsReadNamesThePatient(
      String method,
      String path,
      int status,
      String interaction,
      String type,
      String id,
      int count) {
    AuditRow row =
        server.rowOf(
            () ->
                assertThat(server.send(DOCTOR, method, filled(path), "").status())
                    .isEqualTo(status));
    assertThat(row.interaction()).isEqualTo(interaction);
    assertThat(row.type()).isEqualTo(type);
    assertThat(row.id()).isEqualTo(id == null ? "" : filled(id));
    assertThat(row.status()).isEqualTo(status);
    assertThat(row.count()).isEqualTo(count);
    assertThat(row.subjects()).isEqualTo(server.digests(patient));
    assertThat(row.account()).isEqualTo("wang");
    assertThat(row.role()).isEqualTo("practitioner");
    assertThat(row.institution()).isEqualTo("hospital-1");
    assertThat(row.practitioner()).isEqualTo("pract-1");
    assertThat(row.purposes()).isEqualTo("TREAT");
    assertThat(row.request()).isEqualTo("request-1");
    assertThat(row.remote()).isEqualTo("127.0.0.1");
    assertThat(row.query()).isNotZero();
  }

  @Test
  void namesAllPatientsOfAnAnswerAndNoOthers() {
    AuditRow row = server.rowOf(() -> server.get(DOCTOR, "Observation?_count=50"));
    assertThat(row.subjects()).isEqualTo(server.digests(patient, other));
    assertThat(row.parameters()).isEqualTo("_count");
    // One entry a page: the row that was read to know of a next page was not answered.
    row = server.rowOf(() -> server.get(DOCTOR, "Observation?_count=1&_sort=_lastUpdated"));
    assertThat(row.subjects()).hasSize(1);
    row = server.rowOf(() -> server.get(DOCTOR, "Observation?_include=Observation:subject"));
    assertThat(row.count()).isGreaterThanOrEqualTo(5);
    row = server.rowOf(() -> server.get(DOCTOR, "_history"));
    assertThat(row.interaction()).isEqualTo("history-system");
    assertThat(row.subjects()).contains(server.digest(other));
    row = server.rowOf(() -> server.get(DOCTOR, "Organization"));
    assertThat(row.subjects()).isEmpty();
    assertThat(row.count()).isEqualTo(1);
  }

  @Test
  void namesWhoseDataAreWritten() {
    AuditRow row =
        server.rowOf(() -> server.send(DOCTOR, "POST", "Observation", observation(patient)));
    assertThat(row.interaction()).isEqualTo("create");
    assertThat(row.status()).isEqualTo(201);
    assertThat(row.subjects()).isEqualTo(server.digests(patient));
    String id = row.id();
    assertThat(id).hasSize(21);

    // A correction that takes it from one patient to another touches both.
    String body = observation(other).replaceFirst("\\{", "{\"id\":\"" + id + "\",");
    row = server.rowOf(() -> server.send(DOCTOR, "PUT", "Observation/" + id, body));
    assertThat(row.interaction()).isEqualTo("update");
    assertThat(row.status()).isEqualTo(200);
    assertThat(row.subjects()).isEqualTo(server.digests(patient, other));

    row =
        server.rowOf(
            () ->
                server.send(
                    DOCTOR,
                    "PATCH",
                    "Observation/" + id,
                    "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"amended\"}]",
                    "Content-Type",
                    "application/json-patch+json"));
    assertThat(row.interaction()).isEqualTo("patch");
    assertThat(row.subjects()).isEqualTo(server.digests(other));

    row = server.rowOf(() -> server.send(DOCTOR, "DELETE", "Observation/" + id, ""));
    assertThat(row.interaction()).isEqualTo("delete");
    assertThat(row.id()).isEqualTo(id);
    assertThat(row.status()).isEqualTo(204);
    assertThat(row.subjects()).isEqualTo(server.digests(other));
  }

  @Test
  void isOneForABundleAndCountsWhatWasRefusedInIt() {
    String entry = "{\"resource\":%s,\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}";
    String entries =
        entry.formatted(observation(patient)) + "," + entry.formatted(observation(other));
    AuditRow row =
        server.rowOf(
            () ->
                server.send(
                    DOCTOR,
                    "POST",
                    "",
                    "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
                        + entries
                        + "]}"));
    assertThat(row.interaction()).isEqualTo("transaction");
    assertThat(row.count()).isEqualTo(2);
    assertThat(row.subjects()).isEqualTo(server.digests(patient, other));
    row =
        server.rowOf(
            () ->
                server.send(
                    DOCTOR,
                    "POST",
                    "",
                    ("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["
                            + "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/%s\"}},"
                            + "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/nobody\"}}]}")
                        .formatted(other)));
    assertThat(row.interaction()).isEqualTo("batch");
    assertThat(row.status()).isEqualTo(200);
    assertThat(row.count()).isEqualTo(1);
    assertThat(row.refused()).isEqualTo(1);
    // Who was asked for stands there too, found or not.
    assertThat(row.subjects()).isEqualTo(server.digests(other, "nobody"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET    | Patient/000000000000000000001            | 404",
        "GET    | Nonsense/1                               | 404",
        "GET    | Patient?nonsense=1                       | 400",
        "GET    | Patient/1/2/3/4/5                        | 404",
        "DELETE | Patient                                  | 400",
        "POST   | Patient                                  | 400",
        "PUT    | Patient/x                                | 400",
        "GET    | Patient/$nonsense                        | 404",
        "TRACK  | Patient                                  | 405",
        "GET    | Observation?_format=text/html            | 406",
        "GET    | Patient?name=%FF                         | 400",
      })
  void isLeftByRefusalsToo(String method, String path, int status) {
    AuditRow row =
        server.rowOf(
            () -> assertThat(server.send(DOCTOR, method, path, "").status()).isEqualTo(status));
    assertThat(row.status()).isEqualTo(status);
    assertThat(row.account()).isEqualTo("wang");
  }

  @Test
  void isLeftByWhoeverCallsWithoutBeingKnown() {
    AuditRow row =
        server.rowOf(
            () -> assertThat(server.get(null, "Patient/" + patient).status()).isEqualTo(401));
    assertThat(row.status()).isEqualTo(401);
    assertThat(row.account()).isEmpty();
    assertThat(row.role()).isEmpty();
    assertThat(row.remote()).isEqualTo("127.0.0.1");
    assertThat(row.subjects()).isEmpty();
  }

  @Test
  void isNotLeftByTheCapabilityStatementWhichHoldsNoRecords() {
    int before = server.rows().size();
    assertThat(server.get(null, "metadata").status()).isEqualTo(200);
    assertThat(server.rows()).hasSize(before);
  }

  @Test
  void holdsNothingThatAResidentCouldBeKnownBy() throws SQLException {
    String number = "640104199001011234";
    server.get(DOCTOR, "Patient?name=" + escaped("欧阳娜娜") + "&identifier=" + number);
    server.get(DOCTOR, "Patient?" + escaped("欧阳娜娜") + "=1");
    server.get(DOCTOR, "Patient?ouyangnana=1");
    server.get(DOCTOR, "Observation?patient:ouyangnana=1");
    server.get(DOCTOR, "Patient/" + number);
    server.get(DOCTOR, "Patient/" + number + "/_history");
    server.get(DOCTOR, number + "/1");
    server.get(DOCTOR, "Patient/" + number + "/$ouyangnana");
    server.get(null, "Patient/" + number);
    server.send(
        DOCTOR,
        "POST",
        "Patient/_search",
        "name=" + escaped("欧阳娜娜") + "&phone=" + number,
        "Content-Type",
        "application/x-www-form-urlencoded");
    assertThat(
            server.rows().stream()
                .map(
                    row ->
                        row.toString()
                            + new String(row.canonical(), java.nio.charset.StandardCharsets.UTF_8)))
        .noneMatch(text -> text.contains(number) || text.contains("欧阳") || text.contains("ouyang"));
    AuditRow form = server.rows().getLast();
    assertThat(form.parameters()).isEqualTo("name,phone");
    assertThat(form.interaction()).isEqualTo("search-type");
    // The same question has the same digest, so that it can be asked for by who has the key.
    AuditRow one = server.rowOf(() -> server.get(DOCTOR, "Patient?name=" + number));
    AuditRow two = server.rowOf(() -> server.get(DOCTOR, "Patient?name=" + number));
    AuditRow three = server.rowOf(() -> server.get(DOCTOR, "Patient?name=" + number + "1"));
    assertThat(one.query()).isEqualTo(two.query()).isNotEqualTo(three.query());
  }

  @Test
  void standsBeforeTheFirstByteOfADownload() {
    AuditRow row =
        server.rowOf(
            () -> {
              var reply = server.get(DOCTOR, "Binary/" + binary, "Accept", "*/*");
              assertThat(reply.text()).isEqualTo("picture");
            });
    assertThat(row.interaction()).isEqualTo("read");
    assertThat(row.type()).isEqualTo("Binary");
    assertThat(row.id()).isEqualTo(binary);
    row =
        server.rowOf(
            () ->
                assertThat(
                        server
                            .get(DOCTOR, "Binary/" + binary, "Accept", "*/*", "Range", "bytes=0-2")
                            .text())
                    .isEqualTo("pic"));
    assertThat(row.status()).isEqualTo(206);
    row =
        server.rowOf(
            () -> server.get(DOCTOR, "Binary/" + binary, "Accept", "*/*", "Range", "bytes=99-"));
    assertThat(row.status()).isEqualTo(416);
    row =
        server.rowOf(
            () ->
                assertThat(
                        server
                            .get(DOCTOR, "Binary/" + binary, "Accept", "application/fhir+json")
                            .json()
                            .path("data")
                            .asString(""))
                    .isNotEmpty());
    assertThat(row.status()).isEqualTo(200);
    row =
        server.rowOf(
            () ->
                server.get(
                    DOCTOR, "Binary/" + binary, "Accept", "*/*", "If-None-Match", "W/\"1\""));
    assertThat(row.status()).isEqualTo(304);
  }

  @Test
  void thatCannotBeKeptHasTheRequestRefusedAndNothingLeaves() {
    server.isCut = true;
    try {
      int before = server.rows().size();
      for (String path :
          List.of(
              "Patient/" + patient,
              "Observation?patient=" + patient,
              "Patient/" + patient + "/_history",
              "Patient/" + patient + "/$everything",
              "Patient/nobody",
              "Binary/" + binary)) {
        var reply =
            server.get(
                DOCTOR,
                path,
                "Accept",
                path.startsWith("Binary") ? "*/*" : "application/fhir+json");
        assertThat(reply.status()).as(path).isEqualTo(503);
        assertThat(reply.issue()).isEqualTo("transient");
        assertThat(reply.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(reply.headers().firstValue("ETag")).isEmpty();
        assertThat(reply.text()).doesNotContain("李雷").doesNotContain("picture");
      }
      assertThat(server.get(null, "Patient").status()).isEqualTo(503);
      assertThat(server.rows()).hasSize(before);
    } finally {
      server.isCut = false;
    }
    assertThat(server.get(DOCTOR, "Patient/" + patient).status()).isEqualTo(200);
  }

  @Test
  void saysInTheEndThatNothingWasAnsweredWhenItCameTooLate() throws Exception {
    try (var hasty = new AuditedServer(Duration.ofMillis(700))) {
      String id = hasty.create("{\"resourceType\":\"Patient\"}");
      List<AuditRow> before = hasty.rows();
      try (var connection = hasty.pool.getConnection();
          var statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("lock table audit in share mode");
        var reply = hasty.get(DOCTOR, "Patient/" + id);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).doesNotContain(id);
        connection.rollback();
      }
      StoreForTests.await("two rows", () -> hasty.rows().size() == before.size() + 2);
      List<AuditRow> rows = hasty.rows().subList(before.size(), before.size() + 2);
      AuditRow meant = rows.getFirst();
      AuditRow answered = rows.getLast();
      assertThat(meant.status()).isEqualTo(200);
      assertThat(answered.status()).isEqualTo(503);
      assertThat(answered.count()).isZero();
      assertThat(answered.query()).isEqualTo(meant.query());
      assertThat(answered.request()).isEqualTo(meant.request());
      assertThat(answered.account()).isEqualTo(meant.account());
      assertThat(answered.subjects()).isEqualTo(meant.subjects());
      assertThat(answered.at()).isAfter(meant.at());
      // And goes on as before.
      assertThat(hasty.rowOf(() -> hasty.get(DOCTOR, "Patient/" + id)).status()).isEqualTo(200);
    }
  }
}
