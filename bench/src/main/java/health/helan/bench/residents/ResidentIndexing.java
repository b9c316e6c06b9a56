package health.helan.bench.residents;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.CpuUse;
import health.helan.bench.server.Postgres;
import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.index.IndexLinks;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.changes.ChangeLog;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * How fast the index takes records in behind the change log, PostgreSQL included, and how fast
 * {@code $match} answers then: {@code ./helan bench residents --index 1000000 --db URL}. The store,
 * its log and the index are the platform's own; only the HTTP door is left out.
 */
final class ResidentIndexing {
  private static final String DATABASE = "helan_bench_residents";
  private static final int BUNDLE = 200;
  private static final int MATCHES = 2_000;

  private ResidentIndexing() {}

  /** Drops and makes the database {@code helan_bench_residents} and measures in it. */
  static void run(Postgres postgres, int records) throws Exception {
    postgres.recreate(DATABASE);
    var config = new HikariConfig();
    config.setJdbcUrl(postgres.url(DATABASE));
    config.setUsername(postgres.user());
    config.setPassword(postgres.password());
    config.setMaximumPoolSize(20);
    try (var database = new HikariDataSource(config)) {
      var codec = new ZstdCodec();
      var key = new byte[32];
      try (var store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  key,
                  "bench",
                  "bench",
                  AccessPolicy.EVERYTHING,
                  false,
                  codec,
                  ValueSets.ofR4(),
                  WriteFollower.NONE,
                  new IndexLinks(new IndexKey(key))),
              ChangeLog.Settings.DEFAULT,
              Retention.DEFAULT)) {
        List<ObjectNode> asked = load(store, records);
        measure(postgres, database, store, codec, records, asked);
      }
    }
  }

  /** Returns Patients to ask for. */
  private static List<ObjectNode> load(RecordStore store, int records) throws Exception {
    long begun = System.nanoTime();
    var words = new Words();
    var population = new Population(words, 4711);
    var register = new Register(words, new ErrorModel(), 4711);
    var asked = new ArrayList<ObjectNode>();
    var bundle = new ArrayList<Interaction>();
    long household = 0;
    int loaded = 0;
    try (var threads = Executors.newFixedThreadPool(2)) {
      var waiting = new ArrayList<java.util.concurrent.Future<?>>();
      while (loaded < records) {
        for (Register.Entry entry : register.records(population.household(household++))) {
          if (loaded++ < records) {
            bundle.add(
                new Interaction.Create(
                    "Patient", Interaction.Body.of(entry.patient()), null, null, null));
            if (loaded % Math.max(1, records / MATCHES) == 0) {
              asked.add(entry.patient());
            }
          }
        }
        if (bundle.size() >= BUNDLE || loaded >= records) {
          var some = List.copyOf(bundle);
          bundle.clear();
          waiting.add(
              threads.submit(() -> store.transact(Caller.operator("bench"), some, Set.of(), null)));
        }
        while (waiting.size() > 8) {
          waiting.removeFirst().get();
        }
      }
      for (var one : waiting) {
        one.get();
      }
    }
    System.out.printf(
        Locale.ROOT, "loaded %d in %.1f s%n", records, (System.nanoTime() - begun) / 1e9);
    return asked;
  }

  private static void measure(
      Postgres postgres,
      DataSource database,
      RecordStore store,
      ZstdCodec codec,
      int records,
      List<ObjectNode> asked)
      throws Exception {
    execute(database, "analyze");
    var meters = new io.micrometer.core.instrument.simple.SimpleMeterRegistry();
    io.micrometer.core.instrument.Metrics.addRegistry(meters);
    long begun = System.nanoTime();
    var meter = new CpuMeter(CpuMeter.NOBODY, postgres.postmaster()).start();
    try (var residents = new Residents(database, store, codec, Clock.systemUTC())) {
      // Counting the rows again and again would be a good part of the work.
      var counter = io.micrometer.core.instrument.Metrics.counter("helan.residents.taken");
      long taken = 0;
      long since = begun;
      while (taken < records) {
        Thread.sleep(50);
        long now = (long) counter.count();
        if (now / 100_000 != taken / 100_000) {
          long at = System.nanoTime();
          System.out.printf(
              Locale.ROOT,
              "%d after %.1f s, the last 100000 in %.1f s%n",
              now,
              (at - begun) / 1e9,
              (at - since) / 1e9);
          since = at;
        }
        taken = now;
      }
      while (number(database, "select count(*) from resident_record") < records) {
        Thread.sleep(20); // The last transaction commits.
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      CpuUse use = meter.stop();
      System.out.printf(
          Locale.ROOT,
          "indexed %d in %.1f s: %.0f/s; CPU us each %.0f here, %.0f in PostgreSQL; others %.2f cores%n",
          records,
          seconds,
          records / seconds,
          use.clientMs() * 1e3 / records,
          use.postgresMs() * 1e3 / records,
          use.othersMs() / 1e3 / seconds);
      System.out.println(
          residents.index().counts()
              + " waiting "
              + residents.reviews().waiting()
              + " pairs "
              + number(database, "select count(*) / 2 from resident_pair")
              + " keys "
              + number(database, "select count(*) from resident_key")
              + "; of the keys find nobody, as more than 64 bear them: "
              + number(
                  database,
                  "select count(*) from (select from resident_key group by key having count(*) > 64) f")
              + ", the most bears "
              + number(
                  database,
                  "select max(c) from (select count(*) c from resident_key group by key) k")
              + " records; read ahead "
              + (long)
                  io.micrometer.core.instrument.Metrics.counter("helan.residents.ahead").count());
      for (var timer : meters.find("helan.residents.step").timers()) {
        System.out.printf(
            Locale.ROOT,
            "step %s: %.0f us per record%n",
            timer.getId().getTag("step"),
            timer.totalTime(java.util.concurrent.TimeUnit.MICROSECONDS) / records);
      }
      for (String table :
          List.of(
              "resident_record",
              "resident_key",
              "resident_member",
              "resident_pair",
              "resident_decision",
              "linked_patient")) {
        System.out.printf(
            Locale.ROOT,
            "%s %d MB%n",
            table,
            number(database, "select pg_total_relation_size('" + table + "')") >> 20);
      }
      FhirOperation match =
          residents.operations().stream()
              .filter(operation -> operation.spec().name().equals("match"))
              .findFirst()
              .orElseThrow();
      for (int round = 0; round < 2; round++) {
        var times = new ArrayList<Long>();
        int found = 0;
        for (ObjectNode one : asked) {
          long start = System.nanoTime();
          var answer =
              match.execute(
                  new FhirOperation.Call(
                      Caller.operator("bench"),
                      store,
                      "POST",
                      "Patient",
                      null,
                      Query.NONE,
                      one,
                      "http://localhost/fhir",
                      Locale.ENGLISH));
          times.add(System.nanoTime() - start);
          found +=
              Json.MAPPER
                  .readTree(java.util.Objects.requireNonNull(answer.body()))
                  .path("entry")
                  .size();
        }
        times.sort(null);
        System.out.printf(
            Locale.ROOT,
            "$match %d: found %.2f; p50 %.2f ms, p95 %.2f ms, p99 %.2f ms%n",
            times.size(),
            found / (double) times.size(),
            times.get(times.size() / 2) / 1e6,
            times.get(times.size() * 95 / 100) / 1e6,
            times.get(times.size() * 99 / 100) / 1e6);
      }
    }
  }

  private static long number(DataSource database, String sql) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void execute(DataSource database, String... sql) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      for (String one : Arrays.asList(sql)) {
        statement.execute(one);
      }
    }
  }
}
