package health.helan.care.results;

import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.changes.Change;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What residents are told of their reports, on the way issued, pushed, read. */
class ReportNoticesTests {
  private static final ResultsServer SERVER = ResultsServer.get();
  private static final Instant NOW = Instant.now();

  private final String hospital = SERVER.hospital();
  private final String patient = SERVER.patient();
  private final Caller self = ResultsServer.resident(patient);

  @BeforeAll
  static void listen() throws SQLException {
    SERVER.store.changes().register(new ReportNotices(SERVER.store, Clock.systemUTC()));
  }

  @AfterAll
  static void rest() {
    SERVER.store.changes().unregister(ReportNotices.NAME);
  }

  private String report(String status, String more) {
    return """
    {'resourceType':'DiagnosticReport','status':'%s','code':{'text':'生化全项'},'subject':{'reference':'Patient/%s'},
     'performer':[{'reference':'Organization/%s'}],'conclusion':'空腹血糖 8.31 mmol/L'%s}\
    """
        .formatted(status, patient, hospital, more);
  }

  private String issued(String status, Instant at) {
    return report(status, ",'issued':'" + at + "'");
  }

  private List<JsonNode> notices() {
    return SERVER
        .get(self, "Communication?subject=Patient/" + patient + "&_sort=sent")
        .json()
        .path("entry")
        .valueStream()
        .map(entry -> entry.path("resource"))
        .toList();
  }

  private List<String> kinds() {
    return notices().stream()
        .map(notice -> notice.at("/topic/coding/0/code").asString(""))
        .toList();
  }

  private void awaitKinds(String... kinds) {
    await(List.of(kinds).toString(), () -> kinds().equals(List.of(kinds)));
  }

  /** All that was written until now has been looked at: shown by a report that is told of. */
  private void settle() {
    String other = SERVER.patient();
    String id = SERVER.load(issued("final", NOW).replace("Patient/" + patient, "Patient/" + other));
    await(
        "the consumer",
        () ->
            !SERVER
                .get(ResultsServer.ROOT, "Communication?subject=Patient/" + other)
                .json()
                .path("entry")
                .isEmpty());
    assertThat(id).isNotEmpty();
    // Homes are taken one by one: this patient's own is through when nothing is left to take.
    await(
        "the log",
        () ->
            SERVER.store.changes().status().stream()
                .filter(status -> status.consumer().equals(ReportNotices.NAME))
                .allMatch(status -> status.lag() == 0));
  }

  @Test
  void tellOfAReportWhenItIsFinalByItsNameAndNothingElse() {
    String id = SERVER.load(issued("preliminary", NOW));
    settle();
    assertThat(notices()).isEmpty();
    SERVER.put(ResultsServer.ROOT, "DiagnosticReport", id, issued("final", NOW));
    awaitKinds("issued");
    JsonNode notice = notices().getFirst();
    assertThat(notice.at("/payload/0/contentString").asString())
        .isEqualTo(
            "检查检验报告已出：生化全项。出具：Organization/%s。\nA report was issued: 生化全项. From: Organization/%s."
                .formatted(hospital, hospital));
    assertThat(notice.at("/about/0/reference").asString()).isEqualTo("DiagnosticReport/" + id);
    assertThat(notice.at("/recipient/0/reference").asString()).isEqualTo("Patient/" + patient);
    assertThat(notice.toString()).doesNotContain("8.31");
  }

  @Test
  void tellOfEachVersionOnceAndThatItWasTakenBack() {
    String id = SERVER.load(issued("final", NOW));
    awaitKinds("issued");
    SERVER.put(ResultsServer.ROOT, "DiagnosticReport", id, issued("corrected", NOW));
    awaitKinds("issued", "changed");
    SERVER.put(ResultsServer.ROOT, "DiagnosticReport", id, issued("entered-in-error", NOW));
    awaitKinds("issued", "changed", "withdrawn");
  }

  @Test
  void sayNothingOfWhatIsNoNews() {
    SERVER.load(issued("final", NOW.minus(Duration.ofDays(8))));
    SERVER.load(report("final", ",'effectiveDateTime':'2023-05'"));
    SERVER.load(report("final", ",'effectiveDateTime':'2023-05-01'"));
    // Nobody was told of it: that it is gone is no news either.
    SERVER.load(issued("cancelled", NOW));
    settle();
    assertThat(notices()).isEmpty();
    SERVER.load(report("final", ",'effectiveDateTime':'" + NOW.minus(Duration.ofDays(10)) + "'"));
    awaitKinds("issued");
  }

  @Test
  void areNoEasierToSeeThanTheReport() throws SQLException {
    SERVER.load(
        issued("final", NOW)
            .replace(
                "{'text':'生化全项'}",
                "{'text':'HIV 抗体','coding':[{'system':'http://loinc.org','code':'7917-8'}]}"));
    awaitKinds("issued");
    String id = notices().getFirst().path("id").asString();
    String report = notices().getFirst().at("/about/0/reference").asString();
    assertThat(level("res_communication", id))
        .isGreaterThan(7)
        .isEqualTo(level("res_diagnostic_report", report.substring("DiagnosticReport/".length())));
  }

