package health.helan.foundation.store;

import static health.helan.foundation.store.testing.StoreForTests.about;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.helan.foundation.store.testing.StoreForTests;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Requests that share a transaction get what each would have got by itself. */
class TogetherTests {
  private static StoreForTests one;

  @BeforeAll
  static void open() {
    one = StoreForTests.open();
  }

  @AfterAll
  static void close() {
    one.close();
  }

  /** What one request got: outcomes or what was thrown, and whose data its trail names. */
  private record Got(List<Outcome> outcomes, @Nullable RuntimeException thrown, long[] subjects) {}

  private static Share share(Caller asked, String institution, List<ObjectNode> resources) {
    var creates = new ArrayList<Interaction>();
    for (ObjectNode body : resources) {
      creates.add(
          new Interaction.Create(
              body.path("resourceType").asString(), Interaction.Body.of(body), null, null, null));
    }
    return new Share(asked.asPlatformOf(institution), creates, null);
  }

  /** All of them while the first still holds the turn; counts who was written alone. */
  private static List<Got> atOnce(List<Share> shares, AtomicInteger alone) throws Exception {
    var firstIsWriting = new CountDownLatch(1);
    var othersWait = new CountDownLatch(1);
    var got = new ArrayList<Got>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var futures = new ArrayList<Future<Got>>();
      Share first = shares.getFirst();
      futures.add(
          threads.submit(
              () ->
                  got(
                      first,
                      () -> {
                        firstIsWriting.countDown();
                        await(othersWait);
                        return transact(first);
                      })));
      firstIsWriting.await();
      for (Share share : shares.subList(1, shares.size())) {
        futures.add(
            threads.submit(
                () ->
                    got(
                        share,
                        () -> {
                          alone.incrementAndGet();
                          return transact(share);
                        })));
      }
      while (one.store.waitingTogether() < shares.size() - 1) {
        Thread.sleep(2);
      }
      othersWait.countDown();
      for (Future<Got> future : futures) {
        got.add(future.get());
      }
    }
    return got;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Outcome> transact(Share share) {
    return one.store.transact(share.caller(), share.interactions(), Set.of(), null);
  }

  private static Got got(Share share, java.util.function.Supplier<List<Outcome>> alone) {
    var trail = new AccessTrail();
    return ScopedValue.where(AccessTrail.CURRENT, trail)
        .call(
            () -> {
              try {
                return new Got(one.store.together(share, alone), null, trail.subjects());
              } catch (RuntimeException e) {
                return new Got(List.of(), e, trail.subjects());
              }
            });
  }

  @Test
  void eachHasItsOwnAnswerOwnerAndTrail() throws Exception {
    List<String> patients = new ArrayList<>();
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      patients.add(one.write(StoreForTests.create(resource("Patient", "p"), null)).id());
      String patient = "Patient/" + patients.getLast();
      shares.add(
          share(
              Caller.operator("asker" + i),
              "institution" + i,
              List.of(about("Observation", patient, "o"), about("Condition", patient, "c"))));
    }
    long before = one.number("select count(*) from change_log");
    var alone = new AtomicInteger();

    List<Got> got = atOnce(shares, alone);

    assertThat(alone).as("the first holds the turn, the others went together").hasValue(0);
    for (int i = 0; i < got.size(); i++) {
      Got mine = got.get(i);
      assertThat(mine.outcomes)
          .extracting(Outcome::type)
          .containsExactly("Observation", "Condition");
      assertThat(new String(mine.outcomes.getFirst().content())).contains(patients.get(i));
      assertThat(
              one.number(
                  "select count(*) from res_observation where id = '%s' and owner = 'institution%d'"
                      .formatted(mine.outcomes.getFirst().id(), i)))
          .isEqualTo(1);
      assertThat(mine.subjects).hasSize(1);
    }
    assertThat(got.stream().map(one -> one.subjects[0]).distinct()).hasSize(9);
    assertThat(one.number("select count(*) from change_log")).isEqualTo(before + 18);
    assertThat(
            one.number(
                "select count(distinct updated) from res_condition where owner like 'institution%' and owner <> 'institution0'"))
        .as("one transaction")
        .isEqualTo(1);
  }

  @Test
  void severalInstitutionsAreWrittenWithRowsBesideOrNotAtAll() {
    String patient =
        "Patient/" + one.write(StoreForTests.create(resource("Patient", "p"), null)).id();
    List<Share> shares = new ArrayList<>();
    for (String institution : List.of("shop", "clinic")) {
      shares.add(
          share(
              Caller.operator("asker"),
              institution,
              List.of(about("Observation", patient, "beside " + institution))));
    }
    List<String> beside = new ArrayList<>();
    List<Outcome> outcomes =
        one.store.transact(shares, (transaction, ids, at) -> beside.addAll(ids));
    assertThat(outcomes).extracting(Outcome::id).containsExactlyElementsOf(beside);
    for (int i = 0; i < 2; i++) {
      assertThat(
              one.number(
                  "select count(*) from res_observation where id = '%s' and owner = '%s'"
                      .formatted(outcomes.get(i).id(), shares.get(i).caller().institution())))
          .isEqualTo(1);
    }
    long before = one.number("select count(*) from res_observation");
    assertThatThrownBy(
            () ->
                one.store.transact(
                    shares,
                    (transaction, ids, at) -> {
                      throw new Refusal(Refusal.Kind.CONFLICT, "store.contended");
                    }))
        .isInstanceOf(Refusal.class);
    shares.set(
        1,
        new Share(
            Caller.operator("asker").asPlatformOf("clinic"),
            List.of(
                new Interaction.Create(
                    "Basic", Interaction.Body.of(resource("Device", "d")), null, null, null)),
            null));
    assertThatThrownBy(() -> one.store.transact(shares, (transaction, ids, at) -> {}))
        .isInstanceOf(Refusal.class);
    assertThat(one.number("select count(*) from res_observation")).isEqualTo(before);
  }

  @Test
  void oneThatCannotBeWrittenCostsTheOthersNothing() throws Exception {
    var shares = new ArrayList<Share>();
    for (int i = 0; i < 6; i++) {
      ObjectNode body = resource("Basic", "b" + i);
      if (i == 3) {
        body.put("resourceType", "Device");
      }
      shares.add(
          new Share(
              Caller.operator("x").asPlatformOf("h"),
              List.of(new Interaction.Create("Basic", Interaction.Body.of(body), null, null, null)),
              null));
    }
    var alone = new AtomicInteger();

    List<Got> got = atOnce(shares, alone);

    assertThat(alone).hasValue(5);
    for (int i = 0; i < got.size(); i++) {
      if (i == 3) {
        assertThat(got.get(i).thrown)
            .isInstanceOfSatisfying(
                Refusal.class, no -> assertThat(no.messageKey()).isEqualTo("store.type-differs"));
      } else {
        assertThat(got.get(i).outcomes).hasSize(1);
      }
    }
  }

  @Test
  void onlyThePlatformSharesAndOnlyPlainCreates() {
    var create =
        new Interaction.Create(
            "Basic", Interaction.Body.of(resource("Basic", "b")), null, null, null);
    var asked = new Caller("x", Caller.Role.SYSTEM, "h", Set.of(), "", Caller.Binding.NONE);
    assertThatThrownBy(() -> new Share(asked, List.of(create), null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new Share(Caller.operator("x"), List.of(StoreForTests.delete("Basic", "1")), null))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
