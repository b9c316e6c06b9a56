package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What each structure of messages becomes. */
class StructuresTests {
  private static GatewayForTests house;
  private static Feed feed;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    feed = house.feed("all");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static String message(String type, String control, String patient, String... segments) {
    return "MSH|^~\\&|S|H|||20261101080000||"
        + type
        + "|"
        + control
        + "|P|2.5.1\r"
        + (patient.isEmpty() ? "" : "PID|1||" + patient + "^^^H^MR||王^五||19700101|F\r")
        + String.join("\r", segments)
        + "\r";
  }

  private static void done(String message) {
    Receipt receipt = house.take(feed, message);
    assertThat(GatewayForTests.whole(receipt)).isEmpty();
  }

  @Test
  void anOrderFollowsItsStates() {
    for (String type : new String[] {"ORM^O01", "OML^O21", "OMG^O19"}) {
      String order = type.substring(0, 3) + "9";
      done(
          message(
              type,
              order + "-1",
              "A1",
              "ORC|NW|" + order + "^HIS||||||||||D7^赵^医生",
              "OBR|1|" + order + "^HIS||24331-1^Lipids^LN|||20261101",
              "DG1|1||E78.5^高脂血症^I10"));
      JsonNode order1 = house.only("ServiceRequest", "identifier", order);
      assertThat(order1.at("/status").asString()).isEqualTo("active");
      assertThat(order1.at("/code/coding/0/code").asString()).isEqualTo("24331-1");
      assertThat(order1.at("/requester/display").asString()).isEqualTo("赵医生");
      done(
          message(
              type,
              order + "-2",
              "A1",
              "ORC|CA|" + order + "^HIS",
              "OBR|1|" + order + "^HIS||24331-1^Lipids^LN"));
      JsonNode cancelled = house.only("ServiceRequest", "identifier", order);
      assertThat(cancelled.at("/status").asString()).isEqualTo("revoked");
      assertThat(cancelled.path("id")).isEqualTo(order1.path("id"));
    }
    assertThat(house.find("Condition", "code", "http://hl7.org/fhir/sid/icd-10|E78.5")).hasSize(1);
  }

  @Test
  void aBookingIsMovedAndCancelled() {
    String ail = "AIL|1||门诊^3";
    String aip = "AIP|1||D8^孙^医生";
    done(
        message(
            "SIU^S12",
            "s1",
            "B1",
            "SCH|B77||||||复诊||||^^^20261105090000^20261105091500",
            aip,
            ail));
    JsonNode booked = house.only("Appointment", "identifier", "B77");
    assertThat(booked.at("/status").asString()).isEqualTo("booked");
    assertThat(booked.at("/start").asString()).isEqualTo("2026-11-05T09:00:00+08:00");
    assertThat(booked.at("/participant").size()).isEqualTo(3);
    done(
        message(
            "SIU^S13",
            "s2",
            "B1",
            "SCH|B77||||||复诊||||^^^20261106090000^20261106091500",
            aip,
            ail));
    assertThat(house.only("Appointment", "identifier", "B77").at("/start").asString())
        .isEqualTo("2026-11-06T09:00:00+08:00");
    done(message("SIU^S15", "s3", "B1", "SCH|B77||||||复诊"));
    JsonNode cancelled = house.only("Appointment", "identifier", "B77");
    assertThat(cancelled.at("/status").asString()).isEqualTo("cancelled");
    assertThat(cancelled.at("/start").asString()).isEqualTo("2026-11-06T09:00:00+08:00");
  }

  @Test
  void aVaccinationIsAnImmunization() {
    done(
        message(
            "VXU^V04",
            "v1",
            "C1",
            "ORC|RE||I55^CDC",
            "RXA|0|1|20261101100000||08^Hep B^CVX|0.5|mL^^UCUM||00|D9^钱^医生|||||LOT1|20271231|SK^康泰^MVX|||CP|A",
            "RXR|IM^肌内^HL70162|LD^左臂^HL70163",
            "OBX|1|CE|64994-7^Eligibility^LN|1|V01||||||F"));
    JsonNode immunization = house.only("Immunization", "identifier", "I55");
    assertThat(immunization.at("/status").asString()).isEqualTo("completed");
    assertThat(immunization.at("/vaccineCode/coding/0/system").asString())
        .isEqualTo("http://hl7.org/fhir/sid/cvx");
    assertThat(immunization.at("/doseQuantity/value").asString()).isEqualTo("0.5");
    assertThat(immunization.at("/lotNumber").asString()).isEqualTo("LOT1");
    assertThat(
            house
                .only("Observation", "code", "http://loinc.org|64994-7")
                .at("/partOf/0/reference")
                .asString())
        .isEqualTo("Immunization/" + immunization.path("id").asString());
  }