  private static int level(String table, String id) throws SQLException {
    try (var connection = SERVER.database.getConnection();
        var statement =
            connection.prepareStatement("select level from " + table + " where id = ?")) {
      statement.setString(1, id);
      try (var rows = statement.executeQuery()) {
        assertThat(rows.next()).isTrue();
        return rows.getInt(1);
      }
    }
  }

  @Test
  void tellOfADocumentWhenItsVersionIsSigned() {
    String document =
        SERVER.load(
            """
            {'resourceType':'Composition','status':'final','title':'出院小结','date':'%s','type':{'text':'出院小结'},
             'subject':{'reference':'Patient/%s'},'author':[{'display':'王医生'}],'custodian':{'reference':'Organization/%s'}}\
            """,
            NOW, patient, hospital);
    settle();
    assertThat(notices()).isEmpty();
    sign("Composition/" + document + "/_history/1", NOW);
    awaitKinds("signed");
    assertThat(notices().getFirst().at("/payload/0/contentString").asString())
        .startsWith("病历文书已签署：出院小结");
    // A second signature is no second document; a signature of long ago is no news.
    sign("Composition/" + document + "/_history/1", NOW);
    sign("Composition/" + document + "/_history/1", NOW.minus(Duration.ofDays(30)));
    settle();
    awaitKinds("signed");
  }

  @Test
  void tellOfAnAddendumAsSuchOnceItIsSigned() {
    String addendum =
        SERVER.load(
            """
            {'resourceType':'Composition','status':'final','title':'补记','date':'%s','type':{'text':'补记'},
             'relatesTo':[{'code':'appends','targetReference':{'reference':'Composition/note'}}],
             'subject':{'reference':'Patient/%s'},'author':[{'display':'王医生'}],'custodian':{'reference':'Organization/%s'}}\
            """,
            NOW, patient, hospital);
    settle();
    assertThat(notices()).isEmpty();
    sign("Composition/" + addendum + "/_history/1", NOW);
    awaitKinds("added");
    JsonNode notice = notices().getFirst();
    assertThat(notice.at("/payload/0/contentString").asString())
        .startsWith("医生补充了病历，原病历不变：补记")
        .contains("Something was added to your record");
    assertThat(notice.at("/about/0/reference").asString()).isEqualTo("Composition/" + addendum);
  }

  /** As $sign leaves it: by the platform alone. */
  private static void sign(String target, Instant at) {
    ObjectNode provenance =
        ApiForTests.tree(
            """
            {'resourceType':'Provenance','target':[{'reference':'%s'}],'recorded':'%s','agent':[{'who':{'display':'王医生'}}],
             'signature':[{'type':[{'system':'urn:iso-astm:E1762-95:2013','code':'1.2.840.10065.1.12.1.1'}],'when':'%s','who':{'display':'王医生'}}]}\
            """
                .formatted(target, at, at));
    var unused =
        SERVER.store.write(
            Caller.platform("signatures"),
            new Interaction.Create(
                "Provenance", Interaction.Body.ours(provenance), null, null, null));
  }

  @Test
  void surviveARestartAndARepetitionOfTheLog() throws Exception {
    SERVER.load(issued("final", NOW));
    awaitKinds("issued");
    SERVER.store.changes().unregister(ReportNotices.NAME);
    // Issued while nobody listened: the next start tells of it.
    SERVER.load(issued("final", NOW));
    assertThat(kinds()).hasSize(1);
    try (RecordStore next = SERVER.open()) {
      next.changes().register(new ReportNotices(next, Clock.systemUTC()));
      awaitKinds("issued", "issued");
      next.changes().unregister(ReportNotices.NAME);
    }
    try (var connection = SERVER.database.getConnection();
        var statement =
            connection.prepareStatement("update consumer_offset set seq = 0 where consumer = ?")) {
      statement.setString(1, ReportNotices.NAME);
      assertThat(statement.executeUpdate()).isPositive();
    }
    listen();
    settle();
    awaitKinds("issued", "issued");
  }

  @Test
  void areWrittenOnceWhenTakingThemFailsAfterwards() throws SQLException {
    SERVER.store.changes().unregister(ReportNotices.NAME);
    try {
      String id = SERVER.load(issued("final", NOW));
      ResourceVersion version = SERVER.store.read(ResultsServer.ROOT, "DiagnosticReport", id);
      var change =
          new Change(
              Integer.parseInt(id.substring(0, 3), 16),
              1,
              version.patient(),
              version.updated(),
              1,
              ResourceVersion.Method.POST,
              "DiagnosticReport",
              id);
      var notices = new ReportNotices(SERVER.store, Clock.systemUTC());
      try (var connection = SERVER.database.getConnection()) {
        for (int i = 0; i < 2; i++) {
          connection.setAutoCommit(false);
          notices.take(connection, List.of(change));
          connection.rollback(); // The offset is lost, the notice is there.
        }
      }
      assertThat(kinds()).hasSize(1);
    } finally {
      listen();
    }
  }

