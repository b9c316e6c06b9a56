package health.helan.foundation.trust.policy;

import static health.helan.foundation.trust.policy.Callers.ROOT;
import static health.helan.foundation.trust.policy.GuardedServer.tree;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.policy.GuardedServer.Reply;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Which acts open a record, to whom, and for how long. */
class GrantTests {
  private final GuardedServer server = GuardedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final String hospital = "ha-" + run;
  private final String elsewhere = "hb-" + run;
  private final String doctor = "da-" + run;
  private final Caller doctorNow = Callers.practitioner(doctor, hospital, "dept-" + run);
  private final Caller clerk = Callers.practitioner("clerk-" + run, hospital);
  private final Caller otherSystem = Callers.system(elsewhere);
  private final String number = IdentityNumbers.next();
  private final String patient =
      server.created(
          otherSystem,
          "{'resourceType':'Patient','identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'%s'}],'name':[{'text':'张小三'}]}"
              .formatted(number));
  private final Caller resident = Callers.resident(patient);
  private final String finding =
      server.created(otherSystem, observation("http://loinc.org", "718-7"));

  private String observation(String system, String code) {
    return "{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'%s','code':'%s'}]},'subject':{'reference':'Patient/%s'}}"
        .formatted(system, code, patient);
  }

  @AfterEach
  void backToNow() {
    server.clock.ahead(Duration.ZERO);
  }

  private boolean sees(Caller caller) {
    return sees(caller, finding);
  }

  private boolean sees(Caller caller, String observation) {
    Reply reply = server.get(caller, "Observation/" + observation);
    assertThat(reply.status()).isIn(200, 404);
    return reply.status() == 200 && !reply.text().contains("SUBSETTED");
  }

  private String appointment(String status, Instant start) {
    return """
    {'resourceType':'Appointment','status':'%s','start':'%s','end':'%s','participant':[
      {'status':'accepted','actor':{'reference':'Patient/%s'}},
      {'status':'accepted','actor':{'reference':'Practitioner/%s'}}]}"""
        .formatted(status, start, start.plusSeconds(900), patient, doctor);
  }

  private String encounter(String status, String practitioner, String more) {
    return "{'resourceType':'Encounter','status':'%s','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'},'participant':[{'individual':{'reference':'Practitioner/%s'}}]%s}"
        .formatted(status, patient, practitioner, more);
  }

  @Test
  void aBookingOpensTheRecordADayBeforeAndAWeekAfter() {
    Instant start = Instant.now().plus(Duration.ofDays(10)).truncatedTo(ChronoUnit.SECONDS);
    server.created(resident, appointment("booked", start));
    assertThat(sees(doctorNow)).isFalse();
    server.clock.ahead(Duration.ofDays(9).plusHours(1));
    assertThat(sees(doctorNow)).isTrue();
    assertThat(sees(Callers.practitioner("another", hospital))).isFalse();
    server.clock.ahead(Duration.ofDays(16));
    assertThat(sees(doctorNow)).isTrue();
    server.clock.ahead(Duration.ofDays(18));
    assertThat(sees(doctorNow)).isFalse();
  }

  @Test
  void aCancelledBookingClosesItWithTheNextRequest() {
    String id = server.created(resident, appointment("booked", Instant.now()));
    assertThat(sees(doctorNow)).isTrue();
    ObjectNode cancelled = (ObjectNode) server.get(resident, "Appointment/" + id).json();
    cancelled.put("status", "cancelled");
    assertThat(server.send(resident, "PUT", "Appointment/" + id, cancelled.toString()).status())
        .isEqualTo(200);
    assertThat(sees(doctorNow)).isFalse();
  }

  @Test
  void whatAClinicianWritesOpensNothingToThatClinician() {
    server.created(doctorNow, encounter("in-progress", doctor, ""));
    assertThat(sees(doctorNow)).isFalse();
    server.created(
        doctorNow,
        encounter(
            "in-progress",
            "x",
            ",'serviceProvider':{'reference':'Organization/dept-%s'}".formatted(run)));
    server.created(
        doctorNow,
        encounter(
            "in-progress",
            "x",
            ",'serviceProvider':{'reference':'Organization/%s'}".formatted(hospital)));
    server.created(doctorNow, appointment("booked", Instant.now()));
    assertThat(sees(doctorNow)).isFalse();
  }

