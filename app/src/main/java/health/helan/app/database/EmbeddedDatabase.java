package health.helan.app.database;

import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL that comes with the platform, in the {@code postgres} folder of the data folder.
 * It listens on loopback only, asks every client for a password, and keeps what it acknowledged.
 * Should its process die under the running platform, it is started again on the same port.
 *
 * <p>Two roles: {@code postgres} owns the server, {@code helan} owns the one database {@code helan}
 * and is what the platform connects as.
 */
public final class EmbeddedDatabase implements Database {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);

  /** Of the database, and of the role that owns it. */
  static final String NAME = "helan";

  private static final String SUPERUSER = "postgres";

  /** Replaying the log after a hard kill in the middle of a load can take minutes. */
  private static final Duration STARTUP_PATIENCE = Duration.ofMinutes(5);

  private static final Duration STOP_PATIENCE = Duration.ofMinutes(2);

  /** Between attempts to bring a dead server back; what keeps it down may take hours to mend. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final DataFolder data;
  private final Path folder;
  private final EmbeddedSettings settings;
  private final String password;
  private final int port;
  private final Object process = new Object();
  private EmbeddedPostgres server;
  private boolean closed;

  private EmbeddedDatabase(
      DataFolder data,
      Path folder,
      EmbeddedSettings settings,
      String password,
      EmbeddedPostgres server) {
    this.data = data;
    this.folder = folder;
    this.settings = settings;
    this.password = password;
    this.server = server;
    this.port = server.getPort();
  }

  /**
   * Makes the database on the first call, and starts it. The PostgreSQL that a killed run left
   * behind is stopped first.
   *
   * @throws StartRefused if it does not start; the sentence says why where that can be known
   */
  static EmbeddedDatabase start(DataFolder data, EmbeddedSettings settings) {
    Path folder = data.resolve("postgres");
    OrphanPostmaster.stop(folder);
    requireSameMajorVersion(folder);
    removeHalfMade(folder);
    String password = data.secret("database-password");
    EmbeddedPostgres server = launch(data, folder, settings, password, settings.port());
    var database = new EmbeddedDatabase(data, folder, settings, password, server);
    try {
      database.prepare();
    } catch (SQLException | RuntimeException failed) {
      database.close();
      throw failed instanceof StartRefused refused ? refused : notStarted(folder, failed);
    }
    if (!database.watch()) {
      database.close();
      throw notStarted(folder, new IOException("it ended at once"));
    }
    return database;
  }

  /** The first start writes this file last, so its absence tells of a first start cut short. */
  private static void removeHalfMade(Path folder) {
    if (Files.isDirectory(folder) && Files.notExists(folder.resolve("postgresql.conf"))) {
      delete(folder);
    }
  }

  private static void requireSameMajorVersion(Path folder) {
    Path file = folder.resolve("PG_VERSION");
    try {
      if (Files.exists(file)) {
        String found = Files.readString(file).strip();
        if (!found.equals(EmbeddedSettings.MAJOR_VERSION)) {
          throw new StartRefused(
              "数据目录由 PostgreSQL %s 建立，本程序自带的是 %s，请用原来的版本启动，或先导出数据。"
                  .formatted(found, EmbeddedSettings.MAJOR_VERSION),
              "The data folder was made by PostgreSQL %s and this program brings %s; start it with the version that made it, or export the data first."
                  .formatted(found, EmbeddedSettings.MAJOR_VERSION));
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static EmbeddedPostgres launch(
      DataFolder data, Path folder, EmbeddedSettings settings, String password, int port) {
    Path passwordFile = data.resolve("database-password");
    var builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder)
            .setCleanDataDirectory(false)
            .setOverrideWorkingDirectory(settings.binaries().toFile())
            .setPGStartupWait(STARTUP_PATIENCE)
            .setPort(port)
            // Closed in order by the platform; the library's own hook would race with it.
            .setRegisterShutdownHook(false)
            .setOutputRedirector(ProcessBuilder.Redirect.appendTo(launchLog(data).toFile()))
            .setErrorRedirector(ProcessBuilder.Redirect.appendTo(launchLog(data).toFile()))
            .setConnectConfig("password", password)
            // These reach initdb as options, where the last one of a name wins: no moment of the
            // server's life accepts a client without the password.
            .setLocaleConfig("auth", "scram-sha-256")
            .setLocaleConfig("pwfile", passwordFile.toString());
    EmbeddedSettings.initdb().forEach(builder::setLocaleConfig);
    settings.server().forEach(builder::setServerConfig);
    try (UnpackedPrograms unpacking = UnpackedPrograms.prepare(settings.binaries());
        StartWatch watch = StartWatch.on(launchLog(data), Thread.currentThread())) {
      EmbeddedPostgres server = builder.start();
      if (watch.hasFailed()) {
        server.close();
        throw notStarted(folder, new IOException("pg_ctl gave up"));
      }
      return server;
    } catch (IOException | RuntimeException failed) {
      throw failed instanceof StartRefused refused ? refused : notStarted(folder, failed);
    }
  }

  private static Path launchLog(DataFolder data) {
    return data.folder("logs").resolve("postgresql-start.log");
  }

  private static StartRefused notStarted(Path folder, Exception why) {
    return new StartRefused(
        "自带的 PostgreSQL 没有启动成功，原因见 "
            + folder.resolveSibling("logs")
            + " 和 "
            + folder.resolve("log")
            + "；也可以用 HELAN_DB_URL 指定自己的数据库。",
        "The embedded PostgreSQL did not start; the reason is in "
            + folder.resolveSibling("logs")
            + " and "
            + folder.resolve("log")
            + ". HELAN_DB_URL can name a database of yours instead.",
        why);
  }

  private void prepare() throws SQLException {
    try (Connection connection = connect("postgres", SUPERUSER)) {
      DatabaseDemands.check(connection);
      try (var statement = connection.createStatement()) {
        if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = '" + NAME + "'")) {
          statement.execute("CREATE ROLE " + NAME + " LOGIN");
        }
        // Set at each start, so that the file and the server cannot drift apart. It is hexadecimal.
        statement.execute("ALTER ROLE " + NAME + " PASSWORD '" + password + "'");
        if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")) {
          statement.execute("CREATE DATABASE " + NAME + " OWNER " + NAME);
        }
      }
    }
  }

  private static boolean exists(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      return rows.next();
    }
  }

  private Connection connect(String database, String user) throws SQLException {
    return DriverManager.getConnection(url(port, database), user, password);
  }

  static String url(int port, String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /**
   * Starts the server again whenever its process ends by itself.
   *
   * @return false if it has ended already, as on a disk that is still full; then nothing is watched
   */
  private boolean watch() {
    var postmaster = OrphanPostmaster.find(folder);
    postmaster.ifPresent(
        process ->
            process
                .onExit()
                .thenRun(() -> Thread.ofVirtual().name("postgres-restart").start(this::restart)));
    return postmaster.isPresent();
  }

  /**
   * Tries until it is back or the platform stops: a full disk is freed by people, at their pace.
   */
  private void restart() {
    for (int attempt = 1; !isBack(attempt); attempt++) {
      try {
        Thread.sleep(Duration.ofMillis(Math.min(500L * attempt, LONGEST_PAUSE.toMillis())));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** One attempt; between two of them the platform can be stopped. True ends the attempts. */
  private boolean isBack(int attempt) {
    synchronized (process) {
      if (closed) {
        return true;
      }
      log.error("PostgreSQL has ended by itself; starting it again, attempt {}", attempt);
      try {
        server.close();
        server = launch(data, folder, settings, password, port);
        boolean back = watch();
        if (back) {
          log.warn("PostgreSQL is back");
        }
        return back;
      } catch (IOException | RuntimeException failed) {
        // Whatever it is: nobody else would ever try again.
        log.error("PostgreSQL did not come back", failed);
        return false;
      }
    }
  }

  @Override
  public String jdbcUrl() {
    return url(port, NAME);
  }

  @Override
  public String user() {
    return NAME;
  }

  @Override
  public String password() {
    return password;
  }

  /** Stops the server and waits until its last checkpoint is on disk. */
  @Override
  public void close() {
    synchronized (process) {
      if (closed) {
        return;
      }
      closed = true;
      var postmaster = OrphanPostmaster.find(folder);
      try {
        // The library gives a shutdown five seconds and then goes its way; the wait follows here.
        server.close();
      } catch (IOException failed) {
        log.warn("Stopping PostgreSQL", failed);
      }
      postmaster.ifPresent(
          p -> p.onExit().completeOnTimeout(p, STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * Guards the folder of PostgreSQL's programs while they may still have to be unpacked. The
   * library that unpacks them takes a folder left half full by a killed process for a good one and
   * fails on it for ever; here such a folder is removed, and a second process waits for the first.
   */
  private record UnpackedPrograms(@Nullable FileChannel lock) implements AutoCloseable {
    static UnpackedPrograms prepare(Path binaries) throws IOException {
      Files.createDirectories(binaries.getParent());
      if (Files.notExists(binaries)) {
        Files.createDirectories(
            binaries,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (unpacked(binaries)) {
        return new UnpackedPrograms(null);
      }
      FileChannel lock =
          FileChannel.open(
              binaries.resolve("unpack.lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      lock.lock();
      if (!unpacked(binaries)) {
        try (Stream<Path> halfFull = Files.list(binaries)) {
          halfFull.filter(Files::isDirectory).forEach(EmbeddedDatabase::delete);
        }
      }
      return new UnpackedPrograms(lock);
    }

    private static boolean unpacked(Path binaries) throws IOException {
      try (Stream<Path> folders = Files.list(binaries)) {
        return folders
            .filter(Files::isDirectory)
            .anyMatch(folder -> Files.exists(folder.resolve(".exists")));
      }
    }

    @Override
    public void close() throws IOException {
      if (lock != null) {
        lock.close();
      }
    }
  }

  /**
   * Ends the wait for a server that will not come. The library only asks the port, and would go on
   * asking for as long as a recovery may take; pg_ctl knows better and says so in its output.
   */
  private static final class StartWatch implements AutoCloseable {
    private static final String GAVE_UP = "could not start server";
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final Path output;
    private final long from;
    private final Thread starter;
    private final Thread watcher;
    private volatile boolean failed;

    private StartWatch(Path output, long from, Thread starter) {
      this.output = output;
      this.from = from;
      this.starter = starter;
      this.watcher = Thread.ofVirtual().name("postgres-start-watch").unstarted(this::look);
    }

    /**
     * @param output that pg_ctl appends to; @param starter is interrupted when pg_ctl gives up
     */
    static StartWatch on(Path output, Thread starter) throws IOException {
      StartWatch watch =
          new StartWatch(output, Files.exists(output) ? Files.size(output) : 0, starter);
      watch.watcher.start();
      return watch;
    }

    private void look() {
      try {
        while (true) {
          Thread.sleep(LOOK_EVERY);
          if (Files.exists(output)) {
            try (var in = Files.newInputStream(output)) {
              in.skipNBytes(from);
              if (new String(in.readAllBytes(), StandardCharsets.UTF_8).contains(GAVE_UP)) {
                failed = true;
                starter.interrupt();
                return;
              }
            }
          }
        }
      } catch (InterruptedException started) {
        // What close() asked for.
      } catch (IOException unreadable) {
        log.warn("Cannot read {}", output, unreadable);
      }
    }

    /** Also takes back the interruption, which was meant for the wait alone. */
    boolean hasFailed() {
      return failed && Thread.interrupted();
    }

    @Override
    public void close() {
      watcher.interrupt();
    }
  }
}
