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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code helan backup}. See docs/guide/backup.md. */
public final class BackupCommand {
  private BackupCommand() {}

  /**
   * @param words what follows {@code backup}
   * @return exit code
   * @throws StartRefused if it cannot be done; nothing is left behind then
   */
  public static int run(List<String> words, Map<String, String> environment) {
    Words given =
        Words.parse(
            words,
            Set.of("--full", "--checksums"),
            Set.of("--data", "--keep", "--verify", "--key", "--make-key"));
    Console console = Console.of(environment);
    try {
      Path name = given.path("--make-key");
      if (name != null) {
        List<Path> pair = BackupKeys.makePair(name);
        console.say(
            "私钥 %s：请移到离线保险处，不要留在本机。/ Private key %s: move it to a safe, off this machine."
                .formatted(pair.get(0), pair.get(0)));
        console.say(
            "公钥 %s：备份时设置 %s=%s / Public key: set %s=%s for backups."
                .formatted(
                    pair.get(1),
                    BackupKeys.RECIPIENT_VARIABLE,
                    pair.get(1),
                    BackupKeys.RECIPIENT_VARIABLE,
                    pair.get(1)));
        return 0;
      }
      Path place = given.path("--verify");
      if (place != null) {
        return verify(
            place.toAbsolutePath(),
            BackupKeys.forReading(environment, given.path("--key")),
            console);
      }
      return backup(given, environment, console);
    } catch (Damaged damaged) {
      throw damaged(damaged);
    } catch (SQLException failed) {
      throw databaseFailed(failed);
    } catch (IOException | UncheckedIOException failed) {
      throw new StartRefused(
          "读写文件出错，没有留下备份：" + failed,
          "A file could not be read or written, and no backup was left: " + failed,
          failed);
    }
  }

  static StartRefused damaged(Damaged damaged) {
    return new StartRefused(
        "备份已损坏或不完整：" + damaged.getMessage() + "。",
        "The backup is damaged or incomplete: " + damaged.getMessage() + ".",
        damaged);
  }

  static StartRefused databaseFailed(SQLException failed) {
    // The driver's message may hold values of rows; the code says enough.
    return new StartRefused(
        "数据库返回错误 " + failed.getSQLState() + "，未完成。",
        "The database answered with error " + failed.getSQLState() + "; it was not done.",
        failed);
  }

  private static int verify(Path place, BackupKeys keys, Console console) throws IOException {
    Chain chain = Chain.at(place);
    Manifest manifest = new Restore(chain, keys, TableRule.declared(), console).verify();
    console.say(
        "备份完整：%d 个文件，最后一个 %s（%s），%d 张表，%d 个文件，大内容 %d 份。"
            .formatted(
                chain.links().size(),
                chain.last().file().getFileName(),
                chain.last().head().created(),
                manifest.tables().size(),
                manifest.files().size(),
                Math.max(0, manifest.objects())));
    console.say(
        "The backup is whole: %d files, the last %s (%s), %d tables with checksums, %d files, %d large contents."
            .formatted(
                chain.links().size(),
                chain.last().file().getFileName(),
                chain.last().head().created(),
                manifest.tables().size(),
                manifest.files().size(),
                Math.max(0, manifest.objects())));
    return 0;
  }

