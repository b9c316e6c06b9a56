package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.RunningPlatform.Ended;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code helan load} when something dies under it. */
class InterruptedLoadTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PER_BATCH = 600;
  private static final int BATCHES = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private Path folder;
  private Path data;
  private String port;
  private RunningPlatform platform;

  @BeforeEach
  void start(@TempDir Path given) throws Exception {
    folder = given;
    data = PreparedData.in(folder.resolve("data"));
    try (ServerSocket free = new ServerSocket(0)) {
      port = Integer.toString(free.getLocalPort());
    }
    platform = RunningPlatform.start(data, "--no-demo", "--port", port);
    Path source = Files.createDirectory(folder.resolve("source"));
    for (int batch = 0; batch < BATCHES; batch++) {
      Files.writeString(source.resolve("hospitalInformation" + batch + ".json"), batch(batch));
    }
  }

  @AfterEach
  void stop() throws Exception {
    platform.close();
    if (Files.exists(data.resolve("postgres/postmaster.pid"))) {
      RunningPlatform.postgres(data).destroy();
    }
  }

  /** Entries that were refused because the database was away are sent again, the others not. */
  @Test
  void goesOnWhenTheDatabaseDies() throws Exception {
    CompletableFuture<Ended> load = CompletableFuture.supplyAsync(this::load);
    waitUntil(BATCHES * PER_BATCH / 4);
    ProcessHandle postgres = RunningPlatform.postgres(data);
    postgres.destroyForcibly();
    Ended ended = load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(ended.exitCode()).as(() -> ended.output() + report()).isZero();
    assertThat(organizations()).isEqualTo(BATCHES * PER_BATCH);
  }

  private String report() {
    try (var lines = Files.lines(folder.resolve("report.tsv"))) {
      return lines.limit(5).collect(Collectors.joining("\n"));
    } catch (IOException none) {
      return "no report";
    }
  }

  @Test
  void goesOnWhenThePlatformDiesAndStartsAgain() throws Exception {
    CompletableFuture<Ended> load = CompletableFuture.supplyAsync(this::load);
    waitUntil(BATCHES * PER_BATCH / 4);
    platform.kill();
    platform = RunningPlatform.start(data, "--no-demo", "--port", port);
    Ended ended = load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    assertThat(organizations()).isEqualTo(BATCHES * PER_BATCH);
    Ended again = load();
    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(again.output()).contains("had gone in before");
  }

  private Ended load() {
    try {
      return RunningPlatform.run(
          Map.of("XDG_STATE_HOME", folder.resolve("state").toString()),
          List.of(
              "load",
              "--url",
              "http://127.0.0.1:" + port,
              "--token-file",
              data.resolve("operator-token").toString(),
              "--report",
              folder.resolve("report.tsv").toString(),
              folder.resolve("source").toString()));
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  private void waitUntil(int many) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (organizations() < many) {
      assertThat(System.nanoTime()).as("the load gets on").isLessThan(until);
      Thread.sleep(50);
    }
  }

  private int organizations() throws Exception {
    return JSON.readTree(platform.get("fhir/Organization?_summary=count").body())
        .path("total")
        .asInt();
  }

  private static String batch(int batch) {
    return IntStream.range(0, PER_BATCH)
        .mapToObj(
            i ->
                """
                {"request":{"method":"POST","url":"Organization","ifNoneExist":"identifier=urn:t|%1$d-%2$d"},
                "resource":{"resourceType":"Organization","identifier":[{"system":"urn:t","value":"%1$d-%2$d"}],"name":"医院"}}"""
                    .formatted(batch, i))
        .collect(
            Collectors.joining(
                ",", "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[", "]}"));
  }
}
