package health.helan.foundation.trust.policy;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.policy.GuardedServer.Reply;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody at an institution counts or lists drugs by doctor (统方). */
class ByResidentTests {
  private static final GuardedServer SERVER = GuardedServer.get();

  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Caller system = Callers.system("drugs-" + run);
  private final Caller doctor = Callers.practitioner("doctor-" + run, "drugs-" + run);
  private String patient = "";

  @BeforeEach
  void aPrescription() {
    patient = SERVER.created(system, "{'resourceType':'Patient','name':[{'text':'张小三'}]}");
    SERVER.created(
        system,
        """
        {'resourceType':'MedicationRequest','status':'active','intent':'order','subject':{'reference':'Patient/%s'},
          'medicationCodeableConcept':{'text':'阿莫西林'},'requester':{'reference':'Practitioner/doctor-%s'}}"""
            .formatted(patient, run));
  }

  private Reply get(Caller caller, String path) {
    return SERVER.get(
        caller, path.replace("PATIENT", patient).replace("DOCTOR", "Practitioner/doctor-" + run));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MedicationRequest?requester=DOCTOR&_summary=count",
        "MedicationRequest?requester=DOCTOR",
        "MedicationRequest",
        "MedicationRequest?status=active&_include=MedicationRequest:requester",
        "MedicationRequest?patient:missing=false&requester=DOCTOR",
        "MedicationRequest?identifier=urn:x%7C&requester=DOCTOR",
        "MedicationRequest?patient.active=true&requester=DOCTOR",
        "MedicationRequest/_history",
        "MedicationDispense?performer=DOCTOR&_summary=count",
        "?_type=MedicationRequest&_summary=count",
        "DOCTOR/MedicationRequest",
        "Practitioner?_has:MedicationRequest:requester:status=active",
        "Patient?_has:MedicationRequest:patient:requester=DOCTOR&_summary=count",
        "Practitioner?_id=doctor&_revinclude=MedicationRequest:requester",
        "Task?focus:MedicationRequest.requester=DOCTOR&_summary=count",
        "MedicationRequest?identifier=urn:x%7C,urn:y%7C1&requester=DOCTOR",
        "MedicationRequest?patient=&requester=DOCTOR",
        "Encounter?participant=DOCTOR&_revinclude=MedicationRequest:encounter",
        "Encounter?participant=DOCTOR&_has:MedicationRequest:encounter:status=active&_summary=count",
        "Practitioner?_has:Encounter:participant:_has:MedicationRequest:encounter:status=active",
        "DOCTOR/Encounter?_revinclude=MedicationRequest:encounter",
        "Patient?_lastUpdated=ge2020-01-01&_revinclude=MedicationRequest:patient",
        "Patient?_has:MedicationRequest:patient:status=active",
        "Task?requester=DOCTOR&_include=Task:focus",
        "Provenance?agent=DOCTOR&_include=Provenance:target:MedicationRequest",
        "Medication?_id=m&_revinclude=MedicationRequest:medication",
      })
  void isNotAskedOverResidents(String path) {
    Reply reply = get(doctor, path);
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.text()).contains("by doctor").doesNotContain("阿莫西林");
    // Its own system keeps its own records in step.
    assertThat(get(system, path).status()).isNotEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MedicationRequest?patient=PATIENT",
        "MedicationRequest?subject=Patient/PATIENT&requester=DOCTOR",
        "MedicationRequest?subject:Patient=PATIENT",
        "MedicationRequest?encounter=Encounter/x",
        "MedicationRequest?identifier=urn:x%7C17",
        "Patient/PATIENT/MedicationRequest",
        "Patient?_id=PATIENT&_revinclude=MedicationRequest:*",
        "Patient?_id=PATIENT&_has:MedicationRequest:patient:status=active",
        "MedicationAdministration?request=MedicationRequest/x",
        "MedicationRequest?patient.identifier=urn:x%7C17",
        "Encounter?participant=DOCTOR&_include=Encounter:patient",
        "Task?owner=DOCTOR",
      })
  void isAskedOfOne(String path) {
    Reply reply = get(doctor, path);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }
}
