package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two instances as two processes on one database, each replaced by another while clients write
 * through both, and one killed in the end.
 */
class RollingRestartTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int WRITERS = 6;
  private static final String KEY = "5f".repeat(32);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  /** Last acknowledged number per resource. */
  private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();

  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger cut = new AtomicInteger();
  private final AtomicReferenceArray<@Nullable RunningPlatform> instances =
      new AtomicReferenceArray<>(2);
  private volatile boolean done;
  private Path folder;
  private EmbeddedPostgres postgres;

  @BeforeEach
  void startPostgres(@TempDir Path given) throws Exception {
    folder = given;
    postgres =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("postgres"))
            .setLocaleConfig("locale", "C.UTF-8")
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_connections", "100")
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    done = true;
    for (int i = 0; i < instances.length(); i++) {
      RunningPlatform instance = instances.get(i);
      if (instance != null) {
        instance.close();
      }
    }
    postgres.close();
    client.close();
  }

  @Test
  void losesNoAcknowledgedWriteAndLeavesNoGapInTheLog() throws Exception {
    start(0);
    start(1);
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int number = i;
        ends.add(writers.submit(() -> write(number)));
      }
      waitForWrites(200);
      for (int place = 0; place < 2; place++) {
        RunningPlatform old = running(place);
        assertThat(old.stop()).isNotNegative();
        assertThat(old.output()).contains("Stopped; everything is kept.");
        waitForWrites(100);
        start(place);
        waitForWrites(200);
      }
      // The other kind of end: nobody is asked.
      running(0).kill();
      waitForWrites(200);
      done = true;
      for (Future<?> end : ends) {
        end.get(1, TimeUnit.MINUTES);
      }
    }
    RunningPlatform last = running(1);
    assertThat(acknowledged).hasSize(WRITERS * 5);
    for (Map.Entry<String, Integer> written : acknowledged.entrySet()) {
      JsonNode read = JSON.readTree(last.get("fhir/Basic/" + written.getKey()).body());
      int found = Integer.parseInt(read.at("/code/text").asString("-1"));
      // One more may have gone in whose answer was cut.
      assertThat(found).as(written.getKey()).isBetween(written.getValue(), written.getValue() + 1);
    }
    theLogIsWhole();
    System.out.printf(
        "%,d writes acknowledged across two restarts and a kill, %,d cut and repeated%n",
        writes.get(), cut.get());
  }

  private RunningPlatform running(int place) {
    return Objects.requireNonNull(instances.get(place));
  }

  /** Instances on one database share its secrets, as docs/guide/operate.md says. */
  private void start(int place) throws Exception {
    Path first = folder.resolve("data-0");
    Path own = folder.resolve("data-" + place);
    for (String secret : List.of("keystore", "keystore-passphrase", "sign-in-key")) {
      if (Files.exists(first.resolve(secret)) && Files.notExists(own.resolve(secret))) {
        Files.createDirectories(own);
        Files.copy(first.resolve(secret), own.resolve(secret), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    instances.set(
        place,
        RunningPlatform.start(
            Map.of(
                "HELAN_DB_URL",
                postgres.getJdbcUrl("postgres", "postgres"),
                "HELAN_DB_POOL",
                "12",
                "HELAN_INDEX_KEY",
                KEY),
            folder.resolve("data-" + place),
            "--no-demo"));
  }

  /** Each writer counts up in five resources of its own, by the instance that answers. */
  private void write(int writer) {
    try {
      for (int count = 1; !done; count++) {
        String id = "rolling-" + writer + "-" + count % 5;
        // The same body until it is acknowledged: an update by id has the effect of once.
        for (int attempt = writer; !put(attempt % 2, id, count) && !done; attempt++) {
          Thread.sleep(20);
        }
      }
    } catch (InterruptedException | IOException failed) {
      throw new AssertionError(failed);
    }
  }

  private boolean put(int place, String id, int count) throws InterruptedException, IOException {
    RunningPlatform instance = running(place);
    int number = acknowledged.getOrDefault(id, 0) + 1;
    HttpResponse<String> answer;
    try {
      answer =
          client.send(
              HttpRequest.newBuilder(URI.create(instance.url() + "fhir/Basic/" + id))
                  .timeout(Duration.ofSeconds(30))
                  .header("Authorization", "Bearer " + instance.token())
                  .header("Content-Type", "application/fhir+json")
                  .PUT(
                      HttpRequest.BodyPublishers.ofString(
                          """
                          {"resourceType":"Basic","id":"%s","code":{"text":"%d"}}"""
                              .formatted(id, number)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } catch (IOException away) {
      cut.incrementAndGet();
      return false;
    }
    if (answer.statusCode() == 503) {
      cut.incrementAndGet();
      return false;
    }
    if (answer.statusCode() != 200 && answer.statusCode() != 201) {
      throw new AssertionError("HTTP " + answer.statusCode() + ": " + answer.body());
    }
    acknowledged.put(id, number);
    writes.incrementAndGet();
    return true;
  }

  private void waitForWrites(int more) throws InterruptedException {
    int target = writes.get() + more;
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (writes.get() < target) {
      assertThat(System.nanoTime()).as("writes go on").isLessThan(until);
      Thread.sleep(20);
    }
  }

  /** Per home the numbers run from 1 to the counter, and each version stored is in the log once. */
  private void theLogIsWhole() throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      try (var gaps =
          statement.executeQuery(
              """
              select l.home from lane l left join change_log c on c.home = l.home
              group by l.home, l.seq
              having count(c.seq) <> l.seq or coalesce(max(c.seq), 0) <> l.seq""")) {
        assertThat(gaps.next()).as("a gap in the change log").isFalse();
      }
      try (var rows =
          statement.executeQuery(
              """
              select count(*), count(distinct (type, id, version)) from change_log
              where type = 'Basic'""")) {
        rows.next();
        assertThat(rows.getLong(1)).isEqualTo(rows.getLong(2)).isGreaterThanOrEqualTo(writes.get());
      }
    }
  }
}
