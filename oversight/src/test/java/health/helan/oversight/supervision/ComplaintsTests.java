package health.helan.oversight.supervision;

import static health.helan.oversight.supervision.SupervisionServer.AUTHORITY;
import static health.helan.oversight.supervision.SupervisionServer.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.oversight.supervision.SupervisionServer.Hospital;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A complaint from the resident to the institution's answer and the regulator's word. */
class ComplaintsTests {
  private static final SupervisionServer SERVER = SupervisionServer.get();

  private final Caller regulator = ApiForTests.regulator();
  private Hospital hospital;
  private Caller resident;
  private String visit = "";

  @BeforeEach
  void visit() {
    hospital = SupervisionServer.hospital();
    resident = ApiForTests.resident(hospital.patient);
    visit = hospital.seen(hospital.noon);
  }

  @AfterEach
  void today() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Reply complain(Caller by, String about) {
    return SERVER.call(by, "$complain", "about", about, "words", "张小三等了两小时没有人接诊");
  }

  private String made() {
    Reply reply = complain(resident, visit);
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    assertThat(reply.value("state")).isEqualTo("open");
    assertThat(reply.value("deadline")).isNotEmpty();
    return reply.value("task");
  }

  private JsonNode told(Caller to) {
    return SERVER.get(to, "Communication?subject=Patient/" + hospital.patient).json();
  }

  private static Reply step(Caller by, String task, String step) {
    return SERVER.call(by, task + "/$complaint-step", "step", step, "words", "已核实情况");
  }

