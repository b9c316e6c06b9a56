package health.helan.app.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends bundles until each has an answer. A cut connection, {@code 429}, {@code 502}, {@code 503}
 * and {@code 504} are tried again with growing pauses, also when every entry of a batch has them;
 * the platform knows a repeat by its {@code X-Request-Id} and answers it with the first outcome.
 */
final class Sender implements AutoCloseable {
  private static final Duration REQUEST_PATIENCE = Duration.ofMinutes(10);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
  private static final Set<Integer> TRY_AGAIN = Set.of(429, 502, 503, 504);

  /** Insufficient Storage (RFC 4918); nothing of the load would go in. */
  private static final int DISK_FULL = 507;

  private static final Pattern ENTRY = Pattern.compile("entry\\[(\\d{1,7})\\]");
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient client;
  private final String base;
  private final String token;
  private final Duration patience;

  /**
   * @param patience how long a platform that does not answer is waited for
   */
  Sender(String base, String token, Duration patience) {
    this(base, token, patience, null);
  }

  /**
   * @param tls whom to trust; null for the authorities that the JVM knows
   */
  Sender(String base, String token, Duration patience, @Nullable SSLContext tls) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10));
    if (tls != null) {
      builder.sslContext(tls);
    }
    this.client = builder.build();
    this.base = base;
    this.token = token;
    this.patience = patience;
  }

  /**
   * A resource that was refused.
   *
   * @param entry its number in the bundle, from 0; -1 when the bundle was refused as a whole and
   *     the answer does not say for which
   */
  record Refused(int entry, int status, String code, String why) {
    /** Whether the platform could not do it right now, and may when asked again. */
    boolean isForLater() {
      return TRY_AGAIN.contains(status);
    }
  }

  /**
   * @param whole whether nothing of the bundle went in
   * @param refused empty when all went in
   */
  record Result(boolean whole, List<Refused> refused) {}

  /**
   * @param key the same for a repeat of the same unit, and for nothing else
   * @throws LoadStopped when there is no use in going on
   */
  Result send(Unit unit, String key) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base))
            .timeout(REQUEST_PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/fhir+json")
            .header("Accept", "application/fhir+json")
            .header("Prefer", "return=minimal")
            .header("X-Request-Id", key)
            .POST(HttpRequest.BodyPublishers.ofByteArray(unit.body()))
            .build();
    long giveUp = System.nanoTime() + patience.toNanos();
    for (int attempt = 0; ; attempt++) {
      String trouble;
      Duration asked = Duration.ZERO;
      try {
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() == 401) {
          throw new LoadStopped(
              "平台不接受这个访问令牌，请检查 --token-file。",
              "The platform does not accept the access token; check --token-file.");
        }
        if (answer.statusCode() == DISK_FULL) {
          throw new LoadStopped(
              "平台磁盘已满，载入停止；腾出空间后再次运行同一命令即可接着载入。",
              "The platform's disk is full, so the load stops; make room and run the same command again to go on from here.");
        }
        if (!TRY_AGAIN.contains(answer.statusCode())) {
          Result result = read(answer);
          // A batch of which nothing could be done right now is as good as not answered.
          if (result.refused().size() < unit.resources()
              || !result.refused().stream().allMatch(Refused::isForLater)) {
            return result;
          }
        }
        trouble = "HTTP " + answer.statusCode();
        asked =
            Duration.ofSeconds(
                answer
                    .headers()
                    .firstValue("Retry-After")
                    .filter(value -> value.matches("\\d{1,3}"))
                    .map(Long::parseLong)
                    .orElse(0L));
      } catch (IOException cut) {
        trouble = cut.getClass().getSimpleName();
      }
      if (System.nanoTime() > giveUp) {
        throw new LoadStopped(
            "平台 %s 已有 %d 秒没有应答（%s）；恢复后再次运行同一命令即可接着载入。"
                .formatted(base, patience.toSeconds(), trouble),
            "The platform at %s has not answered for %d seconds (%s); run the same command again to go on from here."
                .formatted(base, patience.toSeconds(), trouble));
      }
      Thread.sleep(pause(attempt, asked));
    }
  }

  private static Duration pause(int attempt, Duration asked) {
    long ms = Math.min(LONGEST_PAUSE.toMillis(), 250L << Math.min(attempt, 10));
    // Spread, so that the connections do not all come back at once.
    long spread = ThreadLocalRandom.current().nextLong(ms / 2, ms + 1);
    return Duration.ofMillis(Math.max(spread, asked.toMillis()));
  }

  private static Result read(HttpResponse<byte[]> answer) {
    JsonNode body;
    try {
      body = JSON.readTree(answer.body());
    } catch (JacksonException notJson) {
      body = JSON.createObjectNode();
    }
    if (answer.statusCode() >= 400) {
      return new Result(true, List.of(refusal(answer.statusCode(), body, -1)));
    }
    List<Refused> refused = new ArrayList<>();
    int number = 0;
    for (JsonNode entry : body.path("entry")) {
      String status = entry.path("response").path("status").asString("");
      if (status.length() >= 3 && status.charAt(0) >= '4') {
        refused.add(
            refusal(
                Integer.parseInt(status.substring(0, 3)),
                entry.path("response").path("outcome"),
                number));
      }
      number++;
    }
    return new Result(false, refused);
  }

  private static Refused refusal(int status, JsonNode outcome, int entry) {
    String code = "";
    StringBuilder why = new StringBuilder();
    int place = entry;
    for (JsonNode issue : outcome.path("issue")) {
      if (code.isEmpty()) {
        code = issue.path("code").asString("");
      }
      why.append(why.isEmpty() ? "" : "; ");
      JsonNode expression = issue.path("expression").path(0);
      Matcher inBundle = ENTRY.matcher(expression.asString(""));
      if (place < 0 && inBundle.find()) {
        place = Integer.parseInt(inBundle.group(1));
      }
      if (!expression.isMissingNode()) {
        why.append(expression.asString("")).append(": ");
      }
      String text = issue.path("details").path("text").asString("");
      why.append(text.isEmpty() ? issue.path("diagnostics").asString("") : text);
    }
    return new Refused(place, status, code, why.isEmpty() ? "HTTP " + status : why.toString());
  }

  /** Tells the platform how far the load is. That it may not be able to listen stops nothing. */
  void tell(byte[] parameters) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "/$loads"))
            .timeout(Duration.ofSeconds(5))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/fhir+json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(parameters))
            .build();
    try {
      client.send(request, HttpResponse.BodyHandlers.discarding());
    } catch (IOException away) {
      // The load itself finds out, and tries again.
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
