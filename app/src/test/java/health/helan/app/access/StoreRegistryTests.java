package health.helan.app.access;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.testing.PostgresForTests;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** People and posts as they stand in the records. */
class StoreRegistryTests {
  private static final int CLINICS = 30;
  private static final int DOCTORS = 520;

  @Test
  void namesTheSameDoctorsInTheSameOrderWhateverTheIndexKey() {
    List<StoreRegistry.Holding> first = doctors((byte) 1);
    assertThat(first).hasSize(DOCTORS).isEqualTo(doctors((byte) 2));
    assertThat(first.getFirst().where()).isEqualTo("第一医院 医师");
    assertThat(first.getFirst().practitioner()).isEqualTo("doctor-0000");
  }

  private static List<StoreRegistry.Holding> doctors(byte index) {
    var key = new byte[32];
    Arrays.fill(key, index);
    var config = new StoreConfig(key, "one", "test", AccessPolicy.EVERYTHING, false);
    try (RecordStore store = RecordStore.open(PostgresForTests.emptyDatabase(), config)) {
      var writes = new ArrayList<Interaction>();
      for (int i = 0; i < CLINICS; i++) {
        writes.add(
            put(
                "Organization",
                "clinic-" + i,
                "\"name\":\"%s\"".formatted(i == 0 ? "第一医院" : "诊所" + i)));
      }
      for (int i = 0; i < DOCTORS; i++) {
        writes.add(
            put(
                "PractitionerRole",
                "role-%04d".formatted(i),
                """
                "practitioner":{"reference":"Practitioner/doctor-%04d","display":"医师"},
                "organization":{"reference":"Organization/clinic-%d"},
                "code":[{"coding":[{"code":"doctor"}],"text":"医师"}]"""
                    .formatted(i, i % CLINICS)));
      }
      store.transact(Caller.platform("test"), writes, Set.of(), null);
      return new StoreRegistry(() -> store).doctors();
    }
  }

  private static Interaction put(String type, String id, String rest) {
    var tree =
        (ObjectNode)
            Json.MAPPER.readTree(
                "{\"resourceType\":\"%s\",\"id\":\"%s\",%s}".formatted(type, id, rest));
    return new Interaction.Update(
        type, id, null, Interaction.Body.of(tree), null, true, null, null);
  }
}
