package health.helan.oversight.supervision;

import static health.helan.oversight.supervision.SupervisionServer.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.oversight.Evidence;
import health.helan.oversight.supervision.SupervisionServer.Hospital;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One encounter from end to end, and a file of it that anybody can check. */
class ReplayTests {
  private static final SupervisionServer SERVER = SupervisionServer.get();
  private static final String NOTE =
      "case=" + URLEncoder.encode("宁卫监〔2026〕12号", StandardCharsets.UTF_8);

  private static Hospital hospital;
  private static Hospital other;
  private static String encounter = "";
  private static String note = "";
  private static Caller regulator = ApiForTests.regulator();

  @BeforeAll
  static void visit() {
    hospital = SupervisionServer.hospital();
    other = SupervisionServer.hospital();
    Caller doctor = ApiForTests.practitioner(hospital.doctor, hospital.id);
    encounter = hospital.seen(Instant.now().minusSeconds(3600));
    // While it is written: both ask, and somebody opens the record for something else.
    String search = "Condition?patient=Patient/" + hospital.patient;
    assertThat(SERVER.get(doctor, search).status()).isEqualTo(200);
    SERVER.created(
        other.system,
        other.visit(Instant.now().minusSeconds(60)).replace(other.patient, hospital.patient));
    assertThat(SERVER.get(ApiForTests.practitioner(other.doctor, other.id), search).status())
        .isEqualTo(200);
    opened(other.system, "Account/elsewhere", "Encounter/elsewhere");
    note = "Composition/" + hospital.noted(encounter);
    SERVER.created(
        hospital.system,
        hospital.prescription(encounter, Instant.now().minusSeconds(600), "C08CA01", "active"));
    var unused =
        SERVER.signers.enroll(
            "Practitioner/" + hospital.doctor, "李医生", SignatureAlgorithm.SM2_SM3, "test");
    Reply signed = SERVER.send(doctor, "POST", note + "/$sign", null);
    assertThat(signed.status()).as(signed.text()).isEqualTo(201);
    assertThat(SERVER.get(doctor, encounter).status()).isEqualTo(200);
    opened(regulator, "Account/" + regulator.subject(), encounter);
  }

  /** What a case that somebody approved writes; the doctor's visit opens the record by itself. */
  private static void opened(Caller to, String grantee, String cause) {
    String id = hospital.patient;
    SERVER.sql.update(
        """
        insert into access_grant (home, patient, since, until, made, weight, level, categories, state, part, grantee, cause, made_by)
        values (?, ?, ?, ?, ?, 1, 4, 0, 1, 0, ?, ?, ?)""",
        Ids.home(id),
        SERVER.store.parameters().digests().reference("Patient", id),
        Instant.now().minusSeconds(60),
        Instant.now().plusSeconds(3600),
        Instant.now(),
        grantee,
        cause,
        to.subject());
  }

  private static Reply replay(Caller caller) {
    return SERVER.get(caller, encounter + "/$replay?" + NOTE);
  }

  private static byte[] evidence() {
    Reply reply =
        SERVER.send(
            regulator,
            "GET",
            encounter + "/$replay-evidence?" + NOTE,
            null,
            "Accept",
            "application/x-ndjson");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.http().body();
  }

  @Test
  void tellsEveryActSignatureAndAccessWithItsProof() {
    Reply reply = replay(regulator);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    List<JsonNode> events = reply.all("event");
    assertThat(reply.values("event", "what"))
        .contains(encounter + "/_history/1", note + "/_history/1", encounter);
    assertThat(reply.values("event", "type")).contains("version", "signature", "grant", "request");
    for (JsonNode event : events) {
      switch (ApiForTests.part(event, "type")) {
        case "signature" -> assertThat(ApiForTests.part(event, "proof")).isEqualTo("valid");
        case "request" -> {
          assertThat(ApiForTests.part(event, "proof")).startsWith("seal ");
          assertThat(ApiForTests.part(event, "holds")).isEqualTo("true");
        }
        default -> assertThat(ApiForTests.part(event, "at")).isNotEmpty();
      }
    }
    assertThat(reply.values("event", "who")).contains("Practitioner/" + hospital.doctor);
    assertThat(reply.values("event", "at").stream().map(Instant::parse).toList()).isSorted();
    assertThat(reply.text()).doesNotContain("张小三").doesNotContain("病历");
  }

