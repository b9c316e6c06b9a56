package health.helan.foundation.store.durability;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.testing.KilledPostgres;
import health.helan.foundation.store.testing.StoreForTests;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Kills the application, and its PostgreSQL, while many threads write; then looks whether
 * everything that was acknowledged is there, and nothing by halves.
 */
class CrashDrillTests {
  private static final int ROUNDS = Boolean.getBoolean("helan.test.full") ? 20 : 2;

  @TempDir Path folder;
  private final Map<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
  private final AtomicInteger acknowledgements = new AtomicInteger();
  private final Random random = new Random();
  private KilledPostgres killed = new KilledPostgres(Path.of(""), 0);
  private @Nullable EmbeddedPostgres postgres;
  private @Nullable Process writer;
  private @Nullable Thread listener;

  /** The last acknowledged version of a resource. */
  private record Acknowledged(int version, String tag) {}

  private static final class Found {
    final TreeMap<Integer, ResourceVersion> versions = new TreeMap<>();
  }

  @BeforeEach
  void startPostgres() throws IOException {
    killed = KilledPostgres.in(folder);
    postgres = killed.start();
  }

  @AfterEach
  void stop() throws IOException {
    if (writer != null) {
      writer.destroyForcibly();
    }
    if (postgres != null) {
      postgres.close();
    }
  }

  private String url() {
    return killed.url() + "&reWriteBatchedInserts=true";
  }

  private StoreForTests look() {
    var database = new PGSimpleDataSource();
    database.setUrl(url());
    return StoreForTests.open(database, "look");
  }

  @Test
  void nothingAcknowledgedIsLostAndNothingIsDoneByHalves() throws Exception {
    try (StoreForTests store = look()) {
      store.execute("create table drilled (home int, seq bigint, primary key (home, seq))");
    }
    for (int round = 1; round <= ROUNDS; round++) {
      int before = acknowledgements.get();
      startWriter(round);
      waitFor(before + 40);
      Thread.sleep(random.nextInt(1500));
      if (round % 2 == 0) {
        killed.kill();
        int then = acknowledgements.get();
        postgres = restart();
        // The application finds its database again by itself.
        waitFor(then + 20);
        Thread.sleep(random.nextInt(500));
      }
      killWriter();
      check();
    }
  }

