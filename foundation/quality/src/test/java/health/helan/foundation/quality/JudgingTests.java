package health.helan.foundation.quality;

import static health.helan.foundation.quality.QualityServer.part;
import static health.helan.foundation.quality.QualityServer.system;
import static health.helan.foundation.quality.QualityServer.wholePatient;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.search.ValueSets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is written is judged behind the change log, once for each version. */
class JudgingTests {
  private static final QualityServer SERVER = QualityServer.get();

  private static String broken(String institution) {
    return wholePatient(institution).replace("'gender':'female',", "");
  }

  @Test
  void findsNothingInARecordWithoutFault() {
    Caller sender = system(SERVER.institution("judge-whole"));
    String id = SERVER.created(sender, wholePatient("judge-whole"));
    assertThat(SERVER.open(sender, "Patient/" + id)).isEmpty();
  }

  @Test
  void findsAFaultOnceHoweverOftenItIsSentAgainAndClosesItWhenItIsMended() {
    Caller sender = system(SERVER.institution("judge-mend"));
    String id = SERVER.created(sender, broken("judge-mend"));
    String reference = "Patient/" + id;
    assertThat(SERVER.open(sender, reference)).containsExactly("patient-sex");
    SERVER.put(sender, "Patient", id, broken("judge-mend").replace("赵一", "赵一一"));
    assertThat(SERVER.open(sender, reference)).containsExactly("patient-sex");
    JsonNode again = SERVER.finding(sender, reference, "patient-sex", "all");
    assertThat(part(again, "times")).isEqualTo("1");
    assertThat(part(again, "path")).isEqualTo("Patient.gender");

    SERVER.put(sender, "Patient", id, wholePatient("judge-mend"));
    assertThat(SERVER.open(sender, reference)).isEmpty();
    JsonNode mended = SERVER.finding(sender, reference, "patient-sex", "verified");
    assertThat(part(mended, "id")).isEqualTo(part(again, "id"));

    SERVER.put(sender, "Patient", id, broken("judge-mend"));
    assertThat(SERVER.open(sender, reference)).containsExactly("patient-sex");
    JsonNode recurred = SERVER.finding(sender, reference, "patient-sex", "detected");
    assertThat(part(recurred, "times")).isEqualTo("2");
    JsonNode past =
        SERVER
            .get(sender, "$quality-finding?finding=" + part(again, "id"))
            .all("finding")
            .getFirst();
    assertThat(
            past.path("part")
                .valueStream()
                .filter(one -> one.path("name").asString().equals("step"))
                .map(step -> part(step, "step"))
                .toList())
        .containsExactly("verify", "recur");
    assertThat(SERVER.quality.sums().open("judge-mend")).containsEntry("patient-sex", 1L);
  }

  @Test
  void forgetsWhatIsDeletedWithAllThatWasDoneAboutIt() {
    Caller sender = system(SERVER.institution("judge-gone"));
    String patient = SERVER.created(sender, wholePatient("judge-gone"));
    String id =
        SERVER.created(
            sender,
            "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':'Patient/"
                + patient
                + "'},'effectiveDateTime':'2026-01-01','valueString':'x'}");
    assertThat(SERVER.open(sender, "Observation/" + id)).containsExactly("observation-coded");
    assertThat(SERVER.quality.sums().open("judge-gone")).containsEntry("observation-coded", 1L);
    assertThat(SERVER.send(sender, "DELETE", "Observation/" + id, null).status()).isEqualTo(204);
    SERVER.settle();
    assertThat(SERVER.number("select count(*) from quality_finding where id = '" + id + "'"))
        .isZero();
    assertThat(SERVER.quality.sums().open("judge-gone")).isEmpty();
  }

  @Test
  void findsReferencesThatLeadNowhereUntilTheyDo() {
    Caller sender = system(SERVER.institution("judge-refs"));
    String patient = SERVER.created(sender, wholePatient("judge-refs"));
    String id =
        SERVER.created(
            sender,
            "{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'urn:x','code':'x'}]},'subject':{'reference':'Patient/"
                + patient
                + "'},'effectiveDateTime':'2026-01-01','valueString':'x','performer':[{'reference':'Practitioner/judge-later'}],'derivedFrom':[{'reference':'https://elsewhere.example/fhir/Observation/1'}]}");
    String reference = "Observation/" + id;
    assertThat(SERVER.open(sender, reference)).containsExactly("observation-references");
    assertThat(part(SERVER.finding(sender, reference, "observation-references", "all"), "path"))
        .isEqualTo("Observation.performer[0]");
    SERVER.send(
        Caller.operator("test"),
        "PUT",
        "Practitioner/judge-later",
        "{\"resourceType\":\"Practitioner\",\"id\":\"judge-later\"}");
    assertThat(SERVER.quality.recheck(Duration.ofSeconds(-5))).isPositive();
    assertThat(SERVER.open(sender, reference)).isEmpty();
    assertThat(
            part(SERVER.finding(sender, reference, "observation-references", "verified"), "state"))
        .isEqualTo("verified");
  }