  @Test
  void aDocumentKeepsItsTextAndFiles() {
    done(
        message(
            "MDM^T02",
            "m1",
            "D1",
            "TXA|1|DS^出院小结|TX|20261101||20261101093000|||D1^周^医生|||DOC8^HIS|||||AU",
            "OBX|1|TX|t||第一行",
            "OBX|2|TX|t||第二行",
            "OBX|3|ED|p||^application^pdf^Base64^JVBERi0="));
    JsonNode document = house.only("DocumentReference", "identifier", "DOC8");
    assertThat(document.at("/docStatus").asString()).isEqualTo("final");
    assertThat(document.at("/content").size()).isEqualTo(2);
    assertThat(
            new String(
                java.util.Base64.getDecoder()
                    .decode(document.at("/content/1/attachment/data").asString()),
                java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("第一行\n第二行");
    assertThat(document.at("/content/0/attachment/contentType").asString())
        .isEqualTo("application/pdf");
  }

  @Test
  void aPrescriptionIsOrderedAndDispensed() {
    done(
        message(
            "RDE^O11",
            "r1",
            "E1",
            "ORC|NW|RX5^HIS",
            "RXE|1^BID|86213^阿莫西林^L|250||mg^^UCUM||口服，每日两次|||20|片",
            "RXR|PO^口服^HL70162"));
    JsonNode prescription = house.only("MedicationRequest", "identifier", "RX5");
    assertThat(prescription.at("/medicationCodeableConcept/text").asString()).isEqualTo("阿莫西林");
    assertThat(prescription.at("/dosageInstruction/0/text").asString()).isEqualTo("口服，每日两次");
    assertThat(prescription.at("/dosageInstruction/0/doseAndRate/0/doseQuantity/value").asString())
        .isEqualTo("250");
    assertThat(prescription.at("/dispenseRequest/quantity/value").asString()).isEqualTo("20");
    done(
        message(
            "RDS^O13",
            "r2",
            "E1",
            "ORC|RE|RX5^HIS",
            "RXD|1|86213^阿莫西林^L|20261101110000|20|片|||N1"));
    JsonNode dispense = house.only("MedicationDispense", "status", "completed");
    assertThat(dispense.at("/quantity/value").asString()).isEqualTo("20");
  }

  @Test
  void chargesGoToAnAccount() {
    done(
        message(
                "DFT^P03",
                "f1",
                "F1",
                "PV1|1|O|||||||||||||||||VF1",
                "FT1|1|T77||20261101|20261101|CG|310205001^血常规^L|||1|25.00&CNY")
            .replace("|19700101|F\r", "|19700101|F||||||||||ACC4\r"));
    JsonNode charge = house.only("ChargeItem", "subject:Patient.identifier", "F1");
    assertThat(charge.at("/priceOverride/value").asString()).isEqualTo("25.00");
    assertThat(charge.at("/account/0/reference").asString()).startsWith("Account/");
    assertThat(house.only("Account", "identifier", "ACC4").at("/status").asString())
        .isEqualTo("active");
  }

  @Test
  void masterFilesBringStaffAndPlaces() {
    done(
        message("MFN^M02", "n1", "", "MFI|STF||UPD|||AL", "MFE|MAD|1||D55", "STF|D55|D55|吴^医生||F"));
    assertThat(house.only("Practitioner", "identifier", "D55").at("/name/0/text").asString())
        .isEqualTo("吴医生");
    done(message("MFN^M05", "n2", "", "MFI|LOC||UPD|||AL", "MFE|MDC|1||W9", "LOC|W9|九病区|N"));
    JsonNode place = house.only("Location", "identifier", "W9");
    assertThat(place.at("/status").asString()).isEqualTo("inactive");
    assertThat(place.at("/name").asString()).isEqualTo("九病区");
  }

  @Test
  void aPriceListBringsPricesAndTheirChanges() {
    done(
        message(
            "MFN^M04",
            "p1",
            "",
            "MFI|CDM||UPD|||AL",
            "MFE|MAD|p1-1|20261101|250403001^血常规^LOCAL",
            "CDM|250403001^血常规^LOCAL||血常规|血细胞分析|||250403^血液检查^NHSA|A",
            "PRC|250403001|||O|20.50&CNY^UP||||||20261101|20271031",
            "PRC|250403001|||I|18&CNY^UP",
            "MFE|MAD|p1-2|20261101|110100001^挂号费^LOCAL",
            "CDM|110100001^挂号费^LOCAL||挂号费||||||A",
            "PRC|110100001||||5"));
    JsonNode price = house.only("ChargeItemDefinition", "identifier", "250403001");
    assertThat(price.at("/status").asString()).isEqualTo("active");
    assertThat(price.at("/url").asString())
        .isEqualTo("https://helan.health/fhir/sid/hospital/price/250403001");
    assertThat(price.at("/title").asString()).isEqualTo("血常规");
    assertThat(price.at("/code/coding/0/code").asString()).isEqualTo("250403");
    assertThat(price.at("/effectivePeriod/start").asString()).startsWith("2026-11-01");
    assertThat(price.path("propertyGroup")).hasSize(2);
    JsonNode component = price.at("/propertyGroup/0/priceComponent/0");
    assertThat(component.at("/type").asString()).isEqualTo("base");
    assertThat(component.at("/amount/value").asString()).isEqualTo("20.50");
    assertThat(component.at("/amount/currency").asString()).isEqualTo("CNY");
    assertThat(
            house.only("ChargeItemDefinition", "identifier", "110100001").at("/title").asString())
        .isEqualTo("挂号费");
    done(
        message(
            "MFN^M04",
            "p2",
            "",
            "MFI|CDM||UPD|||AL",
            "MFE|MDC|p2-1|20261101|250403001^血常规^LOCAL",
            "CDM|250403001^血常规^LOCAL||血常规",
            "PRC|250403001|||O|20.50&CNY^UP"));
    JsonNode retired = house.only("ChargeItemDefinition", "identifier", "250403001");
    assertThat(retired.at("/status").asString()).isEqualTo("retired");
    assertThat(retired.path("id")).isEqualTo(price.path("id"));
  }

  private static String two(String type, String control, String one, String other) {
    return message(type, control, one, "PV1|1|I|W1^1^1||||||||||||||||V" + one)
        + "PID|2||"
        + other
        + "^^^H^MR||李^六||19710101|M\rPV1|2|I|W2^2^2||||||||||||||||V"
        + other
        + "\r";
  }

  @Test
  void twoPatientsExchangeBeds() {
    done(two("ADT^A17", "sw1", "S1", "S2"));
    assertThat(
            house
                .only("Encounter", "identifier", "VS1")
                .at("/location/0/location/display")
                .asString())
        .contains("W1");
    assertThat(
            house
                .only("Encounter", "identifier", "VS2")
                .at("/location/0/location/display")
                .asString())
        .contains("W2");
  }

  @Test
  void recordsAreTiedAndUntied() {
    done(two("ADT^A24", "t1", "T1", "T2"));
    JsonNode one = house.only("Patient", "identifier", "T1");
    JsonNode other = house.only("Patient", "identifier", "T2");
    assertThat(one.at("/link/0/other/reference").asString())
        .isEqualTo("Patient/" + other.path("id").asString());
    assertThat(other.at("/link/0/type").asString()).isEqualTo("seealso");
    done(two("ADT^A37", "t2", "T1", "T2"));
    assertThat(house.only("Patient", "identifier", "T1").has("link")).isFalse();
    assertThat(house.only("Patient", "identifier", "T2").has("link")).isFalse();
    // What was never there is not made by being untied.
    done(two("ADT^A37", "t3", "T1", "T9"));
    assertThat(house.find("Patient", "identifier", "T9")).isEmpty();
  }

  private static String visit(String number) {
    return "PV1|1|I|||||||||||||||||" + number;
  }

  private static JsonNode encounter(String number) {
    return house.only("Encounter", "identifier", number);
  }

  @Test
  void aVisitGetsAnotherNumberAndIsFoundByBoth() {
    done(message("ADT^A01", "v50", "M1", visit("V50-A")));
    done(message("ADT^A50", "v51", "M1", "MRG|M1^^^H^MR||||V50-A", visit("V50-B")));
    assertThat(encounter("V50-B").path("id")).isEqualTo(encounter("V50-A").path("id"));
    done(
        message(
            "ADT^A51",
            "v52",
            "M1",
            "MRG|M1^^^H^MR|||||ALT-1",
            visit("V50-B") + "|".repeat(31) + "ALT-2"));
    assertThat(encounter("ALT-2").path("id")).isEqualTo(encounter("V50-A").path("id"));
  }

  @Test
  void twoVisitsBecomeOne() {
    done(message("ADT^A01", "v42", "M2", visit("V42-A")));
    done(message("ADT^A01", "v43", "M2", visit("V42-B")));
    done(message("ADT^A42", "v44", "M2", "MRG|M2^^^H^MR||||V42-A", visit("V42-B")));
    assertThat(encounter("V42-A").at("/status").asString()).isEqualTo("entered-in-error");
    assertThat(encounter("V42-A").at("/partOf/reference").asString())
        .isEqualTo("Encounter/" + encounter("V42-B").path("id").asString());
  }

  @Test
  void aVisitAndAnAccountGoToAnotherPatient() {
    done(message("ADT^A01", "v45", "M3", visit("V45")));
    done(message("ADT^A28", "v46", "M4"));
    done(message("ADT^A45", "v47", "M4", "MRG|M3^^^H^MR||||V45", visit("V45")));
    String right = "Patient/" + house.only("Patient", "identifier", "M4").path("id").asString();
    assertThat(encounter("V45").at("/subject/reference").asString()).isEqualTo(right);
    String account = "|19700101|F||||||||||ACC-44\r";
    done(message("BAR^P01", "v48", "M3").replace("|19700101|F\r", account));
    done(
        message("ADT^A44", "v49", "M4", "MRG|M3^^^H^MR||ACC-44").replace("|19700101|F\r", account));
    assertThat(house.only("Account", "identifier", "ACC-44").at("/subject/0/reference").asString())
        .isEqualTo(right);
    done(
        message("ADT^A49", "v4a", "M4", "MRG|M4^^^H^MR||ACC-44")
            .replace("|19700101|F\r", account.replace("ACC-44", "ACC-45")));
    assertThat(house.only("Account", "identifier", "ACC-45").path("id"))
        .isEqualTo(house.only("Account", "identifier", "ACC-44").path("id"));
  }

  @Test
  void numbersOfPeopleThatMoveTieTheirRecords() {
    done(message("ADT^A28", "v60", "M5"));
    done(message("ADT^A43", "v61", "M6", "MRG|M5^^^H^MR"));
    assertThat(house.only("Patient", "identifier", "M6").at("/link/0/other/reference").asString())
        .isEqualTo("Patient/" + house.only("Patient", "identifier", "M5").path("id").asString());
    assertThat(house.only("Patient", "identifier", "M5").at("/link/0/type").asString())
        .isEqualTo("seealso");
  }

  @Test
  void aReportKeepsValuesOfEveryKind() {
    String[] values = {
      "NM|n^n^L||5.5|mmol/L^^UCUM",
      "SN|s^s^L||>^100",
      "SN|r^r^L||^3^-^7",
      "ST|t^t^L||阳性（+）",
      "CWE|c^c^L||POS^阳性^L",
      "DT|d^d^L||20261101",
      "NM|w^w^L||<5",
      "TX|x^x^L||a^b",
      "NM|q^q^L||not a number"
    };
    var segments = new java.util.ArrayList<String>();
    segments.add("OBR|1|K1|K2|panel^panel^L|||20261101080000");
    for (int i = 0; i < values.length; i++) {
      int bar = values[i].indexOf('|');
      segments.add("OBX|" + (i + 1) + "|" + values[i].substring(0, bar) + values[i].substring(bar));
    }
    segments.add("OBX|20|ED|pdf||^AP^PDF^Base64^JVBERi0=||||||F");
    segments.add("ZLB|kept|as|it|came");
    done(message("ORU^R01", "k1", "G1", segments.toArray(new String[0])));
    JsonNode report = house.only("DiagnosticReport", "identifier", "K2");
    assertThat(report.at("/result").size()).isEqualTo(9);
    assertThat(report.at("/presentedForm/0/data").asString()).isEqualTo("JVBERi0=");
    assertThat(value("n").at("/valueQuantity/unit").asString()).isEqualTo("mmol/L");
    assertThat(value("s").at("/valueQuantity/comparator").asString()).isEqualTo(">");
    assertThat(value("r").at("/valueRange/high/value").asString()).isEqualTo("7");
    assertThat(value("t").at("/valueString").asString()).isEqualTo("阳性（+）");
    assertThat(value("c").at("/valueCodeableConcept/coding/0/code").asString()).isEqualTo("POS");
    assertThat(value("d").at("/valueDateTime").asString()).isEqualTo("2026-11-01");
    assertThat(value("w").at("/valueQuantity/comparator").asString()).isEqualTo("<");
    assertThat(value("x").at("/valueString").asString()).isEqualTo("a^b");
    assertThat(value("q").at("/valueString").asString()).isEqualTo("not a number");
  }

  private static JsonNode value(String code) {
    return house.only(
        "Observation", "code", "https://helan.health/fhir/sid/hospital/codes/L|" + code);
  }

  @Test
  void aReferralAndAProblemAreTaken() {
    done(message("REF^I12", "x1", "H1", "RF1|A|R|MED^内科^L|||RF9^HIS|20261101|||咳嗽"));
    assertThat(house.only("ServiceRequest", "identifier", "RF9").at("/status").asString())
        .isEqualTo("active");
    done(message("PPR^PC1", "x2", "H1", "PRB|AD|20261101|I10^高血压^I10|PB1^HIS"));
    assertThat(house.only("Condition", "identifier", "PB1").at("/code/coding/0/code").asString())
        .isEqualTo("I10");
  }

  @Test
  void aFeedMayMapInItsOwnWay() {
    Feed own = house.feed("own");
    house
        .gateway
        .feeds()
        .putMapping(
            own,
            "adt",
            """
            mapping: adt
            version: 7
            for: [ADT^*]
            tables:
              gender: {X: other, "*": unknown}
            resources:
              - include: patient
                required: true
                body:
                  gender: "= PID-8 | code gender"
                  name: [{text: "= 'Z ' + ZPI-2"}]
            """,
            "test");
    assertThat(
            GatewayForTests.whole(
                house.take(
                    own, message("ADT^A01", "own1", "J1", "ZPI|1|zed").replace("|F\r", "|X\r"))))
        .isEmpty();
    JsonNode patient = house.only("Patient", "identifier", "J1");
    assertThat(patient.at("/gender").asString()).isEqualTo("other");
    assertThat(patient.at("/name/0/text").asString()).isEqualTo("Z zed");
    house.gateway.feeds().putMapping(own, "adt", null, "test");
    assertThat(
            java.util.Objects.requireNonNull(
                    house.gateway.feeds().mappings(own).of("hl7v2", "ADT^A01"))
                .version())
        .isEqualTo(1);
  }

  @Test
  void whatWasOddIsNotedAndTheRestIsTaken() {
    Receipt receipt =
        house.take(
            feed, message("ADT^A04", "odd", "L1", "").replace("|19700101|F\r", "|yesterday|Q\r"));
    assertThat(house.message(receipt.id()).findings())
        .contains(
            new Finding("gateway.found-no-time", "PID-7"),
            new Finding("gateway.found-unknown-code", "PID-8", "gender", "Q"));
    assertThat(house.only("Patient", "identifier", "L1").has("birthDate")).isFalse();
  }
}
