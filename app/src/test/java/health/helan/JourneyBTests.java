package health.helan;

import static health.helan.DemoRegion.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.DemoRegion.Person;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Journey B of the plan, from outside: a resident with hypertension is seen on line, gets a
 * prescription that two people have signed, has the drug brought, and the bill shared; a regulator
 * replays it, and a second pharmacist comments on the prescription.
 */
class JourneyBTests {
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final String ICD = "http://hl7.org/fhir/sid/icd-10";
  private static final String TRACE = "81000012026092700001";
  private static final String ORDER = "宁卫监〔2026〕12号";
  private static final String PICTURE = "iVBORw0KGgo=";
  private static final String FEE =
      "https://helan.health/fhir/StructureDefinition/online-visit-fee";

  private static DemoRegion region;
  private static Person resident;
  private static Person doctor;
  private static Person pharmacist;
  private static String patient = "";
  private static String doctorId = "";
  private static String hospital = "";
  private static String hospitalName = "";
  private static String post = "";

  private String visit = "";
  private final Instant began = Instant.now();
  private String request = "";
  private String task = "";

  @BeforeAll
  static void everybodySignsIn(@TempDir Path folder) throws Exception {
    region = DemoRegion.start(Map.of(), folder.resolve("data"));
    resident = region.resident(DemoRegion.MA_XIULAN);
    patient = resident.self();
    Person first = region.staff("doctor1");
    hospital = first.me().path("institution").asString();
    hospitalName = first.me().path("post").path("institutionName").asString();
    doctor = first;
    doctorId = doctor.self();
    post = doctor.me().path("post").path("id").asString();
    pharmacist = region.staff("pharmacist1", hospitalName);
    servesOnLine();
  }

  @AfterAll
  static void end() throws Exception {
    region.close();
  }

  /** The post is approved for care on line, and a visit has a price. */
  private static void servesOnLine() {
    ObjectNode role = (ObjectNode) ok(region.root.get("PractitionerRole/" + post)).json();
    ArrayNode extensions = role.withArray("extension");
    for (JsonNode extension : extensions) {
      if (extension.path("url").asString().endsWith("/practice-site")) {
        ((ObjectNode) extension)
            .withArray("extension")
            .addObject()
            .put("url", "online")
            .put("valueBoolean", true);
      }
    }
    extensions
        .addObject()
        .put("url", FEE)
        .putObject("valueMoney")
        .put("value", 18)
        .put("currency", "CNY");
    ok(region.root.write(role));
  }

  @Test
  void goesFromTheBookingToTheComment() throws Exception {
    books();
    applies();
    isSeen();
    isPrescribed();
    isReviewed();
    RegionBills.insured(region.root, patient, hospital);
    isTakenToTheCheapestAndDelivered();
    Person system = region.system("journey-his", hospital);
    RegionBills.settled(
        new RegionBills.Parties(resident, region.staff("cashier1"), system),
        visit,
        List.of("1101", "2501", "2103"));
    isReplayed();
    isCommentedOn();
    assertThat(region.verify().output()).contains("The ledger adds up", "The audit is whole");
  }

  /** One code for what the hospital wants before a visit and what it wants after another. */
  @Test
  void paysAFeeAndABillTogether() throws Exception {
    Person other = region.resident(DemoRegion.WANG_FANG);
    Person system = region.system("journey-fees", hospital);
    Reply held = held(other);
    assertThat(held.text()).as("a place that costs something").contains("booking-fee");
    String appointment = appointment(held).path("id").asString();
    String charge = "ChargeItem/" + RegionBills.charge(system, other.self(), null, "2501");
    String claim =
        part(
            ok(system.call(other.self() + "/$presettle", "charge", charge)).all("bill").getFirst(),
            "claim");
    ok(system.call(claim + "/$settle"));
    String bill = ok(other.call(other.self() + "/$collect-bills", "claim", claim)).value("payable");
    List<JsonNode> orders = RegionBills.pays(other, "Appointment/" + appointment, bill);
    assertThat(orders).extracting(order -> part(order, "number")).doesNotHaveDuplicates();
    isBooked(other, appointment);
    assertThat(part(ok(other.get(claim + "/$bill")).all("bill").getFirst(), "state"))
        .isEqualTo("settled");
  }

  private static String part(JsonNode of, String name) {
    return ApiForTests.part(of, name);
  }