  // ------------------------------------------------------------------ read

  private Reply markRead(Caller caller, String... pairs) {
    return SERVER.call(caller, "Communication/$mark-read", pairs);
  }

  @Test
  void areReadOnceTheReportIsOpened() {
    String id = SERVER.load(issued("final", NOW));
    SERVER.load(issued("final", NOW));
    awaitKinds("issued", "issued");
    String unread =
        "Communication?subject=Patient/" + patient + "&received:missing=true&_summary=count";
    assertThat(SERVER.get(self, unread).json().path("total").asInt()).isEqualTo(2);
    Reply first = markRead(self, "about", "DiagnosticReport/" + id);
    assertThat(first.value("read")).as(first.text()).isEqualTo("1");
    assertThat(markRead(self, "about", "DiagnosticReport/" + id).value("read")).isEqualTo("0");
    assertThat(SERVER.get(self, unread).json().path("total").asInt()).isEqualTo(1);
    assertThat(markRead(self, "patient", "Patient/" + patient).value("read")).isEqualTo("1");
    assertThat(SERVER.get(self, unread).json().path("total").asInt()).isZero();
  }

  @Test
  void keepTheTimeTheyWereReadAtFirst() {
    SERVER.load(issued("final", NOW));
    awaitKinds("issued");
    String id = notices().getFirst().path("id").asString();
    String path = "Communication/" + id + "/$mark-read";
    assertThat(SERVER.call(self, path).value("read")).isEqualTo("1");
    JsonNode read = notices().getFirst();
    assertThat(read.path("received").asString()).isNotEmpty();
    assertThat(SERVER.call(self, path).value("read")).isEqualTo("0");
    assertThat(notices().getFirst()).isEqualTo(read);
  }

  @Test
  void areNobodyElsesToRead() {
    SERVER.load(issued("final", NOW));
    awaitKinds("issued");
    String path = "Communication/" + notices().getFirst().path("id").asString() + "/$mark-read";
    Caller other = ResultsServer.resident(SERVER.patient());
    assertThat(SERVER.call(other, path).status()).isIn(403, 404);
    assertThat(SERVER.call(ResultsServer.practitioner("d", hospital), path).status())
        .isEqualTo(403);
    assertThat(SERVER.call(ResultsServer.system(hospital), path).status()).isEqualTo(403);
    assertThat(markRead(other, "patient", patient).value("read")).isEqualTo("0");
    assertThat(notices().getFirst().has("received")).isFalse();
  }

  @Test
  void areNotWhatAResidentWrote() {
    String own =
        SERVER.created(
            self,
            "{'resourceType':'Communication','status':'completed','subject':{'reference':'Patient/%s'},'sender':{'reference':'Patient/%s'},'recipient':[{'reference':'Organization/%s'}]}"
                .formatted(patient, patient, hospital));
    Reply refused = SERVER.call(self, "Communication/" + own + "/$mark-read");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.sentence()).startsWith("This is no notice");
  }

  @Test
  void areAskedForInWordsThatAreKnown() {
    Caller guardian = ResultsServer.resident(patient, SERVER.patient());
    assertThat(markRead(guardian).status()).isEqualTo(400);
    assertThat(markRead(self, "about", "Observation/1").status()).isEqualTo(400);
    assertThat(markRead(self, "patient", "Patient/a/b").status()).isEqualTo(400);
    Reply refused =
        SERVER.send(
            self, "POST", "Communication/$mark-read?all=true", null, "Accept-Language", "zh-CN");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.sentence()).isEqualTo("此操作没有参数 all。");
  }

  // ------------------------------------------------------------------ open pages

  @Test
  void reachTheOpenPagesOfWhomTheyAreAbout() throws SQLException {
    var hub = new NoticeHub(SERVER.store);
    var heard = new AtomicInteger();
    var others = new AtomicInteger();
    try (var listening = hub.listen(self, heard::incrementAndGet);
        var elsewhere =
            hub.listen(ResultsServer.resident(SERVER.patient()), others::incrementAndGet)) {
      assertThat(listening).isNotSameAs(elsewhere);
      SERVER.load(issued("final", NOW));
      await("news", () -> heard.get() > 0);
      assertThat(others).hasValue(0);
    }
    int until = heard.get();
    SERVER.load(issued("final", NOW));
    awaitKinds("issued", "issued");
    settle();
    assertThat(heard).hasValue(until);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> hub.listen(ResultsServer.practitioner("d", hospital), () -> {}))
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Refusal.Kind.FORBIDDEN));
  }
}
