package health.helan.foundation.registry;

import static health.helan.foundation.registry.RegistryServer.ROOT;
import static health.helan.foundation.registry.RegistryServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.RegistryServer.Hospital;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a licence that does not hold forbids, at the moment of the act. */
class ActsTests {
  private static final RegistryServer SERVER = RegistryServer.get();

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static Hospital hospital() {
    return SERVER.new Hospital("试验医院", "李医生");
  }

  private static Reply sign(Caller caller, String document) {
    return SERVER.call(caller, document + "/$sign", "type", "1.2.840.10065.1.12.1.1");
  }

  private static String report(Hospital at, String patient) {
    return "DiagnosticReport/"
        + SERVER.created(
            at.system,
            """
            {'resourceType':'DiagnosticReport','status':'final','code':{'text':'心电图'},'conclusion':'窦性心律',
              'subject':{'reference':'Patient/%s'},'meta':{'tag':[]}}"""
                .formatted(patient)
                .replace(",'meta':{'tag':[]}", ""));
  }

  /** A resident of the hospital whose record is open to the doctor. */
  private static String treated(Hospital at) {
    String patient = at.patient();
    SERVER.created(
        at.system,
        """
        {'resourceType':'Encounter','status':'arrived','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'},
          'participant':[{'individual':{'reference':'Practitioner/%s'}}]}"""
            .formatted(patient, at.doctor));
    return patient;
  }

  @Test
  void anExpiredLicenceCannotSignAndWhatWasSignedBeforeStaysValid() {
    String today = LocalDate.now(Spans.BEIJING).toString();
    Hospital at = hospital().registered("2020-01-01", today);
    SERVER.enroll(at.doctor);
    String patient = treated(at);
    String first = report(at, patient);
    String second = report(at, patient);
    Reply signed = sign(at.asDoctor, first);
    assertThat(signed.status()).as(signed.text()).isEqualTo(201);

    Instant midnight = LocalDate.parse(today).plusDays(1).atStartOfDay(Spans.BEIJING).toInstant();
    SERVER.clock.at(midnight.minusSeconds(30));
    Reply lastMinute = sign(at.asDoctor, second);
    assertThat(lastMinute.status()).as(lastMinute.text()).isEqualTo(201);
    SERVER.clock.at(midnight.plusSeconds(1));
    // No watcher has been here: the moment decides.
    assertThat(at.state()).isEqualTo("active");
    Reply late = sign(at.asDoctor, first);
    assertThat(late.status()).isEqualTo(422);
    assertThat(late.said()).contains("licence").contains("expired");
    Reply input = SERVER.call(at.asDoctor, second + "/$signature-input");
    assertThat(input.status()).isEqualTo(422);
    SERVER.clock.ahead(Duration.ZERO);
    Reply verified = SERVER.get(at.asDoctor, first + "/$verify-signature");
    assertThat(verified.text()).contains("\"valid\"").doesNotContain("\"expired\"");
  }

