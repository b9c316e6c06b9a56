package health.helan.care.visit;

import static health.helan.care.visit.VisitServer.ROOT;
import static health.helan.care.visit.VisitServer.ok;
import static health.helan.care.visit.VisitServer.resident;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.visit.VisitServer.Case;
import health.helan.care.visit.VisitServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A visit on line from the application to its end, through the API. */
class VisitLifeTests {
  private static final VisitServer SERVER = VisitServer.get();
  private static final Hospital HOSPITAL = VisitServer.hospital();

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Case visit() {
    return VisitServer.with(HOSPITAL);
  }

  private static void refused(Reply reply, int status, String word) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.said()).contains(word);
  }

  // ------------------------------------------------------------------ the journey

  @Test
  void goesFromTheApplicationToTheSignedNote() {
    Case one = visit();

    // The resident applies; nothing is open to the doctor yet.
    Reply applied = one.apply();
    assertThat(applied.status()).as(applied.text()).isEqualTo(201);
    assertThat(applied.json().path("class").path("code").stringValue()).isEqualTo("VR");
    assertThat(applied.json().path("status").stringValue()).isEqualTo("planned");
    assertThat(SERVER.get(HOSPITAL.asDoctor, "Patient/" + one.patient).text())
        .doesNotContain("张小三"); // Masked, as for everybody at the hospital.
    refused(one.step(one.resident, "confirm"), 422, "sign the consent");

    // The consent is signed and confirmed; the record opens to the doctor and the department.
    one.signed();
    Reply confirmed = one.step(one.resident, "confirm");
    ok(confirmed);
    assertThat(one.state()).isEqualTo("eligible");
    Reply seen = SERVER.get(HOSPITAL.asDoctor, "Patient/" + one.patient);
    assertThat(seen.text()).contains("张小三");
    assertThat(SERVER.get(HOSPITAL.asDoctor, "$visits").values("visit", "visit"))
        .contains("Encounter/" + one.id);

    // The doctor takes it, and they talk.
    ok(one.step(HOSPITAL.asDoctor, "accept"));
    refused(one.step(one.resident, "say", "token", "too-early-1", "text", "在吗"), 422, "accepted");
    ok(one.step(HOSPITAL.asDoctor, "begin"));
    ok(one.step(one.resident, "say", "token", "r-0000001", "text", "医生您好"));
    ok(one.step(HOSPITAL.asDoctor, "say", "token", "d-0000001", "text", "您好，血压多少？"));

    // A note, an order, the signature, the end.
    refused(one.step(HOSPITAL.asDoctor, "close"), 422, "no note");
    ok(one.note());
    refused(one.step(HOSPITAL.asDoctor, "close"), 422, "draft");
    Reply note = one.note("complete", "true");
    ok(note);
    assertThat(note.json().path("status").stringValue()).isEqualTo("final");
    assertThat(note.text()).contains("&lt;一周&gt;");
    refused(one.step(HOSPITAL.asDoctor, "close"), 422, "not signed");
    Reply order = one.step(HOSPITAL.asDoctor, "order", "text", "血常规");
    assertThat(order.status()).as(order.text()).isEqualTo(201);
    assertThat(SERVER.call(HOSPITAL.asDoctor, "Composition/" + note.id() + "/$sign").status())
        .isEqualTo(201);
    Reply closed = one.step(HOSPITAL.asDoctor, "close");
    ok(closed);
    assertThat(closed.json().path("status").stringValue()).isEqualTo("finished");
    assertThat(closed.json().path("diagnosis")).hasSize(1);
    assertThat(closed.json().path("statusHistory")).hasSize(4);

    // Taken twice, it has the effect of once; what is over stays over.
    assertThat(one.step(HOSPITAL.asDoctor, "close").json().path("meta"))
        .isEqualTo(closed.json().path("meta"));
    refused(one.step(HOSPITAL.asDoctor, "begin"), 422, "closed");
    refused(one.step(HOSPITAL.asDoctor, "say", "token", "d-0000002", "text", "再见"), 422, "closed");
    refused(one.step(HOSPITAL.asDoctor, "note"), 422, "closed");
    refused(one.step(HOSPITAL.asDoctor, "order", "text", "心电图"), 422, "closed");

    // Each step left one Provenance.
    List<String> steps =
        SERVER
            .get(ROOT, "Provenance?target=Encounter/" + one.id + "&_count=50")
            .json()
            .path("entry")
            .valueStream()
            .map(
                entry ->
                    entry
                        .path("resource")
                        .path("activity")
                        .path("coding")
                        .path(0)
                        .path("code")
                        .asString(""))
            .toList();
    assertThat(steps).containsExactlyInAnyOrder("apply", "confirm", "accept", "begin", "close");
  }

  @Test
  void isReferredOfflineWithAReasonAndWhatIsOwedIsMarked() {
    Case one = visit().begun();
    refused(one.step(HOSPITAL.asDoctor, "refer-offline"), 400, "reason");
    Reply ended = one.step(HOSPITAL.asDoctor, "refer-offline", "reason", "胸痛需当面查体");
    ok(ended);
    assertThat(one.state()).isEqualTo("offline");
    assertThat(ended.text()).contains(Visit.REFUND);
    assertThat(SERVER.get(one.resident, "$visits").values("visit", "refund-due"))
        .containsExactly("true");
  }

  @Test
  void canBeWithdrawnBeforeItBeginsAndDeclinedAndThenRecordsClose() {
    Case withdrawn = visit().confirmed();
    String record = "Patient/" + withdrawn.patient;
    assertThat(SERVER.get(HOSPITAL.asDoctor, record).text()).contains("张小三");
    ok(withdrawn.step(withdrawn.resident, "withdraw"));
    assertThat(withdrawn.state()).isEqualTo("refunded");
    assertThat(SERVER.get(HOSPITAL.asDoctor, record).text()).doesNotContain("张小三");
    // Twice has the effect of once; the doctor's step that leads there is another.
    ok(withdrawn.step(withdrawn.resident, "withdraw"));
    refused(withdrawn.step(HOSPITAL.asDoctor, "decline", "reason", "不符合"), 422, "refunded");
    assertThat(withdrawn.apply().status()).isEqualTo(201); // And may apply again.

    Case declined = visit().confirmed();
    ok(declined.step(HOSPITAL.asDoctor, "decline", "reason", "不属于本人专业"));
    assertThat(declined.state()).isEqualTo("refunded");

    Case begun = visit().begun();
    refused(begun.step(begun.resident, "withdraw"), 422, "in-progress");
  }

  @Test
  void lapsesWhenNobodyGoesOnWithIt() {
    Case waiting = visit().confirmed();
    Case begun = visit().begun();
    SERVER.clock.ahead(Visits.PATIENCE.minusMinutes(1));
    SERVER.visits.lapse();
    assertThat(waiting.state()).isEqualTo("eligible");
    SERVER.clock.ahead(Visits.PATIENCE.plusMinutes(1));
    assertThat(SERVER.visits.lapse()).isPositive();
    assertThat(waiting.state()).isEqualTo("refunded");
    assertThat(begun.state()).isEqualTo("in-progress");
  }

  // ------------------------------------------------------------------ who may not

  @Test
  void takesItsStepsFromItsTwoSidesOnly() {
    Case one = visit().confirmed();
    Caller otherDoctor = VisitServer.practitioner("d-other", HOSPITAL.id);
    Caller elsewhere = VisitServer.practitioner(HOSPITAL.doctor, "h-other");
    for (Caller nobody :
        List.of(otherDoctor, elsewhere, resident(HOSPITAL.patient("1970-01-01")), ROOT)) {
      for (String step : List.of("accept", "withdraw", "note", "order")) {
        assertThat(one.step(nobody, step).status()).as(step + " by " + nobody).isEqualTo(404);
      }
      assertThat(SERVER.get(nobody, "Encounter/" + one.id + "/$conversation").status())
          .isEqualTo(404);
    }
    // No system stands in for a doctor, and no role beside the two has anything here.
    for (Caller nobody : List.of(HOSPITAL.system, HOSPITAL.regulator)) {
      assertThat(one.step(nobody, "accept").status()).isEqualTo(403);
      assertThat(SERVER.get(nobody, "$visits").status()).isEqualTo(403);
    }
    refused(one.step(one.resident, "accept"), 403, "accept");
    refused(one.step(HOSPITAL.asDoctor, "withdraw"), 403, "withdraw");
    assertThat(one.state()).isEqualTo("eligible");
  }

  @Test
  void isTakenAndBegunByADoctorWhoWasThereInPersonOfLate() {
    Hospital hospital = VisitServer.hospital();
    Case one = VisitServer.with(hospital).confirmed();
    SERVER.proofs.put(
        hospital.session, SERVER.clock.instant().minus(VisitServer.PROOF).minusSeconds(60));
    Reply refused = one.step(hospital.asDoctor, "accept");
    refused(refused, 403, "prove that it is you");
    assertThat(refused.json().path("issue").path(0).path("code").asString("")).isEqualTo("expired");
    assertThat(one.state()).isEqualTo("eligible");
    // What takes nothing on is possible all the same, and nothing else of the visit is closed.
    ok(SERVER.get(hospital.asDoctor, "$visits"));

    SERVER.proofs.put(hospital.session, SERVER.clock.instant());
    ok(one.step(hospital.asDoctor, "accept"));
    SERVER.proofs.remove(hospital.session); // Signed out elsewhere.
    ok(one.step(hospital.asDoctor, "accept")); // It is taken already: no act any more.
    refused(one.step(hospital.asDoctor, "begin"), 403, "prove that it is you");
    SERVER.proofs.put(hospital.session, SERVER.clock.instant());
    ok(one.step(hospital.asDoctor, "begin"));
    // A conversation is not cut by the clock.
    SERVER.proofs.remove(hospital.session);
    ok(one.step(hospital.asDoctor, "say", "token", "d-0000001", "text", "您好"));

    Case other = VisitServer.with(hospital).confirmed();
    Caller withoutSession = VisitServer.practitioner(hospital.doctor, hospital.id);
    refused(other.step(withoutSession, "accept"), 403, "prove that it is you");
  }

  @Test
  void isAppliedForByResidentsForThemselvesOnly() {
    Case one = visit();
    String[] asked = {
      "patient", one.patient, "doctor", HOSPITAL.post, "proof", one.proof, "complaint", "头晕两天了"
    };
    assertThat(SERVER.call(HOSPITAL.asDoctor, "Encounter/$apply", asked).status()).isEqualTo(403);
    assertThat(SERVER.call(ROOT, "Encounter/$apply", asked).status()).isEqualTo(403);
    Caller other = resident(HOSPITAL.patient("1970-01-01"));
    assertThat(SERVER.call(other, "Encounter/$apply", asked).status()).isEqualTo(404);
    one.applied();
    refused(one.apply(), 409, "still open");
  }

  @Test
  void itsResourcesAreWrittenByNobodyBeside() {
    Case one = visit().begun().noted();
    JsonNode encounter = SERVER.get(ROOT, "Encounter/" + one.id).json();
    Reply put = SERVER.send(HOSPITAL.system, "PUT", "Encounter/" + one.id, encounter.toString());
    refused(put, 403, "steps");
    Reply forged =
        SERVER.create(
            HOSPITAL.system,
            """
            {'resourceType':'Encounter','meta':{'profile':['%s']},'status':'finished','class':{'code':'VR'},
              'subject':{'reference':'Patient/%s'}}"""
                .formatted(Visit.PROFILE, one.patient));
    refused(forged, 403, "steps");
    // An institution's own internet hospital may still hand in what it has done itself.
    SERVER.created(
        HOSPITAL.system,
        "{'resourceType':'Encounter','status':'finished','class':{'code':'VR'},'subject':{'reference':'Patient/%s'}}"
            .formatted(one.patient));
    ok(one.step(HOSPITAL.asDoctor, "close"));
  }

  // ------------------------------------------------------------------ who is eligible

  private static Reply apply(Hospital at, Caller resident, String patient, String proof) {
    return SERVER.call(
        resident,
        "Encounter/$apply",
        "patient",
        patient,
        "doctor",
        at.post,
        "proof",
        proof,
        "complaint",
        "头晕两天了");
  }

  @Test
  void aFirstVisitIsRefused() {
    String patient = HOSPITAL.patient("1960-01-01");
    Caller resident = resident(patient);
    refused(
        SERVER.call(
            resident,
            "Encounter/$apply",
            "patient",
            patient,
            "doctor",
            HOSPITAL.post,
            "complaint",
            "头晕两天了"),
        422,
        "repeat visits");
    // Neither somebody else's diagnosis, nor what is none, proves anything.
    String others = HOSPITAL.diagnosed(HOSPITAL.patient("1950-01-01"));
    refused(apply(HOSPITAL, resident, patient, others), 422, "repeat visits");
    refused(apply(HOSPITAL, resident, patient, "Observation/1"), 422, "repeat visits");
    String suspected =
        SERVER.created(
            HOSPITAL.system,
            """
            {'resourceType':'Condition','subject':{'reference':'Patient/%s'},'recordedDate':'2025-03-01',
              'verificationStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-ver-status','code':'provisional'}]},
              'code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'I10'}]}}"""
                .formatted(patient));
    refused(
        apply(HOSPITAL, resident, patient, "Condition/" + suspected), 422, "clear coded diagnosis");
  }

  @Test
  void anEarlierVisitWithADiagnosisProvesIt() {
    String patient = HOSPITAL.patient("1960-01-01");
    String condition = HOSPITAL.diagnosed(patient);
    String encounter =
        SERVER.created(
            HOSPITAL.system,
            """
            {'resourceType':'Encounter','status':'finished','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'},
              'period':{'start':'2025-03-01T09:00:00+08:00','end':'2025-03-01T09:20:00+08:00'},
              'diagnosis':[{'condition':{'reference':'%s'}}]}"""
                .formatted(patient, condition));
    Reply applied = apply(HOSPITAL, resident(patient), patient, "Encounter/" + encounter);
    assertThat(applied.status()).as(applied.text()).isEqualTo(201);
    assertThat(applied.json().path("reasonReference").path(0).path("reference").stringValue())
        .isEqualTo(condition);
  }

  @Test
  void aRecordOfTheSamePersonElsewhereProvesItToo() {
    Hospital other = SERVER.new Hospital("2015-01-01", false);
    String here = HOSPITAL.patient("1960-01-01");
    String there = other.patient("1960-01-01");
    SERVER.put(
        ROOT,
        "Patient",
        here,
        "{'resourceType':'Patient','name':[{'text':'张小三'}],'birthDate':'1960-01-01','link':[{'other':{'reference':'Patient/%s'},'type':'seealso'}]}"
            .formatted(there));
    String proof = other.diagnosed(there);
    Reply applied = apply(HOSPITAL, resident(here, there), here, proof);
    assertThat(applied.status()).as(applied.text()).isEqualTo(201);
  }

  @Test
  void aSmallChildNeedsItsGuardiansAccount() {
    String number = "640102198501011234";
    String child = HOSPITAL.patient(LocalDate.now().minusYears(4).toString());
    String proof = HOSPITAL.diagnosed(child);
    refused(apply(HOSPITAL, resident(child), child, proof), 422, "guardian");
    String parent =
        SERVER.created(
            HOSPITAL.system,
            "{'resourceType':'Patient','name':[{'text':'张大'}],'identifier':[{'value':'%s'}]}"
                .formatted(valid(number)));
    Caller parents = resident(child, parent);
    refused(apply(HOSPITAL, parents, child, proof), 422, "guardian");
    SERVER.created(
        HOSPITAL.system,
        """
        {'resourceType':'RelatedPerson','active':true,'patient':{'reference':'Patient/%s'},'identifier':[{'value':'%s'}],
          'relationship':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/v3-RoleCode','code':'GUARD'}]}]}"""
            .formatted(child, valid(number)));
    Reply applied = apply(HOSPITAL, parents, child, proof);
    assertThat(applied.status()).as(applied.text()).isEqualTo(201);
  }

  /** With the check digit of GB 11643. */
  private static String valid(String number) {
    int[] weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += (number.charAt(i) - '0') * weights[i];
    }
    return number.substring(0, 17) + "10X98765432".charAt(sum % 11);
  }

  @Test
  void theDoctorAndTheServiceMustBeThereInTheRegistry() {
    Hospital young = SERVER.new Hospital(LocalDate.now().minusYears(2).toString(), true);
    Case one = VisitServer.with(young);
    refused(one.apply(), 422, "place of practice");
    // The registry itself approves nobody for online care before three years.
    young.approved(false);
    refused(one.apply(), 422, "not approved for care on line");

    Case unserved = VisitServer.with(SERVER.new Hospital("2015-01-01", false).approved(true));
    refused(unserved.apply(), 422, "institution");

    Case suspended = VisitServer.with(VisitServer.hospital()).confirmed();
    ok(
        SERVER.call(
            suspended.at.regulator,
            "Practitioner/" + suspended.at.doctor + "/$suspend",
            "reason",
            "投诉核查"));
    refused(suspended.step(suspended.at.asDoctor, "accept"), 422, "licence");
    refused(suspended.apply(), 422, "licence");
  }

  @Test
  void drugsUnderSpecialControlAreNotPrescribedInIt() {
    Case one = visit().begun();
    String prescription =
        """
        {'resourceType':'MedicationRequest','status':'active','intent':'order','subject':{'reference':'Patient/%s'},
          'encounter':{'reference':'Encounter/%s'},
          'medicationCodeableConcept':{'coding':[{'system':'http://www.whocc.no/atc','code':'%s'}]}}""";
    refused(
        SERVER.create(HOSPITAL.asDoctor, prescription.formatted(one.patient, one.id, "N05BA01")),
        422,
        "not prescribed on line");
    SERVER.created(HOSPITAL.asDoctor, prescription.formatted(one.patient, one.id, "C08CA01"));
  }

  // ------------------------------------------------------------------ notes

  @Test
  void aNoteNamesWhatItLacks() {
    Case one = visit().begun();
    refused(
        one.step(
            HOSPITAL.asDoctor,
            "note",
            "chief-complaint",
            "头晕",
            "diagnosis",
            "I10",
            "complete",
            "true"),
        422,
        "present-illness");
    refused(
        one.step(
            HOSPITAL.asDoctor,
            "note",
            "chief-complaint",
            "头晕",
            "present-illness",
            "三天",
            "complete",
            "true"),
        422,
        "diagnosis");
    refused(one.note("diagnosis", "Z99.999"), 400, "Z99.999");
    refused(one.step(one.resident, "note"), 403, "note");
  }

  @Test
  void aDiagnosisThatWasDroppedIsEnteredInErrorAndAChangeNeedsANewSignature() {
    Case one = visit().begun();
    ok(one.note("diagnosis", "E11.9"));
    one.noted();
    String changed = one.note("complete", "true", "allergies", "青霉素").id();
    refused(one.step(HOSPITAL.asDoctor, "close"), 422, "not signed");
    assertThat(SERVER.call(HOSPITAL.asDoctor, "Composition/" + changed + "/$sign").status())
        .isEqualTo(201);
    ok(one.step(HOSPITAL.asDoctor, "close"));
    Reply conditions = SERVER.get(ROOT, "Condition?encounter=Encounter/" + one.id);
    assertThat(conditions.text()).contains("entered-in-error").contains("confirmed");
    assertThat(conditions.json().path("entry")).hasSize(2);
  }

  // ------------------------------------------------------------------ addenda

  private static Reply addendum(Case one, String text) {
    return one.step(HOSPITAL.asDoctor, "addendum", "text", text);
  }

  private static Case closed() {
    Case one = visit().begun().noted();
    ok(one.step(HOSPITAL.asDoctor, "close"));
    return one;
  }

  private static String note(Case one) {
    return "Composition/" + Visit.of(SERVER.get(ROOT, "Encounter/" + one.id).http().body()).note();
  }

  @Test
  void anAddendumAppendsTheSignedNoteAndLeavesItAsItWas() {
    Case one = closed();
    String note = note(one);
    String before = SERVER.get(ROOT, note).text();
    Reply first = addendum(one, "补充：患者来电，青霉素过敏 <皮疹>。");
    ok(first);
    assertThat(first.json().path("relatesTo").path(0).toString())
        .isEqualTo(
            "{\"code\":\"appends\",\"targetReference\":{\"reference\":\"%s\"}}".formatted(note));
    assertThat(first.text()).contains("&lt;皮疹&gt;");
    String mine = "Composition/" + first.id();

    // Until it is signed it can be put right, and is still the same one.
    Reply mended = addendum(one, "补充：患者来电，青霉素过敏（皮疹）。");
    assertThat(mended.id()).isEqualTo(first.id());
    assertThat(SERVER.call(HOSPITAL.asDoctor, mine + "/$sign").status()).isEqualTo(201);
    assertThat(SERVER.get(HOSPITAL.asDoctor, mine + "/$verify-signature").text())
        .contains("\"valid\",\"valueBoolean\":true");
    // Whose answer was lost says the same again; what is new is another addendum.
    Reply again = addendum(one, "补充：患者来电，青霉素过敏（皮疹）。");
    assertThat(again.json().path("meta")).isEqualTo(mended.json().path("meta"));
    Reply second = addendum(one, "另：已电话告知换药。");
    assertThat(second.id()).isNotEqualTo(first.id());

    // The resident finds both by the note, which is as it was signed.
    assertThat(SERVER.get(one.resident, "Composition?related-ref=" + note).json().path("entry"))
        .hasSize(2);
    assertThat(SERVER.get(ROOT, note).text()).isEqualTo(before);
    assertThat(SERVER.get(one.resident, note + "/$verify-signature").text())
        .contains("\"valid\",\"valueBoolean\":true");
    assertThat(one.state()).isEqualTo("closed");
  }

  @Test
  void anAddendumIsTheDoctorsOfTheVisitAndOfASignedNote() {
    Case open = visit().begun().noted();
    refused(addendum(open, "还没有结束"), 422, "in-progress");
    Case offline = visit().begun();
    ok(offline.step(HOSPITAL.asDoctor, "refer-offline", "reason", "需当面查体"));
    refused(addendum(offline, "没有病历可补"), 422, "signed");

    Case one = closed();
    refused(one.step(HOSPITAL.asDoctor, "addendum"), 400, "text");
    refused(addendum(one, "x"), 400, "An addendum has 2");
    refused(one.step(one.resident, "addendum", "text", "我自己补"), 403, "addendum");
    Caller colleague = VisitServer.practitioner("d-other", HOSPITAL.id);
    for (Caller nobody : List.of(colleague, ROOT)) {
      assertThat(one.step(nobody, "addendum", "text", "代为补记").status()).isEqualTo(404);
    }
    assertThat(one.step(HOSPITAL.system, "addendum", "text", "代为补记").status()).isEqualTo(403);

    Reply written = addendum(one, "补充一句");
    String path = "Composition/" + written.id();
    refused(SERVER.send(HOSPITAL.system, "PUT", path, written.text()), 403, "steps");
    refused(SERVER.send(ROOT, "DELETE", path, null), 422, "15");
  }

  @Test
  void whoWriteAtOnceBeginOneAddendumTogetherAndFiftyAreEnough() throws Exception {
    Case one = closed();
    List<Callable<Integer>> writers =
        IntStream.range(0, 6)
            .<Callable<Integer>>mapToObj(i -> () -> addendum(one, "补充第 " + i + " 句").status())
            .toList();
    try (var threads = Executors.newFixedThreadPool(writers.size())) {
      List<Integer> answers = new ArrayList<>();
      for (Future<Integer> answer : threads.invokeAll(writers)) {
        answers.add(answer.get());
      }
      assertThat(answers).contains(200).isSubsetOf(200, 409, 412);
    }
    assertThat(addenda(one)).hasSize(1);
    for (int i = addenda(one).size(); ; i++) {
      String last = "Composition/" + addenda(one).getLast();
      assertThat(SERVER.call(HOSPITAL.asDoctor, last + "/$sign").status()).isEqualTo(201);
      if (i == Addenda.MOST) {
        break;
      }
      ok(addendum(one, "又补充第 " + i + " 句"));
    }
    refused(addendum(one, "再补一句"), 422, "50");
    assertThat(addenda(one)).hasSize(Addenda.MOST);
  }

  private static List<String> addenda(Case one) {
    return Visit.of(SERVER.get(ROOT, "Encounter/" + one.id).http().body()).addenda();
  }

  @Test
  void anAddendumIsNotWrittenByWhomTheRecordHasClosedTo() throws SQLException {
    Case one = closed();
    try (var connection = SERVER.database.getConnection();
        var statement =
            connection.prepareStatement("update access_grant set until = now() where cause = ?")) {
      statement.setString(1, "Encounter/" + one.id);
      assertThat(statement.executeUpdate()).isPositive();
    }
    assertThat(addendum(one, "过期的补记").status()).isEqualTo(403);
    assertThat(addenda(one)).isEmpty();
  }

  @Test
  void oneVisitAloneIsToldToItsTwoSides() {
    Case one = closed();
    for (Caller side : List.of(one.resident, HOSPITAL.asDoctor)) {
      assertThat(SERVER.get(side, "$visits?visit=" + one.id).values("visit", "visit"))
          .containsExactly("Encounter/" + one.id);
    }
    Caller colleague = VisitServer.practitioner("d-other", HOSPITAL.id);
    assertThat(SERVER.get(colleague, "$visits?visit=" + one.id).status()).isEqualTo(404);
  }

  // ------------------------------------------------------------------ how long it is kept

  @Test
  void itsRecordIsKeptFifteenYearsWhoeverWantsItGone() {
    Case one = visit().begun().noted();
    ok(one.step(HOSPITAL.asDoctor, "close"));
    String note =
        "Composition/" + Visit.of(SERVER.get(ROOT, "Encounter/" + one.id).http().body()).note();
    for (Caller caller : List.of(HOSPITAL.asDoctor, HOSPITAL.system, ROOT)) {
      for (String kept : List.of("Encounter/" + one.id, note)) {
        refused(SERVER.send(caller, "DELETE", kept, null), 422, "15");
      }
    }
    Reply erased =
        SERVER.call(
            ROOT, "Patient/" + one.patient + "/$erase", "ground", "request", "document", "2026-1");
    assertThat(erased.status()).as(erased.text()).isEqualTo(422);
    SERVER.clock.ahead(Duration.ofDays(15 * 365));
    refused(SERVER.send(ROOT, "DELETE", "Encounter/" + one.id, null), 422, "15");
    SERVER.clock.ahead(Duration.ofDays(15 * 366 + 1));
    assertThat(SERVER.send(ROOT, "DELETE", note, null).status()).isEqualTo(204);
  }
}
