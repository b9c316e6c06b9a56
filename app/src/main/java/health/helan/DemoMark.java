package health.helan;

import health.helan.app.start.RunMode;
import health.helan.app.start.StartRefused;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the database itself that a demo region is in it, so that no data folder, restore or other
 * machine makes made-up residents pass for real ones.
 */
final class DemoMark {
  private static final Logger log = LoggerFactory.getLogger(DemoMark.class);

  private static final String FACT = "demo-region";

  private DemoMark() {}

  /**
   * @throws StartRefused in production, for a database that a demo region was loaded into
   */
  static void check(DataSource database, boolean demo, Map<String, String> environment) {
    if (!RunMode.of(environment::get).isProduction()) {
      return;
    }
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      boolean marked = false;
      try (var rows = statement.executeQuery("select to_regclass('store_fact') is not null")) {
        rows.next();
        marked = rows.getBoolean(1);
      }
      if (marked) {
        try (var rows =
            statement.executeQuery("select 1 from store_fact where name = '" + FACT + "'")) {
          marked = rows.next();
        }
      }
      if (marked || demo) {
        throw new StartRefused(
            "数据库中有示范区域的居民，不能用于生产，请另建一个数据库。",
            "The database holds the residents of a demo region, so it cannot serve in production: make another.");
      }
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Before the first resident of a demo region goes in. */
  static void set(DataSource database) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "insert into store_fact (name, value) values (?, 'yes') on conflict (name) do nothing")) {
      statement.setString(1, FACT);
      statement.executeUpdate();
    } catch (SQLException failed) {
      log.warn("The database could not be marked as a demo region's: {}", failed.getSQLState());
    }
  }
}
