package health.helan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.RunningPlatform.Ended;
import health.helan.app.backup.BackupCommand;
import health.helan.app.backup.RestoreCommand;
import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.demo.Region;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drill: a platform at work is backed up, its machine is lost, and it comes back whole. */
class BackingUpAndRestoringTests {
  private static final String FHIR = "application/fhir+json";

  /** Of running processes, not of records; made anew by each start. */
  private static final List<String> LIVE =
      List.of(
          "instance",
          "consumer_lease",
          "consumer_member",
          "reindex_ready",
          "flyway_schema_history",
          // Made from the records, anew after a restore.
          "pseudonym_patient",
          "pseudonym_step",
          // Held by who changes the resident index, made by the first who does.
          "resident_gate",
          // Goes on with each request and each minute; restore itself has compared what was saved.
          "audit",
          "audit_chain",
          "audit_subject",
          "audit_seal",
          "caller_hour",
          "alert_watch",
          "alert");

  /** Quality judges behind the log and sums up by the clock: nothing would stand still. */
  private static final Map<String, String> STILL =
      Map.of("HELAN_QUALITY", "off", "HELAN_BOOKING_UPKEEP", "off");

  @Test
  void bringBackWhatWasThere(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("data");
    Path target = folder.resolve("backups");
    Path escrow = folder.resolve("escrow");
    assertThat(BackupCommand.run(List.of("--make-key", escrow.toString()), Map.of())).isZero();
    Map<String, String> writes = Map.of("HELAN_BACKUP_RECIPIENT", escrow + ".public.pem");
    String key = escrow + ".private.pem";
    byte[] image = new byte[300_000];
    new Random(1).nextBytes(image);
    String binary;
    String token;
    Map<String, String> before;
    int acknowledgedBefore;
    Path full;
    try (RunningPlatform platform = RunningPlatform.start(STILL, data, "--no-demo")) {
      token = platform.token();
      Region region = Region.of(1, 10);
      for (int number = 0; number < region.bundleCount(); number++) {
        String bundle = new String(region.bundle(number).json(), StandardCharsets.UTF_8);
        assertThat(platform.send("POST", "fhir", bundle, FHIR, true).statusCode()).isEqualTo(200);
      }
      put(platform, "kept", "张三");
      put(platform, "changed", "以前");
      put(platform, "deleted", "李四");
      binary = upload(platform, image);
      try (Connection connection = connection(data)) {
        awaitTheWalkOfTheFirstKey(connection);
      }

      AtomicBoolean go = new AtomicBoolean(true);
      AtomicInteger acknowledged = new AtomicInteger();
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (go.get()) {
                        put(platform, "w-" + acknowledged.get() % 20, "第" + acknowledged.get());
                        acknowledged.incrementAndGet();
                      }
                    } catch (Exception failed) {
                      throw new IllegalStateException(failed);
                    }
                  });
      while (acknowledged.get() < 40) {
        Thread.sleep(20);
      }
      acknowledgedBefore = acknowledged.get();
      Ended first = backup(writes, target, data);
      assertThat(first.output()).contains("full", "there is none here yet", "完整");
      go.set(false);
      writer.join();
      assertThat(acknowledged.get())
          .as("writes went on meanwhile")
          .isGreaterThan(acknowledgedBefore);
      full = backups(target).getFirst();

      put(platform, "changed", "后来");
      platform.send("DELETE", "fhir/Patient/deleted", "", FHIR, true);
      upload(platform, new byte[] {1, 2, 3});
      Ended second = backup(writes, target, data);
      assertThat(second.output()).contains("increment 1", "增量 1");

      put(platform, "changed", "最后");
      put(platform, "late", "王五");
      platform.send("DELETE", "fhir/Binary/" + binary, "", FHIR, true);
      try (Connection connection = connection(data)) {
        awaitConsumers(connection);
        before = fingerprints(connection);
      }
      Ended third = backup(writes, target, data, "--checksums");
      assertThat(third.output()).contains("increment 2");
      try (Connection connection = connection(data)) {
        assertThat(fingerprints(connection)).as("nothing moved meanwhile").isEqualTo(before);
      }
    }
    assertThat(Files.size(backups(target).get(1)))
        .as("an increment is small")
        .isLessThan(Files.size(full));
    assertThat(Files.readString(full, StandardCharsets.ISO_8859_1))
        .as("nothing readable in the file")
        .doesNotContain("res_patient", "operator-token");

    refusals(folder, target, key, data);

    // An empty machine: the backups, the escrowed key, and nothing else.
    Path restored = folder.resolve("restored");
    Ended restore =
        RunningPlatform.run(
            Map.of(),
            List.of("restore", target.toString(), "--data", restored.toString(), "--key", key));
    assertThat(restore.exitCode()).as(restore.output()).isZero();
    assertThat(restore.output()).contains("Restored", "恢复完成");
    assertThat(objects(restored)).isEqualTo(objects(data)).hasSize(2);
    for (String secret : List.of("operator-token", "index-key")) {
      assertThat(Files.readString(restored.resolve(secret)))
          .isEqualTo(Files.readString(data.resolve(secret)));
    }
    try (RunningPlatform platform = RunningPlatform.start(STILL, restored, "--no-demo")) {
      assertThat(platform.token()).isEqualTo(token);
      try (Connection connection = connection(restored)) {
        assertThat(fingerprints(connection)).isEqualTo(before);
        assertThat(number(connection, "select count(*) from audit")).isGreaterThan(100);
        assertThat(number(connection, "select has_table_privilege('audit_seal', 'delete')::int"))
            .as("what is written once stays so")
            .isZero();
        intoAnOutsideDatabase(connection, folder, target, key, before);
      }
      assertThat(platform.get("fhir/Patient/kept").body()).contains("张三");
      assertThat(platform.get("fhir/Patient/changed").body()).contains("最后");
      assertThat(platform.get("fhir/Patient/changed/_history/1").body()).contains("以前");
      assertThat(platform.get("fhir/Patient/deleted").statusCode()).isEqualTo(410);
      assertThat(platform.get("fhir/Patient?name=王五").body()).contains("late");
      // Deleted, but an earlier version still speaks of its bytes.
      assertThat(platform.get("fhir/Binary/" + binary).statusCode()).isEqualTo(410);
      assertThat(
              platform
                  .send("PUT", "fhir/Patient/kept", patient("kept", "换名"), FHIR, true)
                  .statusCode())
          .isEqualTo(200);
      // Its history goes another way from here: the old chain must not be continued.
      Ended next = backup(writes, target, restored);
      assertThat(next.output()).contains("full", "there is none here yet");
    }

    thePointOfTheFirst(folder, full, key, acknowledgedBefore);
  }

  /** The snapshot of the first backup, taken while a writer was at work, is whole in itself. */
  private static void thePointOfTheFirst(Path folder, Path full, String key, int acknowledgedBefore)
      throws Exception {
    Path data = folder.resolve("first");
    assertThat(
            RestoreCommand.run(
                List.of(full.toString(), "--data", data.toString(), "--key", key), Map.of()))
        .isZero();
    try (RunningPlatform platform = RunningPlatform.start(STILL, data, "--no-demo");
        Connection connection = connection(data)) {
      assertThat(platform.get("fhir/Patient/changed").body()).contains("以前");
      assertThat(platform.get("fhir/Patient/deleted").body()).contains("李四");
      long versions = 0;
      for (String table : tables(connection)) {
        if (table.startsWith("res_") || table.equals("history")) {
          versions += number(connection, "select count(*) from " + table);
        }
      }
      assertThat(number(connection, "select count(*) from change_log"))
          .as("a row of the log for each version, and none besides")
          .isEqualTo(versions)
          .isEqualTo(number(connection, "select sum(seq) from lane"));
      assertThat(
              number(
                  connection,
                  "select count(*) from change_log where type = 'Patient' and id like 'w-%'"))
          .isGreaterThanOrEqualTo(acknowledgedBefore);
    }
  }

  private static void intoAnOutsideDatabase(
      Connection running, Path folder, Path target, String key, Map<String, String> before)
      throws Exception {
    String url = running.getMetaData().getURL();
    String password = Files.readString(folder.resolve("restored/database-password")).strip();
    Map<String, String> taken =
        Map.of("HELAN_DB_URL", url, "HELAN_DB_USER", "helan", "HELAN_DB_PASSWORD", password);
    List<String> words =
        List.of(target.toString(), "--data", folder.resolve("outside").toString(), "--key", key);
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> RestoreCommand.run(words, taken))
        .withMessageContaining("is not empty")
        .withMessageContaining("不是空的");
    assertThat(folder.resolve("outside")).doesNotExist();
    try (Connection owner = DriverManager.getConnection(url, "postgres", password);
        var statement = owner.createStatement()) {
      statement.execute("create database outside owner helan");
    }
    Map<String, String> empty =
        Map.of(
            "HELAN_DB_URL",
            url.replaceFirst("/helan(\\?|$)", "/outside$1"),
            "HELAN_DB_USER",
            "helan",
            "HELAN_DB_PASSWORD",
            password);
    assertThat(RestoreCommand.run(words, empty)).isZero();
    try (Connection outside =
        DriverManager.getConnection(String.valueOf(empty.get("HELAN_DB_URL")), "helan", password)) {
      assertThat(fingerprints(outside)).isEqualTo(before);
    }
    assertThat(folder.resolve("outside/index-key")).exists();
    assertThat(folder.resolve("outside/postgres")).doesNotExist();
  }

  private static void refusals(Path folder, Path target, String key, Path data) throws Exception {
    Path goal = folder.resolve("never");
    List<Path> files = backups(target);
    refused(List.of(target.toString(), "--data", data.toString(), "--key", key), "is not empty");
    refused(List.of(target.toString(), "--data", goal.toString()), "Say how the backup is opened");
    Path stranger = folder.resolve("stranger");
    BackupCommand.run(List.of("--make-key", stranger.toString()), Map.of());
    refused(
        List.of(target.toString(), "--data", goal.toString(), "--key", stranger + ".private.pem"),
        "not the right one");
    refused(
        List.of(folder.resolve("nowhere").toString(), "--data", goal.toString(), "--key", key),
        "no backup at");

    Path hurt = Files.createDirectory(folder.resolve("hurt"));
    for (Path file : files) {
      Files.copy(file, hurt.resolve(file.getFileName()));
    }
    List<String> words = List.of(hurt.toString(), "--data", goal.toString(), "--key", key);
    byte[] whole = Files.readAllBytes(files.getFirst());
    Path first = hurt.resolve(files.getFirst().getFileName());
    for (int at : new int[] {whole.length / 3, whole.length / 2, whole.length - 1}) {
      byte[] altered = whole.clone();
      altered[at] ^= 4;
      Files.write(first, altered);
      refused(words, "damaged or incomplete");
    }
    for (int length : new int[] {whole.length - 1, whole.length / 2, whole.length - 300_000}) {
      if (length > 0) {
        Files.write(first, java.util.Arrays.copyOf(whole, length));
        refused(words, "damaged or incomplete");
      }
    }
    byte[] newer =
        new String(whole, StandardCharsets.ISO_8859_1)
            .replaceFirst("\"format\":1", "\"format\":2")
            .getBytes(StandardCharsets.ISO_8859_1);
    Files.write(first, newer);
    refused(List.of(first.toString(), "--data", goal.toString(), "--key", key), "a newer version");
    Files.write(first, whole);
    Files.delete(hurt.resolve(files.get(1).getFileName()));
    refused(words, "chain of backups is incomplete");
    Files.delete(hurt.resolve(files.get(2).getFileName()));
    assertThat(BackupCommand.run(List.of("--verify", hurt.toString(), "--key", key), Map.of()))
        .isZero();

    // A restore that was killed: neither a start nor another restore takes what it left.
    Path killed = folder.resolve("killed");
    Files.createDirectories(killed.resolve("restoring"));
    refused(List.of(target.toString(), "--data", killed.toString(), "--key", key), "is not empty");
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> DataFolder.open(killed, 0))
        .withMessageContaining("did not come to its end")
        .withMessageContaining("未完成的恢复");
    refusedBackup(
        Map.of(), List.of(target.toString(), "--data", data.toString()), "always encrypted");
    Map<String, String> passphrase =
        Map.of("HELAN_BACKUP_PASSPHRASE", "a passphrase of some length");
    refusedBackup(
        passphrase,
        List.of(data.resolve("inside").toString(), "--data", data.toString()),
        "must not lie inside");
    refusedBackup(
        passphrase, List.of(target.toString(), "--data", goal.toString()), "no platform's data");
    refusedBackup(passphrase, List.of(target.toString(), "--fly"), "Unknown argument --fly");
  }

  private static void refused(List<String> words, String sentence) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> RestoreCommand.run(words, Map.of()))
        .withMessageContaining(sentence)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(2));
    Path goal = Path.of(words.get(2));
    assertThat(!goal.endsWith("never") || Files.notExists(goal)).as("nothing is left").isTrue();
  }

  private static void refusedBackup(
      Map<String, String> environment, List<String> words, String sentence) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> BackupCommand.run(words, environment))
        .withMessageContaining(sentence);
  }

  // ------------------------------------------------------------------ what is done and seen

  private static Ended backup(
      Map<String, String> environment, Path target, Path data, String... more) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("backup", target.toString(), "--data", data.toString()));
    words.addAll(List.of(more));
    Ended ended = RunningPlatform.run(environment, words);
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    return ended;
  }

  private static List<Path> backups(Path target) throws Exception {
    try (Stream<Path> files = Files.list(target)) {
      return files.filter(file -> file.toString().endsWith(".helan-backup")).sorted().toList();
    }
  }

  private static String patient(String id, String name) {
    return "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"name\":[{\"text\":\"%s\"}]}"
        .formatted(id, name);
  }

  private static void put(RunningPlatform platform, String id, String name) throws Exception {
    assertThat(
            platform.send("PUT", "fhir/Patient/" + id, patient(id, name), FHIR, true).statusCode())
        .isIn(200, 201);
  }

  private static String upload(RunningPlatform platform, byte[] bytes) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(platform.url() + "fhir/Binary"))
                  .header("Authorization", "Bearer " + platform.token())
                  .header("Content-Type", "image/png")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
      String location = answer.headers().firstValue("Location").orElseThrow();
      return location.replaceFirst(".*/Binary/", "").replaceFirst("/.*", "");
    }
  }

  private static Connection connection(Path data) throws Exception {
    return RunningPlatform.database(data);
  }

  /** It goes over rows past the log, so that a backup after it would be a full one. */
  private static void awaitTheWalkOfTheFirstKey(Connection connection) throws Exception {
    long until = System.nanoTime() + 120_000_000_000L;
    while (number(connection, "select count(*) from recode") == 0
        || number(connection, "select count(*) from recode where finished is null") > 0) {
      assertThat(System.nanoTime()).as("rows are looked at once").isLessThan(until);
      Thread.sleep(100);
    }
  }

  private static void awaitConsumers(Connection connection) throws Exception {
    long until = System.nanoTime() + 60_000_000_000L;
    while (number(
            connection,
            "select count(*) from consumer_offset o join lane l on l.home = o.home where o.seq < l.seq")
        > 0) {
      assertThat(System.nanoTime()).as("consumers come to the end of the log").isLessThan(until);
      Thread.sleep(100);
    }
  }

  private static long number(Connection connection, String query) throws Exception {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static List<String> tables(Connection connection) throws Exception {
    List<String> tables = new ArrayList<>();
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select table_name from information_schema.tables where table_schema = 'public'")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    return tables;
  }

  /** Number and digest of the rows of each table, found by PostgreSQL, not by the program. */
  private static Map<String, String> fingerprints(Connection connection) throws Exception {
    Map<String, String> found = new TreeMap<>();
    for (String table : tables(connection)) {
      if (LIVE.contains(table)) {
        continue;
      }
      // Whoever starts fences the offsets with a new epoch; where they stand is what counts.
      // A backup pauses the walk over large contents. Who tells of links holds its place by a
      // lease.
      String rows =
          switch (table) {
            case "consumer_offset" -> "(select home, consumer, seq from consumer_offset)";
            case "object_recode" ->
                "(select walk, after, checked, plain, changed, asked, finished from object_recode)";
            case "resident_walk" ->
                "(select job, stage, why, model, looked, changed, asked, finished from resident_walk)";
            default -> table;
          };
      try (var statement = connection.createStatement();
          var row =
              statement.executeQuery(
                  "select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from "
                      + rows
                      + " t")) {
        row.next();
        found.put(table, row.getString(1));
      }
    }
    assertThat(found).hasSizeGreaterThan(30);
    return found;
  }

  private static Map<String, String> objects(Path data) throws Exception {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data.resolve("objects/objects"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(
            file.getFileName().toString(),
            java.util.HexFormat.of()
                .formatHex(
                    java.security.MessageDigest.getInstance("SHA-256")
                        .digest(Files.readAllBytes(file))));
      }
    }
    return found;
  }
}
