package health.helan.foundation.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.sql.Tables;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * As {@link SearchPlanTests}, right after a load: nothing was analysed yet, and what the planner
 * takes for granted without statistics must lead to indexes too.
 */
class JustLoadedPlanTests extends SearchPlanTests {
  @Override
  void fill(GeneratedRegion region, int observations) throws SQLException, IOException {
    try (var connection = rows.dataSource.getConnection();
        var statement = connection.createStatement()) {
      for (String table : Tables.all()) {
        statement.execute("alter table " + table + " set (autovacuum_enabled = false)");
      }
    }
    region.load(observations);
  }

  /**
   * How many rows a step of {@code _has} leads to is what statistics are for: until the tables are
   * analysed, some ten seconds after a load, it takes up to a second at a million resources.
   */
  @Override
  boolean mustBeQuick(String pattern) {
    return !pattern.contains("_has:");
  }

  @Test
  void aPatientLeadsAndItsCodesAreLookedAtRowByRow() throws SQLException {
    for (String query :
        new String[] {
          "Patient/" + GeneratedRegion.patientId(17) + "/Observation?code=85354-9",
          "Observation?subject:Patient.identifier=http://id|6401%014d&code=85354-9".formatted(17),
        }) {
      List<SqlText> statements = new ArrayList<>();
      rows.engine.observe(statements::add);
      rows.search(query);
      rows.engine.observe(_ -> {});
      StringBuilder plan = new StringBuilder();
      try (var connection = rows.dataSource.getConnection();
          var explain =
              new SqlText().add("explain ").add(statements.getLast()).prepare(connection);
          var lines = explain.executeQuery()) {
        while (lines.next()) {
          plan.append(lines.getString(1)).append('\n');
        }
      }
      assertThat(plan.toString())
          .as(query)
          .contains("res_observation_patient")
          // Of the small table of linked Patients it may read what is there: nothing.
          .doesNotContain("Seq Scan on res_")
          .doesNotContain("res_observation_date");
      // The tokens lead only to who performed something for the patient, never to the code.
      assertThat(plan.toString().split("Index Cond: \\(tokens", -1).length).isLessThanOrEqualTo(2);
      assertThat(plan.toString()).contains("IS TRUE");
    }
  }
}
