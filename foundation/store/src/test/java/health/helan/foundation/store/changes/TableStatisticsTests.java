package health.helan.foundation.store.changes;

import static health.helan.foundation.store.testing.StoreForTests.await;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.testing.StoreForTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableStatisticsTests {
  private static void load(StoreForTests store, String type, int number) {
    for (int i = 0; i < number; i += 500) {
      List<Interaction> bundle = new ArrayList<>();
      for (int j = 0; j < 500; j++) {
        bundle.add(create(resource(type, "v")));
      }
      store.transact(bundle);
    }
  }

  private static long analysed(StoreForTests store, String table) {
    return store.number(
        "select analyze_count from pg_stat_user_tables where relname = '" + table + "'");
  }

  @Test
  void aTableIsAnalysedSoonAfterALoadAndASmallOneIsLeftAlone() {
    try (var store = StoreForTests.open()) {
      // What autovacuum does is not what is tested here.
      store.execute("alter table res_task set (autovacuum_enabled = false)");
      store.execute("alter table res_slot set (autovacuum_enabled = false)");
      load(store, "Slot", 500);
      load(store, "Task", 6_000);
      await("the statistics", () -> analysed(store, "res_task") == 1);
      assertThat(store.number("select reltuples from pg_class where relname = 'res_task'"))
          .isEqualTo(6_000);
      // Not again for a little more.
      load(store, "Task", 500);
      try {
        Thread.sleep(11_000);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      assertThat(analysed(store, "res_task")).isEqualTo(1);
      assertThat(analysed(store, "res_slot")).isZero();
    }
  }
}