  @Test
  void aSuspendedLicenceCannotSignUntilItIsResumed() {
    Hospital at = hospital().registered("2020-01-01", "2099-12-31");
    SERVER.enroll(at.doctor);
    String document = report(at, treated(at));
    ok(at.step("suspend"));
    Reply refused = sign(at.asDoctor, document);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.said()).contains("suspended");
    ok(at.step("resume"));
    assertThat(sign(at.asDoctor, document).status()).isEqualTo(201);
  }

  @Test
  void anInstitutionWhoseLicenceIsSuspendedSignsNothingAndNobodyThere() {
    Hospital at = hospital().registered("2020-01-01", "2099-12-31");
    SERVER.enroll(at.doctor);
    String document = report(at, treated(at));
    ok(
        SERVER.call(
            at.system,
            "Organization/" + at.id + "/$file",
            "kind",
            "medical-institution",
            "number",
            "PDY" + at.run,
            "end",
            "2099-12-31",
            "reason",
            "执业许可证备案"));
    for (String step : new String[] {"verify", "activate", "suspend"}) {
      ok(SERVER.call(at.regulator, "Organization/" + at.id + "/$" + step, "reason", "按规定办理"));
    }
    Reply byDoctor = sign(at.asDoctor, document);
    assertThat(byDoctor.status()).isEqualTo(422);
    assertThat(byDoctor.said()).contains("institution").contains("suspended");
    assertThat(sign(at.system, document).said()).contains("institution");
    assertThat(at.prescribe(at.asDoctor, at.patient(), "").said()).contains("institution");
  }

  @Test
  void aPrescriptionNeedsTheRightAtTheInstitutionAndTheTime() {
    Hospital at = hospital().registered("2020-01-01", "2099-12-31");
    String patient = treated(at);
    Reply good = at.prescribe(at.asDoctor, patient, "");
    assertThat(good.status()).as(good.text()).isEqualTo(201);
    String antibiotic =
        ",'category':[{'coding':[{'system':'%s','code':'antibiotic-2'}]}]"
            .formatted(PrescribingRight.SYSTEM);
    Reply refused = at.prescribe(at.asDoctor, patient, antibiotic);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.said()).contains("antibiotic-2");
    ok(
        SERVER.call(
            at.system,
            "PractitionerRole/" + at.post + "/$prescribing-rights",
            "right",
            "ordinary",
            "right",
            "antibiotic-3",
            "reason",
            "考核合格授予"));
    assertThat(at.prescribe(at.asDoctor, patient, antibiotic).status()).isEqualTo(201);
    // Nobody gives themselves rights.
    assertThat(
            SERVER
                .call(
                    at.asDoctor,
                    "PractitionerRole/" + at.post + "/$prescribing-rights",
                    "right",
                    "narcotic",
                    "reason",
                    "自己给自己")
                .status())
        .isEqualTo(403);
    // At another institution there is no place, and so no right.
    Hospital other = hospital();
    Reply elsewhere =
        other.prescribe(RegistryServer.practitioner(at.doctor, other.id), other.patient(), "");
    assertThat(elsewhere.status()).isEqualTo(422);
    assertThat(elsewhere.said()).contains("not registered to practise at this institution");
    // A system's word for somebody is held to the same.
    Reply bySystem =
        other.prescribe(
            other.system,
            other.patient(),
            ",'requester':{'reference':'Practitioner/%s'}".formatted(at.doctor));
    assertThat(bySystem.status()).isEqualTo(422);
    // Opium by its ATC code.
    Reply morphine =
        SERVER.create(
            at.asDoctor,
            """
            {'resourceType':'MedicationRequest','status':'active','intent':'order','subject':{'reference':'Patient/%s'},
              'medicationCodeableConcept':{'coding':[{'system':'http://www.whocc.no/atc','code':'N02AA01'}]}}"""
                .formatted(patient));
    assertThat(morphine.said()).contains("narcotic");
    // In somebody else's name.
    Reply forAnother =
        at.prescribe(
            at.asDoctor,
            patient,
            ",'requester':{'reference':'Practitioner/%s'}".formatted(other.doctor));
    assertThat(forAnother.status()).isEqualTo(403);
  }

  @Test
  void whatWasPrescribedBeforeAnExpiryIsFinishedAfterAndHandedInLater() {
    String today = LocalDate.now(Spans.BEIJING).toString();
    Hospital at = hospital().registered("2020-01-01", "2099-12-31");
    String patient = treated(at);
    Reply before = at.prescribe(at.asDoctor, patient, "");
    ok(at.step("suspend"));
    assertThat(at.prescribe(at.asDoctor, patient, "").status()).isEqualTo(422);
    assertThat(at.prescribe(at.asDoctor, patient, ",'authoredOn':'2024-05-01'").status())
        .as("a practitioner's word is of now")
        .isEqualTo(422);
    String by = ",'requester':{'reference':'Practitioner/%s'},'authoredOn':'%s'";
    assertThat(at.prescribe(at.system, patient, by.formatted(at.doctor, "2024-05-01")).status())
        .isEqualTo(201);
    assertThat(at.prescribe(at.system, patient, by.formatted(at.doctor, "2019-05-01")).status())
        .as("before the licence began")
        .isEqualTo(422);
    assertThat(
            at.prescribe(at.system, patient, by.formatted(at.doctor, today + "T23:59:59+08:00"))
                .status())
        .as("not before it is done")
        .isEqualTo(422);
    assertThat(
            SERVER
                .send(
                    at.asDoctor,
                    "PUT",
                    "MedicationRequest/" + before.id(),
                    before.text().replace("\"active\"", "\"completed\""))
                .status())
        .isEqualTo(200);
    // A draft is nobody's order.
    Reply draft =
        SERVER.create(
            at.asDoctor,
            """
            {'resourceType':'MedicationRequest','status':'draft','intent':'order','subject':{'reference':'Patient/%s'},
              'medicationCodeableConcept':{'text':'x'}}"""
                .formatted(patient));
    assertThat(draft.status()).isEqualTo(201);
    assertThat(
            SERVER
                .send(
                    at.asDoctor,
                    "PUT",
                    "MedicationRequest/" + draft.id(),
                    draft.text().replace("\"draft\"", "\"active\""))
                .status())
        .isEqualTo(422);
  }

  @Test
  void whatIsNoLicenceToPrescribeByGivesNoRight() {
    Hospital at = licensed("nurse");
    ok(
        SERVER.call(
            at.system,
            "PractitionerRole/" + at.post + "/$file",
            "site",
            "main",
            "right",
            "ordinary",
            "reason",
            "护士也申请处方权"));
    Reply approved =
        SERVER.call(at.regulator, "PractitionerRole/" + at.post + "/$approve", "reason", "按规定办理");
    assertThat(approved.status()).isEqualTo(422);
    assertThat(approved.said()).contains("licence to prescribe by");
    ok(
        SERVER.call(
            at.system,
            "PractitionerRole/" + at.post + "/$file",
            "site",
            "main",
            "reason",
            "护士执业注册"));
    ok(SERVER.call(at.regulator, "PractitionerRole/" + at.post + "/$approve", "reason", "按规定办理"));
    assertThat(at.prescribe(at.asDoctor, at.patient(), "").said()).contains("prescribe by");
  }

  /** A hospital whose practitioner has a licence of that kind, and no place yet. */
  private static Hospital licensed(String kind) {
    Hospital at = hospital();
    ok(
        SERVER.call(
            at.system,
            "Practitioner/" + at.doctor + "/$file",
            "kind",
            kind,
            "number",
            "N" + at.run,
            "start",
            "2020-01-01",
            "reason",
            "首次执业注册"));
    ok(at.step("verify"));
    ok(at.step("activate"));
    return at;
  }

  private static Hospital placed(Hospital at) {
    String post = "PractitionerRole/" + at.post;
    ok(SERVER.call(at.system, post + "/$file", "site", "main", "reason", "执业注册"));
    ok(SERVER.call(at.regulator, post + "/$approve", "reason", "按规定办理"));
    return at;
  }

  @Test
  void whatDoctorsAndNursesDoIsNotForOtherLicencesNorForOneThatDoesNotHold() {
    Hospital nurse = placed(licensed("nurse"));
    assertThat(againstCaring(SERVER, nurse)).isEmpty();
    assertThat(againstCaring(SERVER, hospital().registered("2020-01-01", "2099-12-31"))).isEmpty();
    assertThat(againstCaring(SERVER, placed(licensed("pharmacist"))))
        .isEqualTo("registry.not-a-carer");
    assertThat(againstCaring(SERVER, licensed("nurse"))).isEqualTo("registry.no-site");
    ok(nurse.step("suspend"));
    assertThat(againstCaring(SERVER, nurse)).isEqualTo("registry.licence");
    // A clerk, whom the registry does not know, as the region says.
    assertThat(againstCaring(SERVER, hospital())).isEmpty();
    assertThat(againstCaring(RegistryServer.refusing(), hospital()))
        .isEqualTo("registry.unregistered");
  }

  /** Key of the refusal; empty for none. */
  private static String againstCaring(RegistryServer server, Hospital at) {
    try (Connection connection = server.database.getConnection()) {
      server.registry.licences().checkCarer(connection, at.doctor, at.id, SERVER.clock.instant());
      return "";
    } catch (Refusal e) {
      return e.messageKey();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nobodyIsGivenAResidentToTreatWhoseLicenceIsSuspended() {
    Hospital at = hospital().registered("2020-01-01", "2099-12-31");
    ok(at.step("suspend"));
    String patient = treated(at);
    assertThat(SERVER.get(at.asDoctor, "Patient/" + patient).text()).contains("SUBSETTED");
    ok(at.step("resume"));
    String after = treated(at);
    assertThat(SERVER.get(at.asDoctor, "Patient/" + after).text()).doesNotContain("SUBSETTED");
  }

  @Test
  void thoseWhomTheRegistryDoesNotKnowPassOrAreRefusedAsTheRegionSays() {
    Hospital at = hospital();
    String patient = treated(at);
    assertThat(at.prescribe(at.asDoctor, patient, "").status()).isEqualTo(201);
    // Filed is not known yet: filing locks nobody out.
    at.file(at.system, "2020-01-01", "2099-12-31");
    assertThat(at.prescribe(at.asDoctor, patient, "").status()).isEqualTo(201);
    RegistryServer strict = RegistryServer.refusing();
    String request =
        """
        {'resourceType':'MedicationRequest','status':'active','intent':'order',
          'medicationCodeableConcept':{'text':'x'},'subject':{'reference':'Patient/%s'}}"""
            .formatted(patient);
    Reply refused = strict.create(at.asDoctor, request);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.said()).contains("not in the provider registry");
    // What the root loads is history.
    assertThat(
            strict
                .create(
                    ROOT,
                    request.replace(
                        "'status'",
                        "'requester':{'reference':'Practitioner/%s'},'status'"
                            .formatted(at.doctor)))
                .status())
        .isEqualTo(201);
  }
}
