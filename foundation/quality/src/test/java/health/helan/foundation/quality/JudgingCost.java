package health.helan.foundation.quality;

import health.helan.demo.DemoBundle;
import health.helan.demo.Region;
import health.helan.foundation.quality.rules.ShippedRules;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.search.ValueSets;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What judging costs: CPU of the consumer's thread and of PostgreSQL for each record. Loads made-up
 * households, then lets quality begin. Measured, not tested: {@code -Dquality.cost=true}.
 */
@EnabledIfSystemProperty(named = "quality.cost", matches = "true")
class JudgingCost {
  private static final int RESIDENTS = 150;

  @ParameterizedTest
  @ValueSource(strings = {"warm", "none", "repeat", "references"})
  void ofARecord(String without) throws Exception {
    var server = QualityServer.withoutQuality();
    server.execute(
        "insert into quality_rule (rule, version, state, spec, made_by, made, decided_by, decided)"
            + " select r, 1001, 'retired', '{}', 'x', '2026-01-01', 'x', '2026-01-01' from"
            + " unnest(string_to_array('"
            + String.join(
                ",",
                ShippedRules.all().keySet().stream()
                    .filter(rule -> rule.contains(without))
                    .toList())
            + "', ',')) r where r <> ''");
    System.out.println("---- without " + without);
    long resources = 0;
    long loadBegan = System.nanoTime();
    long databaseBefore = databaseCpu(server);
    for (DemoBundle bundle : Region.of(7, RESIDENTS).bundles().toList()) {
      var reply =
          server.send(
              Caller.operator("test"),
              "POST",
              "",
              new String(bundle.json(), StandardCharsets.UTF_8));
      if (reply.status() != 200) {
        throw new AssertionError(reply.text());
      }
      resources += bundle.resources();
    }
    System.out.printf(
        "loaded %d resources in %d ms, PostgreSQL %.1f us/resource%n",
        resources,
        (System.nanoTime() - loadBegan) / 1_000_000,
        (databaseCpu(server) - databaseBefore) / 1000.0 / resources);
    long database = databaseCpu(server);
    long began = System.nanoTime();
    try (var quality =
        new Quality(
            server.database,
            server.store,
            ValueSets.ofR4(),
            QualityServer.QUIET,
            QualityServer.CLOCK)) {
      long thread = 0;
      while (server.behind() > 0) {
        thread = Math.max(thread, threadCpu("helan-consumer-quality"));
        Thread.sleep(1_000); // Looking costs, too.
      }
      thread = Math.max(thread, threadCpu("helan-consumer-quality"));
      long wall = System.nanoTime() - began;
      long ofDatabase = databaseCpu(server) - database;
      long judged = server.number("select count(*) from change_log");
      quality.sums().fold();
      long records = server.number("select sum(records) from quality_day");
      long checks = server.number("select sum(checks) from quality_month");
      System.out.printf(
          "judged %d changes, %d records of rules, %d checks in %d ms%n"
              + "thread %.1f us/record, PostgreSQL %.1f us/record%n"
              + "thread %.1f us/change, PostgreSQL %.1f us/change; findings %d%n",
          judged,
          records,
          checks,
          wall / 1_000_000,
          thread / 1000.0 / records,
          ofDatabase / 1000.0 / records,
          thread / 1000.0 / judged,
          ofDatabase / 1000.0 / judged,
          server.number("select count(*) from quality_finding"));
      server
          .texts(
              "select rule || ' ' || sum(failed) || '/' || sum(checks) from quality_month group by"
                  + " rule having sum(failed) > 0 order by sum(failed) desc")
          .forEach(System.out::println);
    }
  }

  private static long threadCpu(String name) {
    var threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(info -> info != null && info.getThreadName().equals(name))
        .mapToLong(info -> threads.getThreadCpuTime(info.getThreadId()))
        .max()
        .orElse(0);
  }

  /** Of those of its processes that serve connections, in nanoseconds. */
  private static long databaseCpu(QualityServer server) throws SQLException, IOException {
    List<Integer> processes = new ArrayList<>();
    try (Connection connection = server.database.getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select pid from pg_stat_activity where backend_type = 'client backend'")) {
      while (rows.next()) {
        processes.add(rows.getInt(1));
      }
    }
    long ticks = 0;
    for (int process : processes) {
      Path stat = Path.of("/proc/" + process + "/stat");
      if (Files.exists(stat)) {
        String text = Files.readString(stat);
        String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      }
    }
    return ticks * 10_000_000;
  }
}
