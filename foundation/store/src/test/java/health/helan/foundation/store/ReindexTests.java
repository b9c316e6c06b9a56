package health.helan.foundation.store;

import static health.helan.foundation.store.testing.StoreForTests.await;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.delete;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class ReindexTests {
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

  private static ObjectNode device(String lot) {
    return resource("Device", "zh").put("status", "active").put("lotNumber", lot);
  }

  private static ObjectNode lotParameter(String expression) {
    ObjectNode parameter = resource("SearchParameter", "en");
    parameter.put("status", "active").put("code", "lot").put("type", "string");
    parameter.put("expression", expression).put("url", "urn:test:lot");
    parameter.putArray("base").add("Device");
    return parameter;
  }

  private static boolean isFinished(StoreForTests store, String job) {
    return store.store.reindex().progress().stream()
        .anyMatch(progress -> progress.job().startsWith(job) && progress.finished() != null);
  }

  private static String withLot(boolean has) {
    return "select count(*) from res_other where type = 'Device' and "
        + (has ? "" : "not ")
        + "vals::text like '%lot%'";
  }

  @Test
  void givesRowsTheValuesOfACustomParameterWhileOthersWrite() throws Exception {
    for (int i = 0; i < 450; i++) {
      one.write(create(device("LOT-" + i)));
    }
    assertThat(one.number(withLot(true))).isZero();
    var stop = new AtomicBoolean();
    var writers = new ArrayList<Future<Integer>>();
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (StoreForTests store : List.of(one, two)) {
        writers.add(
            threads.submit(
                () -> {
                  int written = 0;
                  while (!stop.get()) {
                    store.write(create(device("new-" + written)));
                    store.write(update("own-" + store.hashCode(), device("v" + written), null));
                    written++;
                  }
                  return written;
                }));
      }
      one.write(create(lotParameter("Device.lotNumber")));
      await("the parameter's rows are indexed", () -> isFinished(two, "SearchParameter/"));
      stop.set(true);
      for (var writer : writers) {
        assertThat(writer.get(30, TimeUnit.SECONDS)).isPositive();
      }
    }
    assertThat(one.number(withLot(false))).isZero();
    assertThat(one.number(withLot(true))).isGreaterThan(450);
    assertThat(one.number("select changed from reindex")).isGreaterThanOrEqualTo(450);
    assertThat(one.number("select count(*) from history where version > 1 and method <> 2"))
        .as("no version is made")
        .isZero();
  }

  @Test
  void letsAParameterBeUsedOnlyWhenItIsFinished() {
    for (int i = 0; i < 5; i++) {
      one.write(create(device("LOT-" + i)));
    }
    // An instance that does not answer holds the walk up: it might still write without the values.
    one.execute(
        "insert into instance (id, floor, seen, version) values ('deaf', '2000-01-01', '2100-01-01', 'x')");
    String id = one.write(create(lotParameter("Device.lotNumber"))).id();
    await("it is known", () -> one.number("select count(*) from reindex_ready") == 2);
    assertThat(isSearchable(one)).isFalse();
    assertThat(isIndexed(one)).isTrue();
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> byLot("LOT-3"));
    assertThat(one.number(withLot(true))).isZero();

    one.execute("delete from instance where id = 'deaf'");
    await("one uses it", () -> isSearchable(one));
    await("two uses it", () -> isSearchable(two));
    assertThat(one.number(withLot(false))).isZero();
    assertThat(byLot("LOT-3")).isEqualTo(1);
    assertThat(byLot("LOT-9")).isZero();

    one.write(delete("SearchParameter", id));
    await("one forgets it", () -> !isIndexed(one));
    await("two forgets it", () -> !isIndexed(two));
    assertThat(one.store.reindex().progress()).isEmpty();
  }

  private int byLot(String lot) {
    var parameters = List.of(new SearchRequest.Parameter("lot", lot));
    return two.store
        .search(StoreForTests.CALLER, new SearchRequest("Device", null, null, parameters, false))
        .entries()
        .size();
  }

  private static boolean isSearchable(StoreForTests store) {
    return store.store.parameters().type("Device").searchable().containsKey("lot");
  }

  private static boolean isIndexed(StoreForTests store) {
    return store.store.parameters().type("Device").parameters().containsKey("lot");
  }

  @Test
  void goesOnWhereItStoodWhenTheInstanceDies() {
    var bundle = new ArrayList<Interaction>();
    for (int i = 0; i < 1500; i++) {
      bundle.add(create(device("LOT-" + i)));
    }
    one.transact(bundle);
    one.execute("update res_other set vals = '{}', tokens = '{}'");
    String job = one.store.reindex().start("Device");
    await("it has begun", () -> one.store.reindex().progress().getFirst().checked() > 0);
    one.kill();
    await("it is finished", () -> isFinished(two, job));
    assertThat(two.store.reindex().progress().getFirst().checked())
        .as("each row is looked at once")
        .isEqualTo(1500);
    assertThat(two.number("select count(*) from res_other where tokens = '{}'")).isZero();
  }

  @Test
  void isRefusedForWhatIsNoType() {
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> one.store.reindex().start("Gadget"));
  }
}