  // ------------------------------------------------------------------ the visit

  /** A place in the outpatient clinic within the next days, paid on line. */
  private static String books() {
    Reply held = held(resident);
    String id = appointment(held).path("id").asString();
    if (held.text().contains("booking-fee")) {
      var unused = RegionBills.pays(resident, "Appointment/" + id);
    } else {
      ok(resident.call("Appointment/" + id + "/$book"));
    }
    isBooked(resident, id);
    return id;
  }

  private static void isBooked(Person person, String appointment) {
    assertThat(ok(person.get("Appointment/" + appointment)).json().path("status").asString())
        .isEqualTo("booked");
  }

  /** Of those that cost at most 100 yuan. */
  private static Reply held(Person person) {
    LocalDate today = LocalDate.now(BEIJING);
    JsonNode free =
        person
            .found(
                "Appointment/$find?start=%s&end=%s&organization=Organization/%s&fee=100&_count=1"
                    .formatted(today, today.plusDays(7), hospital))
            .getFirst();
    return ok(
        person.call(
            "Appointment/$hold",
            "appointment-reference",
            "Appointment/" + free.path("id").asString(),
            "patient",
            person.self()));
  }

  private static JsonNode appointment(Reply reply) {
    JsonNode json = reply.json();
    if (json.path("resourceType").asString().equals("Appointment")) {
      return json;
    }
    for (JsonNode one : json.path("entry")) {
      if (one.path("resource").path("resourceType").asString().equals("Appointment")) {
        return one.path("resource");
      }
    }
    throw new AssertionError(reply.text());
  }

  private void applies() {
    JsonNode hypertension =
        resident.found("Condition?patient=" + patient + "&code=" + ICD + "%7CI10").getFirst();
    Reply applied =
        ok(
            resident.call(
                "Encounter/$apply",
                "patient",
                patient,
                "doctor",
                "PractitionerRole/" + post,
                "proof",
                "Condition/" + hypertension.path("id").asString(),
                "complaint",
                "血压药快吃完了，早上量的 138/86"));
    visit = "Encounter/" + applied.id();
    String consent = extension(applied.json(), "online-visit-consent");
    assertThat(resident.call(visit + "/$confirm").status())
        .as("nobody is seen without consent")
        .isEqualTo(422);
    assertThat(ok(resident.send("POST", "fhir/" + consent + "/$sign", null)).status())
        .isEqualTo(201);
    ok(resident.call(visit + "/$confirm"));
    assertThat(doctor.call(visit + "/$accept").status()).as("not paid yet").isEqualTo(422);
    assertThat(part(RegionBills.pays(resident, visit).getFirst(), "amount")).isEqualTo("18.00");
  }

  private static String extension(JsonNode resource, String name) {
    for (JsonNode extension : resource.path("extension")) {
      if (extension.path("url").asString().endsWith("/" + name)) {
        return extension.path("valueReference").path("reference").asString();
      }
    }
    throw new AssertionError("no " + name + " in " + resource);
  }

  private void isSeen() {
    ok(doctor.call(visit + "/$accept"));
    ok(doctor.call(visit + "/$begin"));
    ok(resident.call(visit + "/$say", "token", "journey-b-1", "text", "医生您好，早上量的 138/86"));
    ok(doctor.call(visit + "/$say", "token", "journey-b-2", "text", "控制得不错，没有头晕吧？"));
    Reply note =
        ok(
            doctor.call(
                visit + "/$note",
                "chief-complaint",
                "高血压复诊",
                "present-illness",
                "高血压十余年，规律服药，家测 138/86 mmHg，无头晕。",
                "diagnosis",
                "I10",
                "plan",
                "继续降压治疗，一周后复诊。",
                "complete",
                "true"));
    ok(doctor.send("POST", "fhir/Composition/" + note.id() + "/$sign", null));
  }

  // ------------------------------------------------------------------ the prescription

  private void isPrescribed() {
    JsonNode finding =
        RegionPrescriptions.screened(doctor, RegionPrescriptions.draft(patient, doctorId, visit, 8))
            .all("finding")
            .stream()
            .filter(one -> part(one, "rule").equals("single-dose-high"))
            .findFirst()
            .orElseThrow();
    assertThat(part(finding, "severity")).isEqualTo("block");
    assertThat(part(finding, "sentence")).contains("640 mg at a time, above 320 mg");
    request = ok(doctor.write(RegionPrescriptions.draft(patient, doctorId, visit, 1))).id();
    task = RegionPrescriptions.submitted(doctor, request);
    assertThat(state()).isEqualTo("waiting");
    ok(doctor.call(visit + "/$close"));
  }