  /** Review, handing over, parcel, settlement, payment, complaint: whatever names one another. */
  @Test
  void followsTheEncounterToTheEnd() {
    String patient = "'reference':'Patient/" + hospital.patient + "'";
    String request =
        SERVER.created(
            hospital.system,
            hospital.prescription(encounter, Instant.now().minusSeconds(500), "C08CA01", "active"));
    String review =
        SERVER.created(
            ROOT,
            """
            {'resourceType':'Task','status':'completed','intent':'order','encounter':{'reference':'%s'},'for':{%s},
              'code':{'coding':[{'system':'https://helan.health/fhir/CodeSystem/task','code':'prescription-review'}]}}"""
                .formatted(encounter, patient));
    String dispense =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'MedicationDispense','status':'in-progress','medicationCodeableConcept':{'text':'氨氯地平'},
              'subject':{%s},'authorizingPrescription':[{'reference':'MedicationRequest/%s'}]}"""
                .formatted(patient, request));
    String delivery =
        SERVER.created(
            hospital.system,
            "{'resourceType':'SupplyDelivery','status':'in-progress','patient':{%s}}"
                .formatted(patient));
    String parcel =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'Task','status':'in-progress','intent':'order','for':{%s},'focus':{'reference':'SupplyDelivery/%s'},
              'input':[{'type':{'text':'dispense'},'valueReference':{'reference':'MedicationDispense/%s'}}]}"""
                .formatted(patient, delivery, dispense));
    String charge =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'ChargeItem','status':'billable','code':{'text':'互联网复诊'},'subject':{%s},'context':{'reference':'%s'}}"""
                .formatted(patient, encounter));
    String claim =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'Claim','status':'active','use':'claim','type':{'text':'x'},'patient':{%s},'created':'2026-11-26',
              'provider':{'reference':'Organization/%s'},'priority':{'text':'normal'},
              'insurance':[{'sequence':1,'focal':true,'coverage':{'display':'x'}}],
              'item':[{'sequence':1,'productOrService':{'text':'x'},
                'extension':[{'url':'urn:charge','valueReference':{'reference':'ChargeItem/%s'}}]}]}"""
                .formatted(patient, hospital.id, charge));
    String answer =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'ClaimResponse','status':'active','use':'claim','type':{'text':'x'},'patient':{%s},'created':'2026-11-26',
              'insurer':{'display':'医保'},'outcome':'complete','request':{'reference':'Claim/%s'}}"""
                .formatted(patient, claim));
    String payment =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'Invoice','status':'balanced','subject':{%s},
              'extension':[{'url':'urn:payable','valueReference':{'reference':'Claim/%s'}}]}"""
                .formatted(patient, claim));
    Caller resident = ApiForTests.resident(hospital.patient);
    Reply complained = SERVER.call(resident, "$complain", "about", encounter, "words", "等了很久");
    assertThat(complained.status()).as(complained.text()).isEqualTo(201);
    String besides =
        SERVER.created(
            hospital.system,
            "{'resourceType':'Invoice','status':'issued','subject':{%s}}".formatted(patient));
    Reply told = replay(regulator);
    assertThat(told.status()).as(told.text()).isEqualTo(200);
    assertThat(told.values("event", "what"))
        .contains(
            "Task/" + review + "/_history/1",
            "MedicationDispense/" + dispense + "/_history/1",
            "Task/" + parcel + "/_history/1",
            "SupplyDelivery/" + delivery + "/_history/1",
            "Claim/" + claim + "/_history/1",
            "ClaimResponse/" + answer + "/_history/1",
            "Invoice/" + payment + "/_history/1",
            complained.value("task") + "/_history/1")
        .doesNotContain("Invoice/" + besides + "/_history/1");
    assertThat(told.text()).doesNotContain("等了很久");
  }

  @Test
  void hasWhatWasPaidDaysBeforeItBegan() {
    String booked =
        SERVER.created(
            hospital.system,
            hospital
                .visit(Instant.now().plus(Duration.ofDays(10)))
                .replace("'status':'finished'", "'status':'planned'"));
    String paid =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'Invoice','status':'balanced','subject':{'reference':'Patient/%s'},
              'extension':[{'url':'urn:payable','valueReference':{'reference':'Encounter/%s'}}]}"""
                .formatted(hospital.patient, booked));
    Reply told = SERVER.get(hospital.chief, "Encounter/" + booked + "/$replay?" + NOTE);
    assertThat(told.values("event", "what")).contains("Invoice/" + paid + "/_history/1");
  }

  @Test
  void isForRegulatorsInsideACaseAndTheAdministrationOfTheInstitution() {
    assertThat(replay(hospital.chief).status()).isEqualTo(200);
    assertThat(replay(hospital.nurse).status()).isEqualTo(403);
    assertThat(replay(ApiForTests.regulator()).status()).isEqualTo(404);
    assertThat(replay(SupervisionServer.hospital().chief).status()).isEqualTo(404);
    assertThat(replay(hospital.system).status()).isEqualTo(403);
    assertThat(replay(ApiForTests.resident(hospital.patient)).status()).isEqualTo(403);
    assertThat(SERVER.get(regulator, encounter + "/$replay").status()).isEqualTo(400);
    assertThat(
            SERVER.number(
                "select count(*) from trace_inquiry where subject = ?",
                SERVER.store.purges().subject(hospital.patient)))
        .as("the resident finds who asked in the own trace")
        .isPositive();
  }

  @Test
  void tellsTheAdministrationNothingOfWhatOthersDidBesideIt() {
    Reply all = replay(regulator);
    assertThat(all.text()).contains("Encounter/elsewhere", "Organization/" + other.id);
    Reply own = replay(hospital.chief);
    assertThat(own.status()).as(own.text()).isEqualTo(200);
    assertThat(own.text()).doesNotContain("Encounter/elsewhere", other.id);
    assertThat(own.values("event", "what")).as("its own searches").contains("Condition");
    assertThat(own.values("event", "type")).contains("version", "signature", "grant", "request");
  }

  /** Nobody makes a post for another institution, and a post ends. */
  @Test
  void isNotForWhosePostTheInstitutionDidNotGiveOrHasEnded() {
    for (boolean isForeign : new boolean[] {true, false}) {
      String who = (isForeign ? "foreign-" : "ended-") + hospital.run;
      SERVER.created(
          isForeign ? other.system : SupervisionServer.ROOT,
          """
          {'resourceType':'PractitionerRole','active':true,'practitioner':{'reference':'Practitioner/%s'},
            'organization':{'reference':'Organization/%s'},%s
            'code':[{'coding':[{'system':'%s','code':'administration'}]}]}"""
              .formatted(
                  who, hospital.id, isForeign ? "" : "'period':{'end':'2026-01-31'},", Cases.POST));
      Reply reply = replay(ApiForTests.practitioner(who, hospital.id));
      assertThat(reply.status()).as(who).isEqualTo(403);
    }
  }

  private static Evidence.Report check(byte[] file) {
    return Evidence.verify(file, List.of(SERVER.seal.certificate()));
  }

  @Test
  void becomesAFileThatAnybodyChecksWithoutThePlatform() {
    byte[] file = evidence();
    Evidence.Report report = check(file);
    assertThat(report.findings()).isEmpty();
    assertThat(report.about()).isEqualTo(encounter);
    assertThat(report.signatures()).isOne();
    assertThat(report.requests()).isPositive();
    assertThat(report.versions()).isGreaterThan(3);
    assertThat(report.unsealed()).isZero();
    assertThat(new String(file, StandardCharsets.UTF_8)).doesNotContain("张小三");
    // Another platform's certificate proves nothing.
    assertThat(Evidence.verify(file, List.of()).isWhole()).isFalse();
  }

  @Test
  void isTheFileItself() {
    Reply reply = replay(regulator);
    List<String> lines = new ArrayList<>(reply.values("event", "line"));
    lines.addAll(reply.values("seal", "line"));
    lines.add(reply.value("manifest"));
    Evidence.Report report = check(bytes(lines));
    assertThat(report.findings()).isEmpty();
    assertThat(report.lines()).isEqualTo(lines.size());
    assertThat(report.requests()).isPositive();
  }

  @Test
  void findsEachLineThatWasTamperedWith() {
    List<String> lines = Arrays.asList(new String(evidence(), StandardCharsets.UTF_8).split("\n"));
    for (int i = 0; i < lines.size(); i++) {
      List<String> altered = new ArrayList<>(lines);
      ObjectNode line = (ObjectNode) Json.MAPPER.readTree(lines.get(i));
      line.put(line.has("at") ? "at" : "made", "2020-01-01T00:00:00Z");
      altered.set(i, line.toString());
      int number = i + 1;
      assertThat(check(bytes(altered)).findings())
          .as("line " + number)
          .anyMatch(one -> one.line() == number);
      List<String> removed = new ArrayList<>(lines);
      removed.remove(i);
      assertThat(check(bytes(removed)).isWhole()).as("without line " + number).isFalse();
    }
    List<String> swapped = new ArrayList<>(lines);
    swapped.set(0, lines.get(1));
    swapped.set(1, lines.get(0));
    assertThat(check(bytes(swapped)).findings()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(check(new byte[0]).isWhole()).isFalse();
    assertThat(check("{}\n".getBytes(StandardCharsets.UTF_8)).isWhole()).isFalse();
  }

  /** Even who could sign a new last line does not get a forged row or signature past it. */
  @Test
  void findsAForgedRowAndAForgedSignatureUnderARenewedManifest() {
    for (String type : List.of("request", "signature", "seal")) {
      List<ObjectNode> lines = new ArrayList<>();
      for (String text : new String(evidence(), StandardCharsets.UTF_8).split("\n")) {
        ObjectNode line = (ObjectNode) Json.MAPPER.readTree(text);
        if (!line.path("type").asString("").equals("manifest")) {
          lines.add(line);
        }
      }
      ObjectNode line =
          lines.stream()
              .filter(one -> one.path("type").asString("").equals(type))
              .findFirst()
              .orElseThrow();
      switch (type) {
        case "request" -> ((ObjectNode) line.path("row")).put("practitioner", "somebody-else");
        case "signature" ->
            ((ObjectNode) line.path("provenance")).put("recorded", "2020-01-01T00:00:00Z");
        default -> line.put("body", line.path("body").asString("").replace("head", "closed"));
      }
      byte[] file = Evidence.renewed(lines, encounter, SERVER.seal);
      assertThat(check(file).findings())
          .as(type)
          .anyMatch(one -> one.line() == lines.indexOf(line) + 1);
    }
  }

  private static byte[] bytes(List<String> lines) {
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void saysSoWhereTheChainWasAltered() {
    byte[] before = evidence();
    assertThat(check(before).isWhole()).isTrue();
    JsonNode row =
        new String(before, StandardCharsets.UTF_8)
            .lines()
            .map(Json.MAPPER::readTree)
            .filter(line -> line.path("type").asString("").equals("request"))
            .findFirst()
            .orElseThrow()
            .path("row");
    String alter = "update audit set practitioner = ? where chain = ? and seq = ?";
    long chain = Long.parseLong(row.path("chain").asString(""));
    SERVER.sql.update(alter, "forged", chain, row.path("seq").asLong(0));
    try {
      assertThat(check(evidence()).isWhole()).isFalse();
      assertThat(replay(regulator).values("event", "holds")).contains("false");
    } finally {
      SERVER.sql.update(
          alter, row.path("practitioner").asString(""), chain, row.path("seq").asLong(0));
    }
  }
}
