package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a clinical document becomes. */
class DocumentTests {
  private static GatewayForTests house;
  private static Feed feed;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    feed = house.feed("documents", "{\"format\":\"cda\"}");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  static String file(String name) {
    try (var in = DocumentTests.class.getResourceAsStream("cda/" + name)) {
      return new String(
          java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String summary(String patient, int version) {
    return summary(patient, version, "N");
  }

  private static String summary(String patient, int version, String confidentiality) {
    return file("summary.xml")
        .replace("@PATIENT@", patient)
        .replace("@CONF@", confidentiality)
        .replace("SET-1", "SET-" + patient)
        .replace("DOC-@V@", "DOC-" + patient + "-" + version)
        .replace("@V@", Integer.toString(version));
  }

  private static Receipt done(String document) {
    Receipt receipt = house.take(feed, document);
    assertThat(GatewayForTests.whole(receipt)).isEmpty();
    return receipt;
  }

  private static JsonNode only(String type, String patient, String... pairs) {
    String[] all = new String[pairs.length + 2];
    all[0] =
        (type.equals("AllergyIntolerance") || type.equals("Immunization"))
            ? "patient.identifier"
            : "subject:Patient.identifier";
    all[1] = patient;
    System.arraycopy(pairs, 0, all, 2, pairs.length);
    return house.only(type, all);
  }

  @Test
  void isKeptByteByByteBesideWhatItBecame() {
    String sent = summary("K1", 1);
    done(sent);
    JsonNode reference = only("DocumentReference", "K1");
    JsonNode attachment = reference.at("/content/0/attachment");
    assertThat(attachment.at("/size").asInt())
        .isEqualTo(sent.getBytes(StandardCharsets.UTF_8).length);
    String id = attachment.at("/url").asString().substring("Binary/".length());
    JsonNode binary =
        tools.jackson.databind.json.JsonMapper.shared()
            .readTree(house.store.read(GatewayForTests.ROOT, "Binary", id).content());
    assertThat(
            new String(
                Base64.getDecoder().decode(binary.at("/data").asString()), StandardCharsets.UTF_8))
        .isEqualTo(sent);
    assertThat(binary.at("/securityContext/reference").asString())
        .isEqualTo(reference.at("/subject/reference").asString());
    assertThat(reference.at("/docStatus").asString()).isEqualTo("final");
    assertThat(reference.at("/author/0/display").asString()).isEqualTo("Eve Doctor");
    assertThat(reference.at("/context/encounter/0/reference").asString()).startsWith("Encounter/");
  }

  @Test
  void givesTheSectionsWithTheirWordsAndWhatWasMadeOfThem() {
    done(summary("S1", 1));
    JsonNode composition = only("Composition", "S1");
    assertThat(composition.at("/section").size()).isEqualTo(6);
    assertThat(composition.at("/section/0/text/div").asString())
        .isEqualTo(
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><ul><li><span>High blood pressure &amp; more</span></li></ul></div>");
    assertThat(composition.at("/section/0/entry").size()).isEqualTo(2);
    assertThat(composition.at("/section/0/entry/0/reference").asString()).startsWith("Condition/");
    assertThat(composition.at("/author/0/identifier/value").asString()).isEqualTo("D1");
  }

  @Test
  void saysWhichProblemsThereAreAndWhichThereAreNot() {
    done(summary("P1", 1));
    JsonNode is = only("Condition", "P1", "code", "http://snomed.info/sct|38341003");
    assertThat(is.at("/clinicalStatus/coding/0/code").asString()).isEqualTo("active");
    assertThat(is.at("/code/coding/1/system").asString())
        .isEqualTo("http://hl7.org/fhir/sid/icd-10");
    assertThat(is.at("/code/text").asString()).isEqualTo("High blood pressure & more");
    assertThat(is.at("/onsetDateTime").asString()).isEqualTo("2019");
    JsonNode isNot = only("Condition", "P1", "code", "http://snomed.info/sct|73211009");
    assertThat(isNot.at("/verificationStatus/coding/0/code").asString()).isEqualTo("refuted");
    assertThat(isNot.has("onsetDateTime")).isFalse();
    JsonNode none = only("AllergyIntolerance", "P1");
    assertThat(none.at("/code/coding/0/code").asString()).isEqualTo("716186003");
  }

  @Test
  void keepsWhatIsTakenMeasuredDoneAndNotDone() {
    done(summary("M1", 1));
    JsonNode medication = only("MedicationStatement", "M1");
    assertThat(medication.at("/effectivePeriod/start").asString()).isEqualTo("2020-01-01");
    assertThat(medication.at("/effectivePeriod").has("end")).isFalse();
    assertThat(medication.at("/dosage/0/timing/repeat/period").asInt()).isEqualTo(12);
    assertThat(medication.at("/dosage/0/doseAndRate/0/doseQuantity/code").asString())
        .isEqualTo("mg");
    assertThat(only("Immunization", "M1").at("/status").asString()).isEqualTo("not-done");
    JsonNode hb = only("Observation", "M1", "code", "http://loinc.org|718-7");
    assertThat(hb.at("/valueQuantity/value").asString()).isEqualTo("13.2");
    assertThat(hb.at("/referenceRange/0/high/value").asString()).isEqualTo("15.5");
    assertThat(hb.at("/effectiveDateTime").asString()).isEqualTo("2026-10-30T08:00:00+08:00");
    JsonNode notAsked = only("Observation", "M1", "code", "http://loinc.org|6690-2");
    assertThat(notAsked.at("/dataAbsentReason/coding/0/code").asString()).isEqualTo("not-asked");
    assertThat(
            only("Observation", "M1", "code", "http://loinc.org|30522-7")
                .at("/valueQuantity/comparator")
                .asString())
        .isEqualTo("<");
    assertThat(only("DiagnosticReport", "M1").at("/result").size()).isEqualTo(3);
    // The planned one is no procedure that was done.
    assertThat(only("Procedure", "M1").at("/code/coding/0/code").asString()).isEqualTo("80146002");
  }

  @Test
  void isTakenOnceHoweverOftenItIsSent() {
    Receipt first = done(summary("O1", 1));
    Receipt again = house.take(feed, summary("O1", 1));
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(house.find("Condition", "subject:Patient.identifier", "O1")).hasSize(2);
    // The same number on another text is somebody's mistake.
    assertThat(GatewayForTests.why(house.take(feed, summary("O1", 1).replace("1 Road", "2 Road"))))
        .isEqualTo("gateway.control-id-used");
  }

  @Test
  void isSupersededByItsNextVersion() {
    done(summary("V1", 1));
    done(summary("V1", 2).replace("value=\"13.2\"", "value=\"13.9\""));
    assertThat(
            house.find(
                "DocumentReference", "subject:Patient.identifier", "V1", "status", "superseded"))
        .hasSize(1);
    assertThat(
            house.find(
                "DocumentReference", "subject:Patient.identifier", "V1", "status", "current"))
        .hasSize(1);
    assertThat(
            only("Observation", "V1", "code", "http://loinc.org|718-7")
                .at("/valueQuantity/value")
                .asString())
        .isEqualTo("13.9");
  }

  @Test
  void isSupersededOnceByAVersionThatAlsoNamesIt() {
    done(summary("X1", 1));
    done(
        summary("X1", 2)
            .replace(
                "<componentOf>",
                "<relatedDocument typeCode=\"RPLC\"><parentDocument><id root=\"1.2.156.77777.1\" extension=\"DOC-X1-1\"/></parentDocument></relatedDocument><componentOf>"));
    JsonNode old =
        only("DocumentReference", "X1", "identifier", "urn:oid:1.2.156.77777.1|DOC-X1-1");
    assertThat(old.at("/status").asString()).isEqualTo("superseded");
    assertThat(old.at("/meta/versionId").asString()).isEqualTo("2");
    assertThat(old.at("/identifier").size()).isEqualTo(4);
  }

  @Test
  void doesNotSupersedeSomebodyElses() {
    done(summary("Y1", 1));
    // Another patient's document under the same numbers, as copied examples have them.
    done(
        summary("Y2", 2)
            .replace("SET-Y2", "SET-Y1")
            .replace(
                "<componentOf>",
                "<relatedDocument typeCode=\"RPLC\"><parentDocument><id root=\"1.2.156.77777.1\" extension=\"DOC-Y1-1\"/></parentDocument></relatedDocument><componentOf>"));
    assertThat(only("DocumentReference", "Y1").at("/status").asString()).isEqualTo("current");
    assertThat(
            only("DocumentReference", "Y2").at("/relatesTo/0/target/identifier/value").asString())
        .isEqualTo("DOC-Y1-1");
  }

  @Test
  void doesNotWriteOverANewerVersionThatCameFirst() {
    done(summary("W1", 2).replace("value=\"13.2\"", "value=\"13.9\""));
    done(summary("W1", 1));
    assertThat(
            only("Observation", "W1", "code", "http://loinc.org|718-7")
                .at("/valueQuantity/value")
                .asString())
        .isEqualTo("13.9");
    JsonNode old =
        only("DocumentReference", "W1", "identifier", "urn:oid:1.2.156.77777.1|DOC-W1-1");
    assertThat(old.at("/status").asString()).isEqualTo("superseded");
  }

  @Test
  void namesTheDocumentItReplaces() {
    String first =
        summary("R1", 1).replaceAll("<setId[^>]*/>", "").replaceAll("<versionNumber[^>]*/>", "");
    done(first);
    done(
        first
            .replace("DOC-R1-1", "DOC-R1-X")
            .replace(
                "<componentOf>",
                "<relatedDocument typeCode=\"RPLC\"><parentDocument><id root=\"1.2.156.77777.1\" extension=\"DOC-R1-1\"/></parentDocument></relatedDocument><componentOf>"));
    JsonNode old = only("DocumentReference", "R1", "identifier", "DOC-R1-1");
    assertThat(old.at("/status").asString()).isEqualTo("superseded");
    JsonNode now = only("DocumentReference", "R1", "identifier", "DOC-R1-X");
    assertThat(now.at("/relatesTo/0/code").asString()).isEqualTo("replaces");
    assertThat(now.at("/relatesTo/0/target/reference").asString())
        .isEqualTo("DocumentReference/" + old.path("id").asString());
  }

  @Test
  void keepsALogicalReferenceToAReplacedOneThatNeverCame() {
    done(
        summary("N1", 1)
            .replace(
                "<componentOf>",
                "<relatedDocument typeCode=\"RPLC\"><parentDocument><id root=\"1.2.156.77777.1\" extension=\"LOST\"/></parentDocument></relatedDocument><componentOf>"));
    assertThat(
            only("DocumentReference", "N1").at("/relatesTo/0/target/identifier/value").asString())
        .isEqualTo("LOST");
  }

  @Test
  void passesItsRestrictionOnToAllThatIsMadeOfIt() {
    done(summary("C1", 1, "V"));
    for (String type : new String[] {"DocumentReference", "Composition", "MedicationStatement"}) {
      assertThat(only(type, "C1").at("/meta/security/0/code").asString()).as(type).isEqualTo("V");
    }
  }

  @Test
  void inTheChineseStyleGivesItsDataElements() {
    Receipt receipt = done(file("outpatient-c0002.xml"));
    assertThat(house.message(receipt.id()).type()).isEqualTo("WST500^C0002");
    assertThat(house.message(receipt.id()).mapping()).isEqualTo("wst500@1");
    JsonNode patient =
        house.only("Patient", "identifier", "urn:oid:2.16.156.10011.1.3|11010519491231002X");
    assertThat(patient.at("/name/0/text").asString()).isEqualTo("示例甲");
    assertThat(patient.at("/gender").asString()).isEqualTo("female");
    String card = "DA640100-77";
    assertThat(patient.at("/identifier/0/value").asString()).isEqualTo(card);
    JsonNode visit = only("Encounter", card);
    assertThat(visit.at("/class/code").asString()).isEqualTo("AMB");
    assertThat(visit.at("/identifier/0/value").asString()).isEqualTo("MZ88001");
    JsonNode diagnosis = only("Condition", card);
    assertThat(diagnosis.at("/code/coding/0/code").asString()).isEqualTo("I10.x00");
    assertThat(diagnosis.at("/code/text").asString()).isEqualTo("原发性高血压");
    JsonNode systolic = only("Observation", card, "code", "http://loinc.org|8480-6");
    assertThat(systolic.at("/valueQuantity/value").asString()).isEqualTo("158");
    assertThat(systolic.at("/code/coding/1/code").asString()).isEqualTo("DE04.10.174.00");
    assertThat(
            only("Observation", card, "code", "urn:oid:2.16.156.10011.2.2.1|DE04.01.119.00")
                .at("/valueString")
                .asString())
        .isEqualTo("头晕三天");
    assertThat(
            only("Observation", card, "code", "urn:oid:2.16.156.10011.2.2.1|DE04.01.118.00")
                .at("/valueQuantity/unit")
                .asString())
        .isEqualTo("d");
    assertThat(only("AllergyIntolerance", card).at("/code/text").asString()).isEqualTo("青霉素");
    JsonNode medicine = only("MedicationStatement", card);
    assertThat(medicine.at("/dosage/0/text").asString()).isEqualTo("口服，每日一次，每次一片");
    assertThat(only("Composition", card).at("/section/3/text/div").asString())
        .contains("<p>初步诊断：原发性高血压</p>");
  }

  @Test
  void thatDeniesAllergiesMakesNone() {
    done(
        file("outpatient-c0002.xml")
            .replace("WD20261101-7", "WD-8")
            .replace("SET-7", "SET-8")
            .replace("DA640100-77", "DA-8")
            .replace("<id root=\"2.16.156.10011.1.3\" extension=\"11010519491231002X\"/>", "")
            .replace(">青霉素<", ">否认药物过敏史<"));
    assertThat(only("AllergyIntolerance", "DA-8").at("/code/coding/0/code").asString())
        .isEqualTo("716186003");
  }

  @Test
  void mayComeInGbk() {
    byte[] bytes =
        file("outpatient-c0002.xml")
            .replace("UTF-8", "GB2312")
            .replace("WD20261101-7", "WD-9")
            .replace("SET-7", "SET-9")
            .replace("DA640100-77", "DA-9")
            .replace("<id root=\"2.16.156.10011.1.3\" extension=\"11010519491231002X\"/>", "")
            .replace("示例甲", "示例喆")
            .getBytes(Charset.forName("GB18030"));
    assertThat(GatewayForTests.whole(house.gateway.take(feed, bytes, "127.0.0.1"))).isEmpty();
    assertThat(house.only("Patient", "identifier", "DA-9").at("/name/0/text").asString())
        .isEqualTo("示例喆");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          <a>                                                                    | gateway.xml-broken 1
          not xml                                                                | gateway.xml-broken 1
          <Bundle xmlns="http://hl7.org/fhir"/>                                  | gateway.no-clinical-document
          <!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><ClinicalDocument>&x;</ClinicalDocument> | gateway.xml-doctype
          <!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><ClinicalDocument/>      | gateway.xml-doctype
          """)
  void thatIsNoneOrAsksForFilesIsRefused(String text, String why) {
    Receipt receipt = house.take(feed, text);
    assertThat(receipt.state()).isEqualTo(State.REFUSED);
    assertThat(GatewayForTests.whole(receipt)).isEqualTo(why);
  }

  @Test
  void withTooMuchInItIsRefused() {
    assertThat(
            GatewayForTests.why(
                house.take(feed, "<ClinicalDocument>" + "<a>".repeat(300) + "</ClinicalDocument>")))
        .isEqualTo("gateway.xml-too-deep");
    assertThat(
            GatewayForTests.why(
                house.take(
                    feed, "<ClinicalDocument>" + "<a/>".repeat(500_001) + "</ClinicalDocument>")))
        .isEqualTo("gateway.xml-too-many");
    String bomb =
        "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><ClinicalDocument>&b;</ClinicalDocument>";
    assertThat(GatewayForTests.why(house.take(feed, bomb))).isEqualTo("gateway.xml-doctype");
  }

  @Test
  void withoutAPatientIsDeadAndSaysSo() {
    Receipt receipt =
        house.take(
            feed, summary("Q1", 1).replace("<id root=\"1.2.156.77777.3\" extension=\"Q1\"/>", ""));
    assertThat(receipt.state()).isEqualTo(State.DEAD);
    assertThat(GatewayForTests.whole(receipt)).isEqualTo("gateway.no-identifier Patient");
  }

  @Test
  void thatLiesInAMessageIsPassedOnToTheFeedThatIsMeant() {
    Feed mdm = house.feed("his", "{\"documents\":\"documents\"}");
    String document = summary("E1", 1);
    String message =
        "MSH|^~\\&|S|H|||20261101080000||MDM^T02|e1|P|2.5.1\r"
            + "PID|1||E-MRN^^^H^MR||王^五\r"
            + "TXA|1|DS^出院小结|TX|20261101||20261101093000|||D1^周^医生|||DOCE1^HIS|||||AU\r"
            + "OBX|1|ED|p||^text^xml^Base64^"
            + Base64.getEncoder().encodeToString(document.getBytes(StandardCharsets.UTF_8))
            + "\r";
    Receipt receipt = house.take(mdm, message);
    assertThat(GatewayForTests.whole(receipt)).isEmpty();
    assertThat(only("Composition", "E1").at("/section").size()).isEqualTo(6);
    Finding finding =
        house.message(receipt.id()).findings().stream()
            .filter(each -> each.key().equals("gateway.found-document"))
            .findFirst()
            .orElseThrow();
    Message inside = house.message(finding.arguments().get(1));
    assertThat(inside.feed()).isEqualTo("documents");
    assertThat(inside.state()).isEqualTo(State.DONE);
    // Without being told where to, a message's documents stay its attachments.
    Feed other = house.feed("his2");
    Receipt plain = house.take(other, message.replace("DOCE1", "DOCE2").replace("E-MRN", "E-MRN2"));
    assertThat(house.message(plain.id()).findings())
        .noneMatch(each -> each.key().equals("gateway.found-document"));
  }
}
