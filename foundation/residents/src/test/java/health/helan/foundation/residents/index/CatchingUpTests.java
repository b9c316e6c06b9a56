package health.helan.foundation.residents.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.golden.Golden;
import health.helan.foundation.residents.match.Model;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Behind the change log, with much to catch up: read ahead, written while it is computed. */
class CatchingUpTests {
  private static final int TOWN = 900;
  private static final Caller ROOT = Caller.operator("test");
  private static final List<String> STATE =
      List.of(
          "select home, id, version, model, owner, person, keys from resident_record",
          "select key, record, home from resident_key",
          "select key, record, home, id from resident_member",
          "select key, other, weight, verdict, status, reason, certain, found from resident_pair",
          "select key, other, reason, key_id, other_id from resident_review where wanted",
          "select patient, person, surely, home, id from linked_patient");

  @Test
  void comesToWhatStandsThoughPatientsChangeAndGoMeanwhile() throws Exception {
    var meters = new SimpleMeterRegistry();
    Metrics.addRegistry(meters);
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.emptyDatabase());
    config.setMaximumPoolSize(12);
    var codec = new ZstdCodec();
    try (var database = new HikariDataSource(config);
        var store = open(database, codec)) {
      var random = new Random(11);
      List<String> ids = create(store, Stream.generate(() -> person(random)).limit(TOWN).toList());
      // Many transactions of eighty and more; each has one change of a home.
      var few = new Residents.Settings(10_000, 80, 100);
      try (var residents =
          new Residents(
              database, store, codec, Model.shipped(), few, Golden.shipped(), Clock.systemUTC())) {
        CompletableFuture.runAsync(() -> disturb(store, ids, new Random(12))).join();
        StoreForTests.await("caught up", () -> behind(database) == 0);
        assertThat(Metrics.counter("helan.residents.ahead").count()).isGreaterThan(100);
        assertThat(rows(database, "select id, version from resident_record"))
            .isEqualTo(rows(database, "select id, version from res_patient where method <> 4"));
        List<List<String>> caughtUp = state(database);
        assertThat(caughtUp.get(2)).hasSizeGreaterThan(100);

        residents.walk().ask(); // Compares all anew, one page after the other.
        StoreForTests.await(
            "walked",
            () ->
                residents.walk().progress().stage().equals("done")
                    && residents.walk().progress().why().equals("asked"));
        assertThat(state(database)).isEqualTo(caughtUp);
      }
    } finally {
      Metrics.removeRegistry(meters);
    }
  }

  /** Some resemble each other, most resemble nobody. */
  private static ObjectNode person(Random random) {
    if (random.nextInt(4) == 0) {
      return PeopleForTests.somebody(random);
    }
    ObjectNode patient = Json.MAPPER.createObjectNode().put("resourceType", "Patient");
    var name = new StringBuilder("赵");
    for (int i = 0; i < 2; i++) {
      name.append((char) (0x4e00 + random.nextInt(3000)));
    }
    patient.putArray("name").addObject().put("text", name.toString());
    patient.put(
        "birthDate",
        "%d-%02d-%02d"
            .formatted(1930 + random.nextInt(90), 1 + random.nextInt(12), 1 + random.nextInt(28)));
    patient
        .putArray("telecom")
        .addObject()
        .put("system", "phone")
        .put("value", "136%08d".formatted(random.nextInt(100_000_000)));
    return patient;
  }

  private static RecordStore open(HikariDataSource database, ZstdCodec codec) throws SQLException {
    return RecordStore.open(
        database,
        null,
        new StoreConfig(
            new byte[32],
            "one",
            "test",
            AccessPolicy.EVERYTHING,
            false,
            codec,
            ValueSets.ofR4(),
            WriteFollower.NONE,
            new IndexLinks(new IndexKey(new byte[32]))),
        StoreForTests.QUICK,
        Retention.DEFAULT);
  }

  private static List<String> create(RecordStore store, List<ObjectNode> people) {
    var ids = new ArrayList<String>();
    for (int from = 0; from < people.size(); from += 100) {
      var some = new ArrayList<Interaction>();
      for (ObjectNode one : people.subList(from, Math.min(people.size(), from + 100))) {
        some.add(new Interaction.Create("Patient", Interaction.Body.of(one), null, null, null));
      }
      store.transact(ROOT, some, Set.of(), null).forEach(made -> ids.add(made.id()));
    }
    return ids;
  }

  /** Every fifth becomes somebody else, every ninth goes, some of those come again. */
  private static void disturb(RecordStore store, List<String> ids, Random random) {
    for (int i = 0; i < ids.size(); i++) {
      if (i % 5 == 0) {
        put(store, ids.get(i), random);
      }
      if (i % 9 == 0) {
        store.transact(
            ROOT,
            List.of(new Interaction.Delete("Patient", ids.get(i), null, null, false)),
            Set.of(),
            null);
      }
      if (i % 18 == 0) {
        put(store, ids.get(i), random);
      }
    }
  }

  private static void put(RecordStore store, String id, Random random) {
    ObjectNode patient = person(random).put("id", id);
    store.transact(
        ROOT,
        List.of(
            new Interaction.Update(
                "Patient", id, null, Interaction.Body.of(patient), null, false, null, null)),
        Set.of(),
        null);
  }

  private static long behind(HikariDataSource database) {
    return Long.parseLong(
        rows(
                database,
                "select coalesce(sum(l.seq - o.seq), 1) from lane l join consumer_offset o on o.home ="
                    + " l.home and o.consumer = 'residents'")
            .getFirst()
            .trim());
  }

  private static List<List<String>> state(HikariDataSource database) {
    return STATE.stream().map(sql -> rows(database, sql)).toList();
  }

  private static List<String> rows(HikariDataSource database, String sql) {
    return IndexForTests.rows(database, sql);
  }
}
