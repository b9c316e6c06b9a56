package health.helan.foundation.store;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WatermarkTests {
  private final AtomicBoolean stop = new AtomicBoolean();

  private void writers(ExecutorService threads, StoreForTests store, String name) {
    store.write(update("slow-" + name, resource("Device", "v"), null));
    for (int i = 0; i < 3; i++) {
      threads.submit(
          () -> {
            while (!stop.get()) {
              store.write(create(resource("Device", "v")));
              store.transact(
                  List.of(create(resource("Device", "v")), create(resource("Task", "v"))));
            }
            return 0;
          });
    }
    // One that holds its transactions open: its times are old when they commit.
    threads.submit(
        () -> {
          while (!stop.get()) {
            store.transact(
                List.of(
                    create(resource("Device", "v")),
                    new Interaction.Patch(
                        "Device",
                        "slow-" + name,
                        null,
                        tree -> {
                          sleep(700);
                          return tree.put("language", "slow");
                        },
                        null)));
          }
          return 0;
        });
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Instant watermark(StoreForTests store) {
    return store
        .store
        .history(CALLER, new HistoryRequest("Slot", null, null, null, null, 1, null))
        .watermark();
  }

  private static long writtenUntil(StoreForTests store, Instant time) {
    return store.number("select count(*) from change_log where updated <= '" + time + "'");
  }

  @Test
  void nothingCommitsAtOrBelowAWatermarkOnceTold() {
    var told = new TreeMap<Instant, Long>();
    Instant began = Instant.now();
    try (var one = StoreForTests.open(PostgresForTests.storeDatabase(), "one");
        var two = StoreForTests.open(one.database, "two");
        var threads = Executors.newFixedThreadPool(12)) {
      try {
        writers(threads, one, "one");
        writers(threads, two, "two");
        StoreForTests third = null;
        for (int i = 0; i < 60; i++) {
          if (i == 25) {
            // An instance that joins in the middle.
            third = StoreForTests.open(one.database, "three");
            writers(threads, third, "three");
          }
          StoreForTests asked = third != null && i % 3 == 2 ? third : i % 2 == 0 ? one : two;
          Instant watermark = watermark(asked);
          told.putIfAbsent(watermark, writtenUntil(one, watermark));
          sleep(40);
        }
        stop.set(true);
        threads.shutdown();
        assertThat(threads.awaitTermination(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        if (third != null) {
          third.close();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        stop.set(true);
      }
      told.forEach(
          (watermark, before) ->
              assertThat(writtenUntil(one, watermark)).as("at %s", watermark).isEqualTo(before));
      assertThat(told).as("the watermark moves").hasSizeGreaterThan(5);
      assertThat(told.lastEntry().getValue()).isPositive();
      // Slow writers hold it back by their own length, not for ever.
      assertThat(Duration.between(told.lastKey(), Instant.now()))
          .isLessThan(Duration.ofSeconds(20));
      assertThat(told.lastKey()).isAfter(began);
    }
  }
}
