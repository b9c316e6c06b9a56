package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Data quality of a platform that is killed while it judges, and of one that has it switched off.
 */
class JudgingOnARunningPlatformTests {
  private static final int RECORDS = 400;

  private static HttpResponse<String> send(
      RunningPlatform platform, String method, String path, String body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(platform.url() + "fhir/" + path))
              .header("Authorization", "Bearer " + platform.token())
              .header("Content-Type", "application/fhir+json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String bundle(int number) {
    var entries = new StringBuilder();
    for (int i = 0; i < number; i++) {
      entries
          .append(i == 0 ? "" : ",")
          .append(
              """
              {"resource":{"resourceType":"Patient","name":[{"text":"赵%d"}],"birthDate":"1990-01-01","managingOrganization":{"reference":"Organization/h"}},
               "request":{"method":"POST","url":"Patient"}}"""
                  .formatted(i));
    }
    return "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + entries + "]}";
  }

  private static long part(JsonNode parameter, String name) {
    for (JsonNode part : parameter.path("part")) {
      if (part.path("name").asString().equals(name)) {
        return part.path("valueDecimal").asLong();
      }
    }
    return 0;
  }

  private static JsonNode score(RunningPlatform platform) throws IOException, InterruptedException {
    return Json.MAPPER
        .readTree(send(platform, "GET", "$quality-score?institution=h&by=none", "").body())
        .path("parameter")
        .path(0);
  }

  @Test
  void countsEveryRecordOnceAndFindsEveryFault(@TempDir Path data) throws Exception {
    PreparedData.in(data);
    try (RunningPlatform platform = RunningPlatform.start(data, "--no-demo")) {
      assertThat(
              send(
                      platform,
                      "PUT",
                      "Organization/h",
                      "{\"resourceType\":\"Organization\",\"id\":\"h\",\"name\":\"某院\"}")
                  .statusCode())
          .isEqualTo(201);
      for (int i = 0; i < 4; i++) {
        assertThat(send(platform, "POST", "", bundle(RECORDS / 4)).statusCode()).isEqualTo(200);
      }
      platform.kill();
    }
    try (RunningPlatform platform = RunningPlatform.start(data, "--no-demo")) {
      long end = System.nanoTime() + 120_000_000_000L;
      while (part(score(platform), "records") < RECORDS && System.nanoTime() < end) {
        Thread.sleep(500);
      }
      JsonNode score = score(platform);
      assertThat(part(score, "records")).isEqualTo(RECORDS);
      JsonNode open =
          Json.MAPPER.readTree(send(platform, "GET", "$quality-open?institution=h", "").body());
      for (JsonNode rule : open.path("parameter")) {
        assertThat(part(rule, "open")).isEqualTo(RECORDS);
        assertThat(part(rule, "checks")).isEqualTo(RECORDS);
      }
      assertThat(open.toString()).contains("patient-sex").doesNotContain("patient-name");
      assertThat(part(score, "opened")).isEqualTo((long) RECORDS * open.path("parameter").size());
    }
    try (RunningPlatform platform =
        RunningPlatform.start(Map.of("HELAN_QUALITY", "off"), data, "--no-demo")) {
      assertThat(send(platform, "GET", "$quality-score", "").statusCode()).isEqualTo(404);
      assertThat(send(platform, "POST", "", bundle(1)).statusCode()).isEqualTo(200);
    }
    try (RunningPlatform platform = RunningPlatform.start(data, "--no-demo")) {
      assertThat(send(platform, "POST", "", bundle(2)).statusCode()).isEqualTo(200);
      long end = System.nanoTime() + 120_000_000_000L;
      while (part(score(platform), "records") < RECORDS + 2 && System.nanoTime() < end) {
        Thread.sleep(500);
      }
      assertThat(part(score(platform), "records"))
          .as("nothing is counted again, and what came while it was off waits for a run")
          .isEqualTo(RECORDS + 2);
    }
  }

  @Test
  void isOnOrOffAndNothingElse(@TempDir Path data) throws Exception {
    RunningPlatform.Ended ended =
        RunningPlatform.run(
            Map.of("HELAN_QUALITY", "maybe"),
            java.util.List.of("run", "--data", data.toString(), "--port", "0", "--no-demo"));
    assertThat(ended.exitCode()).isNotZero();
    assertThat(ended.output()).contains("HELAN_QUALITY takes on or off");
  }
}
