package health.helan.foundation.trust.policy;

import static health.helan.foundation.trust.policy.GuardedServer.tree;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.policy.GuardedServer.Reply;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** No clinician's own word makes a guardian, a member of a team, or another identity. */
class ProvingWritesTests {
  private final GuardedServer server = GuardedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final String hospital = "ha-" + run;
  private final Caller system = Callers.system(hospital);
  private final Caller doctor = Callers.practitioner("d-" + run, hospital);
  private final String patient =
      server.created(
          system,
          "{'resourceType':'Patient','identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'%s'}],'name':[{'text':'张小三'}]}"
              .formatted(IdentityNumbers.next()));

  {
    server.created(Callers.resident(patient), Consents.active(patient, "Practitioner/d-" + run));
  }

  private static String relatedPerson(String patient, String relationship, String number) {
    return "{'resourceType':'RelatedPerson','active':true,'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'%s'}],'patient':{'reference':'Patient/%s'},'relationship':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/v3-RoleCode','code':'%s'}]}]}"
        .formatted(number, patient, relationship);
  }

  private void refused(Reply reply, String place) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.text()).contains(place);
  }

  private Reply put(Caller caller, String reference, ObjectNode resource) {
    return server.send(caller, "PUT", reference, resource.toString());
  }

  private ObjectNode read(Caller caller, String reference) {
    Reply reply = server.get(caller, reference);
    assertThat(reply.status()).isEqualTo(200);
    return (ObjectNode) reply.json();
  }

  @Test
  void aClinicianMakesNobodyAGuardian() {
    String number = IdentityNumbers.next();
    String place = "RelatedPerson.relationship";
    refused(server.post(doctor, tree(relatedPerson(patient, "GUARD", number))), place);
    String aunt = "RelatedPerson/" + server.created(doctor, relatedPerson(patient, "AUNT", number));
    refused(put(doctor, aunt, withId(relatedPerson(patient, "GUARD", number), aunt)), place);
    refused(
        server.send(
            doctor,
            "PATCH",
            aunt,
            "[{\"op\":\"replace\",\"path\":\"/relationship/0/coding/0/code\",\"value\":\"GUARD\"}]",
            "Content-Type",
            "application/json-patch+json"),
        place);

    String guardian =
        "RelatedPerson/"
            + server.created(system, relatedPerson(patient, "GUARD", IdentityNumbers.next()));
    ObjectNode another = read(doctor, guardian);
    ((ObjectNode) another.path("identifier").path(0)).put("value", number);
    refused(put(doctor, guardian, another), place);
    refused(put(doctor, guardian, withId(relatedPerson(patient, "AUNT", number), guardian)), place);
    refused(server.send(doctor, "DELETE", guardian, null), place);
    assertThat(put(system, guardian, another).status()).isEqualTo(200);
  }

  private static ObjectNode withId(String json, String reference) {
    return tree(json).put("id", reference.substring(reference.indexOf('/') + 1));
  }

  private String team(String more) {
    return "{'resourceType':'CareTeam','status':'active','subject':{'reference':'Patient/%s'},'participant':[{'member':{'reference':'Practitioner/d-%s'}}]%s}"
        .formatted(patient, run, more);
  }

  private static String managed(String organization) {
    return ",'managingOrganization':[{'reference':'Organization/" + organization + "'}]";
  }

  @Test
  void aClinicianCountsNobodyIntoATeamThatOpensAnything() {
    String place = "CareTeam.managingOrganization";
    refused(server.post(doctor, tree(team(managed(hospital)))), place);
    refused(server.post(doctor, tree(team(",'managingOrganization':[{'display':'x'}]"))), place);
    String own = "CareTeam/" + server.created(doctor, team(""));
    refused(put(doctor, own, withId(team(managed(hospital)), own)), place);

    String others =
        "{'resourceType':'CareTeam','status':'active','subject':{'reference':'Patient/%s'},'managingOrganization':[{'reference':'Organization/%s'}]}"
            .formatted(patient, hospital);
    String kept = "CareTeam/" + server.created(system, others);
    ObjectNode joined = read(doctor, kept);
    joined
        .putArray("participant")
        .addObject()
        .putObject("member")
        .put("reference", "Practitioner/d-" + run);
    refused(put(doctor, kept, joined), place);
    refused(server.send(doctor, "DELETE", kept, null), place);
    assertThat(put(system, kept, joined).status()).isEqualTo(200);
    refused(server.post(Callers.system("hb-" + run), tree(others)), place);
  }

  @Test
  void aTeamOpensToItsMembersAndToNoDepartmentOfTheSameId() {
    String id = "team-" + run;
    String theirs =
        server.created(
            Callers.system("hb-" + run), "{'resourceType':'Patient','name':[{'text':'李四'}]}");
    String finding =
        server.created(
            Callers.system("hb-" + run),
            "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':'Patient/%s'}}"
                .formatted(theirs));
    server.created(Callers.resident(theirs), Consents.active(theirs, "CareTeam/" + id));
    String path = "Observation/" + finding;
    assertThat(server.get(Callers.practitioner("m", hospital, "CareTeam/" + id), path).status())
        .isEqualTo(200);
    assertThat(server.get(Callers.practitioner("m", hospital, id), path).status()).isEqualTo(404);
    server.created(Callers.resident(theirs), Consents.active(theirs, "Organization/dept-" + id));
    assertThat(
            server.get(Callers.practitioner("n", hospital, "CareTeam/dept-" + id), path).status())
        .isEqualTo(404);
    assertThat(server.get(Callers.practitioner("n", hospital, "dept-" + id), path).status())
        .isEqualTo(200);
  }

  @Test
  void aClinicianChangesNoIdentityNumber() {
    ObjectNode record = read(doctor, "Patient/" + patient);
    record.withArray("telecom").addObject().put("system", "phone").put("value", "13900001234");
    assertThat(put(doctor, "Patient/" + patient, record).status()).isEqualTo(200);
    ObjectNode more = record.deepCopy();
    more.withArray("identifier").addObject().put("value", IdentityNumbers.next());
    refused(put(doctor, "Patient/" + patient, more), "Patient.identifier");
    ObjectNode other = record.deepCopy();
    ((ObjectNode) other.path("identifier").path(0)).put("value", IdentityNumbers.next());
    refused(put(doctor, "Patient/" + patient, other), "Patient.identifier");
    assertThat(put(system, "Patient/" + patient, more).status()).isEqualTo(200);
  }
}
