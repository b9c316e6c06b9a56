package health.helan.app.backup;

import health.helan.app.start.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What of the data folder goes into a backup: everything, but for what is named here with its
 * reason. A file that a later version puts there is therefore in.
 */
final class DataFiles {
  /** Where large contents are kept, unless in a bucket. */
  static final String OBJECT_STORE = "objects";

  /** Large contents, which have a way of their own. */
  static final String OBJECTS = OBJECT_STORE + "/objects";

  /** Where a restore builds what it then moves into place. */
  static final String RESTORING = DataFolder.RESTORING;

  static final String INDEX_KEY = "index-key";

  /** Names in the data folder that are left out. */
  static final Map<String, String> LEFT =
      Map.of(
          "postgres",
          "the database's own files: its tables are in the backup",
          "database-password",
          "belongs to the embedded PostgreSQL, which a restore makes anew",
          "logs",
          "no part of the records",
          "lock",
          "says that an instance runs",
          OBJECTS,
          "large contents, kept one by one",
          OBJECT_STORE + "/uploads",
          "uploads under way",
          ChainState.FOLDER,
          "what the last backup knew",
          RESTORING,
          "a restore under way",
          "put-objects",
          "a restore under way");

  private DataFiles() {}

  /** Files of the folder, sorted, by their names relative to it with slashes. */
  static List<String> of(Path data) throws IOException {
    List<String> names = new ArrayList<>();
    walk(data, "", names);
    names.sort(null);
    return names;
  }

  private static void walk(Path folder, String prefix, List<String> names) throws IOException {
    List<Path> children;
    try (Stream<Path> listed = Files.list(folder)) {
      children = listed.toList();
    }
    for (Path child : children) {
      String name = prefix + child.getFileName();
      if (LEFT.containsKey(name) || name.endsWith(".new")) {
        continue;
      }
      if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
        walk(child, name + "/", names);
      } else if (Files.isRegularFile(child)) {
        names.add(name);
      }
    }
  }
}
