package health.helan.pharmacy.review;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.pharmacy.review.ReviewServer.Hospital;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A prescription from the doctor's signature to the pharmacist's, over the API. */
class ReviewingTests {
  private static final ReviewServer SERVER = ReviewServer.get();
  private static Hospital hospital;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
  }

  /** A prescription of one drug, submitted. */
  private record Case(String patient, String request, String task) {}

  private static Case submitted(String drug, double pieces, String unit) {
    String patient = hospital.patient("1960-05-01", "male");
    String request = hospital.draft(hospital.request(patient, drug, pieces, unit, 1, 7));
    Reply task = hospital.submit(hospital.doctor, request);
    assertThat(task.status()).as(task.text()).isEqualTo(201);
    return new Case(patient, request, task.id());
  }

  private static Case good() {
    return submitted("苯磺酸氨氯地平片 5mg", 1, "片");
  }

  private static Case held() {
    return submitted("苯磺酸氨氯地平片 5mg", 4, "片");
  }

  private static Reply step(Caller caller, Case one, String step, String... more) {
    return SERVER.call(caller, "Task/" + one.task + "/$prescription-" + step, more);
  }

  private static String state(Case one) {
    return SERVER
        .get(ReviewServer.ROOT, "Task/" + one.task)
        .json()
        .path("businessStatus")
        .path("coding")
        .path(0)
        .path("code")
        .asString("");
  }

  private static String status(Case one) {
    return SERVER
        .get(ReviewServer.ROOT, "MedicationRequest/" + one.request)
        .json()
        .path("status")
        .asString("");
  }

  private static void done(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @Test
  void bothSignAndThenItCounts() {
    Case one = good();
    assertThat(state(one)).isEqualTo("waiting");
    assertThat(status(one)).isEqualTo("on-hold");
    Reply queue = SERVER.get(hospital.pharmacist, "$prescriptions?side=pharmacist");
    assertThat(queue.values("prescription", "task")).contains("Task/" + one.task);
    done(step(hospital.pharmacist, one, "take"));
    Reply seen = SERVER.get(hospital.pharmacist, "Task/" + one.task + "/$prescription");
    assertThat(seen.text()).contains("苯磺酸氨氯地平片");
    assertThat(seen.values("prescription", "open")).isNotEmpty();
    done(step(hospital.pharmacist, one, "pass"));
    assertThat(state(one)).isEqualTo("effective");
    assertThat(status(one)).isEqualTo("active");
    JsonNode task = SERVER.get(ReviewServer.ROOT, "Task/" + one.task).json();
    String signed =
        task.path("input").path(0).path("valueReference").path("reference").asString("");
    String[] parts = signed.split("/");
    assertThat(
            SERVER
                .signatures
                .verify(
                    SERVER.store,
                    ReviewServer.ROOT,
                    "MedicationRequest",
                    one.request,
                    Integer.parseInt(parts[3]))
                .found())
        .anyMatch(found -> found.isValid());
    String opinion =
        task.path("output").path(0).path("valueReference").path("reference").asString("");
    String[] document = opinion.split("/");
    assertThat(document[0]).isEqualTo("Composition");
    assertThat(
            SERVER
                .signatures
                .verify(
                    SERVER.store,
                    ReviewServer.ROOT,
                    "Composition",
                    document[1],
                    Integer.parseInt(document[3]))
                .found())
        .anyMatch(
            found ->
                found.isValid()
                    && found
                        .signer()
                        .equals("Practitioner/" + hospital.pharmacist.binding().practitioner()));
    assertThat(step(hospital.pharmacist, one, "refuse", "reason", "改变主意").status()).isEqualTo(422);
    assertThat(step(hospital.doctor, one, "withdraw", "reason", "不再需要").status()).isEqualTo(422);
  }

  @Test
  void whatIsFoundAgainstWaitsForTheDoctorsWord() {
    Case one = held();
    assertThat(state(one)).isEqualTo("held");
    assertThat(step(hospital.pharmacist, one, "take").status()).isEqualTo(422);
    Reply silent = step(hospital.doctor, one, "override", "code", "monitored");
    assertThat(silent.status()).isEqualTo(400);
    assertThat(step(hospital.doctor, one, "override", "reason", "已在监测下使用").status())
        .as("a code is needed too")
        .isEqualTo(400);
    done(step(hospital.doctor, one, "override", "reason", "已在监测下使用", "code", "monitored"));
    assertThat(state(one)).isEqualTo("waiting");
    Reply seen = SERVER.get(hospital.doctor, "Task/" + one.task + "/$prescription");
    assertThat(seen.all("finding"))
        .anySatisfy(
            finding -> {
              assertThat(finding.path("resource").path("severity").asString("")).isEqualTo("high");
              assertThat(
                      finding
                          .path("resource")
                          .path("mitigation")
                          .path(0)
                          .path("action")
                          .path("text")
                          .asString(""))
                  .isEqualTo("已在监测下使用");
            });
    done(step(hospital.pharmacist, one, "take"));
    done(step(hospital.pharmacist, one, "pass"));
    assertThat(status(one)).isEqualTo("active");
  }

  @Test
  void figuresThatCannotBeAreNotSubmitted() {
    for (String wrong :
        List.of(
            "{'dispenseRequest':{'quantity':{'value':-3}}}",
            "{'dispenseRequest':{'quantity':{'value':7.5}}}",
            "{'dispenseRequest':{'expectedSupplyDuration':{'value':0}}}",
            "{'dispenseRequest':{'validityPeriod':{'end':'2020-01-01'}}}",
            "{'medicationCodeableConcept':{'text':'%s'}}".formatted("长".repeat(201)))) {
      String patient = hospital.patient("1960-05-01", "male");
      ObjectNode wanted = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
      merge(wanted, ApiForTests.tree(wrong));
      Reply refused = hospital.submit(hospital.doctor, hospital.draft(wanted));
      assertThat(refused.status()).as(wrong).isEqualTo(422);
      assertThat(refused.sentence()).as(wrong).contains("MedicationRequest.");
    }
  }

  private static void merge(ObjectNode into, ObjectNode from) {
    from.properties()
        .forEach(
            one -> {
              if (into.path(one.getKey()) instanceof ObjectNode inner
                  && one.getValue() instanceof ObjectNode more
                  && !one.getKey().startsWith("medication")) {
                merge(inner, more);
              } else {
                into.set(one.getKey(), one.getValue());
              }
            });
  }

  @Test
  void aDoctorWritesNothingThatLooksReviewed() {
    String patient = hospital.patient("1960-05-01", "male");
    for (String status : List.of("active", "completed", "on-hold", "unknown", "stopped")) {
      ObjectNode wanted = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
      wanted.put("status", status);
      assertThat(
              SERVER.send(hospital.doctor, "POST", "MedicationRequest", wanted.toString()).status())
          .as(status)
          .isEqualTo(403);
    }
  }

  private static String online(String patient, String status, Instant since, String end) {
    return visit("VR", patient, status, since, end);
  }

  private static String visit(
      String kind, String patient, String status, Instant since, String end) {
    Reply visit =
        SERVER.send(
            ReviewServer.ROOT,
            "POST",
            "Encounter",
            ApiForTests.tree(
                    """
                    {'resourceType':'Encounter','status':'%s','class':{'code':'%s'},'subject':{'reference':'Patient/%s'},
                      'participant':[{'individual':{'reference':'Practitioner/%s'}}],'period':{'start':'%s'%s}}\
                    """
                        .formatted(
                            status,
                            kind,
                            patient,
                            hospital.doctor.binding().practitioner(),
                            since,
                            end.isEmpty() ? "" : ",'end':'" + end + "'"))
                .toString());
    ReviewServer.ok(visit);
    return visit.id();
  }

  @Test
  void whatTheLawForbidsOnLineNoReasonOverrides() {
    String patient = hospital.patient("1960-05-01", "male");
    ObjectNode wanted = hospital.request(patient, "氨酚伪麻美芬片", 1, "片", 1, 3);
    wanted
        .putObject("encounter")
        .put("reference", "Encounter/" + online(patient, "in-progress", Instant.now(), ""));
    String request = hospital.draft(wanted);
    Case one = new Case(patient, request, hospital.submit(hospital.doctor, request).id());
    assertThat(state(one)).isEqualTo("held");
    Reply refused =
        step(hospital.doctor, one, "override", "reason", "患者坚持要求", "code", "tolerated-before");
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.sentence()).contains("law forbids");
    assertThat(state(one)).isEqualTo("held");
    Reply seen = SERVER.get(hospital.doctor, "Task/" + one.task + "/$prescription");
    assertThat(seen.values("prescription", "open")).containsExactly("withdraw");
    assertThat(seen.values("prescription", "forbidden")).containsExactly("true");
    assertThat(seen.all("finding"))
        .anySatisfy(
            finding ->
                assertThat(finding.path("resource").path("meta").path("tag").toString())
                    .contains("forbidden"));
    done(step(hospital.doctor, one, "withdraw", "reason", "改为线下就诊"));
  }

  @Test
  void aVisitOnLineIsNotLeftOut() {
    String patient = hospital.patient("1960-05-01", "male");
    ObjectNode wanted = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
    String visit = online(patient, "in-progress", Instant.now().minus(Duration.ofHours(30)), "");
    Reply refused = hospital.submit(hospital.doctor, hospital.draft(wanted));
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.sentence()).contains("Encounter/" + visit);
    wanted.putObject("encounter").put("reference", "Encounter/" + visit);
    assertThat(hospital.submit(hospital.doctor, hospital.draft(wanted)).status()).isEqualTo(201);
  }

  @Test
  void aVisitOnLineIsNotLeftOutOnTheDayThatItEnded() {
    String patient =
        SERVER.created(hospital.system, "{'resourceType':'Patient','birthDate':'1960-05-01'}");
    String visit = online(patient, "in-progress", Instant.now().minusSeconds(7200), "");
    String request = hospital.draft(hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7));
    ObjectNode over = (ObjectNode) SERVER.get(ReviewServer.ROOT, "Encounter/" + visit).json();
    over.put("status", "finished");
    over.withObject("/period").put("end", Instant.now().minusSeconds(3600).toString());
    ReviewServer.ok(SERVER.send(ReviewServer.ROOT, "PUT", "Encounter/" + visit, over.toString()));
    Reply refused = hospital.submit(hospital.doctor, request);
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.sentence()).contains("Encounter/" + visit);
  }

  @Test
  void aVisitOnLineThatIsOverIsForgottenAfterTheyMet() {
    String patient = hospital.patient("1960-05-01", "male"); // Who is checked in.
    Instant now = Instant.now();
    String ended = now.minusSeconds(7200).toString();
    String visit = online(patient, "finished", now.minus(Duration.ofHours(3)), ended);
    String request = hospital.draft(hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7));
    refused(hospital.submit(hospital.doctor, request), "Encounter/" + visit);
    var before =
        visit(
            "AMB",
            patient,
            "finished",
            now.minus(Duration.ofHours(5)),
            now.minus(Duration.ofHours(4)).toString());
    assertThat(before).isNotEmpty();
    refused(hospital.submit(hospital.doctor, request), "Encounter/" + visit);
    var since = visit("AMB", patient, "in-progress", now.minusSeconds(600), "");
    assertThat(since).isNotEmpty();
    assertThat(hospital.submit(hospital.doctor, request).status()).isEqualTo(201);
  }

  private static void refused(Reply reply, String words) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.sentence()).contains(words);
  }

  private static Reply in(String encounter, String patient) {
    ObjectNode wanted = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
    wanted.putObject("encounter").put("reference", encounter);
    return hospital.submit(hospital.doctor, hospital.draft(wanted));
  }

  @Test
  void aVisitOnLineIsNotLeftByNamingAnother() {
    String patient = hospital.patient("1960-05-01", "male");
    Instant now = Instant.now();
    String clinic = "Encounter/" + visit("AMB", patient, "in-progress", now.minusSeconds(9000), "");
    String visit = online(patient, "in-progress", now.minusSeconds(600), "");
    refused(in(clinic, patient), "Encounter/" + visit);
    assertThat(in("Encounter/" + visit, patient).status()).isEqualTo(201);
  }

  @Test
  void aVisitThatIsNamedIsTheResidentsAndNotLongOver() {
    String patient = hospital.patient("1960-05-01", "male");
    Instant now = Instant.now();
    Instant old = now.minus(Duration.ofDays(9));
    refused(in("Encounter/nowhere", patient), "no visit of this resident");
    String other = hospital.patient("1961-05-01", "male");
    refused(
        in("Encounter/" + visit("AMB", other, "in-progress", now, ""), patient),
        "no visit of this resident");
    refused(
        in("Encounter/" + visit("AMB", patient, "cancelled", now, ""), patient), "was cancelled");
    refused(in("Encounter/" + online(patient, "arrived", now, ""), patient), "has not begun");
    String over = now.minus(Duration.ofHours(25)).toString();
    refused(in("Encounter/" + visit("AMB", patient, "finished", old, over), patient), "ended more");
    refused(in("Encounter/" + visit("AMB", patient, "finished", old, ""), patient), "ended more");
    String today = now.minus(Duration.ofHours(2)).toString();
    assertThat(in("Encounter/" + visit("AMB", patient, "finished", old, today), patient).status())
        .isEqualTo(201);
    assertThat(in("Encounter/" + visit("IMP", patient, "in-progress", old, ""), patient).status())
        .as("a stay on a ward is long")
        .isEqualTo(201);
  }

  @Test
  void allDrugsNameOneVisit() {
    String patient = hospital.patient("1960-05-01", "male");
    String[] requests = new String[2];
    ObjectNode first = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
    requests[0] = hospital.draft(first);
    ObjectNode second = hospital.request(patient, "盐酸二甲双胍片 0.5g", 1, "片", 2, 7);
    second
        .putObject("encounter")
        .put("reference", "Encounter/" + visit("AMB", patient, "in-progress", Instant.now(), ""));
    requests[1] = hospital.draft(second);
    refused(hospital.submit(hospital.doctor, requests), "the same visit");
  }

  /** A Task that waits, submitted and due at these times. */
  private static Prescriptions.Member waiting(String submitted, String due) {
    ObjectNode task =
        ApiForTests.tree(
            """
            {'resourceType':'Task','authoredOn':'%s',
              'extension':[{'url':'https://helan.health/fhir/StructureDefinition/prescription-deadline','valueDateTime':'%s'}],
              'businessStatus':{'coding':[{'system':'%s','code':'waiting'}]}}\
            """
                .formatted(submitted, due, PrescriptionState.SYSTEM));
    return new Prescriptions.Member(task, 1, PrescriptionStep.Party.PHARMACIST);
  }

  @Test
  void aWholeSecondStandsBeforeItsFractions() {
    Instant now = Instant.parse("2026-11-26T08:10:00Z");
    var whole = waiting("2026-11-26T08:00:00Z", "2026-11-26T08:30:00Z");
    var later = waiting("2026-11-26T08:00:00.123Z", "2026-11-26T08:30:00.123Z");
    assertThat(PrescriptionLists.byWaiting(now).compare(whole, later)).isNegative();
    assertThat(PrescriptionLists.byDeadline(now).compare(whole, later)).isNegative();
    var sooner = waiting("2026-11-26T08:00:00.123Z", "2026-11-26T08:30:00Z");
    var last = waiting("2026-11-26T08:00:00Z", "2026-11-26T08:30:00.123Z");
    assertThat(PrescriptionLists.byDeadline(now).compare(sooner, last)).isNegative();
  }

  @Test
  void thePharmacistReturnsOrRefusesWithAReason() {
    Case one = good();
    done(step(hospital.pharmacist, one, "take"));
    assertThat(step(hospital.pharmacist, one, "return").status()).isEqualTo(400);
    assertThat(step(hospital.pharmacist, one, "return", "reason", "请核对剂量", "code", "9-9").status())
        .isEqualTo(400);
    done(step(hospital.pharmacist, one, "return", "reason", "请核对剂量", "code", "2-5"));
    assertThat(state(one)).isEqualTo("returned");
    done(step(hospital.doctor, one, "withdraw", "reason", "重新开具"));
    assertThat(status(one)).isEqualTo("cancelled");
    Case other = good();
    done(step(hospital.pharmacist, other, "take"));
    done(step(hospital.pharmacist, other, "refuse", "reason", "无适应证", "code", "3-1"));
    assertThat(state(other)).isEqualTo("refused");
    assertThat(status(other)).isEqualTo("cancelled");
  }

  @Test
  void theRegionsPharmacistSeesTheRecordOnceTheReviewIsTaken() {
    Hospital centre = ReviewServer.hospital();
    String patient = hospital.patient("1960-05-01", "male");
    String request = hospital.draft(hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7));
    Reply task = hospital.submitTo(centre.id, hospital.doctor, request);
    assertThat(task.status()).as(task.text()).isEqualTo(201);
    Case one = new Case(patient, request, task.id());
    assertThat(step(hospital.pharmacist, one, "take").status()).as("not addressed").isEqualTo(404);
    assertThat(SERVER.get(centre.pharmacist, "MedicationRequest/" + request).status())
        .isEqualTo(404);
    done(step(centre.pharmacist, one, "take"));
    assertThat(SERVER.get(centre.pharmacist, "MedicationRequest/" + request).status())
        .isEqualTo(200);
    done(step(centre.pharmacist, one, "pass"));
    assertThat(status(one)).isEqualTo("active");
    assertThat(hospital.submitTo("nowhere", hospital.doctor, request).status()).isIn(400, 422);
  }

  @Test
  void nobodyStandsInForEitherSide() {
    Case one = good();
    Hospital elsewhere = ReviewServer.hospital();
    for (Caller stranger :
        new Caller[] {hospital.clerk, elsewhere.doctor, elsewhere.pharmacist, ReviewServer.ROOT}) {
      assertThat(step(stranger, one, "take").status()).as(stranger.subject()).isEqualTo(404);
      assertThat(SERVER.get(stranger, "Task/" + one.task + "/$prescription").status())
          .isEqualTo(404);
    }
    for (Caller other :
        new Caller[] {
          hospital.system, ReviewServer.resident(one.patient), ReviewServer.operator()
        }) {
      assertThat(step(other, one, "take").status()).isEqualTo(403);
    }
    assertThat(step(hospital.doctor, one, "take").status()).isEqualTo(403);
    assertThat(step(hospital.pharmacist, one, "withdraw", "reason", "不合适").status()).isEqualTo(403);
    done(step(hospital.pharmacist, one, "take"));
    hospital.licensed("q-" + hospital.run, "赵药师", "pharmacist", "");
    Caller second = ReviewServer.practitioner("q-" + hospital.run, hospital.id);
    assertThat(step(second, one, "pass").status()).as("another has taken it").isEqualTo(409);
    assertThat(SERVER.get(hospital.clerk, "$prescriptions?side=pharmacist").status())
        .isEqualTo(403);
    assertThat(
            SERVER
                .get(hospital.doctor, "$prescriptions?side=doctor")
                .values("prescription", "task"))
        .contains("Task/" + one.task);
  }

  @Test
  void theResidentSeesWhereItStandsAndNotWhatTheTwoSidesSay() {
    String patient = hospital.patient("1960-05-01", "male");
    Reply visit =
        SERVER.send(
            ReviewServer.ROOT,
            "POST",
            "Encounter",
            "{\"resourceType\":\"Encounter\",\"status\":\"in-progress\",\"class\":{\"code\":\"AMB\"},\"subject\":{\"reference\":\"Patient/%s\"}}"
                .formatted(patient));
    ObjectNode wanted = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
    wanted.putObject("encounter").put("reference", "Encounter/" + visit.id());
    String request = hospital.draft(wanted);
    Case one = new Case(patient, request, hospital.submit(hospital.doctor, request).id());
    done(step(hospital.pharmacist, one, "take"));
    done(step(hospital.pharmacist, one, "return", "reason", "请核对剂量", "code", "2-5"));
    Caller resident = ReviewServer.resident(one.patient);
    Reply seen =
        SERVER.get(resident, "$prescriptions?side=resident&patient=Patient/" + one.patient);
    assertThat(seen.values("prescription", "state")).containsExactly("returned");
    assertThat(seen.values("prescription", "drug")).containsExactly("苯磺酸氨氯地平片 5mg");
    assertThat(seen.values("prescription", "encounter")).containsExactly("Encounter/" + visit.id());
    assertThat(seen.values("prescription", "request"))
        .containsExactly("MedicationRequest/" + one.request);
    assertThat(seen.text()).doesNotContain("请核对剂量");
    String other = hospital.patient("1970-05-01", "male");
    assertThat(
            SERVER.get(resident, "$prescriptions?side=resident&patient=Patient/" + other).status())
        .isEqualTo(403);
    assertThat(
            SERVER
                .get(hospital.doctor, "$prescriptions?side=resident&patient=" + one.patient)
                .status())
        .isEqualTo(403);
    assertThat(SERVER.get(resident, "Task/" + one.task + "/$prescription").status()).isEqualTo(404);
  }

  @Test
  void onlyThePrescriberSubmitsAndOnlyDrafts() {
    String patient = hospital.patient("1960-05-01", "male");
    ObjectNode request = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
    String id = hospital.draft(request);
    assertThat(hospital.submit(hospital.pharmacist, id).status()).isIn(403, 404);
    assertThat(hospital.submit(ReviewServer.ROOT, id).status()).isEqualTo(403);
    assertThat(hospital.submit(hospital.doctor).status()).isEqualTo(400);
    request.remove("groupIdentifier");
    String numberless = hospital.draft(request);
    Reply refused = hospital.submit(hospital.doctor, numberless);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).contains("groupIdentifier");
    assertThat(hospital.submit(hospital.doctor, id).status()).isEqualTo(201);
  }

  @Test
  void noDoctorMakesAPrescriptionCountAlone() {
    String patient = hospital.patient("1960-05-01", "male");
    ObjectNode request = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
    String draft = hospital.draft(request);
    request.put("status", "active");
    for (Reply reply :
        new Reply[] {
          SERVER.send(hospital.doctor, "POST", "MedicationRequest", request.toString()),
          SERVER.send(
              hospital.doctor,
              "PUT",
              "MedicationRequest/" + draft,
              request.put("id", draft).toString())
        }) {
      assertThat(reply.status()).isEqualTo(403);
      assertThat(reply.sentence()).contains("submit it");
    }
  }

  @Test
  void whoMayNotPrescribeDoesNotSubmit() {
    String patient = hospital.patient("1960-05-01", "male");
    ObjectNode request = hospital.request(patient, "阿莫西林胶囊 0.5g", 1, "粒", 3, 7);
    request
        .withObject("/medicationCodeableConcept")
        .putArray("coding")
        .addObject()
        .put("system", "http://www.whocc.no/atc")
        .put("code", "J01CA04");
    Reply refused = hospital.submit(hospital.doctor, hospital.draft(request));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).contains("antibiotic-1");
  }

  @Test
  void whatIsUnderReviewIsWrittenByItsStepsAlone() {
    Case one = good();
    for (Caller caller : new Caller[] {hospital.doctor, hospital.system}) {
      ObjectNode request =
          (ObjectNode) SERVER.get(ReviewServer.ROOT, "MedicationRequest/" + one.request).json();
      request.put("status", "active");
      assertThat(
              SERVER
                  .send(caller, "PUT", "MedicationRequest/" + one.request, request.toString())
                  .status())
          .isEqualTo(403);
      ((ObjectNode) request).remove("meta");
      assertThat(
              SERVER
                  .send(caller, "PUT", "MedicationRequest/" + one.request, request.toString())
                  .status())
          .as("without the tag")
          .isEqualTo(403);
      assertThat(SERVER.send(caller, "DELETE", "MedicationRequest/" + one.request, null).status())
          .isEqualTo(403);
    }
    assertThat(status(one)).isEqualTo("on-hold");
  }

  @Test
  void isTakenByOneOfManyWhoPressAtOnce() throws Exception {
    Case one = good();
    List<Callable<Integer>> tries =
        IntStream.range(0, 8)
            .<Callable<Integer>>mapToObj(_ -> () -> step(hospital.pharmacist, one, "take").status())
            .toList();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      int taken = 0;
      for (Future<Integer> each : pool.invokeAll(tries)) {
        assertThat(each.get()).isIn(200, 409, 422);
        taken += each.get() == 200 ? 1 : 0;
      }
      assertThat(taken).isEqualTo(1);
    }
    assertThat(Set.of(state(one))).containsExactly("taken");
  }

  @Test
  void submittedAgainAfterALostAnswerIsTheSameAndNoSecond() {
    Case one = good();
    Reply again = hospital.submit(hospital.doctor, one.request);
    assertThat(again.status()).as(again.text()).isEqualTo(200);
    assertThat(again.id()).isEqualTo(one.task);
    done(step(hospital.pharmacist, one, "take"));
    done(step(hospital.pharmacist, one, "pass"));
    Reply late = hospital.submit(hospital.doctor, one.request);
    assertThat(late.status()).isEqualTo(200);
    assertThat(late.json().path("status").asString("")).isEqualTo("completed");
    assertThat(
            SERVER
                .get(
                    ReviewServer.ROOT,
                    "Task?code=prescription-review&_summary=count&patient=Patient/" + one.patient)
                .json()
                .path("total")
                .asInt(0))
        .isEqualTo(1);
    String more = hospital.draft(hospital.request(one.patient, "缬沙坦胶囊 80mg", 1, "粒", 1, 7));
    assertThat(hospital.submit(hospital.doctor, one.request, more).status())
        .as("other drugs under the same number")
        .isEqualTo(422);
    assertThat(hospital.submit(hospital.pharmacist, one.request).status()).isIn(403, 422);
  }

  @Test
  void draftsSentAgainByTheNumberOfTheirLineAreTheSame() {
    String patient = hospital.patient("1960-05-01", "male");
    ObjectNode request = hospital.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7);
    String system = "https://helan.health/fhir/sid/prescription-line";
    String number = "line-" + patient;
    request.putArray("identifier").addObject().put("system", system).put("value", number);
    ObjectNode bundle =
        Json.MAPPER.createObjectNode().put("resourceType", "Bundle").put("type", "transaction");
    ObjectNode entry = bundle.putArray("entry").addObject();
    entry.set("resource", request);
    entry
        .putObject("request")
        .put("method", "PUT")
        .put("url", "MedicationRequest?identifier=" + system + "|" + number);
    Reply first = SERVER.send(hospital.doctor, "POST", "", bundle.toString());
    Reply second = SERVER.send(hospital.doctor, "POST", "", bundle.toString());
    assertThat(status(first)).isEqualTo("201");
    assertThat(status(second)).isEqualTo("200");
    String location = location(second).split("/_history")[0];
    assertThat(location(first)).startsWith(location + "/_history");
    String id = location.substring(location.lastIndexOf('/') + 1);
    assertThat(hospital.submit(hospital.doctor, id).status()).isEqualTo(201);
    Reply late = SERVER.send(hospital.doctor, "POST", "", bundle.toString());
    assertThat(late.status()).as("what was submitted is not written over").isEqualTo(403);
  }

  @Test
  void isWorthNothingOnceItsTimeIsOver() {
    Case waiting = good();
    Case taken = good();
    Case held = held();
    Case left = good();
    done(step(hospital.pharmacist, taken, "take"));
    done(step(hospital.pharmacist, left, "take"));
    assertThat(step(hospital.doctor, left, "withdraw", "reason", "不再需要").status())
        .as("while a pharmacist is at it")
        .isEqualTo(422);
    SERVER.reviewClock.ahead(ReviewTask.VALID.plusMinutes(1));
    try {
      for (Reply refused :
          List.of(
              step(hospital.pharmacist, waiting, "take"),
              step(hospital.pharmacist, taken, "pass"),
              step(hospital.doctor, held, "override", "reason", "已在监测下使用", "code", "monitored"))) {
        assertThat(refused.status()).as(refused.text()).isEqualTo(422);
        assertThat(refused.sentence()).contains("over");
      }
      Reply seen = SERVER.get(hospital.pharmacist, "Task/" + taken.task + "/$prescription");
      assertThat(seen.values("prescription", "over")).containsExactly("true");
      assertThat(seen.values("prescription", "late")).containsExactly("false");
      assertThat(seen.text()).doesNotContain("\"pass\"");
      done(step(hospital.pharmacist, taken, "return", "reason", "已过有效期"));
      for (Case each : List.of(waiting, taken, held, left)) {
        done(step(hospital.doctor, each, "withdraw", "reason", "重新开具"));
        assertThat(status(each)).isEqualTo("cancelled");
      }
      assertThat(step(hospital.pharmacist, left, "pass").status())
          .as("by who had taken it")
          .isEqualTo(422);
    } finally {
      SERVER.reviewClock.ahead(Duration.ZERO);
    }
  }

  /** A Task as the one given, but for what is changed, as if many had been submitted. */
  private static void copies(ObjectNode task, int many, BiConsumer<ObjectNode, Integer> change) {
    ObjectNode bundle =
        Json.MAPPER.createObjectNode().put("resourceType", "Bundle").put("type", "transaction");
    for (int i = 0; i < many; i++) {
      ObjectNode copy = task.deepCopy();
      copy.remove("id");
      change.accept(copy, i);
      ObjectNode entry = bundle.withArray("entry").addObject();
      entry.set("resource", copy);
      entry.putObject("request").put("method", "POST").put("url", "Task");
    }
    done(SERVER.send(ReviewServer.ROOT, "POST", "", bundle.toString()));
  }

  private static void at(ObjectNode task, Instant submitted, String number) {
    task.put("authoredOn", submitted.toString());
    task.withObject("/groupIdentifier").put("value", number);
    task.withObject("/restriction/period").put("end", submitted.plus(ReviewTask.VALID).toString());
  }

  private static void withdrawn(ObjectNode task) {
    task.put("status", "cancelled");
    ((ObjectNode) task.path("businessStatus").path("coding").path(0)).put("code", "withdrawn");
  }

  @Test
  void theLongestWaitingStayInTheListsHoweverManyThereAre() {
    Hospital own = ReviewServer.hospital();
    String patient = own.patient("1960-05-01", "male");
    String request = own.draft(own.request(patient, "苯磺酸氨氯地平片 5mg", 1, "片", 1, 7));
    String last = own.submit(own.doctor, request).id();
    ObjectNode task = (ObjectNode) SERVER.get(ReviewServer.ROOT, "Task/" + last).json();
    Instant now = Instant.parse(task.path("authoredOn").asString(""));
    copies(task, 130, (copy, i) -> at(copy, now.minusSeconds(3600 - i), "W" + (1000 + i)));
    copies(
        task,
        130,
        (copy, i) -> {
          at(copy, now.minusSeconds(600 - i), "X" + (1000 + i));
          withdrawn(copy);
        });
    copies(
        task,
        1,
        (copy, _) -> {
          at(copy, now.minusSeconds(1), "LATE");
          ((ObjectNode) copy.path("extension").path(0))
              .put("valueDateTime", now.minusSeconds(1).toString());
        });
    copies(task, 1, (copy, _) -> at(copy, now.minus(Duration.ofDays(4)), "OVER"));

    Reply queue = SERVER.get(own.pharmacist, "$prescriptions?side=pharmacist&state=waiting,taken");
    List<String> numbers = queue.values("prescription", "number");
    assertThat(numbers).hasSize(133).doesNotHaveDuplicates();
    assertThat(numbers.subList(0, 4))
        .as("late ones, then the longest waiting")
        .containsExactly("LATE", "W1000", "W1001", "W1002");
    assertThat(numbers.getLast()).as("that nobody can decide any more").isEqualTo("OVER");
    assertThat(queue.values("prescription", "over")).endsWith("true").containsOnlyOnce("true");
    assertThat(queue.values("prescription", "late")).startsWith("true").containsOnlyOnce("true");
    assertThat(queue.all("list")).as("there are no more").isEmpty();

    Reply doctors = SERVER.get(own.doctor, "$prescriptions?side=doctor");
    assertThat(doctors.values("prescription", "number"))
        .hasSize(133)
        .startsWith("W1000", "W1001")
        .endsWith("OVER");
    Reply past = SERVER.get(own.doctor, "$prescriptions?side=doctor&state=withdrawn");
    assertThat(past.values("prescription", "number")).hasSize(100).startsWith("X1129", "X1128");
    assertThat(past.values("list", "more")).containsExactly("true");
    Reply residents =
        SERVER.get(
            ReviewServer.resident(patient),
            "$prescriptions?side=resident&patient=Patient/" + patient);
    assertThat(residents.values("prescription", "number"))
        .hasSize(263)
        .endsWith("W1001", "W1000", "OVER");
  }

  private static String status(Reply answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer
        .json()
        .path("entry")
        .path(0)
        .path("response")
        .path("status")
        .asString("")
        .substring(0, 3);
  }

  private static String location(Reply answer) {
    return answer.json().path("entry").path(0).path("response").path("location").asString("");
  }
}
