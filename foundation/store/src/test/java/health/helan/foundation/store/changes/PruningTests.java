package health.helan.foundation.store.changes;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.QUICK;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What is kept for a while only goes in time, and never while someone still needs it. */
class PruningTests {
  private static final Retention OFTEN =
      new Retention(Duration.ofDays(7), Duration.ofDays(30), Duration.ofMillis(200));
  private static final Retention AT_ONCE =
      new Retention(Duration.ofDays(7), Duration.ZERO, Duration.ofMillis(50));

  /** Counts what it takes; may be told to refuse. */
  private static final class Counting implements ChangeConsumer {
    final AtomicLong taken = new AtomicLong();
    final AtomicLong pruned = new AtomicLong();
    final AtomicBoolean refuses = new AtomicBoolean();
    private final String name;

    Counting(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void beginsAfter(Connection transaction, long before) {
      pruned.addAndGet(before);
    }

    @Override
    public void take(Connection transaction, List<Change> changes) throws SQLException {
      if (refuses.get()) {
        throw new IllegalStateException("not now");
      }
      taken.addAndGet(changes.size());
    }
  }

  private static StoreForTests open(DataSource database, String instance, Retention retention) {
    return StoreForTests.open(database, instance, QUICK, retention);
  }

  private static long logged(StoreForTests store) {
    return store.number("select count(*) from change_log");
  }

  private static long numbered(StoreForTests store) {
    return store.number("select sum(seq) from lane");
  }

  private static void write(StoreForTests store, int number) {
    for (int i = 0; i < number; i++) {
      store.write(create(resource("Device", "v")));
    }
  }

  private static void ageTheLog(StoreForTests store) {
    store.execute("update change_log set updated = updated - interval '31 days'");
  }

  private static void waitForSomePasses() {
    try {
      Thread.sleep(2_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void answersGoAfterTheirTimeAndNotBefore() {
    try (var store = open(PostgresForTests.storeDatabase(), "one", OFTEN)) {
      List<Outcome> first =
          store.store.transact(
              CALLER, List.of(create(resource("Device", "a"))), Set.of(), "old request");
      store.execute("update answered set at = at - interval '8 days'");
      List<Outcome> young =
          store.store.transact(
              CALLER, List.of(create(resource("Device", "a"))), Set.of(), "young request");
      await("the old answer goes", () -> store.number("select count(*) from answered") == 1);
      assertThat(
              store
                  .store
                  .transact(
                      CALLER, List.of(create(resource("Device", "a"))), Set.of(), "young request")
                  .getFirst()
                  .id())
          .isEqualTo(young.getFirst().id());
      assertThat(
              store
                  .store
                  .transact(
                      CALLER, List.of(create(resource("Device", "a"))), Set.of(), "old request")
                  .getFirst()
                  .id())
          .isNotEqualTo(first.getFirst().id());
    }
  }

  @Test
  void oldChangesThatEveryConsumerHasTakenGoAndVersionsStay() {
    try (var store = open(PostgresForTests.storeDatabase(), "one", OFTEN)) {
      for (int i = 0; i < 5; i++) {
        store.write(update("d", resource("Device", "v" + i), null));
      }
      write(store, 20);
      waitForSomePasses();
      assertThat(logged(store)).as("young ones stay").isEqualTo(25);
      ageTheLog(store);
      write(store, 3);
      await("the old changes go", () -> logged(store) <= 3);
      waitForSomePasses();
      assertThat(logged(store)).isEqualTo(3);
      assertThat(
              store
                  .store
                  .history(CALLER, new HistoryRequest("Device", "d", null, null, null, 10, null))
                  .versions())
          .hasSize(5);
      await("the counts", () -> store.store.statistics().getOrDefault("Device", 0L) == 24);
      write(store, 1);
      await("counting goes on", () -> store.store.statistics().getOrDefault("Device", 0L) == 25);
    }
  }

  @Test
  void changesThatAConsumerHasNotTakenStayHoweverOld() throws Exception {
    DataSource database = PostgresForTests.storeDatabase();
    var lagging = new Counting("lagging");
    try (var store = open(database, "one", OFTEN)) {
      lagging.refuses.set(true);
      store.store.changes().register(lagging);
      write(store, 20);
      ageTheLog(store);
      waitForSomePasses();
      assertThat(logged(store)).isEqualTo(20);
    }
    // Nor when it does not run at all: it may come back.
    try (var store = open(database, "two", OFTEN)) {
      waitForSomePasses();
      assertThat(logged(store)).isEqualTo(20);
      lagging.refuses.set(false);
      store.store.changes().register(lagging);
      await("it catches up", () -> lagging.taken.get() == 20);
      await("then they go", () -> logged(store) == 0);
      assertThat(lagging.pruned).hasValue(0);
    }
  }

  @Test
  void aYoungChangeHoldsThoseAfterItSoThatTheLogHasNoGaps() {
    try (var store = open(PostgresForTests.storeDatabase(), "one", OFTEN)) {
      for (int i = 0; i < 6; i++) {
        store.write(update("d", resource("Device", "v" + i), null));
      }
      store.execute(
          "update change_log set updated = updated - interval '31 days' where version <> 4");
      await("the first go", () -> logged(store) == 3);
      waitForSomePasses();
      assertThat(store.texts("select version from change_log order by seq"))
          .containsExactly("4", "5", "6");
    }
  }

  @Test
  void aNewConsumerIsToldHowManyChangesItDoesNotSee() throws Exception {
    try (var store = open(PostgresForTests.storeDatabase(), "one", OFTEN)) {
      write(store, 20);
      ageTheLog(store);
      await("the old changes go", () -> logged(store) == 0);
      write(store, 5);
      var late = new Counting("late");
      store.store.changes().register(late);
      assertThat(late.pruned).hasValue(20);
      await("it takes the rest", () -> late.taken.get() == 5);
      write(store, 2);
      await("and what follows", () -> late.taken.get() == 7);
    }
  }

  /** Each change is either told to be gone or taken: nothing falls between. */
  @Test
  void consumersThatEnrolWhileTheLogIsPrunedMissNothingUntold() throws Exception {
    DataSource database = PostgresForTests.storeDatabase();
    var stop = new AtomicBoolean();
    var consumers = new ArrayList<Counting>();
    try (var one = open(database, "one", AT_ONCE);
        var two = open(database, "two", AT_ONCE);
        var threads = Executors.newFixedThreadPool(4)) {
      for (StoreForTests store : List.of(one, two)) {
        threads.submit(
            () -> {
              while (!stop.get()) {
                write(store, 1);
                store.write(update("busy-" + store.hashCode(), resource("Task", "v"), null));
              }
              return 0;
            });
      }
      try {
        // A machine with much to do prunes later: a few more, then.
        for (int i = 0; i < 12 || i < 40 && consumers.getLast().pruned.get() == 0; i++) {
          var consumer = new Counting("late-" + i);
          consumers.add(consumer);
          (i % 2 == 0 ? one : two).store.changes().register(consumer);
          Thread.sleep(100);
        }
      } finally {
        stop.set(true);
      }
      threads.shutdown();
      assertThat(threads.awaitTermination(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
      long all = numbered(one);
      for (Counting consumer : consumers) {
        await(
            consumer.name + " comes to the end",
            () -> consumer.pruned.get() + consumer.taken.get() >= all);
        assertThat(consumer.pruned.get() + consumer.taken.get()).as(consumer.name).isEqualTo(all);
      }
      assertThat(consumers.getLast().pruned).as("some of it was pruned").hasPositiveValue();
      await("all of it goes in the end", () -> logged(one) == 0);
    }
  }
}
