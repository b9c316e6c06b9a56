package health.helan.foundation.store;

import static health.helan.foundation.store.testing.StoreForTests.await;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.delete;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StoreForTests;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatisticsTests {
  @Test
  void countCurrentResourcesThroughUpdatesDeletionsAndReturns() {
    try (var store = StoreForTests.open()) {
      assertThat(store.store.statistics()).isEmpty();
      for (int i = 0; i < 5; i++) {
        store.write(create(resource("Observation", "x")));
      }
      store.write(update("a", resource("Device", "1"), null));
      store.write(update("a", resource("Device", "2"), null));
      store.write(delete("Device", "a"));
      store.write(delete("Device", "a"));
      store.write(update("a", resource("Device", "3"), null));
      store.write(update("a", resource("Device", "4"), null));
      store.write(update("b", resource("Device", "1"), null));
      store.write(update("c", resource("Location", "1"), null));
      store.write(delete("Location", "c"));
      await(
          "the counts",
          () -> store.store.statistics().equals(Map.of("Device", 2L, "Observation", 5L)));
      assertThat(store.number("select count(*) from res_other")).isEqualTo(2);

      store.write(delete("Device", "b"));
      await("one less", () -> store.store.statistics().getOrDefault("Device", 0L) == 1);
      store.write(update("b", resource("Device", "again"), null));
      await("one more", () -> store.store.statistics().getOrDefault("Device", 0L) == 2);
    }
  }
}
