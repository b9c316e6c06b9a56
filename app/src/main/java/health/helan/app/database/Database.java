package health.helan.app.database;

import health.helan.app.start.DataFolder;
import java.util.Map;

/** A PostgreSQL that is up, meets the demands and can be connected to. */
public sealed interface Database extends AutoCloseable permits EmbeddedDatabase, OutsideDatabase {
  /** Where it is, for a JDBC connection; carries no password. */
  String jdbcUrl();

  /** Who the platform is there. */
  String user();

  /** Proves that; never logged. */
  String password();

  /** Stops what was started with it; an outside database goes on. */
  @Override
  void close();

  /**
   * Uses the operator's database where {@code HELAN_DB_URL} is set, else starts the one in the data
   * folder.
   *
   * @throws health.helan.app.start.StartRefused if it does not start, cannot be reached, or does
   *     not meet the demands
   */
  static Database open(Map<String, String> environment, DataFolder data) {
    String url = environment.get("HELAN_DB_URL");
    if (url != null && !url.isBlank()) {
      return OutsideDatabase.connect(
          url,
          environment.getOrDefault("HELAN_DB_USER", ""),
          environment.getOrDefault("HELAN_DB_PASSWORD", ""));
    }
    return EmbeddedDatabase.start(data, EmbeddedSettings.of(environment));
  }
}