  @Test
  void aColleagueWhoHasNothingToDoWithTheResidentOpensNothingEither() {
    server.created(clerk, encounter("in-progress", doctor, ""));
    assertThat(sees(doctorNow)).isFalse();
  }

  @Test
  void aCheckInWithTheCardOpensItToTheDoctorNamedAndNotToTheClerk() {
    Reply wrong =
        parameters(
            clerk,
            "Patient/" + patient + "/$check-in",
            "identifier",
            IdentityNumbers.next(),
            "practitioner",
            doctor);
    Reply nobody =
        parameters(clerk, "Patient/nobody/$check-in", "identifier", number, "practitioner", doctor);
    assertThat(wrong.status()).isEqualTo(404);
    assertThat(nobody.status()).isEqualTo(404);
    assertThat(
            parameters(
                    doctorNow,
                    "Patient/" + patient + "/$check-in",
                    "identifier",
                    number,
                    "practitioner",
                    doctor)
                .status())
        .isEqualTo(422);
    assertThat(sees(doctorNow)).isFalse();
    Reply come =
        parameters(
            clerk,
            "Patient/" + patient + "/$check-in",
            "identifier",
            number,
            "practitioner",
            doctor);
    assertThat(come.status()).as(come.text()).isEqualTo(201);
    assertThat(sees(doctorNow)).isTrue();
    assertThat(sees(clerk)).isFalse();
    server.clock.ahead(Duration.ofDays(4));
    assertThat(sees(doctorNow)).isFalse();
  }

  @Test
  void aCheckInForADepartmentOpensItToWhoeverWorksThere() {
    parameters(
        clerk,
        "Patient/" + patient + "/$check-in",
        "identifier",
        number,
        "department",
        "dept-" + run);
    assertThat(sees(doctorNow)).isTrue();
    assertThat(sees(Callers.practitioner("another", hospital))).isFalse();
  }

  @Test
  void theDoctorsOwnLaterWordOfAVisitShortensTheGrantAndNeverLengthensIt() {
    Caller system = Callers.system(hospital);
    String id = server.created(system, encounter("in-progress", doctor, ""));
    assertThat(sees(doctorNow)).isTrue();
    ObjectNode inpatient = (ObjectNode) server.get(doctorNow, "Encounter/" + id).json();
    inpatient.putObject("class").put("code", "IMP");
    assertThat(server.send(doctorNow, "PUT", "Encounter/" + id, inpatient.toString()).status())
        .isEqualTo(200);
    server.clock.ahead(Duration.ofDays(4));
    assertThat(sees(doctorNow)).isFalse();
  }

  @Test
  void anAcceptedReferralOpensItToWhomItIsAddressed() {
    Caller there = Callers.practitioner("dr-" + run, elsewhere);
    String task =
        """
        {'resourceType':'Task','status':'requested','intent':'order','for':{'reference':'Patient/%s'},
        'owner':{'reference':'Organization/%s'}}"""
            .formatted(patient, hospital);
    // From where nobody has anything to do with the resident, it is an empty offer.
    Caller stranger = Callers.practitioner("ds-" + run, "hc-" + run);
    String empty = server.created(stranger, task);
    ObjectNode taken = (ObjectNode) server.get(doctorNow, "Task/" + empty).json();
    taken.put("status", "accepted");
    assertThat(server.send(doctorNow, "PUT", "Task/" + empty, taken.toString()).status())
        .isEqualTo(200);
    assertThat(sees(doctorNow)).isFalse();
    String id = server.created(there, task);
    assertThat(sees(doctorNow)).isFalse();
    ObjectNode accepted = (ObjectNode) server.get(doctorNow, "Task/" + id).json();
    assertThat(accepted.toString()).doesNotContain("SUBSETTED");
    ObjectNode changed = accepted.deepCopy();
    changed.put("status", "accepted").putObject("for").put("reference", "Patient/another");
    assertThat(server.send(doctorNow, "PUT", "Task/" + id, changed.toString()).status())
        .isEqualTo(403);
    accepted.put("status", "accepted");
    Reply answer = server.send(doctorNow, "PUT", "Task/" + id, accepted.toString());
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(sees(doctorNow)).isTrue();
    assertThat(server.get(Callers.practitioner("x", "hc-" + run), "Task/" + id).status())
        .isEqualTo(404);
  }

