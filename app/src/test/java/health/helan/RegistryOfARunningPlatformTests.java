package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The demo region as the provider registry has it, and the one list that needs no sign-in. */
class RegistryOfARunningPlatformTests {
  @Test
  void showsThePublicWhatServesOnlineAndEverybodyElseWhoMayServe(@TempDir Path folder)
      throws Exception {
    Path data = PreparedData.in(folder.resolve("data"));
    try (RunningPlatform platform = RunningPlatform.start(data, "--residents", "10");
        HttpClient anybody = HttpClient.newHttpClient()) {
      platform.awaitOutput("demo accounts");
      String address = platform.url() + "public/online-services";
      HttpResponse<String> list = ask(anybody, address, "GET");
      assertThat(list.statusCode()).as(list.body()).isEqualTo(200);
      assertThat(list.headers().firstValue("Cache-Control")).hasValue("public, max-age=300");
      JsonNode services = Json.MAPPER.readTree(list.body()).path("services");
      assertThat(services.size()).isEqualTo(2);
      assertThat(services.path(0).path("name").asString("")).contains("互联网医院");
      assertThat(services.path(0).path("doctors").asInt()).isPositive();
      assertThat(list.body()).as("one that is only filed").doesNotContain("妇幼保健院");
      String tag = list.headers().firstValue("ETag").orElseThrow();
      assertThat(ask(anybody, address, "GET", "If-None-Match", tag).statusCode()).isEqualTo(304);
      JsonNode whole = Json.MAPPER.readTree(list.body());
      assertThat(whole.path("cut").asBoolean(true)).isFalse();
      assertThat(whole.has("next")).isFalse();
      // ["0","","",""]: before everything.
      HttpResponse<String> page = ask(anybody, address + "?after=WyIwIiwiIiwiIiwiIl0", "GET");
      assertThat(page.body()).isEqualTo(list.body());
      assertThat(ask(anybody, address + "?after=nowhere", "GET").statusCode()).isEqualTo(400);
      assertThat(ask(anybody, address, "POST").statusCode()).isEqualTo(401);
      assertThat(ask(anybody, platform.url() + "public/other", "GET").statusCode()).isEqualTo(401);
      assertThat(ask(anybody, platform.url() + "fhir/$find-care?what=doctor", "GET").statusCode())
          .isEqualTo(401);
      int last = 0;
      for (int i = 0; i < 70; i++) {
        last = ask(anybody, address, "GET").statusCode();
      }
      assertThat(last).as("more than sixty in a minute, or a new minute began").isIn(429, 200);

      platform.awaitOutput("The demo region is ready");
      assertThat(platform.get("fhir/Encounter?status=arrived,in-progress&_count=50").body())
          .as("whom the demo doctors treat today")
          .contains("咳嗽加重 1 周", "前臂骨折后复查", "高血压、糖尿病复诊", "哮喘复诊");
      settledABill(platform);

      String orthopaedists =
          platform.get("fhir/$find-care?what=doctor&specialty=04.03&_count=100").body();
      assertThat(Json.MAPPER.readTree(orthopaedists).path("parameter").size())
          .as("of five, one's licence has expired")
          .isEqualTo(4);
      String figures = platform.get("fhir/$registry").body();
      for (String state : List.of("licence.expired", "licence.suspended", "place.pending")) {
        assertThat(figures)
            .contains(
                "{\"name\":\"name\",\"valueCode\":\""
                    + state
                    + "\"},{\"name\":\"count\",\"valueInteger\":1}");
      }
      showsTheRegionOnAMap(platform);

      Path table =
          Files.writeString(
              folder.resolve("机构.csv"), "机构名称,统一社会信用代码,许可证号\n某医院,C1,PDY1\n某卫生院,C2,PDY2\n");
      RunningPlatform.Ended loaded =
          RunningPlatform.run(
              Map.of(),
              List.of(
                  "load",
                  "--registry",
                  "institutions",
                  "--url",
                  platform.url(),
                  "--token-file",
                  data.resolve("operator-token").toString(),
                  table.toString()));
      assertThat(loaded.exitCode()).as(loaded.output()).isZero();
      assertThat(loaded.output()).contains("2 written");
    }
  }

  /** One of today's visits is settled and waits for its own money; one is left to the cashier. */
  private static void settledABill(RunningPlatform platform) throws Exception {
    JsonNode claims = Json.MAPPER.readTree(platform.get("fhir/Claim?use=claim").body());
    String claim = claims.path("entry").path(0).path("resource").path("id").asString("");
    assertThat(platform.get("fhir/Claim/" + claim + "/$bill").body())
        .contains("\"owing\"", "\"agreed\"", "unverified");
    assertThat(platform.get("fhir/$ledger-accounts?kind=payer").body()).contains(".basic");
    assertThat(platform.get("fhir/ChargeItem?_count=200").body()).contains("\"billable\"");
  }

  /** Institutions with their places and what they do now, and no resident among it. */
  private static void showsTheRegionOnAMap(RunningPlatform platform) throws Exception {
    String region = platform.get("fhir/$region-figures").body();
    JsonNode hospital = Json.MAPPER.createObjectNode();
    int placed = 0;
    for (JsonNode one : Json.MAPPER.readTree(region).path("parameter")) {
      if (one.path("name").asString("").equals("institution")) {
        String parts = one.path("part").toString();
        placed += parts.contains("latitude") && parts.contains("longitude") ? 1 : 0;
        hospital = parts.contains("\"waiting\"") ? one : hospital;
      }
    }
    assertThat(placed).as(region).isGreaterThan(3);
    assertThat(hospital.path("part")).as("the one with the demo queue").isNotEmpty();
    assertThat(region).contains("\"connection\"", "edge-silent").doesNotContain("Patient");
    String id = "";
    for (JsonNode part : hospital.path("part")) {
      id = part.path("valueReference").path("reference").asString(id);
    }
    // Places of the demo region are opened behind its load.
    String fills = "";
    for (int i = 0; i < 90 && !fills.contains("\"department\""); i++) {
      Thread.sleep(i == 0 ? 0 : 1000);
      fills = platform.get("fhir/$booking-figures?institution=" + id).body();
    }
    assertThat(fills).contains("\"department\"", "\"left\"").doesNotContain("Patient");
    String queues = platform.get("fhir/$queue-figures?institution=" + id).body();
    assertThat(queues)
        .contains("{\"name\":\"waiting\",\"valueInteger\":6}")
        .doesNotContain("Patient");
  }

  private static HttpResponse<String> ask(
      HttpClient client, String address, String method, String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(address))
            .method(method, HttpRequest.BodyPublishers.noBody());
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
