package health.helan.foundation.trust.policy;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.index.FhirPathEngine;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.scaleout.Rules;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.testing.PostgresForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the policy adds to statements: by an index at size, and by the rules of scale-out. */
class GrantPlanTests {
  private static final int RESIDENTS = 20_000;
  private static final RolePolicy POLICY = new RolePolicy(Clock.systemUTC());
  private static final List<Caller> CALLERS =
      List.of(
          Callers.resident("1", "2"),
          Callers.practitioner("d", "h1", "dept"),
          Callers.system("h1"),
          Callers.regulator(),
          Callers.operator(),
          Callers.with(Callers.resident("1"), "patient/*.rs"),
          Callers.with(Callers.practitioner("d", "h1"), "user/Observation.rs"));

  private static Connection connection;

  @BeforeAll
  static void aRegion() throws SQLException {
    POLICY.bind(
        new ParameterRegistry(
            R4.get(), new IndexKey(new byte[32]).digests(), new FhirPathEngine()));
    connection = PostgresForTests.storeDatabase().getConnection();
    try (var statement = connection.createStatement()) {
      // Ten findings of each resident; grants of ten practitioners for each; one hospital has half
      // of all.
      statement.execute(
          """
          insert into res_observation (self, patient, updated, date_lo, date_hi, home, version, level, codec, key_id,
            method, stray, id, owner, tokens, vals, content)
          select n, n %% %d, now(), now(), now(), n %% 4096, 1, 3, 0, 0, 1, false, 'o' || n, 'h' || n %% 2,
            array[n %% 100]::bigint[], '{}', ''
          from generate_series(1, %d) n"""
              .formatted(RESIDENTS, RESIDENTS * 10));
      statement.execute(
          """
          insert into access_grant (home, patient, since, until, made, weight, level, categories, state, part, grantee,
            cause, made_by)
          select n %% 4096, n %% %1$d, now(), now() + interval '1 day', now(), 1, 4, 0, 1, 0,
            'Practitioner/d' || n %% 97, 'Encounter/' || n, 'x'
          from generate_series(1, %2$d) n"""
              .formatted(RESIDENTS, RESIDENTS * 10));
      statement.execute("analyze res_observation");
      statement.execute("analyze access_grant");
    }
  }

  private static String plan(Caller caller, String condition) throws SQLException {
    SqlText sql =
        new SqlText()
            .add("explain (analyze, format json) select r.id from res_observation r where ")
            .add(condition);
    POLICY.restrict(sql, caller, "Observation", "r");
    sql.add(" order by r.home, r.id limit 20");
    try (var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void aGrantIsFoundByItsIndex() throws SQLException {
    Caller doctor = Callers.practitioner("d5", "elsewhere", "dept");
    for (String condition :
        new String[] {"r.patient = 5", "r.tokens @> array[7]::bigint[]", "true"}) {
      assertThat(plan(doctor, condition))
          .as(condition)
          .contains("access_grant_of")
          .doesNotContain("Seq Scan\",\n          \"Relation Name\": \"access_grant")
          .doesNotContain(
              "\"Relation Name\": \"access_grant\",\n            \"Alias\": \"g\",\n            \"Filter");
    }
  }

  @Test
  void aResidentsOwnAreFoundByThePatient() throws SQLException {
    assertThat(plan(Callers.resident("1", "2"), "r.tokens @> array[7]::bigint[]"))
        .contains("res_observation_patient")
        .doesNotContain("access_grant");
  }

  @Test
  void theRootsStatementsStayAsTheyAre() {
    for (String type : new String[] {"", "Patient", "Observation"}) {
      SqlText sql = new SqlText();
      POLICY.restrict(sql, Callers.ROOT, type, "r");
      POLICY.restrictHistory(sql, Callers.ROOT, type, "r");
      assertThat(sql.text()).isEmpty();
      assertThat(POLICY.masks(Callers.ROOT, type)).isFalse();
      assertThat(POLICY.isUnlimited(Callers.ROOT)).isTrue();
    }
  }

  @Test
  void nobodyBecomesTheRootByWhatATokenSays() {
    for (Caller.Role role : Caller.Role.values()) {
      Caller caller =
          new Caller(
              "operator",
              role,
              "",
              Set.of(),
              "",
              new Caller.Binding("", Set.of(), Set.of(), Set.of("root")));
      assertThat(POLICY.isUnlimited(caller)).isFalse();
      assertThat(POLICY.isUnlimited(new Caller("operator", role, "", Set.of(), ""))).isFalse();
    }
  }

  @Test
  void everyStatementKeepsTheRulesOfScaleOut() {
    List<String> statements =
        new ArrayList<>(
            List.of(
                GrantSql.INSERT,
                GrantSql.OF_CAUSE,
                GrantSql.END,
                GrantSql.SHORTEN,
                GrantSql.STANDING));
    for (Caller caller : CALLERS) {
      for (String type : new String[] {"Observation", "Task", "Device", "Organization"}) {
        SqlText sql = new SqlText().add("select 1 from res_observation r where true");
        POLICY.restrict(sql, caller, type, "r");
        statements.add(sql.text());
        sql = new SqlText().add("select ");
        POLICY.inFull(sql, caller, type, "r", false);
        statements.add(sql.add(" from res_observation r").text());
        for (long[] patients : new long[][] {{5}, {5, 6}}) {
          sql = new SqlText();
          POLICY.within(patients).begin(sql, caller);
          sql.add("select 1 from res_observation r where true");
          POLICY.within(patients).restrict(sql, caller, type, "r");
          statements.add(sql.text());
        }
      }
      SqlText sql = new SqlText().add("select 1 from history r where true");
      POLICY.restrictHistory(sql, caller, "", "r");
      statements.add(sql.text());
    }
    assertThat(statements.stream().flatMap(sql -> Rules.broken(sql).stream())).isEmpty();
  }
}
