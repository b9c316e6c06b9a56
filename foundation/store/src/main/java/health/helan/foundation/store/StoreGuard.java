package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Looks at a database before the store trusts it. */
final class StoreGuard {
  private static final int OLDEST_VERSION = 150_000;

  private StoreGuard() {}

  /** Version and durability: a store that loses acknowledged writes is none. */
  static void check(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      int version;
      try (var rows = statement.executeQuery("select current_setting('server_version_num')::int")) {
        rows.next();
        version = rows.getInt(1);
      }
      if (version < OLDEST_VERSION) {
        throw new StoreUnusable(
            "PostgreSQL %d is too old: Helan needs 15 or newer.".formatted(version / 10_000), null);
      }
      Map<String, String> off = new TreeMap<>();
      try (var rows =
          statement.executeQuery(
              """
              select name, setting from pg_settings
              where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
              """)) {
        while (rows.next()) {
          off.put(rows.getString(1), rows.getString(2));
        }
      }
      if (!off.isEmpty()) {
        throw new StoreUnusable(
            "PostgreSQL runs with %s switched off and would lose acknowledged records: switch on and restart it."
                .formatted(String.join(", ", off.keySet())),
            null);
      }
    }
  }

  static void migrate(Flyway flyway) {
    try {
      flyway.migrate();
    } catch (FlywayException e) {
      throw new StoreUnusable(
          "The database could not be brought to this version of Helan: " + e.getMessage(), e);
    }
  }

  /** The first opening notes the key's check value; later ones compare. */
  static void checkKey(DataSource dataSource, IndexKey key) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      try (var statement =
          connection.prepareStatement(
              """
              insert into store_fact (name, value) values ('index-key-check', ?)
              on conflict (name) do nothing
              """)) {
        statement.setString(1, key.checkValue());
        statement.executeUpdate();
      }
      try (var statement =
              connection.prepareStatement(
                  "select value from store_fact where name = 'index-key-check'");
          var rows = statement.executeQuery()) {
        rows.next();
        if (!rows.getString(1).equals(key.checkValue())) {
          throw new StoreUnusable(
              "The index key is not the one this database was made with; without it nothing can be found. Restore the file index-key of this data folder, or set HELAN_INDEX_KEY.",
              null);
        }
      }
    }
  }
}