  private static int backup(Words given, Map<String, String> environment, Console console)
      throws IOException, SQLException {
    Path target =
        given.onePlace("请指明备份存放的文件夹：./helan backup 文件夹", "Say where to: ./helan backup DIR");
    int keep = keep(given.values().get("--keep"));
    BackupKeys keys = BackupKeys.forWriting(environment);
    BackupCipher cipher = BackupKeys.cipher(environment);
    Path data = given.data();
    boolean outside = !environment.getOrDefault("HELAN_DB_URL", "").isBlank();
    if (!Files.isDirectory(data) || (!outside && !Files.isDirectory(data.resolve("postgres")))) {
      throw new StartRefused(
          "数据目录 " + data + " 中没有平台的数据，请用 --data 指明。",
          "There is no platform's data in " + data + ": name its folder with --data.");
    }
    if (target.startsWith(data)) {
      throw new StartRefused(
          "备份不能放在数据目录之内，请放到另一块磁盘或另一台机器上。",
          "A backup must not lie inside the data folder: put it on another disk or machine.");
    }
    Durable.folder(target);
    try (FileChannel lockFile =
            FileChannel.open(
                target.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lock(lockFile, target)) {
      ObjectStoreConfig.S3 bucket = ObjectSettings.bucket(environment::get);
      Backup.Done done;
      try (ObjectStore objects = objects(bucket, data)) {
        Backup.Plan plan =
            new Backup.Plan(
                target,
                data.toRealPath(),
                given.switches().contains("--full"),
                given.switches().contains("--checksums"),
                cipher,
                bucket == null ? null : bucket.bucket(),
                objects,
                set(environment, "HELAN_INDEX_KEY"),
                version());
        Database running = Database.running(environment, data);
        if (running != null) {
          done = backup(plan, keys, running, console);
        } else {
          try (DataFolder folder = DataFolder.open(data, 0);
              Database started = Database.open(environment, folder)) {
            done = backup(plan, keys, started, console);
          }
        }
      }
      tell(done, console);
      if (keep > 0) {
        prune(target, keep, console);
      }
    }
    return 0;
  }

  /** The large contents as they are stored, below any encryption. */
  static ObjectStore objects(ObjectStoreConfig.@Nullable S3 bucket, Path data) throws IOException {
    return ObjectStore.open(
        bucket == null
            ? new ObjectStoreConfig.Folder(data.resolve(DataFiles.OBJECT_STORE))
            : bucket);
  }

  private static FileLock lock(FileChannel file, Path target) throws IOException {
    FileLock lock;
    try {
      lock = file.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      lock = null;
    }
    if (lock == null) {
      throw new StartRefused(
          "另一个备份正在写入 " + target + "。", "Another backup is being written to " + target + ".");
    }
    return lock;
  }

  private static int keep(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    if (text.matches("[1-9]\\d{0,3}")) {
      return Integer.parseInt(text);
    }
    throw new StartRefused(
        "--keep 要求 1 到 9999 之间的整数。", "--keep takes a whole number from 1 to 9999.");
  }

  private static @Nullable String set(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static Backup.Done backup(
      Backup.Plan plan, BackupKeys keys, Database database, Console console)
      throws SQLException, IOException {
    try (PausedWalk paused = new PausedWalk(database);
        Connection connection = connect(database)) {
      return new Backup(plan, keys, TableRule.declared(), connection, console).run();
    }
  }

  static Connection connect(Database database) throws SQLException {
    Properties login = new Properties();
    if (!database.user().isEmpty()) {
      login.setProperty("user", database.user());
      login.setProperty("password", database.password());
    }
    login.setProperty("ApplicationName", "helan-backup");
    login.setProperty("tcpKeepAlive", "true");
    return DriverManager.getConnection(database.jdbcUrl(), login);
  }

  static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        BackupCommand.class.getClassLoader().getResourceAsStream("build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("helan.version", "unknown");
  }

  private static void tell(Backup.Done done, Console console) {
    if (done.whyFull() != null) {
      console.say(
          "本次为完整备份，因为%s。/ This one is full, because %s."
              .formatted(done.whyFull().chinese, done.whyFull().english));
    }
    double seconds = Math.max(0.001, done.took().toMillis() / 1000.0);
    console.say(
        "备份完成：%s（%s，%,d 行，%,d 份大内容，%,d MB → %,d MB，%.1f 秒，每秒 %.0f MB）"
            .formatted(
                done.file(),
                done.head().isFull() ? "完整" : "增量 " + done.head().number(),
                done.rows(),
                done.objects(),
                done.bytes() >> 20,
                done.fileBytes() >> 20,
                seconds,
                done.bytes() / seconds / (1 << 20)));
    console.say(
        "Backed up: %s (%s, %,d rows, %,d large contents, %,d MB into %,d MB, %.1f s, %.0f MB/s)"
            .formatted(
                done.file(),
                done.head().isFull() ? "full" : "increment " + done.head().number(),
                done.rows(),
                done.objects(),
                done.bytes() >> 20,
                done.fileBytes() >> 20,
                seconds,
                done.bytes() / seconds / (1 << 20)));
  }

  /** Keeps the newest full backups with what builds on them; older ones go as a whole. */
  private static void prune(Path target, int keep, Console console) throws IOException {
    List<List<Chain.Link>> chains = Chain.all(target);
    for (List<Chain.Link> old : chains.subList(Math.min(keep, chains.size()), chains.size())) {
      for (Chain.Link link : old) {
        Files.delete(link.file());
      }
      console.say(
          "已删除旧备份 %d 个文件。/ %d files of an older backup were deleted."
              .formatted(old.size(), old.size()));
    }
  }
}
