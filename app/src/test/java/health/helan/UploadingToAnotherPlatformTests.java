package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Two platforms: a city uploads to its province, and both are killed on the way. */
class UploadingToAnotherPlatformTests {
  private static final Map<String, String> ALLOWED = Map.of("HELAN_LINK_NETWORKS", "127.0.0.0/8");
  private static final int FINDINGS = 150;

  private static JsonNode ask(RunningPlatform platform, String method, String path, String body) {
    try {
      var answer = platform.send(method, path, body, "application/fhir+json", true);
      assertThat(answer.statusCode()).as(path + " " + answer.body()).isLessThan(300);
      return answer.body().isEmpty()
          ? Json.MAPPER.createObjectNode()
          : Json.MAPPER.readTree(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String part(JsonNode answer, String name) {
    for (JsonNode part : answer.path("parameter").path(0).path("part")) {
      if (part.path("name").asString().equals(name)) {
        for (var property : part.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue().asString();
          }
        }
      }
    }
    return "";
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain: " + what);
      }
      Thread.sleep(200);
    }
  }

  private static List<String> findings(RunningPlatform city, String patient, int count) {
    StringBuilder entries = new StringBuilder();
    for (int i = 0; i < count; i++) {
      entries
          .append(i == 0 ? "" : ",")
          .append(
              """
              {"resource":{"resourceType":"Observation","status":"final","code":{"text":"%d"},"subject":{"reference":"Patient/%s"}},
               "request":{"method":"POST","url":"Observation"}}"""
                  .formatted(i, patient));
    }
    List<String> written = new ArrayList<>();
    for (JsonNode entry :
        ask(
                city,
                "POST",
                "fhir",
                "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
                    + entries
                    + "]}")
            .path("entry")) {
      String[] location = entry.path("response").path("location").asString().split("/");
      written.add(location[location.length - 3]);
    }
    return written;
  }

