package health.helan.foundation.store.changes;

import static health.helan.foundation.store.testing.StoreForTests.about;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.delete;
import static health.helan.foundation.store.testing.StoreForTests.patient;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class TakingChangesTests {
  private StoreForTests one;
  private StoreForTests two;

  /** Writes each change into a table; a second taking, or one out of order, fails. */
  private static class Noting implements ChangeConsumer {
    final ConcurrentLinkedQueue<String> outOfOrder = new ConcurrentLinkedQueue<>();
    private final String instance;

    Noting(String instance) {
      this.instance = instance;
    }

    @Override
    public String name() {
      return "noting";
    }

    @Override
    public void take(Connection transaction, List<Change> changes) throws SQLException {
      try (var before =
              transaction.prepareStatement(
                  "select coalesce(max(seq), 0) from noted where home = ?");
          var note = transaction.prepareStatement("insert into noted values (?, ?, ?)")) {
        before.setInt(1, changes.getFirst().home());
        long last;
        try (var rows = before.executeQuery()) {
          rows.next();
          last = rows.getLong(1);
        }
        for (Change change : changes) {
          if (change.home() != changes.getFirst().home() || change.seq() != ++last) {
            outOfOrder.add(change.key() + " after " + last);
          }
          note.setInt(1, change.home());
          note.setLong(2, change.seq());
          note.setString(3, instance);
          note.addBatch();
        }
        note.executeBatch();
      }
    }
  }

  @BeforeEach
  void openTwoInstances() {
    one = StoreForTests.open(PostgresForTests.storeDatabase(), "one");
    two = StoreForTests.open(one.database, "two");
    one.execute(
        "create table noted (home int, seq bigint, instance text, primary key (home, seq))");
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
  }

  private boolean allNoted() {
    return one.number("select count(*) from noted")
        == one.number("select count(*) from change_log");
  }

  /** Each lane's log has the numbers 1 to the counter, none missing, none beyond. */
  private void assertThatTheLogHasNoGaps() {
    assertThat(
            one.texts(
                """
                select l.home || ': counter ' || l.seq || ', rows ' || count(c.seq) || ', last ' || max(c.seq)
                from lane l left join change_log c on c.home = l.home
                group by l.home, l.seq
                having count(c.seq) <> l.seq or coalesce(max(c.seq), 0) <> l.seq"""))
        .isEmpty();
  }

  /** Every committed version is in the log exactly once, and nothing else is. */
  private void assertThatTheLogTellsEveryVersion() {
    String versions =
        "select home, 'Patient' as type, id, version from res_patient union all"
            + " select home, 'Observation', id, version from res_observation union all"
            + " select home, type, id, version from history";
    String logged = "select home, type, id, version from change_log";
    assertThat(one.texts("select id from ((" + versions + ") except all (" + logged + ")) v"))
        .isEmpty();
    assertThat(one.texts("select id from ((" + logged + ") except all (" + versions + ")) v"))
        .isEmpty();
  }

  /** Creates, updates, deletes and refused bundles, on few patients so that lanes are wanted. */
  private List<Future<Integer>> write(ExecutorService threads, int writers, int rounds) {
    var patients = new ArrayList<String>();
    for (int i = 0; i < 4; i++) {
      patients.add("Patient/" + one.write(create(patient("urn:test", "p" + i))).id());
    }
    var futures = new ArrayList<Future<Integer>>();
    for (int writer = 0; writer < writers; writer++) {
      StoreForTests store = writer % 2 == 0 ? one : two;
      futures.add(
          threads.submit(
              () -> {
                int done = 0;
                for (int round = 0; round < rounds; round++) {
                  String patient =
                      patients.get(ThreadLocalRandom.current().nextInt(patients.size()));
                  String other = patients.get(ThreadLocalRandom.current().nextInt(patients.size()));
                  List<Outcome> made =
                      store.transact(
                          List.of(
                              create(about("Observation", patient, "a")),
                              create(about("Observation", other, "b"))));
                  String id = made.getFirst().id();
                  store.write(update(id, about("Observation", patient, "c"), null));
                  assertThatExceptionOfType(Refusal.class)
                      .isThrownBy(
                          () ->
                              store.transact(
                                  List.of(
                                      create(about("Observation", other, "never")),
                                      update(id, about("Observation", patient, "d"), 99))));
                  store.write(delete("Observation", id));
                  done += 4;
                }
                return done;
              }));
    }
    return futures;
  }

  @Test
  void areTakenOnceAndInOrderBesideManyWritersAndSlowAndAbortedTransactions() throws Exception {
    var notingOne = new Noting("one");
    var notingTwo = new Noting("two");
    one.store.changes().register(notingOne);
    two.store.changes().register(notingTwo);
    int expected = 4;
    try (var threads = Executors.newFixedThreadPool(12)) {
      var writers = write(threads, 8, 12);
      var slow = threads.submit(this::slowTransactions);
      for (var writer : writers) {
        expected += writer.get(120, TimeUnit.SECONDS);
      }
      expected += slow.get(60, TimeUnit.SECONDS);
    }
    await("all changes are taken", this::allNoted);
    assertThat(one.number("select count(*) from change_log")).isEqualTo(expected);
    assertThatTheLogHasNoGaps();
    assertThatTheLogTellsEveryVersion();
    assertThat(notingOne.outOfOrder).isEmpty();
    assertThat(notingTwo.outOfOrder).isEmpty();
    assertThat(one.texts("select distinct instance from noted"))
        .as("both instances take a share")
        .containsExactlyInAnyOrder("one", "two");
  }

  /**
   * Holds a write open over one or two homes, then commits or aborts; gives the commits' number.
   */
  private int slowTransactions() throws Exception {
    int committed = 0;
    for (int i = 0; i < 6; i++) {
      boolean aborts = i % 2 == 1;
      try {
        two.transact(
            List.of(
                update("slow-" + i, resource("Patient", "slow"), null),
                new Interaction.Patch(
                    "Patient", firstPatient(), null, tree -> slowly(tree, aborts), null)));
        committed += 2;
      } catch (Refusal e) {
        assertThat(aborts).isTrue();
      }
    }
    return committed;
  }

  private String firstPatient() {
    return one.texts(
            "select id from res_patient where id not like 'slow%' order by updated limit 1")
        .getFirst();
  }

  /** A patch is applied in the middle of the database transaction. */
  private static ObjectNode slowly(ObjectNode tree, boolean aborts) {
    try {
      Thread.sleep(300);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (aborts) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "test.aborts");
    }
    return tree.put("language", "slowly");
  }

  @Test
  void goOnWithTheOtherInstanceWhenOneDies() throws Exception {
    one.store.changes().register(new Noting("one"));
    two.store.changes().register(new Noting("two"));
    await("both share", () -> held(one) == 8 && held(two) == 8);
    try (var threads = Executors.newFixedThreadPool(4)) {
      var stop = new AtomicBoolean();
      var written = new AtomicInteger();
      var writer =
          threads.submit(
              () -> {
                while (!stop.get()) {
                  two.write(create(resource("Observation", "x")));
                  written.incrementAndGet();
                }
              });
      await("the first takes changes", () -> one.number(takenBy("one")) > 5);
      one.kill();
      await("the second holds all", () -> held(two) == 16);
      long now = written.get();
      await("writing goes on", () -> written.get() > now + 20);
      stop.set(true);
      writer.get(30, TimeUnit.SECONDS);
    }
    await("all changes are taken", this::allNoted);
    assertThatTheLogHasNoGaps();
    assertThat(one.number(takenBy("one"))).isPositive();
    assertThat(one.number(takenBy("two"))).isPositive();
  }

  private static String takenBy(String instance) {
    return "select count(*) from noted where instance = '" + instance + "'";
  }

  private static int held(StoreForTests store) {
    return store.store.changes().status().stream()
        .filter(status -> status.consumer().equals("noting"))
        .mapToInt(ChangeLog.Status::parts)
        .sum();
  }

  @Test
  void areShownBeforeTheirTurnToWhoeverAsksAndTakenAllTheSame() throws Exception {
    for (int i = 0; i < 60; i++) {
      two.write(create(resource("Observation", "x")));
    }
    var shown = new ConcurrentLinkedQueue<String>();
    var takenUnshown = new AtomicInteger();
    var reader =
        new Noting("one") {
          @Override
          public boolean readsAhead() {
            return true;
          }

          @Override
          public int homesPerTransaction() {
            return 4;
          }

          @Override
          public void ahead(Connection connection, List<Change> changes) throws SQLException {
            assertThat(connection.getAutoCommit()).isTrue();
            changes.forEach(change -> shown.add(change.key()));
            if (shown.size() > 20) {
              throw new IllegalStateException("fails, and nobody minds");
            }
          }

          @Override
          public void take(Connection transaction, List<Change> changes) throws SQLException {
            for (Change change : changes) {
              if (!shown.contains(change.key())) {
                takenUnshown.incrementAndGet();
              }
            }
            super.take(transaction, changes);
          }
        };
    one.store.changes().register(reader);
    await("all changes are taken", this::allNoted);
    assertThat(reader.outOfOrder).isEmpty();
    assertThat(shown).hasSizeGreaterThan(20).doesNotHaveDuplicates();
    assertThat(takenUnshown.get()).as("those of the first transactions only").isLessThan(20);
  }

  @Test
  void areHandedOverAtOnceByAnInstanceThatStops() throws Exception {
    var longLease = new ChangeLog.Settings(100, 10, 600_000, 60_000, 100, 1000);
    try (var three = StoreForTests.open(one.database, "three", longLease);
        var four = StoreForTests.open(one.database, "four", longLease)) {
      three.store.changes().register(new Noting("three"));
      four.store.changes().register(new Noting("four"));
      await("both share", () -> held(three) == 8 && held(four) == 8);
      three.close();
      // Not by expiry: the leases run for ten minutes.
      await("the other holds all", () -> held(four) == 16);
    }
  }

  @Test
  void areNotTakenTwiceWhenAHolderStallsInTheMiddle() throws Exception {
    var stalls = new AtomicBoolean(true);
    var stalled = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var slow =
        new Noting("one") {
          @Override
          public void take(Connection transaction, List<Change> changes) throws SQLException {
            super.take(transaction, changes);
            if (stalls.getAndSet(false)) {
              stalled.countDown();
              try {
                goOn.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }
          }
        };
    one.store.changes().register(slow);
    await("the first holds all", () -> held(one) == 16);
    for (int i = 0; i < 30; i++) {
      two.write(create(resource("Observation", "x")));
    }
    stalled.await();
    var taker = new Noting("two");
    two.store.changes().register(taker);
    await("the second holds all", () -> held(two) == 16);
    await("all changes are taken", this::allNoted);
    goOn.countDown();
    await("both share again", () -> held(one) == 8 && held(two) == 8);
    two.write(create(resource("Observation", "x")));
    await("all changes are taken", this::allNoted);
    assertThat(one.number("select count(*) from noted")).isEqualTo(31);
    assertThat(taker.outOfOrder).isEmpty();
  }

  @Test
  void cannotBeMovedByAFormerHolder() throws Exception {
    one.store.changes().register(new Noting("one"));
    await("held", () -> held(one) == 16);
    // What another holder does when it takes over, without telling the first.
    one.execute(
        "update consumer_lease set epoch = epoch + 1, instance = 'x', until = '2100-01-01'");
    one.execute("update consumer_offset set epoch = epoch + 1 where consumer = 'noting'");
    one.write(create(resource("Observation", "x")));
    await("the first noticed", () -> held(one) == 0);
    assertThat(one.number("select count(*) from noted")).isZero();
    assertThat(one.number("select sum(seq) from consumer_offset where consumer = 'noting'"))
        .isZero();
  }

  @Test
  void thatFailHoldUpOnlyTheirHomeAndStayUntilHandled() throws Exception {
    var poisonous = new AtomicBoolean(true);
    var picky =
        new Noting("one") {
          @Override
          public void take(Connection transaction, List<Change> changes) throws SQLException {
            super.take(transaction, changes);
            for (Change change : changes) {
              if (poisonous.get() && change.id().equals("poison")) {
                throw new IllegalArgumentException("cannot take this");
              }
            }
          }
        };
    one.store.changes().register(picky);
    String patient = "Patient/" + one.write(create(patient("urn:test", "p"))).id();
    one.write(create(about("Observation", patient, "before")));
    one.write(update("poison", about("Observation", patient, "x"), null));
    one.write(create(about("Observation", patient, "after")));
    for (int i = 0; i < 50; i++) {
      one.write(create(resource("Observation", "elsewhere")));
    }
    await("all but two", () -> one.number("select count(*) from noted") == 52);
    await(
        "the counts do not wait",
        () -> one.store.statistics().getOrDefault("Observation", 0L) == 53);
    await("it is reported", () -> !stuck(one).isEmpty());
    Map<Integer, Long> stuck = stuck(one);
    int home = stuck.keySet().iterator().next();
    assertThat(one.number("select seq from change_log where id = 'poison'"))
        .isEqualTo(stuck.get(home));
    assertThat(one.number("select home from change_log where id = 'poison'")).isEqualTo(home);

    poisonous.set(false);
    await("cured, it goes on", this::allNoted);
    await("nothing is stuck", () -> stuck(one).isEmpty());
  }

  @Test
  void mayBeLeftOutOnlyByAnOperatorAndOnRecord() throws Exception {
    var refusing =
        new Noting("one") {
          @Override
          public void take(Connection transaction, List<Change> changes) throws SQLException {
            if (changes.stream().anyMatch(change -> change.id().equals("poison"))) {
              throw new IllegalArgumentException();
            }
            super.take(transaction, changes);
          }
        };
    one.store.changes().register(refusing);
    one.write(update("poison", resource("Observation", "x"), null));
    await("it is stuck", () -> !stuck(one).isEmpty());
    int home = (int) one.number("select home from change_log where id = 'poison'");
    assertThat(one.store.changes().skip("noting", home, 2, "not the one")).isFalse();
    assertThat(one.store.changes().skip("noting", home, 1, "broken by release 7")).isTrue();
    await("it goes on", () -> stuck(one).isEmpty());
    one.write(update("next", resource("Observation", "x"), null));
    await("the next is taken", () -> one.number("select count(*) from noted") == 1);
    assertThat(one.texts("select reason from consumer_skip"))
        .containsExactly("broken by release 7");
  }

  private static Map<Integer, Long> stuck(StoreForTests store) {
    return store.store.changes().status().stream()
        .filter(status -> status.consumer().equals("noting"))
        .findFirst()
        .orElseThrow()
        .stuck();
  }

  @Test
  void beginWhereTheConsumerAsks() throws Exception {
    one.write(create(resource("Observation", "early")));
    var fromNow =
        new Noting("one") {
          @Override
          public Start start() {
            return Start.NOW;
          }

          @Override
          public void take(Connection transaction, List<Change> changes) throws SQLException {
            try (var note = transaction.prepareStatement("insert into noted values (?, ?, ?)")) {
              for (Change change : changes) {
                note.setInt(1, change.home());
                note.setLong(2, change.seq());
                note.setString(3, change.id());
                note.executeUpdate();
              }
            }
          }
        };
    one.store.changes().register(fromNow);
    String late = one.write(create(resource("Observation", "late"))).id();
    await("the late one", () -> one.number("select count(*) from noted") > 0);
    assertThat(one.texts("select instance from noted")).containsExactly(late);
  }

  @Test
  void reachTheCachesOfOtherInstances() throws Exception {
    one.write(create(resource("SearchParameter", "before")));
    var seen = new ConcurrentLinkedQueue<String>();
    var refusals = new AtomicInteger(2);
    two.store
        .changes()
        .follow(
            "test",
            Set.of("SearchParameter"),
            changes -> {
              if (refusals.getAndDecrement() > 0) {
                throw new IllegalStateException("not now");
              }
              changes.forEach(change -> seen.add(change.reference()));
            });
    one.write(create(resource("Observation", "x")));
    String id = one.write(create(resource("SearchParameter", "x"))).id();
    await("the follower heard of it", () -> !seen.isEmpty());
    assertThat(seen).containsExactly("SearchParameter/" + id);
  }
}
