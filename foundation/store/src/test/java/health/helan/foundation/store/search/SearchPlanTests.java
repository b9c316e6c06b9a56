package health.helan.foundation.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.testing.PostgresForTests;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The common searches use an index and never read a whole large table. With {@code
 * -Dhelan.test.full=true} a million observations are generated, else forty thousand.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SearchPlanTests {
  private static final int OBSERVATIONS =
      Integer.getInteger(
          "helan.test.observations", Boolean.getBoolean("helan.test.full") ? 1_000_000 : 40_000);

  private static final String[] COMMON = {
    "Patient?identifier=http://id|6401%014d",
    "Patient?name=王&birthdate=1980",
    "Patient?_id=%s",
    "Observation?patient=%s&code=85354-9&_sort=-date&_count=20",
    "Observation?patient=%s&code=http://loinc.org|85354-9&_sort=-date&_count=20",
    "Observation?patient=%s&combo-code=8480-6&_sort=-date",
    "Observation?patient=%s&_sort=-date&_count=20",
    "Observation?patient=%s&category=vital-signs",
    "Observation?patient=%s&date=ge2018&date=lt2019",
    "Observation?subject=Patient/%s&component-code-value-quantity=8480-6$gt150",
    "Condition?patient=%s",
    "Condition?patient=%s&code=I7",
    "Encounter?_include=Encounter:patient&date=ge2018&_count=50",
    "Encounter?patient=%s&_include=Encounter:service-provider",
    "Observation?encounter=Encounter/x",
    "Observation?_lastUpdated=ge2030&_sort=_lastUpdated",
    "Observation?_sort=-date&_count=20",
    "Observation?code=85354-9&_count=20",
    "Observation?status=final&_count=20",
    "Observation?subject:Patient.identifier=http://id|6401%014d",
    "Patient?_has:Observation:patient:code=nowhere",
    "Patient/%s/Observation?code=85354-9",
    "Patient/%s/*",
  };

  TestRows rows;

  @BeforeAll
  void fill() throws SQLException, IOException {
    rows = new TestRows(PostgresForTests.storeDatabase());
    Integer target = Integer.getInteger("helan.test.statistics");
    if (target != null) {
      try (Connection connection = rows.dataSource.getConnection();
          var statement = connection.createStatement()) {
        for (String table : health.helan.foundation.store.sql.Tables.all()) {
          statement.execute(
              "alter table " + table + " alter column tokens set statistics " + target);
        }
      }
    }
    long start = System.nanoTime();
    fill(new GeneratedRegion(rows), OBSERVATIONS);
    System.out.printf(
        "%d observations in %.1f s%n", OBSERVATIONS, (System.nanoTime() - start) / 1e9);
    for (int i = 0; i < OBSERVATIONS / GeneratedRegion.OBSERVATIONS_OF_EACH; i++) {
      rows.homes.put("Patient/" + GeneratedRegion.patientId(i), i % 4096);
    }
    for (int i = 0; i < 100; i++) {
      rows.homes.put(String.format("Organization/%03xorg%04d", i, i), i);
    }
  }

  void fill(GeneratedRegion region, int observations) throws SQLException, IOException {
    region.fill(observations);
  }

  boolean mustBeQuick(String pattern) {
    return true;
  }

  private static String query(String pattern, int patient) {
    return pattern
        .replace("%014d", String.format("%014d", patient))
        .replace("%s", GeneratedRegion.patientId(patient));
  }

  @Test
  void commonSearchesReadNoWholeTable() throws SQLException {
    for (String pattern : COMMON) {
      List<SqlText> statements = new ArrayList<>();
      rows.engine.observe(statements::add);
      rows.search(query(pattern, 17));
      rows.engine.observe(_ -> {});
      assertThat(statements).isNotEmpty();
      try (Connection connection = rows.dataSource.getConnection()) {
        for (SqlText statement : statements) {
          StringBuilder plan = new StringBuilder();
          try (var explain =
                  new SqlText()
                      .add("explain (analyze, buffers, costs) ")
                      .add(statement)
                      .prepare(connection);
              var lines = explain.executeQuery()) {
            while (lines.next()) {
              plan.append(lines.getString(1)).append('\n');
            }
          }
          if (Boolean.getBoolean("helan.test.showPlans")) {
            System.out.println(pattern + "\n" + statement + "\n" + plan);
          }
          assertThat(plan.toString())
              .as(pattern)
              // The few thousand patients are rightly read whole where many are asked for.
              .doesNotContainPattern("Seq Scan on res_(observation|encounter|condition)");
        }
      }
    }
  }

  /** One patient's rows of all tables: planned once per connection, and by indexes only. */
  @Test
  void aRecordIsReadByPlansThatAreKept() throws SQLException {
    int patients = OBSERVATIONS / GeneratedRegion.OBSERVATIONS_OF_EACH;
    try (Connection connection = rows.dataSource.getConnection();
        var asked = connection.createStatement()) {
      for (int i = 0; i < 12; i++) {
        rows.engine.search(
            connection,
            TestRows.CALLER,
            TestRows.request(query("Patient/%s/*", i * 7919 % patients) + "?_count=1000", false));
      }
      try (var plans =
          asked.executeQuery(
              """
              select count(*), min(generic_plans), max(custom_plans) from pg_prepared_statements
              where statement like '% from res_% order by r.home + 0%'""")) {
        plans.next();
        assertThat(plans.getInt(1)).as("statements kept").isGreaterThan(15);
        assertThat(plans.getInt(2)).as("plans kept").isPositive();
        assertThat(plans.getInt(3)).as("plans made anew").isZero();
      }
      try (var settings =
          asked.executeQuery(
              "select current_setting('enable_seqscan'), current_setting('plan_cache_mode')")) {
        settings.next();
        assertThat(settings.getString(1)).isEqualTo("on");
        // As the connection began: here PostgreSQL's own default.
        assertThat(settings.getString(2)).isEqualTo("auto");
      }
    }
  }

  /**
   * What is asked of one patient, by plans made once: they look at that patient's rows and no
   * others, and find the same.
   */
  @Test
  void onePatientsRowsAreFoundByPlansThatAreKept() throws SQLException {
    int patients = OBSERVATIONS / GeneratedRegion.OBSERVATIONS_OF_EACH;
    var config = new HikariConfig();
    config.setDataSource(rows.dataSource);
    config.setMaximumPoolSize(1);
    config.setConnectionInitSql(
        "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off");
    try (var pool = new HikariDataSource(config)) {
      SearchEngine kept = rows.engine(pool, pool, AccessPolicy.EVERYTHING);
      for (String pattern : COMMON) {
        if (!pattern.contains("patient=%s") && !pattern.contains("subject=Patient/%s")) {
          continue;
        }
        long before = looked(pool);
        for (int i = 0; i < 20; i++) {
          SearchRequest request = TestRows.request(query(pattern, i * 7919 % patients), false);
          assertThat(TestRows.keys(kept.search(TestRows.CALLER, request)))
              .as(pattern)
              .isEqualTo(TestRows.keys(rows.engine.search(TestRows.CALLER, request)));
        }
        // Both engines' work is counted, and the includes'.
        assertThat((looked(pool) - before) / 20)
            .as("rows looked at by " + pattern)
            .isLessThan(4 * GeneratedRegion.OBSERVATIONS_OF_EACH + 200);
      }
      try (Connection connection = pool.getConnection();
          var asked = connection.createStatement();
          var plans =
              asked.executeQuery(
                  """
                  select count(*), min(generic_plans), max(custom_plans) from pg_prepared_statements
                  where statement like '% from res_observation r where %'""")) {
        plans.next();
        assertThat(plans.getInt(1)).as("statements kept").isGreaterThan(4);
        assertThat(plans.getInt(2)).as("plans kept").isPositive();
        assertThat(plans.getInt(3)).as("plans made anew").isZero();
      }
    }
  }

  /**
   * What is asked of a person with three records, by plans made once: they look at the rows of
   * these three, and find what is found when all three are named.
   */
  @Test
  void aPersonsRowsAreFoundByPlansThatAreKept() throws SQLException {
    int people = 5;
    try (Connection connection = rows.dataSource.getConnection();
        var statement =
            connection.prepareStatement(
                "insert into linked_patient (patient, person, surely, home, id) values (?, ?, ?, 0, ?)")) {
      for (int i = 0; i < 3 * people; i++) {
        statement.setLong(1, rows.registry.digests().reference("Patient", ofPerson(i / 3, i % 3)));
        statement.setLong(2, i / 3);
        statement.setLong(3, i);
        statement.setString(4, ofPerson(i / 3, i % 3));
        statement.executeUpdate();
      }
    }
    var config = new HikariConfig();
    config.setDataSource(rows.dataSource);
    config.setMaximumPoolSize(1);
    config.setConnectionInitSql(
        "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off");
    try (var pool = new HikariDataSource(config)) {
      SearchEngine kept = rows.engine(pool, pool, AccessPolicy.EVERYTHING);
      for (String pattern : COMMON) {
        boolean isPatient = pattern.contains("?patient=%s");
        if (!isPatient && !pattern.contains("subject=Patient/%s")) {
          continue;
        }
        long before = looked(pool);
        int found = 0;
        for (int i = 0; i < 15; i++) {
          String before3 = isPatient ? "" : "Patient/";
          String all =
              ofPerson(i % people, 0)
                  + ","
                  + before3
                  + ofPerson(i % people, 1)
                  + ","
                  + before3
                  + ofPerson(i % people, 2);
          var person =
              TestRows.keys(
                  kept.search(
                      TestRows.CALLER,
                      TestRows.request(pattern.replace("%s", ofPerson(i % people, i % 3)), false)));
          found += person.size();
          assertThat(person)
              .as(pattern)
              .isEqualTo(
                  TestRows.keys(
                      rows.engine.search(
                          TestRows.CALLER,
                          TestRows.request(pattern.replace("%s", all) + "&_linked=false", false))));
        }
        assertThat(found).as("found by " + pattern).isPositive();
        assertThat((looked(pool) - before) / 15)
            .as("rows looked at by " + pattern)
            .isLessThan(3 * (4 * GeneratedRegion.OBSERVATIONS_OF_EACH + 200));
      }
    } finally {
      try (Connection connection = rows.dataSource.getConnection();
          var statement = connection.createStatement()) {
        statement.execute("delete from linked_patient");
      }
    }
  }

  private static String ofPerson(int person, int record) {
    return GeneratedRegion.patientId(60 + 3 * person + record);
  }

  /** Rows of the busy tables that any statement has looked at so far. */
  private static long looked(DataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("select pg_stat_force_next_flush()");
      try (var rows =
          statement.executeQuery(
              """
              select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables
              where relname in ('res_observation', 'res_encounter', 'res_condition')""")) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  @Test
  void commonSearchesAreQuick() throws SQLException {
    int patients = OBSERVATIONS / GeneratedRegion.OBSERVATIONS_OF_EACH;
    try (Connection connection = rows.dataSource.getConnection()) {
      try (var statement = connection.createStatement()) {
        statement.execute(
            "set plan_cache_mode = "
                + System.getProperty("helan.test.planCache", "force_custom_plan"));
      }
      for (String pattern : COMMON) {
        if (!mustBeQuick(pattern)) {
          continue;
        }
        long[] nanos = new long[150];
        int found = 0;
        long cpu = 0;
        var threads = java.lang.management.ManagementFactory.getThreadMXBean();
        for (int i = -50; i < nanos.length; i++) {
          String query = query(pattern, Math.floorMod(i * 7919, patients));
          SearchRequest request = TestRows.request(query, false);
          long start = System.nanoTime();
          long cpuStart = threads.getCurrentThreadCpuTime();
          SearchResult result = rows.engine.search(connection, TestRows.CALLER, request);
          long took = System.nanoTime() - start;
          if (i >= 0) {
            cpu += threads.getCurrentThreadCpuTime() - cpuStart;
            nanos[i] = took;
            found += result.entries().size();
          }
        }
        Arrays.sort(nanos);
        System.out.printf(
            "%-90s p50 %7.3f ms, p95 %7.3f ms, Java CPU %4.0f us, %5.1f entries%n",
            pattern,
            nanos[nanos.length / 2] / 1e6,
            nanos[nanos.length * 95 / 100] / 1e6,
            cpu / 1e3 / nanos.length,
            (double) found / nanos.length);
        // Generous: the machine of a build is shared.
        assertThat(nanos[nanos.length / 2]).as(pattern).isLessThan(500_000_000L);
      }
    }
  }
}
