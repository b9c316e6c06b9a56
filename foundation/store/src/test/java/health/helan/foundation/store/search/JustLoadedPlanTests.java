package health.helan.foundation.store.search;

import health.helan.foundation.store.sql.Tables;
import java.io.IOException;
import java.sql.SQLException;

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
   * How many rows a step of a chain leads to, or a code has in a compartment, is what statistics
   * are for: until the tables are analysed, some ten seconds after a load, these take up to a
   * second at a million resources.
   */
  @Override
  boolean mustBeQuick(String pattern) {
    return !pattern.contains(":Patient.")
        && !pattern.contains("_has:")
        && !pattern.startsWith("Patient/%s/Observation?");
  }
}
