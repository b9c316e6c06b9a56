package health.helan.foundation.quality;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.quality.checks.Subject;
import health.helan.foundation.quality.checks.Verdict;
import health.helan.foundation.quality.findings.Findings.Judged;
import health.helan.foundation.quality.rules.Dimension;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.quality.rules.ShippedRules;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.search.ValueSets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rules that come with the platform: each finds what it is for, and nothing in what is right.
 */
class ShippedRulesTests {
  private static final QualityServer SERVER = QualityServer.get();
  private static final String ID = "urn:oid:2.16.156.10011.1.3";
  private static final String ICD = "http://hl7.org/fhir/sid/icd-10";
  private static final Judge JUDGE = judge();
  private static final Instant NOW = Instant.parse("2026-11-20T02:00:00Z");

  private static Judge judge() {
    try {
      return new Judge(SERVER.store, ValueSets.ofR4(), QualityServer.CLOCK);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Verdict verdict(String rule, String json) {
    Rule shipped = java.util.Objects.requireNonNull(ShippedRules.all().get(rule), rule);
    ObjectNode tree = QualityServer.tree(json);
    tree.put("resourceType", shipped.dataset());
    if (tree.get("meta") == null) {
      tree.putObject("meta").put("versionId", "1").put("lastUpdated", NOW.toString());
    }
    var subject = new Subject(1, shipped.dataset(), "x", 1, NOW, "h", tree);
    return SERVER.quality.inTransaction(
        transaction ->
            JUDGE
                .judge(transaction, List.of(subject), one -> List.of(shipped))
                .getFirst()
                .verdict());
  }

  /** Rule, what breaks it and where; what keeps it. Single quotes doubled for CSV. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "patient-name | {} | Patient.name | {'name':[{'family':'张'}]}",
        "patient-sex | {} | Patient.gender | {'gender':'male'}",
        "patient-birth-date | {} | Patient.birthDate | {'birthDate':'1990-01-01'}",
        "patient-identity-number | {'identifier':[{'system':'urn:x','value':'1'}]} | Patient.identifier | {'identifier':[{'system':'ID','value':'1'}]}",
        "patient-phone | {'telecom':[{'system':'email','value':'a@b'}]} | Patient.telecom | {'telecom':[{'system':'phone','value':'1'}]}",
        "patient-address | {} | Patient.address | {'address':[{'text':'x'}]}",
        "patient-institution | {} | Patient.managingOrganization | {'managingOrganization':{'display':'x'}}",
        "patient-identity-check-digit | {'identifier':[{'system':'ID','value':'110101199001011230'}]} | Patient.identifier[0].value | {'identifier':[{'system':'ID','value':'11010519491231002X'}]}",
        "patient-mobile-form | {'telecom':[{'system':'phone','use':'mobile','value':'1390000000'}]} | Patient.telecom[0] | {'telecom':[{'system':'phone','use':'mobile','value':'13900000000'}]}",
        "patient-birth-date-of-number | {'birthDate':'1949-12-30','identifier':[{'system':'ID','value':'11010519491231002X'}]} | Patient.identifier[0] | {'birthDate':'1949-12-31','identifier':[{'system':'ID','value':'11010519491231002X'}]}",
        "patient-sex-of-number | {'gender':'male','identifier':[{'system':'ID','value':'11010519491231002X'}]} | Patient.identifier[0] | {'gender':'female','identifier':[{'system':'ID','value':'11010519491231002X'}]}",
        "patient-death-after-birth | {'birthDate':'1950-02-01','deceasedDateTime':'1950-01-31'} | Patient.deceased | {'birthDate':'1950-02-01','deceasedDateTime':'1950-02-01T08:00:00+08:00'}",
        "patient-born-already | {'birthDate':'2999-01-01'} | Patient.birthDate | {'birthDate':'2020-01-01'}",
        "patient-age | {'birthDate':'1880-01-01'} | Patient.birthDate | {'birthDate':'1930-01-01'}",
        "encounter-start | {'status':'finished'} | Encounter.period | {'period':{'start':'2026-01-01'}}",
        "encounter-end | {'status':'finished','period':{'start':'2026-01-01'}} | Encounter.period | {'status':'finished','period':{'end':'2026-01-01'}}",
        "encounter-institution | {} | Encounter.serviceProvider | {'serviceProvider':{'display':'x'}}",
        "encounter-subject | {} | Encounter.subject | {'subject':{'display':'x'}}",
        "encounter-reason | {'status':'finished','class':{'code':'AMB'}} | Encounter.diagnosis | {'status':'finished','class':{'code':'AMB'},'reasonCode':[{'text':'x'}]}",
        "encounter-doctor | {'status':'finished'} | Encounter.participant | {'status':'finished','participant':[{'individual':{'display':'x'}}]}",
        "encounter-order | {'period':{'start':'2026-01-02T10:00:00+08:00','end':'2026-01-02T09:00:00+08:00'}} | Encounter.period | {'period':{'start':'2026-01-02','end':'2026-01-02'}}",
        "encounter-not-ahead | {'status':'finished','period':{'start':'2999-01-02T10:00:00+08:00'}} | Encounter.period | {'status':'finished','period':{'start':'2026-01-02T10:00:00+08:00'}}",
        "encounter-stay | {'class':{'code':'IMP'},'period':{'start':'2020-01-02T10:00:00+08:00','end':'2022-01-02T09:00:00+08:00'}} | Encounter.period | {'class':{'code':'IMP'},'period':{'start':'2020-01-02T10:00:00+08:00','end':'2020-02-02T09:00:00+08:00'}}",
        "encounter-in-time | {'status':'finished','period':{'end':'2026-11-18T09:00:00+08:00'}} | Encounter.period | {'status':'finished','period':{'end':'2026-11-20T09:00:00+08:00'}}",
        "condition-coded | {'code':{'text':'x'}} | Condition.code | {'code':{'coding':[{'system':'u','code':'x'}]}}",
        "condition-recorded | {} | Condition.recordedDate | {'recordedDate':'2026-01-01'}",
        "condition-status | {} | Condition.clinicalStatus | {'clinicalStatus':{'coding':[{'code':'active'}]}}",
        "condition-icd10-form | {'code':{'coding':[{'system':'ICD','code':'高血压'}]}} | Condition.code.coding[0] | {'code':{'coding':[{'system':'ICD','code':'I10.x00'}]}}",
        "condition-order | {'onsetDateTime':'2026-02-01','abatementDateTime':'2026-01-01'} | Condition.abatement | {'onsetDateTime':'2026-02-01','abatementDateTime':'2026-03-01'}",
        "condition-recorded-after-onset | {'onsetDateTime':'2026-02-02','recordedDate':'2026-02-01T10:00:00+08:00'} | Condition.recordedDate | {'onsetDateTime':'2026-02-01','recordedDate':'2026-02-01T10:00:00+08:00'}",
        "condition-resolved | {'clinicalStatus':{'coding':[{'code':'active'}]},'abatementDateTime':'2026-01-01'} | Condition.clinicalStatus | {'clinicalStatus':{'coding':[{'code':'resolved'}]},'abatementDateTime':'2026-01-01'}",
        "condition-not-ahead | {'onsetDateTime':'2999-02-02'} | Condition.onset | {'onsetDateTime':'2020-02-02','recordedDate':'2020-02-03'}",
        "observation-coded | {'code':{'text':'x'}} | Observation.code | {'code':{'coding':[{'system':'u','code':'x'}]}}",
        "observation-value | {'status':'final'} | Observation.value | {'status':'final','valueString':'x'}",
        "observation-time | {'status':'final'} | Observation.effective | {'status':'final','effectiveDateTime':'2026'}",
        "observation-subject | {} | Observation.subject | {'subject':{'display':'x'}}",
        "observation-unit | {'valueQuantity':{'value':1,'unit':'毫克'}} | Observation.value | {'valueQuantity':{'value':1,'system':'http://unitsofmeasure.org','code':'mg'}}",
        "observation-unit-of-code | {'code':{'coding':[{'system':'http://loinc.org','code':'8310-5'}]},'valueQuantity':{'value':98,'system':'http://unitsofmeasure.org','code':'[degF]'}} | Observation.value.ofType(Quantity).code | {'code':{'coding':[{'system':'http://loinc.org','code':'8310-5'}]},'valueQuantity':{'value':37,'system':'http://unitsofmeasure.org','code':'Cel'}}",
        "observation-issued-after | {'effectiveDateTime':'2026-02-02T10:00:00+08:00','issued':'2026-02-02T09:00:00+08:00'} | Observation.issued | {'effectiveDateTime':'2026-02-02T10:00:00+08:00','issued':'2026-02-02T11:00:00+08:00'}",
        "observation-blood-pressure | {'component':[{'code':{'coding':[{'code':'8480-6'}]},'valueQuantity':{'value':70}},{'code':{'coding':[{'code':'8462-4'}]},'valueQuantity':{'value':120}}]} | Observation.component | {'component':[{'code':{'coding':[{'code':'8480-6'}]},'valueQuantity':{'value':120}},{'code':{'coding':[{'code':'8462-4'}]},'valueQuantity':{'value':70}}]}",
        "observation-reference-range | {'referenceRange':[{'low':{'value':2},'high':{'value':1}}]} | Observation.referenceRange[0] | {'referenceRange':[{'low':{'value':1},'high':{'value':2}}]}",
        "observation-in-range | {'component':[{'code':{'coding':[{'system':'http://loinc.org','code':'8867-4'}]},'valueQuantity':{'value':720,'code':'/min'}}]} | Observation.component[0].value.ofType(Quantity).value | {'component':[{'code':{'coding':[{'system':'http://loinc.org','code':'8867-4'}]},'valueQuantity':{'value':72,'code':'/min'}}]}",
        "observation-not-ahead | {'effectivePeriod':{'start':'2999-01-01'}} | Observation.effective | {'effectiveDateTime':'2020-01-01T10:00:00+08:00'}",
        "observation-in-time | {'issued':'2026-11-10T09:00:00+08:00'} | Observation.issued | {'issued':'2026-11-19T09:00:00+08:00'}",
        "prescription-coded | {'medicationCodeableConcept':{'text':'x'}} | MedicationRequest.medication | {'medicationReference':{'reference':'Medication/1'}}",
        "prescription-time | {'intent':'order'} | MedicationRequest.authoredOn | {'intent':'order','authoredOn':'2026-01-01'}",
        "prescription-doctor | {'intent':'order'} | MedicationRequest.requester | {'intent':'order','requester':{'display':'x'}}",
        "prescription-dosage | {'intent':'order'} | MedicationRequest.dosageInstruction | {'intent':'order','dosageInstruction':[{'text':'x'}]}",
        "prescription-reason | {'intent':'order'} | MedicationRequest.reasonReference | {'intent':'order','reasonCode':[{'text':'x'}]}",
        "prescription-dose-positive | {'dosageInstruction':[{'doseAndRate':[{'doseQuantity':{'value':0}}]}]} | MedicationRequest.dosageInstruction[0].doseAndRate[0].dose | {'dosageInstruction':[{'doseAndRate':[{'doseQuantity':{'value':1}}]}]}",
        "prescription-quantity-positive | {'dispenseRequest':{'quantity':{'value':-1}}} | MedicationRequest.dispenseRequest | {'dispenseRequest':{'quantity':{'value':1}}}",
        "prescription-days | {'dispenseRequest':{'expectedSupplyDuration':{'value':180,'code':'d'}}} | MedicationRequest.dispenseRequest | {'dispenseRequest':{'expectedSupplyDuration':{'value':28,'code':'d'}}}",
        "prescription-frequency | {'dosageInstruction':[{'timing':{'repeat':{'frequency':24,'period':1,'periodUnit':'d'}}}]} | MedicationRequest.dosageInstruction[0].timing.repeat | {'dosageInstruction':[{'timing':{'repeat':{'frequency':3,'period':1,'periodUnit':'d'}}}]}",
        "prescription-not-ahead | {'authoredOn':'2999-01-01T10:00:00+08:00'} | MedicationRequest.authoredOn | {'authoredOn':'2020-01-01T10:00:00+08:00'}",
        "prescription-in-time | {'authoredOn':'2026-11-10T09:00:00+08:00'} | MedicationRequest.authoredOn | {'authoredOn':'2026-11-20T09:00:00+08:00'}",
        "report-coded | {'code':{'text':'x'}} | DiagnosticReport.code | {'code':{'coding':[{'code':'x'}]}}",
        "report-content | {'status':'final'} | DiagnosticReport.result | {'status':'final','conclusion':'x'}",
        "report-issued | {'status':'final'} | DiagnosticReport.issued | {'status':'final','issued':'2026-01-01T00:00:00Z'}",
        "report-performer | {} | DiagnosticReport.performer | {'performer':[{'display':'x'}]}",
        "report-order | {'effectiveDateTime':'2026-02-02T10:00:00+08:00','issued':'2026-02-02T09:00:00+08:00'} | DiagnosticReport.issued | {'effectiveDateTime':'2026-02-02T10:00:00+08:00','issued':'2026-02-02T11:00:00+08:00'}",
        "report-turnaround | {'effectiveDateTime':'2026-02-02T10:00:00+08:00','issued':'2026-02-09T09:00:00+08:00'} | DiagnosticReport.issued | {'effectiveDateTime':'2026-02-02T10:00:00+08:00','issued':'2026-02-02T11:00:00+08:00'}",
        "report-in-time | {'issued':'2026-11-10T09:00:00+08:00'} | DiagnosticReport.issued | {'issued':'2026-11-20T09:00:00+08:00'}",
        "report-not-ahead | {'issued':'2999-11-10T09:00:00+08:00'} | DiagnosticReport.issued | {'issued':'2026-11-19T09:00:00+08:00'}",
        "immunization-coded | {'vaccineCode':{'text':'x'}} | Immunization.vaccineCode | {'vaccineCode':{'coding':[{'code':'x'}]}}",
        "immunization-lot | {'status':'completed'} | Immunization.lotNumber | {'status':'completed','lotNumber':'x'}",
        "immunization-dose | {'status':'completed'} | Immunization.protocolApplied | {'status':'completed','protocolApplied':[{'doseNumberString':'1'}]}",
        "immunization-performer | {'status':'completed'} | Immunization.performer | {'status':'completed','performer':[{'actor':{'display':'x'}}]}",
        "immunization-not-expired | {'occurrenceDateTime':'2026-02-02T10:00:00+08:00','expirationDate':'2026-02-01'} | Immunization.expirationDate | {'occurrenceDateTime':'2026-02-01','expirationDate':'2026-02-01'}",
        "immunization-dose-in-series | {'protocolApplied':[{'doseNumberPositiveInt':4,'seriesDosesPositiveInt':3}]} | Immunization.protocolApplied[0] | {'protocolApplied':[{'doseNumberPositiveInt':3,'seriesDosesPositiveInt':3}]}",
        "immunization-not-ahead | {'status':'completed','occurrenceDateTime':'2999-01-01'} | Immunization.occurrence | {'status':'completed','occurrenceDateTime':'2020-01-01'}",
      })
  void findsWhatBreaksItAndNothingElse(String rule, String broken, String path, String kept) {
    assertThat(
            verdict(rule, broken.replace("'ID'", "'" + ID + "'").replace("'ICD'", "'" + ICD + "'")))
        .isEqualTo(Verdict.failsAt(path));
    assertThat(
            verdict(rule, kept.replace("'ID'", "'" + ID + "'").replace("'ICD'", "'" + ICD + "'"))
                .kind())
        .isEqualTo(Verdict.Kind.PASSES);
  }

  @Test
  void askNothingOfWhatTheyDoNotSpeakOf() {
    assertThat(
            verdict(
                "encounter-in-time",
                "{'status':'finished','period':{'end':'2019-01-01T09:00:00+08:00'}}"))
        .as("historic data are no late ones")
        .isEqualTo(Verdict.NOT_ASKED);
    assertThat(verdict("encounter-end", "{'status':'in-progress'}")).isEqualTo(Verdict.NOT_ASKED);
    assertThat(verdict("encounter-order", "{'period':{'start':'2026','end':'2026-03-01'}}"))
        .as("too vague to tell")
        .isEqualTo(Verdict.CANNOT_TELL);
    assertThat(
            verdict(
                "observation-in-range",
                "{'code':{'coding':[{'system':'http://loinc.org','code':'8310-5'}]},'valueQuantity':{'value':98,'code':'[degF]'}}"))
        .isEqualTo(Verdict.CANNOT_TELL);
  }

  @Test
  void areManyAndCoverEveryDimensionAndTheSevenDataSets() {
    assertThat(ShippedRules.all()).hasSizeGreaterThan(80);
    var dimensions = new TreeSet<Dimension>();
    var datasets = new TreeSet<String>();
    ShippedRules.all()
        .values()
        .forEach(
            rule -> {
              dimensions.add(rule.dimension());
              datasets.add(rule.dataset());
            });
    assertThat(dimensions).containsExactly(Dimension.values());
    assertThat(datasets)
        .containsExactly(
            "Condition",
            "DiagnosticReport",
            "Encounter",
            "Immunization",
            "MedicationRequest",
            "Observation",
            "Patient");
  }

  /** What the demo region's hospitals send is right, as far as one record can tell. */
  @Test
  void findNothingWrongWithADemoRegion() {
    var failures = new TreeMap<String, Integer>();
    var unsure = new TreeMap<String, Integer>();
    int judgedAtAll = 0;
    for (ObjectNode bundle : DemoRecords.bundles(3)) {
      List<Subject> subjects = new ArrayList<>();
      for (var entry : bundle.path("entry")) {
        ObjectNode resource = (ObjectNode) entry.path("resource").deepCopy();
        resource.withObject("meta").put("versionId", "1").put("lastUpdated", NOW.toString());
        String url = entry.path("fullUrl").asString("");
        subjects.add(
            new Subject(
                1,
                resource.path("resourceType").asString(),
                url.substring(url.lastIndexOf(':') + 1),
                1,
                NOW,
                "h",
                resource));
      }
      List<Judged> judged =
          SERVER.quality.inTransaction(
              transaction ->
                  JUDGE.judge(
                      transaction,
                      subjects,
                      subject ->
                          ShippedRules.all().values().stream()
                              .filter(
                                  rule ->
                                      rule.dataset().equals(subject.type())
                                          && !rule.check().looksElsewhere())
                              .toList()));
      for (Judged one : judged) {
        judgedAtAll += one.verdict().counts() ? 1 : 0;
        if (one.verdict().fails()) {
          failures.merge(one.rule().rule() + " " + one.verdict().path(), 1, Integer::sum);
        }
        if (one.verdict().kind() == Verdict.Kind.CANNOT_TELL) {
          unsure.merge(one.rule().rule(), 1, Integer::sum);
        }
      }
    }
    assertThat(judgedAtAll).isGreaterThan(500);
    assertThat(failures).isEqualTo(Map.of());
    assertThat(unsure.keySet()).isSubsetOf("condition-known-code", "patient-national-codes");
  }

  @Test
  void speakChineseAndEnglish() {
    for (Rule rule : ShippedRules.all().values()) {
      assertThat(rule.title(java.util.Locale.CHINESE)).matches(".*\\p{IsHan}.*");
      assertThat(rule.title(java.util.Locale.ENGLISH)).doesNotMatch(".*\\p{IsHan}.*");
      assertThat(Json.MAPPER.writeValueAsString(rule.spec())).contains("\"source\":\"");
    }
  }
}
