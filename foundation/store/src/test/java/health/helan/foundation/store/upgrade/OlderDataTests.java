package health.helan.foundation.store.upgrade;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.about;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.patient;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.testing.StoreForTests;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Data of version 1, opened by this version. */
class OlderDataTests {
  @Test
  void isReadAsItWasWritten() throws Exception {
    try (var store = StoreForTests.open(Fixture.database(), "new")) {
      List<String> versions = Fixture.versions(store);
      assertThat(versions).hasSizeGreaterThan(15).isEqualTo(Fixture.expected());
    }
  }

  @Test
  void isWrittenOn() throws Exception {
    try (var store = StoreForTests.open(Fixture.database(), "new")) {
      Outcome changed = store.write(update("changed", resource("Condition", "third"), 2));
      assertThat(changed.version()).isEqualTo(3);
      Outcome found =
          store.write(create(patient("urn:fixture", "P-1"), "identifier=urn:fixture|P-1"));
      assertThat(found.status()).as("its identifiers are found").isEqualTo(200);
      store.write(create(about("Observation", "Patient/" + found.id(), "new")));
      List<Outcome> repeated =
          store.store.transact(
              CALLER, List.of(create(resource("Task", "zh"))), Set.of(), "request-of-version-1");
      assertThat(store.number("select count(*) from res_task")).isEqualTo(1);
      assertThat(repeated.getFirst().status()).isEqualTo(201);
    }
  }

  @Test
  void isCountedFromItsFirstChangeOn() throws Exception {
    try (var store = StoreForTests.open(Fixture.database(), "new")) {
      await(
          "the counts",
          () ->
              store
                  .store
                  .statistics()
                  .equals(
                      Map.of(
                          "Patient",
                          2L,
                          "Observation",
                          5L,
                          "Condition",
                          1L,
                          "Device",
                          1L,
                          "DocumentReference",
                          1L,
                          "Organization",
                          1L,
                          "Location",
                          1L,
                          "Task",
                          1L)));
    }
  }
}
