package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.RunningPlatform.Ended;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A platform whose disk fills up while it runs. The disk is a small file system in memory. */
class FullDiskTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String FHIR = "application/fhir+json";
  private static final int DISK_MB = 450;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Path folder;
  private Path disk;
  private Path ballast;

  @BeforeEach
  void mount(@TempDir Path given) throws Exception {
    folder = given;
    disk = Files.createDirectory(folder.resolve("disk"));
    ballast = disk.resolve("ballast");
    int exitCode =
        run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MB + "m", "helan-test", disk.toString());
    if (exitCode != 0) {
      String skipped =
          "SKIPPED: a full disk was not tried, because no file system can be mounted here (it takes root)";
      System.err.println(skipped);
      Assumptions.abort(skipped);
    }
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "-l", disk.toString());
  }

  private static int run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } catch (IOException noSuchProgram) {
      return -1;
    }
  }

  /** Writes stop while there is still room for the database to live. */
  @Test
  void refusesWritesAndGoesOnReading() throws Exception {
    try (RunningPlatform platform =
        RunningPlatform.start(
            Map.of("HELAN_MIN_FREE_MB", "160"),
            PreparedData.in(disk.resolve("data")),
            "--no-demo")) {
      assertThat(put(platform, "before").statusCode()).isEqualTo(201);
      leaveFree(30);
      Thread.sleep(500);

      HttpResponse<String> refused = put(platform, "refused");
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
      JsonNode issue = JSON.readTree(refused.body()).path("issue").path(0);
      assertThat(issue.path("code").asString()).isEqualTo("no-store");
      assertThat(refused.body()).contains("磁盘已满");
      assertThat(platform.send("POST", "fhir", transaction("t"), FHIR, true).statusCode())
          .isEqualTo(507);
      assertThat(platform.send("DELETE", "fhir/Basic/before", "", FHIR, true).statusCode())
          .isEqualTo(507);
      assertThat(platform.send("PUT", "fhir/Basic/x", basic("x"), FHIR, false).statusCode())
          .as("who may not write learns nothing of the disk")
          .isEqualTo(401);

      assertThat(platform.get("fhir/Basic/before").statusCode()).isEqualTo(200);
      assertThat(platform.get("fhir/Basic?_id=before").statusCode()).isEqualTo(200);
      String form = "application/x-www-form-urlencoded";
      assertThat(platform.send("POST", "fhir/Basic/_search", "_id=before", form, true).statusCode())
          .isEqualTo(200);
      assertThat(platform.send("POST", "fhir/Basic/$validate", basic("v"), FHIR, true).statusCode())
          .isEqualTo(200);
      assertThat(platform.get("health/ready").statusCode()).isEqualTo(200);
      aLoadStopsAndSaysWhy(platform);

      Files.delete(ballast);
      Thread.sleep(500);
      assertThat(put(platform, "after").statusCode()).isEqualTo(201);
      assertThat(platform.get("fhir/Basic/refused").statusCode()).isEqualTo(404);
    }
    assertThat(Files.readString(disk.resolve("data/logs/helan.log")))
        .contains("writes are refused until there is room")
        .contains("writes are taken");
  }

  private void aLoadStopsAndSaysWhy(RunningPlatform platform) throws Exception {
    Path file = Files.writeString(folder.resolve("load.json"), transaction("loaded"));
    Ended load =
        RunningPlatform.run(
            Map.of("XDG_STATE_HOME", folder.resolve("state").toString()),
            List.of(
                "load",
                "--url",
                platform.url(),
                "--token-file",
                disk.resolve("data/operator-token").toString(),
                "--report",
                folder.resolve("report.tsv").toString(),
                file.toString()));
    assertThat(load.exitCode()).as(load.output()).isEqualTo(2);
    assertThat(load.output()).contains("disk is full").contains("磁盘已满");
  }

  /**
   * Without that reserve, as when something else takes the last byte between two looks: PostgreSQL
   * stops, and comes back by itself once there is room.
   */
  @Test
  void losesNothingAcknowledgedWhenTheLastByteIsTaken() throws Exception {
    try (RunningPlatform platform =
        RunningPlatform.start(
            Map.of("HELAN_MIN_FREE_MB", "0"), PreparedData.in(disk.resolve("data")), "--no-demo")) {
      List<String> acknowledged = new ArrayList<>();
      Set<Integer> statuses = new TreeSet<>();
      leaveFree(8);
      int failures = 0;
      for (int i = 0; failures < 8 && i < 20_000; i++) {
        HttpResponse<String> answer =
            platform.send("POST", "fhir", transaction("filling-" + i), FHIR, true);
        if (answer.statusCode() == 200) {
          acknowledged.add("filling-" + i);
        } else {
          failures++;
          statuses.add(answer.statusCode());
          assertThat(JSON.readTree(answer.body()).path("resourceType").asString())
              .isEqualTo("OperationOutcome");
        }
      }
      assertThat(acknowledged).isNotEmpty();
      assertThat(failures).isEqualTo(8);
      assertThat(statuses).as(() -> "answers of a full disk; " + faults()).isSubsetOf(503, 507);

      Files.delete(ballast);
      long until = System.nanoTime() + PATIENCE.toNanos();
      HttpResponse<String> answer;
      do {
        Thread.sleep(200);
        answer = put(platform, "afterwards");
      } while (answer.statusCode() >= 500 && System.nanoTime() < until);
      assertThat(answer.statusCode())
          .as(() -> "after there is room again; " + faults())
          .isIn(200, 201);
      for (String id : acknowledged) {
        assertThat(platform.get("fhir/Basic/" + id + "-1").statusCode()).as(id).isEqualTo(200);
        assertThat(platform.get("fhir/Basic/" + id + "-2").statusCode()).as(id).isEqualTo(200);
      }
    }
  }

  private String faults() {
    try (var lines = Files.lines(disk.resolve("data/logs/helan.log"))) {
      return lines
          .filter(line -> line.contains("Fault") || line.contains("aused by"))
          .limit(10)
          .collect(Collectors.joining("\n"));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** Fills the disk but for some megabytes. */
  private void leaveFree(int mb) throws IOException {
    try (OutputStream out = Files.newOutputStream(ballast)) {
      byte[] block = new byte[1 << 16];
      while (Files.getFileStore(disk).getUsableSpace() > ((long) mb << 20)) {
        out.write(block);
      }
    }
  }

  private static HttpResponse<String> put(RunningPlatform platform, String id) throws Exception {
    return platform.send("PUT", "fhir/Basic/" + id, basic(id), FHIR, true);
  }

  private static String basic(String id) {
    return """
        {"resourceType":"Basic","id":"%s","code":{"text":"%s"}}"""
        .formatted(id, noise(id));
  }

  /** Two resources that do not pack well, so that the disk fills soon. */
  private static String transaction(String id) {
    return """
        {"resourceType":"Bundle","type":"transaction","entry":[
        {"request":{"method":"PUT","url":"Basic/%1$s-1"},"resource":%2$s},
        {"request":{"method":"PUT","url":"Basic/%1$s-2"},"resource":%3$s}]}"""
        .formatted(id, basic(id + "-1"), basic(id + "-2"));
  }

  private static String noise(String seed) {
    byte[] bytes = new byte[9_000];
    new java.util.Random(seed.hashCode()).nextBytes(bytes);
    return java.util.Base64.getEncoder().encodeToString(bytes);
  }
}
