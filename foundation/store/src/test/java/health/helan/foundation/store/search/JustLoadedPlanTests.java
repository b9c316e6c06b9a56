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
}
