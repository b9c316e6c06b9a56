package health.helan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Subscriptions over the real WebSocket of a running platform, with the JDK's client. */
class SubscribingBySocketTests {
  /** What a client hears. */
  private static final class Ear implements WebSocket.Listener {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        texts.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(reason);
      return null;
    }

    private List<String> ids() {
      return texts.stream()
          .filter(one -> one.contains("event-notification"))
          .map(
              one ->
                  Json.MAPPER
                      .readTree(one)
                      .path("entry")
                      .path(1)
                      .path("resource")
                      .path("id")
                      .asString(""))
          .toList();
    }
  }

  private static JsonNode ask(RunningPlatform platform, String method, String path, String body) {
    try {
      var answer = platform.send(method, "fhir/" + path, body, "application/fhir+json", true);
      assertThat(answer.statusCode()).as(path + " " + answer.body()).isLessThan(300);
      return Json.MAPPER.readTree(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain: " + what);
      }
      Thread.sleep(50);
    }
  }

  private static WebSocket open(
      HttpClient client, RunningPlatform platform, Ear ear, String... headers) {
    return open(client, platform, "subscription-socket", ear, headers);
  }

  private static WebSocket open(
      HttpClient client, RunningPlatform platform, String path, Ear ear, String... headers) {
    WebSocket.Builder builder = client.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    return builder
        .buildAsync(URI.create(platform.url().replaceFirst("^http", "ws") + path), ear)
        .join();
  }

  /** What is told to the two sides of a visit is tried in the room of visits. */
  private static void theSocketOfVisitsTellsNobody(HttpClient client, RunningPlatform platform)
      throws Exception {
    assertThat(platform.get("visit-socket").statusCode()).isEqualTo(426);
    for (String words :
        List.of(
            "hello",
            "{\"here\":true}",
            "{\"bind\":{\"token\":\"nosuch\",\"visit\":\"1\",\"after\":0}}",
            "{\"bind\":{\"token\":\"%s\",\"visit\":\"1\",\"after\":0}}"
                .formatted(platform.token()))) {
      var stranger = new Ear();
      open(client, platform, "visit-socket", stranger).sendText(words, true).join();
      assertThat(stranger.closed.get(20, TimeUnit.SECONDS)).as(words).isIn("login", "invalid");
      assertThat(stranger.texts).hasSize(1).first().asString().contains("refused");
    }
    assertThatThrownBy(
            () -> open(client, platform, "visit-socket", new Ear(), "X-Forwarded-For", "192.0.2.7"))
        .cause()
        .isInstanceOfSatisfying(
            java.net.http.WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(403));
  }

  /** What a screen shows is tried in the room of queues, and in the journey of bookings. */
  private static void theHallShowsNothingWithoutTheTokenOfAScreen(
      HttpClient client, RunningPlatform platform) throws Exception {
    var hall = HttpRequest.newBuilder(URI.create(platform.url() + "hall"));
    for (String token : List.of("", "Bearer hqs_guessed", "Bearer " + platform.token())) {
      var request = token.isEmpty() ? hall.copy() : hall.copy().header("Authorization", token);
      var answer =
          client.send(
              request.header("Accept-Language", "en").build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
      assertThat(answer.body()).contains("token of a screen");
    }
    assertThat(platform.send("POST", "hall", "", "text/plain", true).statusCode()).isEqualTo(405);
  }

  /** What a resident hears is tried in the room of results. */
  private static void theStreamOfNoticesIsForResidents(RunningPlatform platform) throws Exception {
    assertThat(platform.send("GET", "access/notices", "", "text/plain", false).statusCode())
        .isEqualTo(401);
    // The root is nobody whom anything is told.
    var root = platform.send("GET", "access/notices", "", "text/plain", true);
    assertThat(root.statusCode()).as(root.body()).isEqualTo(403);
    assertThat(root.body()).contains("OperationOutcome");
  }

  private static String subscription(RunningPlatform platform, String meta, String payload) {
    return ask(
            platform,
            "POST",
            "Subscription",
            "{\"resourceType\":\"Subscription\","
                + meta
                + "\"status\":\"requested\",\"reason\":\"drill\",\"criteria\":\"Observation\",\"channel\":{\"type\":\"websocket\""
                + payload
                + "}}")
        .path("id")
        .asString();
  }

  private static String token(RunningPlatform platform, String id) {
    JsonNode answer = ask(platform, "GET", "Subscription/" + id + "/$get-ws-binding-token", "");
    assertThat(answer.toString())
        .contains(platform.url().replaceFirst("^http", "ws") + "subscription-socket");
    return answer.path("parameter").path(0).path("valueString").asString();
  }

  private static String finding(RunningPlatform platform, int i) {
    return ask(
            platform,
            "POST",
            "Observation",
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/one\"},\"code\":{\"text\":\""
                + i
                + "\"}}")
        .path("id")
        .asString();
  }

  @Test
  void tellsInOrderAndKeepsWhatNobodyHeard(@TempDir Path data) throws Exception {
    PreparedData.in(data);
    List<String> written = new ArrayList<>();
    String id;
    try (HttpClient client = HttpClient.newHttpClient()) {
      try (RunningPlatform platform = RunningPlatform.start(data, "--no-demo")) {
        // By R4: the request that opens the socket carries the token.
        String plain = subscription(platform, "", "");
        var r4 = new Ear();
        WebSocket socket =
            open(client, platform, r4, "Authorization", "Bearer " + platform.token());
        socket.sendText("bind " + plain, true).join();
        await("the bind", () -> r4.texts.contains("bound " + plain));
        id =
            subscription(
                platform,
                "\"meta\":{\"profile\":[\"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription\"]},",
                ",\"payload\":\"application/fhir+json\"");
        var first = new Ear();
        WebSocket bound = open(client, platform, first);
        bound.sendText("bind-with-token " + token(platform, id), true).join();
        await("the handshake", () -> !first.texts.isEmpty());
        assertThat(first.texts.getFirst()).contains("handshake").contains("Subscription/" + id);
        for (int i = 0; i < 20; i++) {
          written.add(finding(platform, i));
        }
        await("the events", () -> first.ids().size() == 20);
        assertThat(first.ids()).isEqualTo(written);
        await("the pings", () -> r4.texts.contains("ping " + plain));

        // Nobody listens: what happens waits, beyond the end of the platform.
        bound.abort();
        await(
            "the cut",
            () -> {
              written.add(finding(platform, written.size()));
              return written.size() > 24;
            });
        // Who says nothing that is understood, or has no token, is cut off.
        for (String words : List.of("hello", "bind " + id, "bind-with-token nosuch")) {
          var stranger = new Ear();
          open(client, platform, stranger).sendText(words, true).join();
          assertThat(stranger.closed.get(20, TimeUnit.SECONDS)).as(words).isNotNull();
          assertThat(stranger.texts).isEmpty();
        }
        var silent = new Ear();
        open(client, platform, silent);
        assertThat(silent.closed.get(30, TimeUnit.SECONDS)).isEqualTo("nothing bound");
        assertThat(platform.get("subscription-socket").statusCode()).isEqualTo(426);
        // As from beyond the machine, in clear.
        assertThatThrownBy(() -> open(client, platform, new Ear(), "X-Forwarded-For", "192.0.2.7"))
            .cause()
            .isInstanceOfSatisfying(
                java.net.http.WebSocketHandshakeException.class,
                refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(403));
        theSocketOfVisitsTellsNobody(client, platform);
        theHallShowsNothingWithoutTheTokenOfAScreen(client, platform);
        theStreamOfNoticesIsForResidents(platform);
        platform.kill();
      }
      try (RunningPlatform platform = RunningPlatform.start(data, "--no-demo")) {
        var second = new Ear();
        open(client, platform, second)
            .sendText("bind-with-token " + token(platform, id), true)
            .join();
        String last = finding(platform, 99);
        written.add(last);
        await("what waited", () -> second.ids().contains(last));
        List<String> heard = second.ids().stream().distinct().toList();
        assertThat(heard).hasSizeGreaterThanOrEqualTo(6);
        assertThat(heard).isEqualTo(written.subList(written.size() - heard.size(), written.size()));
        // What the first socket may have swallowed when it was cut is there by its number.
        JsonNode all = ask(platform, "GET", "Subscription/" + id + "/$events", "");
        for (String one : written) {
          assertThat(all.toString()).contains(one);
        }
      }
    }
  }
}
