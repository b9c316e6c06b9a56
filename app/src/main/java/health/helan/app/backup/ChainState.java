package health.helan.app.backup;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What the last backup of a chain knew, kept in the data folder beside the list of large contents:
 * where the machine cannot read its own backups, the next increment needs it from somewhere. Holds
 * no resident's data. Lost, it costs a full backup.
 *
 * @param chain id of the full backup
 * @param last id of the last backup
 * @param number of the last backup
 * @param database which database of which PostgreSQL, on which timeline
 * @param heads digest of the last change of each lane, by home
 * @param marks what tells of rows rewritten without the change log
 * @param floor nothing that committed after the last backup has a time below
 * @param series last number of each series of the tables kept by number
 * @param bucket where the large contents lie; null for the data folder
 */
record ChainState(
    String chain,
    String last,
    int number,
    String database,
    List<Long> lanes,
    List<String> heads,
    String marks,
    String floor,
    Map<String, Map<String, Long>> series,
    @Nullable String bucket) {
  /** In the data folder. */
  static final String FOLDER = "backup-state";

  static final String FILE = "state.json";

  /** Keys of the large contents of the last backup, sorted, one a line. */
  static final String OBJECTS = "objects";

  static @Nullable ChainState read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return Files.exists(file) && Files.exists(folder.resolve(OBJECTS))
          ? Json.MAPPER.readValue(Files.readAllBytes(file), ChainState.class)
          : null;
    } catch (IOException | JacksonException unreadable) {
      return null;
    }
  }

  /** The last thing that a backup writes: until then the state before holds. */
  void write(Path folder) throws IOException {
    Durable.replace(folder.resolve(FILE), Json.MAPPER.writeValueAsBytes(this));
  }
}
