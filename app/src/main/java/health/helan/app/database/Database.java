package health.helan.app.database;

import health.helan.app.start.DataFolder;
import health.helan.app.start.RunMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
          environment.getOrDefault("HELAN_DB_PASSWORD", ""),
          RunMode.of(environment::get));
    }
    return EmbeddedDatabase.start(data, EmbeddedSettings.of(environment));
  }

  /**
   * The database that a running platform uses, beside it: the operator's own, or the embedded one
   * of the data folder.
   *
   * @return null when the embedded one does not run
   * @throws health.helan.app.start.StartRefused if the operator's cannot be reached
   */
  static @Nullable Database running(Map<String, String> environment, Path dataFolder) {
    String url = environment.get("HELAN_DB_URL");
    if (url != null && !url.isBlank()) {
      return OutsideDatabase.connect(
          url,
          environment.getOrDefault("HELAN_DB_USER", ""),
          environment.getOrDefault("HELAN_DB_PASSWORD", ""),
          RunMode.TRIAL);
    }
    try {
      Path root = dataFolder.toRealPath();
      Path folder = root.resolve("postgres");
      if (OrphanPostmaster.find(folder).isEmpty()) {
        return null;
      }
      // Line 4 is the port.
      List<String> lines = Files.readAllLines(folder.resolve("postmaster.pid"));
      return OutsideDatabase.connect(
          EmbeddedDatabase.url(Integer.parseInt(lines.get(3).strip()), EmbeddedDatabase.NAME),
          EmbeddedDatabase.NAME,
          Files.readString(root.resolve("database-password")).strip(),
          RunMode.TRIAL);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
