package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Exports and subscriptions of a platform that is killed in the middle and started again. */
class DeliveringFromARunningPlatformTests {
  private static final Map<String, String> ALLOWED = Map.of("HELAN_LINK_NETWORKS", "127.0.0.0/8");
  private static final int FINDINGS = 200;

  private static HttpResponse<String> send(
      RunningPlatform platform, String method, String path, String body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(platform.url() + "fhir/" + path))
              .header("Authorization", "Bearer " + platform.token())
              .header("Content-Type", "application/fhir+json")
              .header("Prefer", "respond-async")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 150_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain: " + what);
      }
      Thread.sleep(100);
    }
  }

  @Test
  void loseNothingAndKeepTheOrder(@TempDir Path data) throws Exception {
    PreparedData.in(data);
    List<String> taken = new CopyOnWriteArrayList<>();
    var well = new AtomicBoolean(true);
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 50);
    receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    receiver.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          String path = exchange.getRequestURI().getPath();
          if (well.get()) {
            taken.add(path.substring(path.lastIndexOf('/') + 1));
          }
          exchange.sendResponseHeaders(well.get() ? 200 : 503, -1);
          exchange.close();
        });
    receiver.start();
    List<String> written = new ArrayList<>();
    String status;
    try {
      try (RunningPlatform platform = RunningPlatform.start(ALLOWED, data)) {
        HttpResponse<String> made =
            send(
                platform,
                "POST",
                "Subscription",
                """
                {"resourceType":"Subscription","status":"requested","reason":"drill","criteria":"Observation",
                 "channel":{"type":"rest-hook","endpoint":"http://127.0.0.1:%d/hook","payload":"application/fhir+json"}}"""
                    .formatted(receiver.getAddress().getPort()));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        // The answer says how it stands by then: its handshake may be over already.
        assertThat(made.body()).containsPattern("\"status\":\"(requested|active)\"");
        var patient =
            Json.MAPPER.readTree(
                send(platform, "POST", "Patient", "{\"resourceType\":\"Patient\"}").body());
        StringBuilder entries = new StringBuilder();
        for (int i = 0; i < FINDINGS; i++) {
          entries
              .append(i == 0 ? "" : ",")
              .append(
                  """
                  {"resource":{"resourceType":"Observation","status":"final","code":{"text":"%d"},"subject":{"reference":"Patient/%s"}},
                   "request":{"method":"POST","url":"Observation"}}"""
                      .formatted(i, patient.path("id").asString()));
        }
        JsonNode answer =
            Json.MAPPER.readTree(
                send(
                        platform,
                        "POST",
                        "",
                        "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
                            + entries
                            + "]}")
                    .body());
        for (JsonNode entry : answer.path("entry")) {
          String[] location = entry.path("response").path("location").asString().split("/");
          written.add(location[location.length - 3]);
        }
        assertThat(written).hasSize(FINDINGS);
        await("the first", () -> taken.size() > 10);
        well.set(false);
        HttpResponse<String> begun = send(platform, "GET", "$export?_type=Observation", "");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        String address = begun.headers().firstValue("Content-Location").orElseThrow();
        status = address.substring(address.indexOf("$export-status"));
        platform.kill();
      }
      well.set(true);
      try (RunningPlatform platform = RunningPlatform.start(ALLOWED, data)) {
        try {
          await("the rest", () -> taken.stream().distinct().count() == FINDINGS);
        } catch (AssertionError late) {
          throw new AssertionError(
              taken.size()
                  + " taken; "
                  + send(platform, "GET", "$subscriptions", "").body()
                  + platform.output(),
              late);
        }
        assertThat(taken.stream().distinct().toList()).isEqualTo(written);
        assertThat(send(platform, "GET", "$subscriptions", "").body()).contains("127.0.0.1");

        List<String> manifest = new ArrayList<>();
        await(
            "the export",
            () -> {
              try {
                HttpResponse<String> reply = send(platform, "GET", status, "");
                assertThat(reply.statusCode()).as(reply.body()).isIn(200, 202);
                if (reply.statusCode() == 200) {
                  manifest.add(reply.body());
                }
                return reply.statusCode() == 200;
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
        JsonNode output = Json.MAPPER.readTree(manifest.getFirst()).path("output");
        assertThat(output.size()).isEqualTo(1);
        String url = output.path(0).path("url").asString();
        HttpResponse<String> file =
            send(platform, "GET", url.substring(url.indexOf("$export-file")), "");
        assertThat(
                file.body().lines().map(line -> Json.MAPPER.readTree(line).path("id").asString()))
            .containsExactlyInAnyOrderElementsOf(written);
        assertThat(send(platform, "DELETE", status, "").statusCode()).isEqualTo(202);
      }
    } finally {
      receiver.stop(0);
    }
  }
}