  @Test
  void aLoadOfTheRecordsOfYearsOpensNothing() throws SQLException {
    server.created(
        ROOT, encounter("finished", doctor, ",'period':{'start':'2020-01-01','end':'2020-01-02'}"));
    server.created(ROOT, appointment("fulfilled", Instant.parse("2020-01-01T00:00:00Z")));
    assertThat(sees(doctorNow)).isFalse();
    assertThat(grants("made_by = 'operator' and grantee = 'Practitioner/" + doctor + "'")).isZero();
  }

  private long grants(String where) throws SQLException {
    try (var connection = server.database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from access_grant where " + where)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  // ---- consent

  private String consent(String provision) {
    return server.created(resident, Consents.consent(patient, provision));
  }

  @Test
  void aConsentOpensTheRecordForItsTime() {
    consent(
        "'type':'permit','period':{'end':'%s'},'actor':[%s]"
            .formatted(
                java.time.LocalDate.now(java.time.ZoneOffset.ofHours(8)).plusDays(2),
                Consents.actor("Organization/" + hospital)));
    assertThat(sees(doctorNow)).isTrue();
    assertThat(sees(Callers.system(hospital))).isTrue();
    assertThat(sees(Callers.practitioner("x", "hc-" + run))).isFalse();
    server.clock.ahead(Duration.ofDays(4));
    assertThat(sees(doctorNow)).isFalse();
  }

  @Test
  void aSensitiveFindingNeedsAConsentThatNamesItsCategory() {
    String hiv = server.created(otherSystem, observation("http://loinc.org", "75622-1"));
    String mood =
        server.created(otherSystem, observation("http://hl7.org/fhir/sid/icd-10", "F32.1"));
    String actor = "'actor':[" + Consents.actor("Practitioner/" + doctor) + "]";
    consent("'type':'permit'," + actor);
    assertThat(sees(doctorNow)).isTrue();
    assertThat(sees(doctorNow, hiv)).isFalse();
    consent(
        "'type':'permit',"
            + actor
            + ",'securityLabel':[{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'HIV'}]");
    assertThat(sees(doctorNow, hiv)).isTrue();
    assertThat(sees(doctorNow, mood)).isFalse();
    assertThat(sees(resident, hiv)).isTrue();
    // The institution that found it keeps it, for its system; not for everybody who works there.
    assertThat(sees(otherSystem, hiv)).isTrue();
    assertThat(server.get(Callers.practitioner("x", elsewhere), "Observation/" + hiv).status())
        .isEqualTo(404);
  }

  @Test
  void anObjectionClosesWhatTreatmentOpensButNotAnException() {
    server.created(resident, appointment("booked", Instant.now()));
    assertThat(sees(doctorNow)).isTrue();
    String id = consent("'type':'deny'");
    assertThat(sees(doctorNow)).isFalse();
    ObjectNode excepted =
        tree(
            Consents.consent(
                patient,
                "'type':'deny','provision':[{'type':'permit','actor':[%s]}]"
                    .formatted(Consents.actor("Practitioner/" + doctor))));
    excepted.put("id", id);
    Reply narrowed = server.send(resident, "PUT", "Consent/" + id, excepted.toString());
    assertThat(narrowed.status()).as(narrowed.text()).isEqualTo(200);
    assertThat(sees(doctorNow)).isTrue();
    assertThat(server.send(resident, "DELETE", "Consent/" + id, null).status()).isEqualTo(403);
  }

  @Test
  void oneWhomTheResidentClosesItToByNameStaysOutside() {
    consent("'type':'permit','actor':[" + Consents.actor("Organization/" + hospital) + "]");
    assertThat(sees(doctorNow)).isTrue();
    consent("'type':'deny','actor':[" + Consents.actor("Practitioner/" + doctor) + "]");
    assertThat(sees(doctorNow)).isFalse();
    assertThat(sees(clerk)).isTrue();
  }

  @Test
  void aConsentThatIsNotUnderstoodInFullIsRefused() {
    for (String provision :
        new String[] {
          "'type':'permit'",
          "'type':'permit','actor':[%s],'purpose':[{'code':'TREAT'}]"
              .formatted(Consents.actor("Organization/x")),
          "'type':'permit','actor':[%s]".formatted(Consents.actor("Patient/x")),
          "'type':'deny','provision':[{'type':'permit','actor':[%s],'provision':[{'type':'deny'}]}]"
              .formatted(Consents.actor("Organization/x")),
        }) {
      assertThat(server.post(resident, tree(Consents.consent(patient, provision))).status())
          .as(provision)
          .isEqualTo(422);
    }
    ObjectNode unknownText = tree(Consents.active(patient, "Organization/x"));
    unknownText.putArray("policy").addObject().put("uri", "urn:another");
    assertThat(server.post(resident, unknownText).status()).isEqualTo(422);
    assertThat(server.get(resident, "Consent/$texts").text()).contains("record-access/1");
  }

  @Test
  void nobodyConsentsForAnother() {
    String consent = Consents.active(patient, "Organization/" + hospital);
    assertThat(server.post(Callers.resident("another"), tree(consent)).status()).isEqualTo(403);
    assertThat(server.post(doctorNow, tree(consent)).status()).isEqualTo(403);
    assertThat(server.post(Callers.system(hospital), tree(consent)).status()).isEqualTo(403);
    assertThat(sees(doctorNow)).isFalse();
  }

  // ---- emergencies

  private Reply parameters(Caller caller, String path, String... namesAndValues) {
    var parameters = new StringBuilder("{'resourceType':'Parameters','parameter':[");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parameters
          .append(i == 0 ? "" : ",")
          .append(
              "{'name':'%s','valueString':'%s'}"
                  .formatted(namesAndValues[i], namesAndValues[i + 1]));
    }
    return server.send(caller, "POST", path, tree(parameters + "]}").toString());
  }

  @Test
  void anEmergencyOpensEverythingForFourHoursAndIsToldAndReviewed() {
    String hiv = server.created(otherSystem, observation("http://loinc.org", "75622-1"));
    consent("'type':'deny'");
    String path = "Patient/" + patient + "/$emergency-access";
    assertThat(parameters(doctorNow, path, "reason", "x").status()).isEqualTo(400);
    assertThat(parameters(resident, path, "reason", "昏迷，无法询问").status()).isEqualTo(403);
    assertThat(parameters(otherSystem, path, "reason", "昏迷，无法询问").status()).isEqualTo(403);
    assertThat(sees(doctorNow)).isFalse();

    Reply opened = parameters(doctorNow, path, "reason", "昏迷，无法询问");
    assertThat(opened.status()).as(opened.text()).isEqualTo(201);
    assertThat(sees(doctorNow)).isTrue();
    assertThat(sees(doctorNow, hiv)).isTrue();
    assertThat(sees(clerk)).isFalse();
    Reply told = server.get(resident, "Communication?subject=Patient/" + patient);
    assertThat(told.text()).contains("昏迷，无法询问");
    assertThat(told.json().at("/entry/0/resource/topic/coding/0/code").asString())
        .isEqualTo("emergency-access");

    Caller regulator = Callers.regulator();
    String review = "Task/" + opened.id();
    assertThat(server.get(regulator, review).status()).isEqualTo(404);
    assertThat(server.get(regulator, "Task/$emergency-reviews?state=opened").text())
        .contains(opened.id());
    assertThat(server.get(resident, "Task/$emergency-reviews").status()).isEqualTo(403);
    assertThat(server.get(otherSystem, "Task/$emergency-reviews").status()).isEqualTo(403);
    assertThat(server.get(doctorNow, "Task/$emergency-reviews").text()).contains(opened.id());
    Reply clerks = server.get(clerk, "Task/$emergency-reviews");
    assertThat(clerks.status()).as(clerks.text()).isEqualTo(200);
    assertThat(clerks.text()).as("another's").doesNotContain(opened.id());
    assertThat(server.get(resident, "Task?patient=Patient/" + patient).text())
        .as("the resident reads the access and how its review ends")
        .contains(opened.id());
    server.clock.ahead(Duration.ofHours(5));
    assertThat(sees(doctorNow)).isFalse();
    assertThat(server.get(doctorNow, "Task/$emergency-reviews?state=opened").text())
        .as("to be justified when it is over")
        .contains(opened.id());

    assertThat(
            parameters(regulator, review + "/$review", "decision", "justified", "note", "情况属实，予以认可")
                .status())
        .isEqualTo(422);
    assertThat(parameters(clerk, review + "/$justify", "statement", "不是我查阅的").status())
        .isEqualTo(404);
    assertThat(parameters(doctorNow, review + "/$justify", "statement", "患者由120送入，昏迷").status())
        .isEqualTo(200);
    assertThat(
            parameters(doctorNow, review + "/$review", "decision", "justified", "note", "情况属实，予以认可")
                .status())
        .isEqualTo(403);
    assertThat(
            parameters(regulator, review + "/$review", "decision", "justified", "note", "情况属实，予以认可")
                .status())
        .isEqualTo(200);
    assertThat(
            parameters(regulator, review + "/$review", "decision", "misuse", "note", "再审一次看看")
                .status())
        .isEqualTo(422);
  }

  @Test
  void aMisuseEndsTheAccessAndIsTold() {
    Reply opened =
        parameters(doctorNow, "Patient/" + patient + "/$emergency-access", "reason", "只是想看一看");
    assertThat(sees(doctorNow)).isTrue();
    assertThat(
            parameters(
                    Callers.regulator(),
                    "Task/" + opened.id() + "/$review",
                    "decision",
                    "misuse",
                    "note",
                    "无救治关系，擅自查阅")
                .status())
        .isEqualTo(200);
    assertThat(sees(doctorNow)).isFalse();
    assertThat(server.get(resident, "Communication?subject=Patient/" + patient).text())
        .contains("滥用");
  }

  @Test
  void nobodyMakesAnEmergencyByWritingItsTask() {
    ObjectNode task =
        tree(
            """
            {'resourceType':'Task','status':'requested','intent':'order','for':{'reference':'Patient/%s'},
            'code':{'coding':[{'system':'%s','code':'%s'}]},'requester':{'reference':'Practitioner/%s'},
            'restriction':{'period':{'end':'2999-01-01T00:00:00Z'}}}"""
                .formatted(patient, Causes.TASK_SYSTEM, Causes.EMERGENCY_TASK, doctor));
    assertThat(server.post(doctorNow, task).status()).isEqualTo(201);
    assertThat(server.post(clerk, task).status()).isEqualTo(201);
    assertThat(server.post(Callers.system(hospital), task).status()).isEqualTo(201);
    assertThat(sees(doctorNow)).isFalse();
  }

  // ---- masked views

  @Test
  void theDeskFindsAResidentByTheWholeNumberAndSeesItMasked() {
    Reply found = parameters(clerk, "Patient/$locate", "identifier", number);
    assertThat(found.text())
        .contains(patient, "张*三", number.substring(0, 4) + "**********" + number.substring(14))
        .contains("SUBSETTED")
        .doesNotContain("张小三", number);
    assertThat(parameters(clerk, "Patient/$locate", "identifier", number.substring(0, 10)).status())
        .isEqualTo(400);
    assertThat(parameters(resident, "Patient/$locate", "identifier", number).status())
        .isEqualTo(403);
    // An ordinary search finds nothing of another institution's.
    assertThat(server.get(clerk, "Patient?identifier=" + number).json().path("entry")).isEmpty();
  }

  @Test
  void aMaskedOrPartialBodyIsNeverWritten() {
    Caller system = Callers.system(hospital);
    String own =
        server.created(
            system,
            "{'resourceType':'Patient','identifier':[{'value':'640104198001011234'}],'name':[{'text':'王小二'}],'telecom':[{'system':'phone','value':'13900001234'}],'birthDate':'1980-01-01'}");
    Reply masked = server.get(clerk, "Patient/" + own);
    assertThat(masked.text())
        .contains("王*二", "6401**********1234", "139****1234", "1980")
        .doesNotContain("1980-01");
    assertThat(server.send(system, "PUT", "Patient/" + own, masked.text()).status()).isEqualTo(422);
    ObjectNode untagged = (ObjectNode) masked.json();
    untagged.remove("meta");
    assertThat(server.send(system, "PUT", "Patient/" + own, untagged.toString()).status())
        .isEqualTo(422);
    Reply summary = server.get(system, "Patient/" + own + "?_elements=gender");
    assertThat(server.send(system, "PUT", "Patient/" + own, summary.text()).status())
        .isEqualTo(422);
    assertThat(
            server
                .send(
                    clerk,
                    "PATCH",
                    "Patient/" + own,
                    tree("{}")
                        .toString()
                        .replace(
                            "{}",
                            "[{\"op\":\"test\",\"path\":\"/birthDate\",\"value\":\"1980-01-01\"}]"),
                    "Content-Type",
                    "application/json-patch+json")
                .status())
        .isEqualTo(403);
    assertThat(server.get(ROOT, "Patient/" + own).text()).contains("王小二");
  }

  @Test
  void whatIsMaskedFindsNothing() {
    Caller system = Callers.system(hospital);
    String own =
        server.created(
            system,
            "{'resourceType':'Patient','active':true,'gender':'male','identifier':[{'system':'urn:n','value':'n-%s'}],'name':[{'text':'王小二','family':'王'}],'telecom':[{'system':'phone','value':'13900001234'}],'birthDate':'1980-01-01','address':[{'text':'银川'}]}"
                .formatted(run));
    server.created(
        system,
        "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':'Patient/%s','display':'王小二'}}"
            .formatted(own));
    assertThat(found(clerk, "Patient?gender=male&_id=" + own)).isEqualTo(1);
    assertThat(found(clerk, "Patient?identifier=urn:n|n-" + run)).isEqualTo(1);
    for (String query :
        new String[] {
          "name=王小二",
          "family:exact=王",
          "name:missing=false",
          "phone=13900001234",
          "telecom=13900001234",
          "birthdate=1980-01-01",
          "birthdate=gt1970",
          "address=银川",
          "identifier:missing=false",
          "identifier:not=urn:n|x",
          "_sort=birthdate",
          "_sort=-name",
          "_sort=_id,family"
        }) {
      assertThat(found(clerk, "Patient?_id=" + own + "&" + query)).as(query).isZero();
      assertThat(found(system, "Patient?_id=" + own + "&" + query)).as(query).isEqualTo(1);
    }
    String findings = "Observation?patient=" + own;
    assertThat(found(clerk, findings)).isEqualTo(1);
    assertThat(found(clerk, findings + "&subject:Patient.name=王小二")).isZero();
    assertThat(found(clerk, findings + "&subject:Patient.gender=male")).isEqualTo(1);
    assertThat(server.get(clerk, findings + "&_include=Observation:patient").text())
        .contains("王*二")
        .doesNotContain("王小二");
    assertThat(server.get(clerk, "Patient/" + own + "/$everything").text())
        .contains("王*二")
        .doesNotContain("王小二");
  }

  private int found(Caller caller, String query) {
    Reply reply = server.get(caller, query.replace("|", "%7C"));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json().path("entry").size();
  }
}
