package health.helan.app.backup;

import health.helan.app.database.Database;
import health.helan.app.start.Console;
import health.helan.app.start.DataFolder;
import health.helan.app.start.ObjectSettings;
import health.helan.app.start.StartRefused;
import health.helan.app.start.Words;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * {@code helan restore}: onto an empty machine. All is built in a folder of its own inside the data
 * folder and moved into place at the end; see docs/guide/backup.md.
 */
public final class RestoreCommand {
  /** What a fresh disk may hold. */
  private static final Set<String> NOTHING = Set.of("lost+found");

  /** Names what was put into a bucket, while the restore is under way. */
  private static final String PUT_OBJECTS = "put-objects";

  private RestoreCommand() {}

  /**
   * @param words what follows {@code restore}
   * @return exit code
   * @throws StartRefused if it cannot be done; what was empty is empty again then
   */
  public static int run(List<String> words, Map<String, String> environment) {
    Words given = Words.parse(words, Set.of(), Set.of("--data", "--key"));
    Console console = Console.of(environment);
    try {
      Path place =
          given.onePlace(
              "请指明要恢复的备份：./helan restore 文件夹或文件", "Say what to restore: ./helan restore BACKUP");
      return restore(given, place, environment, console);
    } catch (Damaged damaged) {
      throw BackupCommand.damaged(damaged);
    } catch (SQLException failed) {
      throw BackupCommand.databaseFailed(failed);
    } catch (IOException | UncheckedIOException failed) {
      throw new StartRefused(
          "读写文件出错，没有恢复：" + failed,
          "A file could not be read or written, and nothing was restored: " + failed,
          failed);
    }
  }

  private static int restore(
      Words given, Path place, Map<String, String> environment, Console console)
      throws IOException, SQLException {
    Path data = given.data();
    requireEmpty(data);
    BackupKeys keys = BackupKeys.forReading(environment, given.path("--key"));
    Chain chain = Chain.at(place);
    Manifest manifest = new Restore(chain, keys, TableRule.declared(), console).verify();
    boolean made = Files.notExists(data);
    Durable.folder(data);
    Path staging = data.resolve(DataFiles.RESTORING);
    int compared;
    ObjectStoreConfig.S3 bucket = ObjectSettings.bucket(environment::get);
    try {
      Durable.folder(staging);
      try (ObjectStore store = BackupCommand.objects(bucket, staging)) {
        // A folder goes with all the rest of the draft.
        Path journal = bucket == null ? null : staging.resolve(PUT_OBJECTS);
        var objects = new RestoredObjects(store, journal);
        var restore = new Restore(chain, keys, TableRule.declared(), objects, console);
        try {
          compared = build(restore, staging, environment);
        } catch (IOException | SQLException | RuntimeException failed) {
          undo(objects, failed);
          throw failed;
        }
        Files.deleteIfExists(staging.resolve(PUT_OBJECTS));
      }
    } catch (IOException | SQLException | RuntimeException failed) {
      Restore.delete(staging);
      if (made) {
        Files.deleteIfExists(data);
      }
      throw failed;
    }
    moveUp(staging, data);
    console.say(
        "恢复完成：%s，截至 %s；已核对 %d 张表的校验和，与备份一致。现在可以启动：./helan run --data %s"
            .formatted(data, chain.last().head().created(), compared, data));
    console.say(
        "Restored: %s, as of %s; the checksums of %d tables were compared and are those of the backup. Start it: ./helan run --data %s"
            .formatted(data, chain.last().head().created(), compared, data));
    if (manifest.bucket() != null && manifest.objects() < 0) {
      console.say("注意：大内容在存储桶 %s 中，不在备份里；启动前请确认它可用。".formatted(manifest.bucket()));
      console.say(
          "Mind: large contents lie in the bucket %s and were not in the backup; see that it is there before you start."
              .formatted(manifest.bucket()));
    }
    return 0;
  }

  private static void undo(RestoredObjects objects, Exception failed) {
    try {
      objects.undo();
    } catch (IOException | RuntimeException alsoFailed) {
      failed.addSuppressed(alsoFailed);
    }
  }

  private static void requireEmpty(Path data) throws IOException {
    if (Files.notExists(data)) {
      return;
    }
    if (!Files.isDirectory(data)) {
      throw notEmpty(data);
    }
    try (Stream<Path> files = Files.list(data)) {
      if (files.anyMatch(file -> !NOTHING.contains(String.valueOf(file.getFileName())))) {
        throw notEmpty(data);
      }
    }
  }

  private static StartRefused notEmpty(Path data) {
    return new StartRefused(
        "数据目录 " + data + " 不是空的，恢复不会覆盖任何数据；请换一个 --data 目录。",
        "The data folder "
            + data
            + " is not empty, and a restore overwrites nothing: choose another --data.");
  }

  private static int build(Restore restore, Path staging, Map<String, String> environment)
      throws IOException, SQLException {
    try (DataFolder folder = DataFolder.open(staging, 0);
        Database database = Database.open(environment, folder);
        Connection connection = BackupCommand.connect(database)) {
      if (!Table.all(connection).isEmpty()) {
        throw new StartRefused(
            "HELAN_DB_URL 指定的数据库不是空的，恢复不会覆盖任何数据；请另建一个空数据库。",
            "The database of HELAN_DB_URL is not empty, and a restore overwrites nothing: make an empty one.");
      }
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setURL(database.jdbcUrl());
      if (!database.user().isEmpty()) {
        source.setUser(database.user());
        source.setPassword(database.password());
      }
      restore.requireKnown(source);
      try {
        restore.makeTables(source);
        return restore.bringIn(connection, folder.root());
      } catch (IOException | SQLException | RuntimeException failed) {
        try {
          connection.rollback();
          connection.setAutoCommit(true);
          Restore.dropTables(connection);
        } catch (SQLException alsoFailed) {
          failed.addSuppressed(alsoFailed);
        }
        throw failed;
      }
    }
  }

  /** Into place, the folder that a start would look for last. */
  private static void moveUp(Path staging, Path data) throws IOException {
    List<Path> children;
    try (Stream<Path> files = Files.list(staging)) {
      children = files.toList();
    }
    for (Path child : children) {
      Files.move(
          child, data.resolve(String.valueOf(child.getFileName())), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.delete(staging);
  }
}
