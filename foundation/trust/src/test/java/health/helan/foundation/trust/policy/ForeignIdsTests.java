package health.helan.foundation.trust.policy;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Ids that another platform has made look like this one's, and are as free as any other. */
class ForeignIdsTests {
  private final GuardedServer server = GuardedServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Caller system = Callers.system("ha-" + run);
  private final Caller other = Callers.system("hb-" + run);
  private final Caller doctor = Callers.practitioner("d-" + run, "ha-" + run);

  private int put(Caller caller, String id) {
    return server
        .send(
            caller,
            "PUT",
            "Observation/" + id,
            "{\"resourceType\":\"Observation\",\"id\":\""
                + id
                + "\",\"status\":\"final\",\"code\":{\"text\":\"x\"}}")
        .status();
  }

  /** As this platform would make it, and has not. */
  private String unused() {
    String made =
        server.created(
            system, "{'resourceType':'Observation','status':'final','code':{'text':'x'}}");
    int last = made.length() - 1;
    return made.substring(0, last) + (made.charAt(last) == 'z' ? 'y' : 'z');
  }

  @Test
  void areWrittenBySystems() {
    String id = unused();
    assertThat(put(system, id)).isEqualTo(201);
    assertThat(server.get(system, "Observation/" + id).status()).isEqualTo(200);
    assertThat(put(system, id)).isEqualTo(200);
  }

  @Test
  void areTakenOnceTheyAreUsedEvenWhereThatIsHidden() {
    String id = unused();
    assertThat(put(system, id)).isEqualTo(201);
    assertThat(put(other, id)).isEqualTo(409);
    assertThat(server.send(system, "DELETE", "Observation/" + id, "").status()).isIn(200, 204);
    assertThat(put(other, id)).isEqualTo(409);
  }

  @Test
  void areNotForCliniciansToChoose() {
    assertThat(put(doctor, unused())).isEqualTo(404);
  }
}