  @Test
  void findsRepeatsAndIdentifiersThatStandForTwo() {
    Caller sender = system(SERVER.institution("judge-twice"));
    Caller other = system(SERVER.institution("judge-elsewhere"));
    String whole = wholePatient("judge-twice");
    String patient = SERVER.created(sender, whole);
    String elsewhere = SERVER.created(other, whole.replace("judge-twice", "judge-elsewhere"));
    assertThat(SERVER.open(sender, "Patient/" + patient)).isEmpty();
    assertThat(SERVER.open(other, "Patient/" + elsewhere))
        .as("another institution may have the same person")
        .isEmpty();
    String again = SERVER.created(sender, whole);
    assertThat(SERVER.open(sender, "Patient/" + again)).contains("patient-one-per-identifier");

    String observation =
        "{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'urn:x','code':'x'}]},'subject':{'reference':'Patient/"
            + patient
            + "'},'effectiveDateTime':'2026-01-01T08:00:00+08:00','valueString':'x'}";
    String first = SERVER.created(sender, observation);
    assertThat(SERVER.open(sender, "Observation/" + first)).isEmpty();
    String second = SERVER.created(sender, observation);
    assertThat(SERVER.open(sender, "Observation/" + second))
        .containsExactly("observation-repeated");
    assertThat(SERVER.open(sender, "Observation/" + first)).isEmpty();
    String different = SERVER.created(sender, observation.replace("T08:00", "T09:00"));
    assertThat(SERVER.open(sender, "Observation/" + different)).isEmpty();
  }

  @Test
  void looksAtTheResidentBehindARecord() {
    Caller sender = system(SERVER.institution("judge-man"));
    String patient =
        SERVER.created(
            sender,
            wholePatient("judge-man")
                .replaceFirst("'identifier':\\[.*?\\],", "")
                .replace("female", "male"));
    String id =
        SERVER.created(
            sender,
            "{'resourceType':'Condition','code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'O80'}]},'subject':{'reference':'Patient/"
                + patient
                + "'},'recordedDate':'2026-01-01','clinicalStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical','code':'active'}]}}");
    assertThat(SERVER.open(sender, "Condition/" + id)).containsExactly("condition-of-women");
  }

  /** Or a hospital would learn of others' residents by writing about them. */
  @Test
  void looksWithTheEyesOfTheInstitutionThatSent() {
    Caller sender = system(SERVER.institution("judge-eyes"));
    Caller other = system(SERVER.institution("judge-hidden"));
    String man =
        wholePatient("judge-hidden")
            .replaceFirst("'identifier':\\[.*?\\],", "")
            .replace("female", "male");
    String birth =
        "{'resourceType':'Condition','code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'O80'}]},'subject':{'reference':'Patient/%s'},'recordedDate':'2026-01-01','clinicalStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical','code':'active'}]}}";
    String hidden = SERVER.created(other, man);
    assertThat(SERVER.open(sender, "Condition/" + SERVER.created(sender, birth.formatted(hidden))))
        .as("sex of a resident of others")
        .isEmpty();
    SERVER.send(
        other,
        "PUT",
        "Patient/judge-chosen",
        QualityServer.tree(man).put("id", "judge-chosen").toString());
    assertThat(
            SERVER.open(
                sender, "Condition/" + SERVER.created(sender, birth.formatted("judge-chosen"))))
        .as("an id that can be guessed")
        .isEqualTo(
            SERVER.open(
                sender, "Condition/" + SERVER.created(sender, birth.formatted("judge-nobody"))))
        .isEmpty();
    String own = SERVER.created(sender, man.replace("judge-hidden", "judge-eyes"));
    assertThat(SERVER.open(sender, "Condition/" + SERVER.created(sender, birth.formatted(own))))
        .containsExactly("condition-of-women");
    assertThat(
            SERVER.open(
                sender,
                "Condition/"
                    + SERVER.created(sender, birth.formatted("000" + own.substring(3, 20) + "0"))))
        .containsExactly("condition-references");
  }

  @Test
  void saysNothingOfTheResidentInAFinding() {
    Caller sender = system(SERVER.institution("judge-secret"));
    SERVER.created(
        sender,
        "{'resourceType':'Patient','name':[{'text':'机密者'}],'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'110101199001019999'}],'telecom':[{'system':'phone','use':'mobile','value':'12345'}]}");
    SERVER.settle();
    for (String as : List.of("", "&as=csv", "&as=ndjson")) {
      String answer = SERVER.get(sender, "$quality-findings?count=100" + as).text();
      assertThat(answer).contains("patient-identity-check-digit", "Patient.identifier[0].value");
      assertThat(answer).doesNotContain("机密者", "110101199001019999", "12345");
    }
    assertThat(
            SERVER.number(
                "select count(*) from quality_finding where path like '%9999%' or path like '%12345%'"))
        .isZero();
  }

  @Test
  void isSharedByTwoInstancesWithoutCountingTwice() throws Exception {
    Caller sender = system(SERVER.institution("judge-two"));
    try (var second =
        health.helan.foundation.store.RecordStore.open(
            SERVER.database,
            new health.helan.foundation.store.StoreConfig(
                new byte[32],
                "second",
                "test",
                health.helan.foundation.store.AccessPolicy.EVERYTHING,
                false),
            health.helan.foundation.store.testing.StoreForTests.QUICK)) {
      try (var quality =
          new Quality(
              SERVER.database,
              second,
              ValueSets.ofR4(),
              QualityServer.QUIET,
              QualityServer.CLOCK)) {
        for (int i = 0; i < 40; i++) {
          SERVER.created(sender, broken("judge-two"));
        }
        SERVER.settle();
        quality.sums().fold();
      }
    }
    SERVER.settle();
    assertThat(SERVER.number("select sum(records) from quality_day where owner = 'judge-two'"))
        .isEqualTo(40);
    assertThat(
            SERVER.number(
                "select sum(failed) from quality_month where owner = 'judge-two' and rule ="
                    + " 'patient-sex'"))
        .isEqualTo(40);
    assertThat(SERVER.quality.sums().open("judge-two")).containsEntry("patient-sex", 40L);
  }
}
