package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Admissions, their updates and results, one message after the other. */
class TakingMessagesTests {
  private static GatewayForTests house;
  private static Feed his;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    his = house.feed("his");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  static String adt(String event, String control, String patient, String rest) {
    return "MSH|^~\\&|HIS|HOSP|HELAN|REGION|20261101080000||ADT^"
        + event
        + "|"
        + control
        + "|P|2.5\rEVN|"
        + event
        + "|20261101080000\rPID|1||"
        + patient
        + "^^^HOSP^MR||张^三||19800215|M|||兴庆区解放街1号^^银川^宁夏^750001||13900000000\r"
        + rest;
  }

  private static String pv1(String number, String ward, String admitted, String discharged) {
    String[] fields = new String[46];
    java.util.Arrays.fill(fields, "");
    fields[0] = "PV1";
    fields[1] = "1";
    fields[2] = "I";
    fields[3] = ward + "^12^1";
    fields[7] = "D01^李^医生";
    fields[19] = number;
    fields[44] = admitted;
    fields[45] = discharged;
    return String.join("|", fields) + "\r";
  }

  static String oru(String control, String patient, String order, String value, String status) {
    return "MSH|^~\\&|LIS|HOSP|HELAN|REGION|20261101090000||ORU^R01|"
        + control
        + "|P|2.5\rPID|1||"
        + patient
        + "^^^HOSP^MR||张^三\rOBR|1|P"
        + order
        + "|F"
        + order
        + "|718-7^Hemoglobin^LN|||20261101083000|||||||||||||||20261101090000||LAB|"
        + status
        + "\rOBX|1|NM|718-7^Hemoglobin^LN||"
        + value
        + "|g/L^^UCUM|130-175|N|||"
        + status
        + "\rNTE|1||复查\r";
  }

  @Test
  void admitsUpdatesAndDischarges() {
    assertThat(
            house.take(his, adt("A01", "1", "P1", pv1("V1", "W1", "20261101080000", ""))).state())
        .isEqualTo(State.DONE);
    JsonNode patient = house.only("Patient", "identifier", "P1");
    assertThat(patient.at("/name/0/text").asString()).isEqualTo("张三");
    assertThat(patient.at("/gender").asString()).isEqualTo("male");
    assertThat(patient.at("/birthDate").asString()).isEqualTo("1980-02-15");
    assertThat(patient.at("/telecom/0/value").asString()).isEqualTo("13900000000");
    assertThat(patient.at("/identifier/0/system").asString())
        .isEqualTo("https://helan.health/fhir/sid/hospital/HOSP");
    JsonNode encounter = house.only("Encounter", "identifier", "V1");
    assertThat(encounter.at("/status").asString()).isEqualTo("in-progress");
    assertThat(encounter.at("/class/code").asString()).isEqualTo("IMP");
    assertThat(encounter.at("/subject/reference").asString())
        .isEqualTo("Patient/" + patient.path("id").asString());
    assertThat(encounter.at("/period/start").asString()).isEqualTo("2026-11-01T08:00:00+08:00");
    assertThat(encounter.at("/serviceProvider/reference").asString())
        .isEqualTo("Organization/hospital");
    assertThat(encounter.at("/participant/0/individual/display").asString()).isEqualTo("李医生");

    // Says another ward and nothing of the doctor's name: that stays, the visit is the same.
    house.take(his, adt("A08", "2", "P1", "PV1|1|I|W2^3^2||||||||||||||||V1\r"));
    JsonNode moved = house.only("Encounter", "identifier", "V1");
    assertThat(moved.at("/status").asString()).isEqualTo("in-progress");
    assertThat(moved.at("/location/0/location/display").asString()).isEqualTo("W2 3 2");
    assertThat(moved.at("/period/start").asString()).isEqualTo("2026-11-01T08:00:00+08:00");
    assertThat(moved.at("/participant/0/individual/display").asString()).isEqualTo("李医生");

    house.take(his, adt("A03", "3", "P1", pv1("V1", "W2", "20261101080000", "20261105100000")));
    JsonNode left = house.only("Encounter", "identifier", "V1");
    assertThat(left.at("/status").asString()).isEqualTo("finished");
    assertThat(left.at("/period/end").asString()).isEqualTo("2026-11-05T10:00:00+08:00");

    house.take(his, adt("A13", "4", "P1", pv1("V1", "W2", "20261101080000", "")));
    JsonNode back = house.only("Encounter", "identifier", "V1");
    assertThat(back.at("/status").asString()).isEqualTo("in-progress");
    assertThat(back.at("/period/end").isMissingNode()).isTrue();
  }