  private static void ok(Reply reply, String state) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.value("state")).isEqualTo(state);
  }

  private static void refused(Reply reply, int status, String word) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.sentence()).contains(word);
  }

  @Test
  void isAnsweredByTheInstitutionAndAcceptedByTheResident() {
    String task = made();
    Reply shown = SERVER.get(hospital.officer, task + "/$complaint");
    ok(shown, "open");
    assertThat(shown.text()).contains("张小三", "\"answer\"", visit);
    ok(step(hospital.officer, task, "answer"), "answered");
    Reply own = SERVER.get(resident, "$complaints?patient=" + hospital.patient);
    assertThat(own.values("complaint", "state")).containsExactly("answered");
    assertThat(own.values("complaint", "kind")).containsExactly("visit");
    JsonNode told = told(resident);
    assertThat(told.findValuesAsString("contentString"))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("投诉有了答复").doesNotContain("两小时", "已核实"));
    assertThat(told.toString()).contains(task);
    // Not for whoever treats the resident.
    assertThat(told(ApiForTests.practitioner(hospital.doctor, hospital.id)).path("entry"))
        .isEmpty();
    Reply accepted = step(resident, task, "accept");
    ok(accepted, "accepted");
    assertThat(accepted.values("note", "by"))
        .containsExactly("resident", "institution", "resident");
    refused(step(resident, task, "object"), 422, "accepted");
    // Whose account complained is told by the Provenance: it is no easier to see.
    assertThat(SERVER.get(hospital.nurse, "Provenance?target=" + task).json().path("entry"))
        .isEmpty();
    JsonNode provenances = SERVER.get(ROOT, "Provenance?target=" + task).json();
    assertThat(provenances.path("entry").size()).isEqualTo(3);
    assertThat(SERVER.hits(task)).isEmpty();
    // When it is over, there may be another.
    assertThat(complain(resident, visit).status()).isEqualTo(201);
  }

  @Test
  void goesToTheRegulatorWhenTheResidentIsNotContentAndCountsInTheScore() {
    String task = made();
    ok(step(hospital.chief, task, "answer"), "answered");
    ok(step(resident, task, "object"), "escalated");
    assertThat(SERVER.hits(task)).as("to be discontent costs nobody points").isEmpty();
    // The authority's system reads; a person decides.
    Caller authority = ApiForTests.system(AUTHORITY);
    assertThat(SERVER.get(authority, task + "/$complaint").text()).doesNotContain("\"uphold\"");
    refused(step(authority, task, "uphold"), 403, "uphold");
    ok(step(regulator, task, "send-back"), "open");
    ok(step(hospital.system, task, "answer"), "answered");
    ok(step(resident, task, "object"), "escalated");
    ok(step(regulator, task, "uphold"), "upheld");
    assertThat(SERVER.hits(task)).containsExactly("complaint-upheld");
    Reply scores = SERVER.get(regulator, "$supervision-scores?institution=" + hospital.id);
    assertThat(scores.text()).contains("complaint-upheld");
    // A hit as any other: the regulator may warn of it.
    Reply warned =
        SERVER.call(
            regulator, "$supervision-warn", "hit", "complaint-upheld|" + task, "words", "请整改");
    assertThat(warned.status()).as(warned.text()).isEqualTo(201);
  }

  @Test
  void goesUpByTheClockWhenNobodyAnswers() {
    String task = made();
    String answered =
        complain(resident, hospital.seen(hospital.noon.plusSeconds(3600))).value("task");
    SERVER.clock.ahead(Duration.ofHours(119));
    ok(step(hospital.officer, answered, "answer"), "answered");
    SERVER.complaints.tend();
    ok(SERVER.get(resident, task + "/$complaint"), "open");
    SERVER.clock.ahead(Duration.ofHours(121));
    assertThat(SERVER.complaints.tend()).isPositive();
    Reply escalated = SERVER.get(resident, task + "/$complaint");
    ok(escalated, "escalated");
    assertThat(escalated.values("note", "by")).containsExactly("resident", "platform");
    assertThat(SERVER.hits(task)).containsExactly("complaint-late");
    refused(step(hospital.officer, task, "answer"), 422, "escalated");
    ok(step(regulator, task, "dismiss"), "dismissed");
    // An answer that nobody objects to ends it.
    ok(SERVER.get(resident, answered + "/$complaint"), "answered");
    SERVER.clock.ahead(Duration.ofHours(119 + 169));
    SERVER.complaints.tend();
    ok(SERVER.get(resident, answered + "/$complaint"), "accepted");
    assertThat(String.join(" ", told(resident).findValuesAsString("contentString")))
        .contains("没有按时答复", "认定您的投诉不成立", "投诉已结案");
  }

  @Test
  void isReadByTheRegulatorOnceItIsTheRegulatorsAndNamesNoResident() {
    String task = made();
    Reply before = SERVER.get(regulator, task + "/$complaint");
    ok(before, "open");
    assertThat(before.text()).doesNotContain(hospital.patient, "两小时");
    Reply listed = SERVER.get(regulator, "$complaints?state=open&institution=" + hospital.id);
    assertThat(listed.values("complaint", "task")).containsExactly(task);
    assertThat(listed.text()).doesNotContain(hospital.patient, visit);
    twoOfOneMomentAreListedOnTwoPages(task);
    ok(step(hospital.officer, task, "answer"), "answered");
    ok(step(resident, task, "object"), "escalated");
    Reply after = SERVER.get(ApiForTests.system(AUTHORITY), task + "/$complaint");
    ok(after, "escalated");
    assertThat(after.text()).contains("两小时").doesNotContain(hospital.patient);
    // To the authority's own system, as steps of cases.
    String lines =
        SERVER
            .send(
                regulator,
                "GET",
                "$supervision-export?_count=5000",
                null,
                "Accept",
                "application/x-ndjson")
            .text();
    assertThat(lines.lines().filter(line -> line.contains(task.substring(5))))
        .filteredOn(line -> line.contains("\"type\":\"complaint\""))
        .hasSize(3);
    assertThat(lines).doesNotContain(hospital.patient);
  }

  private void twoOfOneMomentAreListedOnTwoPages(String task) {
    String visitToo = hospital.seen(Instant.now().minusSeconds(600));
    String other =
        SERVER.call(resident, "$complain", "about", visitToo, "words", "没有人回答").value("task");
    SERVER.sql.update(
        "update complaint set opened = ?::timestamptz where institution = ?",
        "2026-11-20T08:00:00Z",
        hospital.id);
    String page = "$complaints?_count=1&institution=" + hospital.id;
    Reply first = SERVER.get(regulator, page);
    Reply second =
        SERVER.get(
            regulator,
            page + "&after=" + URLEncoder.encode(first.value("next"), StandardCharsets.UTF_8));
    assertThat(
            List.of(
                first.values("complaint", "task").getFirst(),
                second.values("complaint", "task").getFirst()))
        .containsExactlyInAnyOrder(task, other);
  }

  @Test
  void isForTheResidentAndWhoAnswersForTheInstitution() {
    String task = made();
    Hospital other = SupervisionServer.hospital();
    Caller stranger = ApiForTests.resident(other.patient);
    assertThat(SERVER.get(stranger, task + "/$complaint").status()).isEqualTo(404);
    assertThat(SERVER.get(other.officer, task + "/$complaint").status()).isEqualTo(404);
    refused(SERVER.get(hospital.nurse, task + "/$complaint"), 403, "quality officer");
    refused(SERVER.get(hospital.nurse, "$complaints"), 403, "quality officer");
    // Nor as a Task: who is complained of does not read it past the steps.
    assertThat(SERVER.get(hospital.nurse, task).status()).isEqualTo(404);
    assertThat(SERVER.get(hospital.nurse, "Task?patient=" + hospital.patient).json().path("entry"))
        .isEmpty();
    assertThat(SERVER.get(other.officer, "$complaints").all("complaint")).isEmpty();
    assertThat(SERVER.get(ApiForTests.operator(), "$complaints").status()).isEqualTo(403);
    assertThat(SERVER.get(stranger, "$complaints?patient=" + hospital.patient).all("complaint"))
        .isEmpty();
    refused(step(hospital.officer, task, "accept"), 403, "not yours");
    refused(step(resident, task, "answer"), 403, "not yours");
    refused(step(regulator, task, "answer"), 403, "not yours");
    refused(step(resident, task, "escalate"), 403, "not yours");
    refused(step(regulator, task, "uphold"), 422, "open");
    assertThat(step(resident, task, "complain").status()).isEqualTo(400);
    assertThat(SERVER.call(resident, task + "/$complaint-step", "step", "withdraw").status())
        .isEqualTo(400);
    // Nobody writes it but by its steps, as a Task; the institution's systems may read it.
    assertThat(SERVER.get(hospital.system, task).status()).isEqualTo(200);
    assertThat(SERVER.get(other.system, task).status()).isEqualTo(404);
    ObjectNode forged = (ObjectNode) SERVER.get(resident, task).json();
    forged.put("status", "completed");
    assertThat(SERVER.send(resident, "PUT", task, forged.toString()).status()).isEqualTo(403);
    forged.remove("id");
    assertThat(SERVER.send(resident, "POST", "Task", forged.toString()).status()).isEqualTo(403);
    ok(step(resident, task, "withdraw"), "withdrawn");
    assertThat(SERVER.get(resident, "Task/nothing/$complaint").status()).isEqualTo(404);
  }

  @Test
  void goesWithTheResident() {
    String task = made();
    String gone = complain(resident, hospital.seen(hospital.noon.plusSeconds(3600))).value("task");
    assertThat(SERVER.send(ROOT, "DELETE", gone, "").status()).isIn(200, 204);
    assertThat(SERVER.get(hospital.officer, "$complaints").values("complaint", "task"))
        .containsExactly(task);
    SERVER.complaints.erase(SERVER.store.purges().subject(hospital.patient));
    assertThat(SERVER.get(hospital.officer, "$complaints").all("complaint")).isEmpty();
  }

  @Test
  void isAboutAVisitOnLineAPrescriptionAParcelOrABillOfOnesOwn() {
    String prescription =
        SERVER.created(
            hospital.system, hospital.prescription(visit, hospital.noon, "C08CA01", "active"));
    String parcel =
        SERVER.created(
            hospital.system,
            "{'resourceType':'SupplyDelivery','status':'completed','patient':{'reference':'Patient/%s'}}"
                .formatted(hospital.patient));
    String bill =
        SERVER.created(
            hospital.system,
            "{'resourceType':'Invoice','status':'issued','subject':{'reference':'Patient/%s'}}"
                .formatted(hospital.patient));
    String claim =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'Claim','status':'active','use':'claim','type':{'text':'x'},'patient':{'reference':'Patient/%s'},
              'created':'2026-11-26','provider':{'reference':'Organization/%s'},'priority':{'text':'normal'},
              'insurance':[{'sequence':1,'focal':true,'coverage':{'display':'x'}}]}"""
                .formatted(hospital.patient, hospital.id));
    for (String about :
        List.of(
            "MedicationRequest/" + prescription,
            "SupplyDelivery/" + parcel,
            "Claim/" + claim,
            "Invoice/" + bill)) {
      Reply reply = complain(resident, about);
      assertThat(reply.status()).as(about + " " + reply.text()).isEqualTo(201);
    }
    assertThat(
            SERVER
                .get(resident, "$complaints?patient=" + hospital.patient)
                .values("complaint", "kind"))
        .containsExactlyInAnyOrder("prescription", "parcel", "bill", "bill");
    refused(complain(resident, "Invoice/" + bill), 409, "already");
    refused(complain(resident, "Patient/" + hospital.patient), 400, "Encounter");
    refused(complain(resident, "Encounter/x/y"), 400, "Encounter");
    assertThat(complain(resident, "Encounter/nothing").status()).isEqualTo(404);
    assertThat(complain(ApiForTests.resident(SupervisionServer.hospital().patient), visit).status())
        .isEqualTo(404);
    refused(complain(hospital.officer, visit), 403, "not yours");
    refused(complain(regulator, visit), 403, "not yours");
    String ward =
        SERVER.created(
            hospital.system, hospital.visit(hospital.noon).replace("'code':'VR'", "'code':'AMB'"));
    refused(complain(resident, "Encounter/" + ward), 422, "on line");
    String nobodys =
        SERVER.created(
            ROOT, hospital.visit(hospital.noon).replaceAll(",'serviceProvider'.*}}", "}"));
    assertThat(SERVER.get(resident, "Encounter/" + nobodys).status()).isEqualTo(200);
    refused(complain(resident, "Encounter/" + nobodys), 422, "institution");
  }

  @Test
  void isNeverTwiceAtOnceAboutTheSame() throws Exception {
    var replies = new java.util.concurrent.ConcurrentLinkedQueue<Integer>();
    List<Thread> both =
        List.of(
            Thread.ofVirtual().unstarted(() -> replies.add(complain(resident, visit).status())),
            Thread.ofVirtual().unstarted(() -> replies.add(complain(resident, visit).status())));
    both.forEach(Thread::start);
    for (Thread one : both) {
      one.join();
    }
    assertThat(replies).containsExactlyInAnyOrder(201, 409);
  }
}
