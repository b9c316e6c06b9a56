package health.helan.foundation.store;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
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

  /** A killed instance's connections end with it: nothing of it can come any more. */
  @Test
  void theWatermarkGoesOnSoonAfterAnInstanceWasKilled() {
    try (var one = StoreForTests.open(PostgresForTests.storeDatabase(), "one")) {
      var two = StoreForTests.open(one.database, "two");
      two.write(create(resource("Device", "v")));
      two.kill();
      Instant killed = Instant.now();
      StoreForTests.await("the watermark passes", () -> watermark(one).isAfter(killed));
      assertThat(Duration.between(killed, Instant.now())).isLessThan(Duration.ofSeconds(9));
      assertThat(one.number("select count(*) from instance")).isEqualTo(1);
    }
  }

  @Test
  void aSilentInstanceIsNotGivenUpWhileTheDatabaseHasAConnectionOfIt() {
    try (var one = StoreForTests.open(PostgresForTests.storeDatabase(), "one");
        var two = StoreForTests.open(one.database, "two")) {
      two.write(create(resource("Device", "v")));
      try (var _ = two.heartbeat.hold()) {
        Instant silent = Instant.now();
        sleep(7_000);
        assertThat(one.number("select count(*) from instance")).isEqualTo(2);
        assertThat(watermark(one)).isBefore(silent);
      }
      StoreForTests.await(
          "it is heard again", () -> two.write(create(resource("Device", "v"))).status() == 201);
    }
  }

  @Test
  void anInstanceThatWasGivenUpDropsWhatItHadBegunAndComesBack() throws Exception {
    try (var one = StoreForTests.open(PostgresForTests.storeDatabase(), "one");
        var two = StoreForTests.open(one.database, "two");
        var threads = Executors.newFixedThreadPool(2)) {
      two.write(create(resource("Device", "v")));
      // Begun before, with a connection yet to come.
      try (var held = two.heartbeat.hold()) {
        var begun =
            threads.submit(
                () -> {
                  Thread.currentThread().setName("held-writer");
                  return two.write(create(resource("Device", "lost")));
                });
        StoreForTests.await("it has begun", () -> two.heartbeat.isWaiting("held-writer"));
        two.pool.getHikariPoolMXBean().softEvictConnections();
        StoreForTests.await(
            "it is given up", () -> one.number("select count(*) from instance") == 1);
        // Its own beat is held: only the connection's announcement can tell.
        held.let("held-writer");
        assertThatExceptionOfType(ExecutionException.class)
            .isThrownBy(begun::get)
            .havingCause()
            .isInstanceOfSatisfying(
                Refusal.class,
                refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.TRANSIENT));
        var next =
            threads.submit(
                () -> {
                  Thread.currentThread().setName("next-writer");
                  return two.write(create(resource("Device", "lost")));
                });
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(next::get);
      }
      StoreForTests.await(
          "it comes back",
          () -> {
            try {
              return two.write(create(resource("Device", "v"))).status() == 201;
            } catch (Refusal refusal) {
              return false;
            }
          });
      assertThat(one.number("select count(*) from instance")).isEqualTo(2);
      assertThat(one.number("select count(*) from change_log")).isEqualTo(2);
    }
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
