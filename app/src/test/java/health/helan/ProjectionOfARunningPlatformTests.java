package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The projection for regulators on a real platform: kept through starts, taken away when off. */
class ProjectionOfARunningPlatformTests {
  private static final String BASE = "fhir/pseudonymised/";
  private static final String FHIR = "application/fhir+json";

  private static HttpResponse<String> whole(RunningPlatform platform, String path)
      throws Exception {
    long until = System.nanoTime() + 60_000_000_000L;
    HttpResponse<String> answer = platform.get(BASE + path);
    while (answer.statusCode() == 503 || answer.body().contains("\"total\":0")) {
      assertThat(System.nanoTime()).as(answer.body()).isLessThan(until);
      Thread.sleep(50);
      answer = platform.get(BASE + path);
    }
    return answer;
  }

  private static String id(String bundle) {
    return bundle.replaceAll("(?s).*\"resourceType\":\"Patient\",\"id\":\"([^\"]+)\".*", "$1");
  }

  private static long count(Path data, String sql) throws IOException, SQLException {
    try (Connection connection = RunningPlatform.database(data);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void isKeptThroughStartsTakenAwayWhenOffAndMadeAnew(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("data");
    String search = "Patient?birthdate=1985&_total=accurate";
    String pseudonym;
    try (RunningPlatform platform = RunningPlatform.start(data, "--no-demo")) {
      String patient =
          "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"马秀兰\"}],\"birthDate\":\"1985-06-15\"}";
      assertThat(platform.send("POST", "fhir/Patient", patient, FHIR, true).statusCode())
          .isEqualTo(201);
      String found = whole(platform, search).body();
      assertThat(found).contains("PSEUDED").contains("\"1985\"").doesNotContain("马秀兰");
      pseudonym = id(found);
      assertThat(platform.get(BASE + "metadata").body())
          .contains("no-version")
          .contains("open-case")
          .doesNotContain("Communication")
          .doesNotContain("history-instance");
      assertThat(platform.send("GET", BASE + "Patient", "", FHIR, false).statusCode())
          .isEqualTo(401);
      assertThat(platform.get("fhir/$projection-progress").body()).contains("whole");
      assertThat(
              count(
                  data,
                  "select count(*) from audit where operation = 'pseudonymised' and type = 'Patient'"))
          .isPositive();
    }
    try (RunningPlatform platform = RunningPlatform.start(data, "--no-demo")) {
      assertThat(id(whole(platform, search).body())).isEqualTo(pseudonym);
    }
    try (RunningPlatform platform =
        RunningPlatform.start(Map.of("HELAN_PROJECTION", "off"), data, "--no-demo")) {
      HttpResponse<String> off = platform.get(BASE + "Patient");
      assertThat(off.statusCode()).isEqualTo(404);
      long until = System.nanoTime() + 20_000_000_000L;
      while (count(data, "select count(*) from pg_namespace where nspname = 'pseudonym'") > 0) {
        assertThat(System.nanoTime()).isLessThan(until);
        Thread.sleep(50);
      }
      assertThat(count(data, "select count(*) from consumer_offset where consumer = 'pseudonyms'"))
          .isZero();
      assertThat(platform.get("fhir/$projection-progress").statusCode()).isEqualTo(404);
    }
    try (RunningPlatform platform = RunningPlatform.start(data, "--no-demo")) {
      // The key is kept, and with it the pseudonyms.
      assertThat(id(whole(platform, search).body())).isEqualTo(pseudonym);
    }
    var refused =
        RunningPlatform.run(
            Map.of("HELAN_PROJECTION", "maybe"),
            java.util.List.of("run", "--data", data.toString(), "--port", "0", "--no-demo"));
    assertThat(refused.output()).contains("HELAN_PROJECTION takes on or off");
    assertThat(refused.exitCode()).isEqualTo(2);
  }
}
