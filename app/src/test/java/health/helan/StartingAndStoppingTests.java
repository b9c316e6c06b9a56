package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.RunningPlatform.Ended;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The platform as a process: what a start, a stop and a kill leave behind. */
class StartingAndStoppingTests {
  private static final String PATIENT =
      """
      {"resourceType":"Patient","id":"kept","name":[{"text":"测试"}]}""";

  private Path folder;

  @BeforeEach
  void use(@TempDir Path given) {
    folder = given;
  }

  @AfterEach
  void leaveNoPostgresBehind() throws Exception {
    Path data = folder.resolve("data");
    if (Files.exists(data.resolve("postgres/postmaster.pid"))) {
      RunningPlatform.postgres(data).destroy();
    }
  }

  /**
   * One data folder through a first start, a kill in the middle of a busy queue, a second start,
   * and a clean stop.
   */
  @Test
  void keepWhatWasAcknowledged() throws Exception {
    Path data = folder.resolve("data");
    String token;
    ProcessHandle orphan;
    BusyQueue busy;
    try (RunningPlatform first = RunningPlatform.start(data, "--no-demo")) {
      token = first.token();
      assertThat(token).matches("[0-9a-f]{64}");
      for (String secret : List.of("operator-token", "database-password", "index-key")) {
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(secret))))
            .as(secret)
            .isEqualTo("rw-------");
      }
      assertThat(
              first
                  .send("PUT", "fhir/Patient/kept", PATIENT, "application/fhir+json", true)
                  .statusCode())
          .isEqualTo(201);
      postgresIsDurableAndClosed(data);
      theFolderLetsNobodyElseIn(data);
      orphan = RunningPlatform.postgres(data);
      busy = new BusyQueue(first);
      busy.work(first);
      busy.untilInFullSwing();
      first.kill();
      busy.untilStill();
    }
    assertThat(orphan.isAlive()).as("PostgreSQL outlives a killed platform").isTrue();

    try (RunningPlatform second = RunningPlatform.start(data, "--no-demo")) {
      assertThat(orphan.isAlive()).as("the orphan is stopped first").isFalse();
      assertThat(second.token()).isEqualTo(token);
      assertThat(second.get("fhir/Patient/kept").body()).contains("测试");
      assertThat(second.answerTo("GET /fhir/Patient?identifier=urn:a|b HTTP/1.1"))
          .as("a bar between system and value, as everybody types it")
          .startsWith("HTTP/1.1 200");
      busy.isKept(second);
      busy.work(second);
      busy.untilStill();
      busy.isWhole(second);
      ProcessHandle postgres = RunningPlatform.postgres(data);

      // PostgreSQL dies under the running platform, which brings it back by itself.
      postgres.destroyForcibly();
      postgres.onExit().join();
      readsAgain(second);

      ProcessHandle next = RunningPlatform.postgres(data);
      second.stop();
      assertThat(next.isAlive()).as("a clean stop stops PostgreSQL too").isFalse();
      assertThat(second.output()).contains("Stopped; everything is kept.");
    }
    assertThat(data.resolve("postgres/postmaster.pid")).doesNotExist();
  }

  private static void readsAgain(RunningPlatform platform) throws Exception {
    long until = System.nanoTime() + java.time.Duration.ofMinutes(1).toNanos();
    int status;
    do {
      status = platform.get("fhir/Patient/kept").statusCode();
      // While it is away the answer asks for patience, and blames nobody.
      assertThat(status).isIn(200, 503);
      Thread.sleep(100);
    } while (status != 200 && System.nanoTime() < until);
    assertThat(status).isEqualTo(200);
  }

  private static void postgresIsDurableAndClosed(Path data) throws Exception {
    String port = Files.readAllLines(data.resolve("postgres/postmaster.pid")).get(3).strip();
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/helan";
    String password = Files.readString(data.resolve("database-password")).strip();
    try (Connection connection = DriverManager.getConnection(url, "helan", password)) {
      for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit")) {
        assertThat(ask(connection, "SHOW " + setting)).as(setting).isEqualTo("on");
      }
      assertThat(ask(connection, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(ask(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = 'helan'"))
          .isEqualTo("f");
      // Chinese has letters here: trigrams are taken from it, and case and order do not depend on
      // the machine.
      assertThat(ask(connection, "SELECT '张' ~ '[[:alpha:]]'")).isEqualTo("t");
      assertThat(ask(connection, "SELECT datlocprovider FROM pg_database WHERE datname = 'helan'"))
          .isEqualTo("b");
    }
    for (String user : List.of("helan", "postgres")) {
      assertThat(refused(url, user, "")).as("%s without a password", user).isTrue();
      assertThat(refused(url, user, "wrong")).as("%s with a wrong password", user).isTrue();
    }
    assertThat(Files.readString(data.resolve("postgres/pg_hba.conf")).lines())
        .noneMatch(line -> !line.startsWith("#") && line.contains("trust"));
  }

  private static String ask(Connection connection, String question) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(question)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static boolean refused(String url, String user, String password) {
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      return connection == null;
    } catch (SQLException refused) {
      return refused.getSQLState().startsWith("28") || refused.getSQLState().equals("08004");
    }
  }

  private static void theFolderLetsNobodyElseIn(Path data) throws Exception {
    Ended second =
        RunningPlatform.run(
            Map.of(), List.of("run", "--no-demo", "--port", "0", "--data", data.toString()));
    assertThat(second.exitCode()).isEqualTo(2);
    assertThat(second.output())
        .contains("in use by another instance")
        .contains("正被另一个贺兰实例使用")
        .doesNotContain("\tat ");
  }

  @Test
  void areRefusedInOneSentence() throws Exception {
    Path data = folder.resolve("data");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refusal(
          Map.of(),
          List.of("--port", Integer.toString(taken.getLocalPort())),
          "Port " + taken.getLocalPort(),
          "--port");
    }
    refusal(Map.of("HELAN_MIN_FREE_MB", "900000000"), List.of(), "Disk nearly full", "--data");
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = nobody.getLocalPort();
      nobody.close();
      refusal(
          Map.of(
              "HELAN_DB_URL", "jdbc:postgresql://127.0.0.1:" + port + "/x",
              "HELAN_DB_USER", "x",
              "HELAN_DB_PASSWORD", "very-secret"),
          List.of(),
          "cannot be reached",
          "HELAN_DB_URL");
    }
    assertThat(data.resolve("postgres")).as("nothing was begun").doesNotExist();
  }

  /** Real servers that someone set up badly. */
  @Test
  void areRefusedByADatabaseThatCannotKeepRecords() throws Exception {
    try (EmbeddedPostgres loose =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("loose"))
            .setServerConfig("fsync", "off")
            .start()) {
      refusal(at(loose, "postgres"), List.of(), "fsync off", "ALTER SYSTEM SET fsync = on");
      assertThat(tables(loose, "postgres")).as("nothing was begun").isZero();
    }
    try (EmbeddedPostgres strict =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("strict"))
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .start()) {
      try (Connection connection = strict.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        statement.execute(
            "create database ascii template template0 encoding 'SQL_ASCII' locale 'C'");
        statement.execute("create database forgetful template template0 encoding 'UTF8'");
        statement.execute("alter database forgetful set synchronous_commit = off");
        statement.execute("create role guest login");
        statement.execute("create database of_another template template0 encoding 'UTF8'");
      }
      refusal(at(strict, "ascii"), List.of(), "must be UTF8", "CREATE DATABASE");
      refusal(at(strict, "forgetful"), List.of(), "synchronous_commit off");
      refusal(at(strict, "no_such_database"), List.of(), "cannot be reached", "no_such_database");
      refusal(
          Map.of("HELAN_DB_URL", strict.getJdbcUrl("guest", "of_another")),
          List.of(),
          "make it the owner",
          "ALTER DATABASE",
          "无权建表");
      refusal(
          Map.of(
              "HELAN_DB_URL",
              strict.getJdbcUrl("postgres", "of_another"),
              "HELAN_MODE",
              "production",
              "HELAN_KEYSTORE_PASSPHRASE",
              "for this test only, of no use"),
          List.of("--no-demo"),
          "as a superuser of the database",
          "HELAN_DB_USER",
          "超级用户");
      for (String database : List.of("ascii", "forgetful", "of_another")) {
        assertThat(tables(strict, database)).as(database).isZero();
      }
    }
  }

  private static Map<String, String> at(EmbeddedPostgres server, String database) {
    return Map.of("HELAN_DB_URL", server.getJdbcUrl("postgres", database));
  }

  private static int tables(EmbeddedPostgres server, String database) throws SQLException {
    try (Connection connection = server.getDatabase("postgres", database).getConnection()) {
      return Integer.parseInt(
          ask(connection, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }
  }

  @Test
  void areRefusedByAFolderThatCannotBeUsed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    Ended onAFile =
        RunningPlatform.run(
            Map.of(), List.of("run", "--no-demo", "--port", "0", "--data", file.toString()));
    assertThat(onAFile.exitCode()).isEqualTo(2);
    assertThat(onAFile.output()).contains("cannot be used", "--data").doesNotContain("\tat ");
    assertThat(file).hasContent("mine");

    Path postgres = Files.createDirectories(folder.resolve("data/postgres"));
    Files.writeString(postgres.resolve("PG_VERSION"), "16\n");
    refusal(Map.of(), List.of(), "made by PostgreSQL 16", "由 PostgreSQL 16 建立");
    assertThat(postgres.resolve("PG_VERSION")).hasContent("16\n");
    assertThat(postgres.resolve("postgresql.conf")).doesNotExist();
  }

  private void refusal(Map<String, String> environment, List<String> options, String... sentence)
      throws Exception {
    List<String> words = new java.util.ArrayList<>(List.of("run", "--no-demo"));
    words.addAll(List.of("--data", folder.resolve("data").toString()));
    words.addAll(options.isEmpty() ? List.of("--port", "0") : options);
    Ended ended = RunningPlatform.run(environment, words);
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.output())
        .contains(sentence)
        .doesNotContain("\tat ")
        .doesNotContain("very-secret");
    // What it was doing, then one sentence in each language.
    assertThat(ended.output().lines().count()).as(ended.output()).isLessThanOrEqualTo(4);
  }
}
