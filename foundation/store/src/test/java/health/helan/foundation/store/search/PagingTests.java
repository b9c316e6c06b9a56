package health.helan.foundation.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.PostgresForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** While others write, what does not change is on exactly one page. */
class PagingTests {
  private static final int STEADY = 300;

  private static ObjectNode observation(String id, int day) {
    String date = day == 0 ? "" : ",'effectiveDateTime':'2024-01-%02d'".formatted(day);
    return TestRows.tree(
        "{'resourceType':'Observation','id':'%s','status':'final','code':{'text':'x'}%s}"
            .formatted(id, date));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Observation?_count=7",
        "Observation?_sort=date&_count=7",
        "Observation?_sort=-date&_count=7",
        "Observation?status=final&_sort=-date,_id&_count=13",
      })
  void whatDoesNotChangeAppearsOnce(String query) throws Exception {
    TestRows rows = new TestRows(PostgresForTests.storeDatabase());
    List<ObjectNode> steady = new ArrayList<>();
    for (int i = 0; i < STEADY; i++) {
      steady.add(observation("steady" + i, i % 28)); // Every 28th has no date.
    }
    rows.put(steady, TestRows.NOW);
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService writers = Executors.newSingleThreadExecutor()) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                Random random = new Random(1);
                TestRows own = new TestRows(rows.dataSource);
                try (Connection connection = rows.dataSource.getConnection();
                    var delete =
                        connection.prepareStatement("delete from res_observation where id = ?")) {
                  for (int i = 0; !stop.get(); i++) {
                    own.put(List.of(observation("moving" + i, random.nextInt(28))), TestRows.NOW);
                    if (i > 10) {
                      delete.setString(1, "moving" + (i - 10));
                      delete.executeUpdate();
                    }
                  }
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              },
              writers);
      for (int round = 0; round < 3; round++) {
        Map<String, Integer> seen = new HashMap<>();
        rows.all(query).forEach(key -> seen.merge(key, 1, Integer::sum));
        for (int i = 0; i < STEADY; i++) {
          assertThat(seen).containsEntry("Observation/steady" + i, 1);
        }
      }
      assertThat(writing).isNotDone();
      stop.set(true);
      writing.get();
    }
  }
}