  @Test
  void deletesWhatTheSenderSaysIsToGo() {
    house.take(his, adt("A04", "d1", "P2", ""));
    assertThat(house.only("Patient", "identifier", "P2").has("birthDate")).isTrue();
    house.take(
        his,
        "MSH|^~\\&|HIS|HOSP|||20261101080000||ADT^A31|d2|P|2.5\rPID|1||P2^^^HOSP^MR||张^三||\"\"\r");
    assertThat(house.only("Patient", "identifier", "P2").has("birthDate")).isFalse();
    assertThat(house.only("Patient", "identifier", "P2").has("gender")).isTrue();
  }

  @Test
  void bringsResultsUpToTheLastWordOfThem() {
    Receipt first = house.take(his, oru("r1", "P3", "77", "141", "P"));
    assertThat(first.reason()).isNull();
    JsonNode observation =
        house.only(
            "Observation", "code", "http://loinc.org|718-7", "subject:Patient.identifier", "P3");
    assertThat(observation.at("/valueQuantity/value").asString()).isEqualTo("141");
    assertThat(observation.at("/valueQuantity/code").asString()).isEqualTo("g/L");
    assertThat(observation.at("/status").asString()).isEqualTo("preliminary");
    assertThat(observation.at("/note/0/text").asString()).isEqualTo("复查");
    house.take(his, oru("r2", "P3", "77", "138", "F"));
    JsonNode last =
        house.only(
            "Observation", "code", "http://loinc.org|718-7", "subject:Patient.identifier", "P3");
    assertThat(last.path("id")).isEqualTo(observation.path("id"));
    assertThat(last.at("/valueQuantity/value").asString()).isEqualTo("138");
    assertThat(last.at("/status").asString()).isEqualTo("final");
    JsonNode report = house.only("DiagnosticReport", "identifier", "F77");
    assertThat(report.at("/status").asString()).isEqualTo("final");
    assertThat(report.at("/result/0/reference").asString())
        .isEqualTo("Observation/" + last.path("id").asString());
    assertThat(house.find("ServiceRequest", "identifier", "P77")).hasSize(1);
  }

