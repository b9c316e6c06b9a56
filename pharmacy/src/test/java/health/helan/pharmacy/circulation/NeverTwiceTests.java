package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.pharmacy.review.ReviewServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However many come at once, and in whatever order: nothing is dispensed twice. */
class NeverTwiceTests {
  private static final int SHOPS = 50;
  private static final ReviewServer SERVER = ReviewServer.get();
  private static final List<Drugstore> SHOPS_THERE = new ArrayList<>();
  private static ReviewServer.Hospital hospital;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
    for (int i = 0; i < SHOPS; i++) {
      SHOPS_THERE.add(i < 3 ? new Drugstore() : Drugstore.withoutPharmacist());
    }
    SHOPS_THERE
        .subList(0, 3)
        .forEach(shop -> shop.has("A1", Prescribed.AMLODIPINE, "片", 1000, "4.50"));
  }

  @Test
  void ofFiftyShopsWithOneCodeOneLocks() throws Exception {
    Prescribed one = Prescribed.usual(hospital);
    String token = one.token();
    List<Callable<Integer>> tries =
        SHOPS_THERE.stream()
            .<Callable<Integer>>map(shop -> () -> shop.lock(token).status())
            .toList();
    int locked = 0;
    try (var pool = Executors.newFixedThreadPool(SHOPS)) {
      for (Future<Integer> each : pool.invokeAll(tries)) {
        assertThat(each.get()).isIn(200, 409, 422);
        locked += each.get() == 200 ? 1 : 0;
      }
    }
    assertThat(locked).isEqualTo(1);
    Reply seen = one.read();
    assertThat(seen.values("circulation", "state")).containsExactly("locked");
    assertThat(seen.all("attempt")).as("the others leave evidence").isNotEmpty();
  }

  /**
   * Three shops and the resident do whatever comes to their minds at once; whatever it was, no more
   * was dispensed than prescribed, and what is not on the shelves is with the resident or counted
   * out.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void neverMoreThanPrescribedInAnyOrder(long seed) throws Exception {
    Prescribed one = Prescribed.usual(hospital);
    List<Drugstore> shops = SHOPS_THERE.subList(0, 3);
    int before = shops.stream().mapToInt(shop -> shop.stock("A1")).sum();
    String sure = one.token();
    var token = new AtomicReference<>(sure);
    // In some orders of the threads nobody locks before counting out: something is counted out
    // first.
    Drugstore first = shops.getFirst();
    assertThat(first.lock(sure).status()).isEqualTo(200);
    assertThat(first.dispense(one.task(), one.request(), "A1", 1).status()).isEqualTo(200);
    List<Callable<Boolean>> actors = new ArrayList<>();
    for (int actor = 0; actor < 3; actor++) {
      Drugstore shop = shops.get(actor);
      var random = new Random(seed * 31 + actor);
      actors.add(
          () -> {
            for (int i = 0; i < 15; i++) {
              Reply reply =
                  switch (random.nextInt(8)) {
                    case 0, 1 -> {
                      Reply issued = one.issue("way", "pickup");
                      if (issued.status() == 200) {
                        token.set(issued.value("token"));
                      }
                      yield shop.lock(Objects.requireNonNull(token.get()));
                    }
                    case 2, 3, 4, 5 ->
                        shop.dispense(one.task(), one.request(), "A1", 1 + random.nextInt(4));
                    case 6 -> shop.step(one.task(), "release", "reason", "换一家药店");
                    default ->
                        shop.step(one.task(), "take-back", "reason", "拿错药盒", "resale", "true");
                  };
              assertThat(reply.status()).as(reply.text()).isIn(200, 404, 409, 422);
              int dispensed = Integer.parseInt(one.read().values("drug", "dispensed").getFirst());
              assertThat(dispensed).isBetween(0, 7);
            }
            return true;
          });
    }
    try (var pool = Executors.newFixedThreadPool(actors.size())) {
      for (Future<Boolean> each : pool.invokeAll(actors)) {
        assertThat(each.get()).isTrue();
      }
    }
    Reply seen = one.read();
    int dispensed = Integer.parseInt(seen.values("drug", "dispensed").getFirst());
    int counted =
        seen.all("dispensed").stream()
            .filter(each -> !ApiForTests.part(each, "state").equals("back"))
            .mapToInt(each -> Integer.parseInt(ApiForTests.part(each, "quantity")))
            .sum();
    assertThat(counted).isEqualTo(dispensed);
    int after = shops.stream().mapToInt(shop -> shop.stock("A1")).sum();
    assertThat(before - after)
        .as("what left the shelves is what was dispensed")
        .isEqualTo(dispensed);
    assertThat(seen.all("dispensed")).as("the first is told whatever came after").isNotEmpty();
  }
}