  private void startWriter(int round) throws IOException {
    String classpath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx400m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classpath,
                CrashDrillWriter.class.getName(),
                url(),
                "r" + round)
            .redirectError(folder.resolve("writer-" + round + ".log").toFile())
            .start();
    writer = process;
    listener = Thread.ofPlatform().daemon().start(() -> listen(process));
  }

  private void listen(Process process) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        if (!words[0].equals("ack") || !words[words.length - 1].equals(".")) {
          continue; // A log line, or one that the kill cut off: not an acknowledgement.
        }
        for (int i = 1; i + 3 < words.length; i += 4) {
          acknowledged.put(
              words[i] + "/" + words[i + 1],
              new Acknowledged(Integer.parseInt(words[i + 2]), words[i + 3]));
        }
        acknowledgements.incrementAndGet();
      }
    } catch (IOException e) {
      // The pipe ends with the process.
    }
  }

  private void waitFor(int number) throws InterruptedException, IOException {
    long end = System.nanoTime() + 180_000_000_000L;
    while (acknowledgements.get() < number) {
      Process process = java.util.Objects.requireNonNull(writer);
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        try (var logs = Files.newDirectoryStream(folder, "writer-*.log")) {
          for (Path log : logs) {
            System.out.println(Files.readString(log));
          }
        }
        throw new AssertionError(
            "the writer " + (process.isAlive() ? "acknowledges nothing" : "ended by itself"));
      }
      Thread.sleep(20);
    }
  }

  private void killWriter() throws InterruptedException {
    Process process = java.util.Objects.requireNonNull(writer);
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    // What it said before its end may still lie in the pipe: an acknowledgement not read yet would
    // make the write after it look like one too many.
    assertThat(java.util.Objects.requireNonNull(listener).join(Duration.ofSeconds(60))).isTrue();
  }

  private EmbeddedPostgres restart() throws IOException {
    java.util.Objects.requireNonNull(postgres).close();
    return killed.start();
  }

  private void check() throws InterruptedException {
    try (StoreForTests store = look()) {
      var found = new HashMap<String, Found>();
      var byTag = new TreeMap<String, Integer>();
      read(store, found, byTag);

      acknowledged.forEach((reference, last) -> checkOne(reference, last, found.get(reference)));
      found.forEach(
          (reference, resource) ->
              assertThat(resource.versions.keySet())
                  .as("versions of %s", reference)
                  .hasSize(resource.versions.lastKey())
                  .startsWith(1));
      byTag.forEach(
          (tag, number) ->
              assertThat(number)
                  .as("versions of transaction %s", tag)
                  .isEqualTo(Integer.parseInt(tag.substring(tag.indexOf('/') + 1))));

      assertThat(
              store.texts(
                  """
                  select l.home || ': counter ' || l.seq || ', rows ' || count(c.seq) from lane l
                  left join change_log c on c.home = l.home group by l.home, l.seq
                  having count(c.seq) <> l.seq or coalesce(max(c.seq), 0) <> l.seq"""))
          .as("gaps in the change log")
          .isEmpty();
      long versions = found.values().stream().mapToLong(resource -> resource.versions.size()).sum();
      assertThat(store.number("select count(*) from change_log")).isEqualTo(versions);
      assertThat(
              store.number(
                  "select count(*) from (select distinct type, id, version from change_log) v"))
          .isEqualTo(versions);

      // What the killed consumer left is taken here; twice would fail on the table's key.
      try {
        store.store.changes().register(new CrashDrillWriter.Noting());
      } catch (java.sql.SQLException e) {
        throw new IllegalStateException(e);
      }
      await(
          "all changes are taken once",
          () -> store.number("select count(*) from drilled") == versions);
      await("the counts are right", () -> countsAreRight(store, found));
      assertThat(
              store.store.changes().status().stream().allMatch(status -> status.stuck().isEmpty()))
          .isTrue();
    }
  }

  private static boolean countsAreRight(StoreForTests store, Map<String, Found> found) {
    var expected = new TreeMap<String, Long>();
    for (Found resource : found.values()) {
      ResourceVersion last = resource.versions.lastEntry().getValue();
      if (!last.isDeleted()) {
        expected.merge(last.type(), 1L, Long::sum);
      }
    }
    return store.store.statistics().equals(expected);
  }

  private static void checkOne(String reference, Acknowledged last, @Nullable Found found) {
    assertThat(found).as("%s was acknowledged", reference).isNotNull();
    ResourceVersion version = found.versions.get(last.version);
    assertThat(version).as("%s in version %s", reference, last.version).isNotNull();
    if (last.tag.equals("deleted")) {
      assertThat(version.isDeleted()).as(reference).isTrue();
    } else {
      assertThat(tag(version)).as(reference).isEqualTo(last.tag);
    }
    // A later write may have been committed without its answer getting out: one, not more.
    assertThat(found.versions.lastKey()).as(reference).isLessThanOrEqualTo(last.version + 1);
  }

  private static String tag(ResourceVersion version) {
    return Json.MAPPER
        .readTree(version.content())
        .path("implicitRules")
        .stringValue()
        .substring("urn:drill:".length());
  }

  /** All versions of everything, as the API's history gives them. */
  private static void read(
      StoreForTests store, Map<String, Found> found, Map<String, Integer> byTag) {
    String cursor = null;
    do {
      HistoryRequest.Page page =
          store.store.history(
              CALLER, new HistoryRequest(null, null, null, null, null, 1000, cursor));
      for (ResourceVersion version : page.versions()) {
        ResourceVersion twin =
            found
                .computeIfAbsent(version.type() + "/" + version.id(), _ -> new Found())
                .versions
                .put(version.version(), version);
        assertThat(twin).as("a version given twice").isNull();
        if (!version.isDeleted()) {
          byTag.merge(tag(version), 1, Integer::sum);
        }
      }
      cursor = page.next();
    } while (cursor != null);
  }
}