  @Test
  void takesTheSameMessageOnce() {
    String message = adt("A04", "same-1", "P4", "");
    Receipt first = house.take(his, message);
    Receipt second = house.take(his, message);
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.state()).isEqualTo(State.DONE);
    assertThat(house.only("Patient", "identifier", "P4").at("/meta/versionId").asString())
        .isEqualTo("1");
  }

  @Test
  void refusesAnotherMessageUnderANumberThatWasUsed() {
    house.take(his, adt("A04", "twice", "P5", ""));
    Receipt other = house.take(his, adt("A04", "twice", "P6", ""));
    assertThat(other.state()).isEqualTo(State.REFUSED);
    assertThat(GatewayForTests.why(other)).isEqualTo("gateway.control-id-used");
    assertThat(house.find("Patient", "identifier", "P6")).isEmpty();
    // Nothing is lost, and it is told again what it was told.
    assertThat(house.message(other.id()).state()).isEqualTo(State.REFUSED);
    assertThat(house.take(his, adt("A04", "twice", "P6", "")).id()).isEqualTo(other.id());
    // Numbers belong to a feed; and a feed may say that its numbers start anew.
    Feed counting = house.feed("counting", "{\"controlIds\":\"content\"}");
    assertThat(house.take(counting, adt("A04", "twice", "P7", "")).state()).isEqualTo(State.DONE);
    assertThat(house.take(counting, adt("A04", "twice", "P8", "")).state()).isEqualTo(State.DONE);
  }

  @Test
  void keepsTheOrderOfAPatientOverManyConnections() throws Exception {
    // Each message is kept before the next is: what is done then is in the order of the journal.
    var accepted = new java.util.ArrayList<Gateway.Accepted>();
    for (int i = 0; i < 30; i++) {
      String message =
          "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A08|o"
              + i
              + "|P|2.5\rPID|1||P9^^^HOSP^MR||n^"
              + i
              + "\r";
      accepted.add(
          house.gateway.accept(his, message.getBytes(StandardCharsets.UTF_8), "127.0.0.1"));
    }
    var shuffled = new java.util.ArrayList<>(accepted);
    java.util.Collections.reverse(shuffled);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results =
          shuffled.stream()
              .map(each -> threads.submit(() -> house.gateway.process(each).state()))
              .toList();
      for (var result : results) {
        assertThat(result.get()).isEqualTo(State.DONE);
      }
    }
    JsonNode patient = house.only("Patient", "identifier", "P9");
    assertThat(patient.at("/name/0/given/0").asString()).isEqualTo("29");
    // Every one was carried out, none twice.
    assertThat(patient.at("/meta/versionId").asString()).isEqualTo("30");
  }

  @Test
  void auditsEachMessageAsARequestOfTheInstitutionsSystem() {
    Receipt receipt = house.take(his, adt("A04", "audit-1", "P10", ""));
    var rows = house.auditedOf(receipt.id());
    assertThat(rows).hasSize(1);
    Caller caller = Objects.requireNonNull(rows.getFirst().caller());
    assertThat(caller.institution()).isEqualTo("hospital");
    assertThat(caller.subject()).isEqualTo("feed/his");
    assertThat(rows.getFirst().status()).isEqualTo(200);
    assertThat(rows.getFirst().subjects()).hasSize(1);
    Receipt refused = house.take(his, "PID|1||x\r");
    assertThat(GatewayForTests.why(refused)).isEqualTo("gateway.no-header");
    assertThat(house.auditedOf(refused.id())).hasSize(1).allMatch(row -> row.status() == 422);
  }

  @Test
  void linksMergedPatientsAndMovesNothing() {
    house.take(his, adt("A04", "m1", "P11", ""));
    house.take(his, adt("A04", "m2", "P12", ""));
    Receipt merged =
        house.take(
            his,
            "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A40|m3|P|2.5\rEVN|A40\r"
                + "PID|1||P11^^^HOSP^MR||张^三\rMRG|P12^^^HOSP^MR\r");
    assertThat(merged.reason()).isNull();
    JsonNode kept = house.only("Patient", "identifier", "P11");
    JsonNode old = house.only("Patient", "identifier", "P12");
    assertThat(kept.at("/link/0/type").asString()).isEqualTo("replaces");
    assertThat(kept.at("/link/0/other/reference").asString())
        .isEqualTo("Patient/" + old.path("id").asString());
    assertThat(old.at("/link/0/type").asString()).isEqualTo("replaced-by");
    assertThat(old.at("/active").asBoolean(true)).isFalse();
    assertThat(old.at("/birthDate").asString()).isEqualTo("1980-02-15");
  }

  @Test
  void keepsTheRecordsOfTwoHospitalsApart() {
    // The same person with the same identity number, known by nothing else.
    String number = "11010519491231002X";
    house.store.write(
        GatewayForTests.ROOT,
        new health.helan.foundation.store.Interaction.Update(
            "Organization",
            "clinic",
            null,
            health.helan.foundation.store.Interaction.Body.of(
                (tools.jackson.databind.node.ObjectNode)
                    health.helan.foundation.store.Json.MAPPER.readTree(
                        "{\"resourceType\":\"Organization\",\"id\":\"clinic\",\"name\":\"c\"}")),
            null,
            false,
            null,
            null));
    Feed clinic = house.feed("clinic", "{\"institution\":\"clinic\"}");
    for (Feed each : List.of(his, clinic, his, clinic)) {
      Receipt receipt =
          house.take(
              each,
              adt("A04", "two-" + house.audited.size(), number, "").replace("^^^HOSP^MR", ""));
      assertThat(GatewayForTests.whole(receipt)).isEmpty();
    }
    List<JsonNode> found =
        house.find("Patient", "identifier", "urn:oid:2.16.156.10011.1.3|" + number);
    assertThat(found)
        .extracting(each -> each.at("/managingOrganization/reference").asString())
        .containsExactlyInAnyOrder("Organization/hospital", "Organization/clinic");
  }

  @Test
  void readsCharacterSetsLineEndsAndMarks() {
    String text = adt("A04", "c%d", "C%d", "").replace("张^三", "欧阳^锋");
    record Case(Charset charset, String mark, String declared, String lineEnd) {}
    var cases =
        List.of(
            new Case(StandardCharsets.UTF_8, "", "UNICODE UTF-8", "\r"),
            new Case(StandardCharsets.UTF_8, "\uFEFF", "", "\r\n"),
            new Case(Charset.forName("GB18030"), "", "GB 18030-2000", "\n"),
            new Case(Charset.forName("GB18030"), "", "", "\r"),
            new Case(Charset.forName("GB18030"), "", "UNICODE UTF-8", "\r"),
            new Case(StandardCharsets.UTF_16LE, "\uFEFF", "UNICODE UTF-16", "\r"),
            new Case(StandardCharsets.UTF_16BE, "", "UNICODE", "\r\n"),
            new Case(StandardCharsets.UTF_8, "", "8859/1", "\n\r"));
    for (int i = 0; i < cases.size(); i++) {
      Case each = cases.get(i);
      String message =
          each.mark
              + text.formatted(i, i)
                  .replace("|P|2.5\r", "|P|2.5||||||" + each.declared + "\r")
                  .replace("\r", each.lineEnd);
      Receipt receipt = house.gateway.take(his, message.getBytes(each.charset), "127.0.0.1");
      assertThat(receipt.reason()).as("%s", each).isNull();
      JsonNode patient = house.only("Patient", "identifier", "C" + i);
      if (!each.declared.equals("8859/1")) {
        assertThat(patient.at("/name/0/text").asString()).as("%s", each).isEqualTo("欧阳锋");
      }
      // What came is kept byte for byte.
      assertThat(house.gateway.journal().content(receipt.id(), 0))
          .isEqualTo(message.getBytes(each.charset));
    }
  }
}
