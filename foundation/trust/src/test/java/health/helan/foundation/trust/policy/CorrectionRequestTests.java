package health.helan.foundation.trust.policy;

import static health.helan.foundation.trust.policy.GuardedServer.tree;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.policy.GuardedServer.Reply;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** A resident asks for a correction; the institution that is asked answers, once, in words. */
class CorrectionRequestTests {
  private final GuardedServer server = GuardedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final String hospital = "ha-" + run;
  private final Caller system = Callers.system(hospital);
  private final Caller doctor = Callers.practitioner("d-" + run, hospital);
  private final Caller stranger = Callers.practitioner("s-" + run, "hb-" + run);
  private final String patient = server.created(system, patient());
  private final String child = server.created(system, patient());
  private final Caller resident = Callers.resident(patient);
  private final String finding =
      server.created(
          system,
          "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':'Patient/%s'}}"
              .formatted(patient));

  private static String patient() {
    return "{'resourceType':'Patient','identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'%s'}],'name':[{'text':'张小三'}]}"
        .formatted(IdentityNumbers.next());
  }

  private ObjectNode asked() {
    return tree(
        """
        {'resourceType':'Task','status':'requested','intent':'order',
         'code':{'coding':[{'system':'https://helan.health/fhir/CodeSystem/task','code':'record-correction'}]},
         'for':{'reference':'Patient/%s'},'requester':{'reference':'Patient/%s'},
         'owner':{'reference':'Organization/%s'},'focus':{'reference':'Observation/%s'},
         'description':'血型应为 A 型'}"""
            .formatted(patient, patient, hospital, finding));
  }

  private String filed() {
    return "Task/" + server.created(resident, asked().toString());
  }

  private ObjectNode read(Caller caller, String task) {
    Reply reply = server.get(caller, task);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return (ObjectNode) reply.json();
  }

  private Reply put(Caller caller, String task, ObjectNode resource) {
    return server.send(caller, "PUT", task, resource.toString());
  }

  private Reply answer(Caller caller, String task, String status, String words) {
    ObjectNode now = read(doctor, task).put("status", status);
    if (!words.isEmpty()) {
      now.putObject("statusReason").put("text", words);
    }
    return put(caller, task, now);
  }

  private static void refused(Reply reply, int status, String says) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.text()).contains(says);
  }

  @Test
  void reachesTheInstitutionAndItsAnswerTheResident() {
    String task = filed();
    assertThat(
            server.get(doctor, "Task?owner=Organization/" + hospital + "&status=requested").text())
        .contains("血型应为 A 型");
    assertThat(answer(doctor, task, "in-progress", "").status()).isEqualTo(200);
    assertThat(answer(doctor, task, "completed", "已更正为 A 型").status()).isEqualTo(200);
    assertThat(read(resident, task).path("statusReason").path("text").asString())
        .isEqualTo("已更正为 A 型");
  }

  @Test
  void opensNothingToTheInstitutionThatIsAsked() {
    String theirs =
        server.created(
            system,
            "{'resourceType':'Condition','subject':{'reference':'Patient/%s'},'code':{'text':'y'}}"
                .formatted(patient));
    ObjectNode elsewhere = asked();
    elsewhere.putObject("owner").put("reference", "Organization/hb-" + run);
    String task = "Task/" + server.created(resident, elsewhere.toString());
    ObjectNode taken = read(stranger, task).put("status", "in-progress");
    assertThat(put(stranger, task, taken).status()).isEqualTo(200);
    assertThat(server.get(stranger, "Condition/" + theirs).status()).isEqualTo(404);
    assertThat(server.get(stranger, "Patient/" + patient).status()).isEqualTo(404);
    assertThat(server.get(resident, "Patient/" + patient + "/$access-grants").text())
        .doesNotContain(task);
  }

  @Test
  void isAnsweredOnceAndInWords() {
    String task = filed();
    refused(answer(doctor, task, "rejected", ""), 422, "statusReason");
    refused(answer(doctor, task, "accepted", "好"), 422, "requested");
    assertThat(answer(doctor, task, "rejected", "检验单上就是 B 型").status()).isEqualTo(200);
    refused(answer(doctor, task, "completed", "改了"), 422, "rejected");
    ObjectNode back = read(resident, task).put("status", "cancelled");
    refused(put(resident, task, back), 422, "rejected");
  }

  @Test
  void isTakenBackByTheResidentWhileItWaits() {
    String task = filed();
    ObjectNode back = read(resident, task).put("status", "cancelled");
    ObjectNode more = back.deepCopy().put("description", "另一件事");
    refused(put(resident, task, more), 403, "Task.description");
    assertThat(put(resident, task, back).status()).isEqualTo(200);
    refused(answer(doctor, task, "completed", "改了"), 422, "cancelled");
  }

  @Test
  void isNobodyElsesToAnswerOrToWrite() {
    String task = filed();
    assertThat(server.get(stranger, task).status()).isEqualTo(404);
    ObjectNode theirs = read(doctor, task).put("status", "rejected");
    theirs.putObject("statusReason").put("text", "不改");
    assertThat(put(stranger, task, theirs).status()).isIn(403, 404);
    ObjectNode words = read(doctor, task).put("description", "血型应为 B 型");
    refused(put(doctor, task, words), 403, "Task.description");
    assertThat(server.post(doctor, asked()).status()).as("made by a doctor").isEqualTo(403);
    assertThat(server.post(system, asked()).status()).as("made by a system").isEqualTo(403);
    assertThat(server.post(Callers.resident(child), asked()).status()).isEqualTo(403);
    ObjectNode answered = asked().put("status", "completed");
    refused(server.post(resident, answered), 422, "status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"focus", "owner", "description"})
  void saysWhatIsWrongWhereAndToWhom(String element) {
    ObjectNode lacking = asked();
    lacking.remove(element);
    refused(server.post(resident, lacking), 422, element);
  }

  @Test
  void isTheOneKindOfTaskThatResidentsWrite() {
    ObjectNode other = asked();
    other.putObject("code").put("text", "转诊");
    assertThat(server.post(resident, other).status()).isEqualTo(403);
    ObjectNode emergency = asked();
    ((ObjectNode) emergency.path("code").path("coding").path(0)).put("code", "emergency-access");
    assertThat(server.post(resident, emergency).status()).isEqualTo(403);
    String task = filed();
    ObjectNode turned = read(resident, task).put("status", "cancelled");
    turned.putObject("code").put("text", "转诊");
    assertThat(put(resident, task, turned).status()).isEqualTo(403);
  }
}