  private String state() {
    return ok(doctor.get(task))
        .json()
        .path("businessStatus")
        .path("coding")
        .path(0)
        .path("code")
        .asString();
  }

  private String status() {
    return ok(resident.get("MedicationRequest/" + request)).json().path("status").asString();
  }

  private void isReviewed() {
    assertThat(resident.call(task + "/$prescription-token", "way", "pickup").status())
        .as("one signature is not enough")
        .isEqualTo(404);
    assertThat(status()).isEqualTo("on-hold");
    assertThat(ok(pharmacist.get("$prescriptions?side=pharmacist&state=waiting")).text())
        .contains(task);
    ok(pharmacist.call(task + "/$prescription-take"));
    ok(pharmacist.call(task + "/$prescription-pass"));
    assertThat(state()).isEqualTo("effective");
    assertThat(status()).isEqualTo("active");
  }

  // ------------------------------------------------------------------ to the door

  private void isTakenToTheCheapestAndDelivered() {
    Person drugstore = region.staff("drugstore1");
    Person courier = region.staff("courier1");
    RegionPrescriptions.stocked(drugstore, "0.02");
    Reply offers = ok(resident.get(task + "/$offers?sort=price&way=delivery"));
    List<BigDecimal> totals =
        offers.all("offer").stream()
            .filter(one -> part(one, "whole").equals("true"))
            .map(one -> new BigDecimal(part(one, "total")))
            .toList();
    assertThat(totals).as(offers.text()).hasSizeGreaterThan(1).isSorted();
    String shop = part(offers.all("offer").getFirst(), "shop");
    assertThat(shop).endsWith("/" + drugstore.me().path("institution").asString());
    String token =
        ok(resident.call(
                task + "/$prescription-token",
                "way",
                "delivery",
                "shop",
                shop,
                "telephone",
                "12900000002",
                "address",
                "宁静巷 3 号"))
            .value("token");
    ok(drugstore.call("$prescription-lock", "token", token));
    ok(RegionPrescriptions.dispense(drugstore, task, request, "B20260901", TRACE));
    assertThat(drugstore.call(task + "/$parcel-pack", "carrier", "demo-carrier").status())
        .as("not paid yet")
        .isEqualTo(409);
    RegionBills.drugsSettled(resident, drugstore, task);
    String parcel =
        ok(drugstore.call(task + "/$parcel-pack", "carrier", "demo-carrier"))
            .values("parcel", "id")
            .getFirst();
    ok(courier.call("$parcel-pick", "parcel", parcel));
    ok(courier.call("$parcel-depart", "parcel", parcel));
    String code = ok(resident.get("$parcel?parcel=" + parcel)).values("parcel", "code").getFirst();
    assertThat(ok(courier.get("$parcel?parcel=" + parcel)).text())
        .as("a courier sees a parcel, not what is in it")
        .doesNotContain("缬沙坦", code, task);
    ok(courier.call("$parcel-deliver", "parcel", parcel, "code", code, "proof", PICTURE));
    assertThat(ok(resident.get(task + "/$circulation")).values("circulation", "state"))
        .containsExactly("completed");
    assertThat(status()).isEqualTo("completed");
  }

  // ------------------------------------------------------------------ afterwards

