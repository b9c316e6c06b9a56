package health.helan.foundation.store;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.patient;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Writers that want the same thing at the same moment, on two application instances. */
class RacesTests {
  private StoreForTests one;
  private StoreForTests two;

  @BeforeEach
  void openTwoInstances() {
    one = StoreForTests.open(PostgresForTests.storeDatabase(), "one");
    two = StoreForTests.open(one.database, "two");
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
  }

  /** Lets them all go at once; what each gave. */
  private static <T> List<T> race(int threads, java.util.function.IntFunction<Callable<T>> work)
      throws Exception {
    var start = new CountDownLatch(1);
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var futures =
          IntStream.range(0, threads)
              .mapToObj(
                  i ->
                      pool.submit(
                          () -> {
                            start.await();
                            return work.apply(i).call();
                          }))
              .toList();
      start.countDown();
      var results = new ArrayList<T>();
      for (var future : futures) {
        results.add(future.get(120, TimeUnit.SECONDS));
      }
      return results;
    }
  }

  private StoreForTests instance(int i) {
    return i % 2 == 0 ? one : two;
  }

  @Test
  void aHundredConditionalCreatesMakeOneResource() throws Exception {
    List<Outcome> outcomes =
        race(
            100,
            i ->
                () ->
                    instance(i)
                        .write(create(patient("urn:test", "same"), "identifier=urn:test|same")));
    assertThat(one.number("select count(*) from res_patient")).isEqualTo(1);
    assertThat(one.number("select count(*) from change_log")).isEqualTo(1);
    assertThat(outcomes.stream().filter(outcome -> outcome.status() == 201)).hasSize(1);
    assertThat(outcomes.stream().map(Outcome::id).distinct()).hasSize(1);
  }

  @Test
  void aHundredPutsOfANewIdMakeOneResourceWithAHundredVersions() throws Exception {
    List<Outcome> outcomes =
        race(100, i -> () -> instance(i).write(update("same", resource("Device", "v"), null)));
    assertThat(outcomes.stream().filter(outcome -> outcome.status() == 201)).hasSize(1);
    assertThat(outcomes.stream().map(Outcome::version).sorted().toList())
        .isEqualTo(IntStream.rangeClosed(1, 100).boxed().toList());
    assertThat(one.number("select count(*) from res_other")).isEqualTo(1);
    assertThat(one.number("select count(*) from history")).isEqualTo(99);
    assertThat(one.number("select count(distinct version) from change_log")).isEqualTo(100);
  }

  @Test
  void ofSeveralWhoReviveADeletedIdOneCreatesAndTheOthersUpdate() throws Exception {
    one.write(update("back", resource("Device", "v"), null));
    one.write(StoreForTests.delete("Device", "back"));
    List<Outcome> outcomes =
        race(20, i -> () -> instance(i).write(update("back", resource("Device", "v"), null)));
    assertThat(outcomes.stream().filter(outcome -> outcome.status() == 201)).hasSize(1);
    assertThat(outcomes.stream().map(Outcome::version).sorted().toList())
        .isEqualTo(IntStream.rangeClosed(3, 22).boxed().toList());
  }

  @Test
  void noUpdateIsLostUnderIfMatch() throws Exception {
    one.write(update("counter", count(0), null));
    var refused = new AtomicInteger();
    race(
        8,
        i ->
            () -> {
              for (int done = 0; done < 10; ) {
                ResourceVersion now = instance(i).store.read(CALLER, "Device", "counter");
                int value = Json.MAPPER.readTree(now.content()).path("udiCarrier").size();
                try {
                  instance(i).write(update("counter", count(value + 1), now.version()));
                  done++;
                } catch (Refusal e) {
                  assertThat(e.kind()).isEqualTo(Refusal.Kind.PRECONDITION);
                  refused.incrementAndGet();
                }
              }
              return 0;
            });
    ResourceVersion last = one.store.read(CALLER, "Device", "counter");
    assertThat(Json.MAPPER.readTree(last.content()).path("udiCarrier").size()).isEqualTo(80);
    assertThat(last.version()).isEqualTo(81);
    assertThat(refused).as("they did race").hasPositiveValue();
  }

  private static ObjectNode count(int n) {
    ObjectNode device = resource("Device", "v");
    var list = device.putArray("udiCarrier");
    for (int i = 0; i < n; i++) {
      list.addObject().put("issuer", "urn:test");
    }
    return device;
  }

  @Test
  void bundlesOnTheSameRowsInAnyOrderDoNotLockEachOtherOut() throws Exception {
    List<String> ids = IntStream.range(0, 10).mapToObj(i -> "row-" + i).toList();
    for (String id : ids) {
      one.write(update(id, resource("Device", "v"), null));
    }
    race(
        8,
        i ->
            () -> {
              var random = new Random(i);
              for (int round = 0; round < 10; round++) {
                var shuffled = new ArrayList<>(ids);
                Collections.shuffle(shuffled, random);
                var bundle = new ArrayList<Interaction>();
                for (String id : shuffled) {
                  bundle.add(update(id, resource("Device", "r" + round), null));
                }
                // New ids as well, the same ones for all.
                bundle.add(
                    random.nextInt(11), update("new-" + round, resource("Device", "v"), null));
                bundle.add(
                    create(patient("urn:test", "n" + round), "identifier=urn:test|n" + round));
                instance(i).transact(bundle);
              }
              return 0;
            });
    assertThat(
            one.number("select deadlocks from pg_stat_database where datname = current_database()"))
        .isZero();
    assertThat(one.number("select count(*) from change_log where id like 'row-%'"))
        .isEqualTo(10 + 8 * 10 * 10);
    assertThat(one.number("select count(*) from res_patient")).isEqualTo(10);
  }

  @Test
  void theSameRequestSentTwiceAtOnceIsCarriedOutOnce() throws Exception {
    List<List<Outcome>> answers =
        race(
            10,
            i ->
                () ->
                    instance(i)
                        .store
                        .transact(
                            CALLER,
                            List.of(create(resource("Device", "v")), create(resource("Task", "v"))),
                            Set.of(),
                            "request-1"));
    assertThat(one.number("select count(*) from change_log")).isEqualTo(2);
    assertThat(answers.stream().map(answer -> answer.getFirst().id()).distinct()).hasSize(1);
  }

  @Test
  void aConditionCanBeMetAnewOnceItsResourceNoLongerMeetsIt() throws Exception {
    String criteria = "identifier=urn:test|moved";
    String first = one.write(create(patient("urn:test", "moved"), criteria)).id();
    one.write(update(first, patient("urn:test", "elsewhere"), null));

    List<Outcome> outcomes =
        race(20, i -> () -> instance(i).write(create(patient("urn:test", "moved"), criteria)));

    assertThat(outcomes.stream().filter(outcome -> outcome.status() == 201)).hasSize(1);
    assertThat(outcomes.stream().map(Outcome::id).distinct()).hasSize(1).doesNotContain(first);
    assertThat(one.number("select count(*) from res_patient")).isEqualTo(2);
  }
}