  /** A change of nothing ends the pause, and the hold of who was killed. */
  private static void tryAtOnce(RunningPlatform city, String destination)
      throws InterruptedException {
    await(
        "a change",
        () -> {
          try {
            var answer =
                city.send(
                    "POST",
                    "fhir/$upload-destination?id=" + destination,
                    "",
                    "application/fhir+json",
                    true);
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 503);
            return answer.statusCode() == 200;
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static int count(RunningPlatform province) {
    return ask(province, "GET", "fhir/Observation?_summary=count", "").path("total").asInt();
  }

  @Test
  void arrivesWholeWithProofWhicheverOfThemIsKilled(
      @TempDir Path cityData, @TempDir Path provinceData) throws Exception {
    int port;
    try (var free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    // Without the demo region: both would have the same made-up residents, under the same ids.
    String[] fixed = {"--port", Integer.toString(port), "--no-demo"};
    List<String> written = new ArrayList<>();
    String destination;
    String patient;
    RunningPlatform province = RunningPlatform.start(provinceData, fixed);
    try {
      try (RunningPlatform city = RunningPlatform.start(ALLOWED, cityData, "--no-demo")) {
        ask(
            province,
            "PUT",
            "fhir/Organization/city-7",
            "{\"resourceType\":\"Organization\",\"id\":\"city-7\",\"name\":\"City\"}");
        JsonNode agreement =
            ask(
                city,
                "POST",
                "fhir/$agreement?receiver-name=Province&purpose=PUBHLTH&what=Patient&what=Observation&until="
                    + java.time.Instant.now().plusSeconds(86400),
                "");
        String agreed = part(agreement, "id");
        ask(city, "POST", "fhir/$agreement-sign?id=" + agreed, "");
        JsonNode made =
            ask(
                city,
                "POST",
                "fhir/$upload-destination?name=Province&base="
                    + province.url()
                    + "fhir&token="
                    + province.url()
                    + "oauth2/token&client=city-7&scope=system%2F*.cruds&agreement="
                    + agreed,
                "");
        destination = part(made, "id");
        ObjectNode client = Json.MAPPER.createObjectNode();
        client.put("name", "City").put("kind", "system").put("institution", "city-7");
        client.putArray("scopes").add("system/*.cruds");
        client.set("jwks", Json.MAPPER.readTree(part(made, "jwks")));
        var registered =
            province.send(
                "PUT", "access/clients/city-7", client.toString(), "application/json", true);
        assertThat(registered.statusCode()).as(registered.body()).isBetween(200, 204);

        patient =
            ask(city, "POST", "fhir/Patient", "{\"resourceType\":\"Patient\"}")
                .path("id")
                .asString();
        written.addAll(findings(city, patient, FINDINGS));
        RunningPlatform running = province;
        try {
          await("the first", () -> count(running) > 0);
        } catch (AssertionError late) {
          throw new AssertionError(
              ask(city, "GET", "fhir/$upload-destinations", "").toString()
                  + ask(city, "GET", "fhir/$upload-refused?destination=" + destination, "")
                  + city.output(),
              late);
        }
        province.kill();
        written.addAll(findings(city, patient, FINDINGS));
        await(
            "the outage",
            () -> part(ask(city, "GET", "fhir/$upload-destinations", ""), "state").equals("error"));
        province = RunningPlatform.start(provinceData, fixed);
        RunningPlatform again = province;
        // It would try by itself, but after pauses that have grown with the outage.
        tryAtOnce(city, destination);
        await("some of the rest", () -> count(again) > FINDINGS / 2);
        city.kill();
      }
      try (RunningPlatform city = RunningPlatform.start(ALLOWED, cityData, "--no-demo")) {
        written.addAll(findings(city, patient, 10));
        tryAtOnce(city, destination);
        RunningPlatform running = province;
        try {
          await("all of them", () -> count(running) == 2 * FINDINGS + 10);
        } catch (AssertionError late) {
          throw new AssertionError(
              count(running)
                  + " there; "
                  + ask(city, "GET", "fhir/$upload-destinations", "")
                  + ask(city, "GET", "fhir/$upload-refused?destination=" + destination, "")
                  + city.output(),
              late);
        }
        await(
            "the proofs",
            () -> part(ask(city, "GET", "fhir/$upload-destinations", ""), "pending").equals("0"));
        assertThat(part(ask(city, "GET", "fhir/$upload-destinations", ""), "refused"))
            .isEqualTo("0");
        JsonNode copy = ask(province, "GET", "fhir/Observation/" + written.getLast(), "");
        assertThat(copy.path("subject").path("reference").asString())
            .isEqualTo("Patient/" + patient);
        ask(province, "GET", "fhir/Patient/" + patient, "");

        // Proofs of all, with what the province says of each to this day.
        var proved = new java.util.LinkedHashSet<String>();
        String after = "0";
        while (true) {
          JsonNode page =
              ask(
                  city,
                  "GET",
                  "fhir/$upload-receipts?destination=" + destination + "&after=" + after,
                  "");
          if (page.path("parameter").isEmpty()) {
            break;
          }
          for (JsonNode receipt : page.path("parameter")) {
            for (JsonNode one : receipt.path("part")) {
              if (one.path("name").asString().equals("number")) {
                after = one.path("valueDecimal").asString();
              }
              if (one.path("name").asString().equals("resource")) {
                proved.add(one.path("part").path(0).path("valueString").asString());
              }
            }
          }
        }
        assertThat(proved).hasSize(2 * FINDINGS + 11).contains("Patient/" + patient);
        // All are of one resident: the order of the proofs is that of the writes.
        assertThat(proved.stream().filter(one -> one.startsWith("Observation/")).toList())
            .isEqualTo(written.stream().map(one -> "Observation/" + one).toList());
        JsonNode last =
            ask(
                city,
                "GET",
                "fhir/$upload-receipts?destination="
                    + destination
                    + "&resource=Observation/"
                    + written.getLast(),
                "");
        assertThat(last.toString())
            .contains("W/\\\"" + copy.path("meta").path("versionId").asString() + "\\\"")
            .contains("Observation/" + written.getLast());
      }
    } finally {
      province.close();
    }
  }
}