  private void isReplayed() throws Exception {
    Person regulator = region.official("regulator");
    Person operator = region.official("operator");
    JsonNode seen =
        ok(regulator.get(
                "pseudonymised/Encounter?class=VR&date=ge"
                    + LocalDate.now(BEIJING)
                    + "&participant="
                    + doctorId))
            .json();
    assertThat(seen.path("entry")).as(seen.toString()).hasSize(1);
    String pseudonym =
        seen.path("entry").path(0).path("resource").path("subject").path("reference").asString();
    Reply opened =
        ok(
            regulator.call(
                "pseudonymised/" + pseudonym + "/$open-case",
                "reason",
                "核查互联网诊疗处方",
                "ground",
                "statutory-duty",
                "document",
                ORDER));
    assertThat(regulator.get(visit).status()).as("nobody lets themselves in").isEqualTo(404);
    ok(
        operator.call(
            "Task/" + opened.id() + "/$approve-case", "decision", "approve", "note", "单据齐全，同意核查"));
    String query = "?case=" + URLEncoder.encode(ORDER, StandardCharsets.UTF_8);
    Reply replay = ok(regulator.get(visit + "/$replay" + query));
    tellsEveryAct(replay);
    assertThat(ok(resident.get(patient + "/$trace?_count=1000&start=" + began)).text())
        .as("the resident sees who asked, and why")
        .contains(ORDER);
    Reply evidence =
        ok(
            regulator.send(
                "GET",
                "fhir/" + visit + "/$replay-evidence" + query,
                null,
                "Accept",
                "application/x-ndjson"));
    Path file = region.data().resolveSibling("evidence.ndjson");
    String certificate = region.data().resolve("audit-certificate.pem").toString();
    Files.write(file, evidence.http().body());
    var proved = region.verify(file.toString(), "--certificate", certificate);
    assertThat(proved.output()).contains("whole and unaltered");
    assertThat(proved.exitCode()).isZero();
    Files.writeString(
        file, Files.readString(file).replace("\"step\":\"deliver\"", "\"step\":\"lose\""));
    assertThat(region.verify(file.toString(), "--certificate", certificate).exitCode())
        .isEqualTo(1);
  }

  private void tellsEveryAct(Reply replay) {
    // As moments: in text a whole second comes after its own milliseconds.
    assertThat(replay.values("event", "at").stream().map(Instant::parse).toList()).isSorted();
    assertThat(replay.values("event", "act"))
        .containsSubsequence(
            "apply",
            "confirm",
            "pay",
            "succeed",
            "accept",
            "begin",
            "note",
            "submit",
            "close",
            "take",
            "pass",
            "issue",
            "lock",
            "dispense",
            "pack",
            "pick",
            "depart",
            "deliver",
            "presettle",
            "settle",
            "agree",
            "pay",
            "succeed",
            "complete");
    assertThat(replay.values("event", "operation")).contains("say");
    List<String> signers = new ArrayList<>();
    Set<String> types = new HashSet<>();
    for (JsonNode event : replay.all("event")) {
      switch (part(event, "type")) {
        case "signature" -> {
          signers.add(part(event, "who"));
          assertThat(part(event, "proof")).isEqualTo("valid");
        }
        case "request" -> assertThat(part(event, "holds")).isEqualTo("true");
        case "version" -> {
          types.add(part(event, "what").replaceFirst("/.*", ""));
          assertThat(part(event, "proof")).as("SM3").isNotEmpty();
        }
        default -> assertThat(part(event, "type")).isEqualTo("grant");
      }
    }
    assertThat(signers)
        .as("consent, note, prescription, review")
        .containsExactly(patient, doctorId, doctorId, pharmacist.self());
    assertThat(types)
        .contains(
            "Encounter",
            "Consent",
            "Composition",
            "Condition",
            "MedicationRequest",
            "Task",
            "MedicationDispense",
            "SupplyDelivery",
            "DocumentReference",
            "ChargeItem",
            "Claim",
            "ClaimResponse",
            "ExplanationOfBenefit",
            "Account",
            "Invoice",
            "Provenance");
    assertThat(replay.text()).as("nothing of the record").doesNotContain("马秀兰", "缬沙坦");
  }

  private void isCommentedOn() {
    Person head = region.staff("pharmacist2", hospitalName);
    String month = YearMonth.now(BEIJING).toString();
    assertThat(doctor.call("$draw-prescriptions", "month", month, "count", "50").status())
        .isEqualTo(403);
    ok(head.call("$draw-prescriptions", "month", month, "count", "50"));
    String comment =
        ok(head.get("$prescription-comments?side=pharmacist")).all("comment").stream()
            .filter(one -> part(one, "review").equals(task))
            .map(one -> part(one, "task"))
            .findFirst()
            .orElseThrow();
    assertThat(pharmacist.call(comment + "/$comment-score").status())
        .as("not by who passed it")
        .isEqualTo(403);
    ok(head.call(comment + "/$comment-score"));
    ok(doctor.call(comment + "/$comment-accept"));
    assertThat(ok(doctor.get("$prescription-comments?side=doctor")).all("comment"))
        .anyMatch(one -> part(one, "task").equals(comment) && part(one, "state").equals("final"));
  }
}
