package health.helan.foundation.gateway.edge;

import health.helan.foundation.gateway.State;
import health.helan.foundation.store.Json;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The centre over HTTP: {@link EdgeServlet} from the other side. */
public final class HttpCentre implements Centre {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** For a parcel, with a busy centre before it; and for its bytes, a narrow line. */
  private static final Duration LONG_PATIENCE = Duration.ofMinutes(5);

  private static final long LEAST_BYTES_PER_SECOND = 4_000;

  private static final int LONGEST_WAIT_SECONDS = 600;

  /** Where access tokens come from. */
  public interface Tokens {
    /** A token that holds. */
    String token() throws Away, InterruptedException;

    /** The centre did not take this one. */
    void refused(String token);
  }

  private final URI base;
  private final HttpClient client;
  private final Tokens tokens;
  private final Bandwidth bandwidth;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong ahead = new AtomicLong();
  private final Counter counter = Metrics.counter("helan.edge.sent.bytes");

  /**
   * @param base ends in a slash
   * @param kilobitsPerSecond most of the line that parcels may take; 0 for all of it
   */
  public HttpCentre(URI base, HttpClient client, Tokens tokens, long kilobitsPerSecond) {
    this.base = base;
    this.client = client;
    this.tokens = tokens;
    bandwidth = new Bandwidth(kilobitsPerSecond);
  }

  @Override
  public Position position(String feed, String epoch) throws Away, InterruptedException {
    JsonNode answer = ask("position/" + feed + "?epoch=" + epoch, PATIENCE, null, null);
    return position(answer);
  }

  private static Position position(JsonNode answer) throws Away {
    if (!answer.path("last").isIntegralNumber()) {
      throw new Away("edge.away-status ?", 0);
    }
    return new Position(answer.path("last").asLong(), answer.path("digest").asString(""));
  }

  @Override
  public Taken send(String feed, String epoch, byte[] parcel) throws Away, InterruptedException {
    JsonNode answer =
        ask(
            "messages/" + feed + "?epoch=" + epoch,
            LONG_PATIENCE.plusSeconds(parcel.length / LEAST_BYTES_PER_SECOND),
            Parcel.TYPE,
            () -> publisher(parcel));
    bytes.addAndGet(parcel.length);
    counter.increment(parcel.length);
    return new Taken(position(answer), answer.path("first").asLong(0), verdicts(answer));
  }

  private BodyPublisher publisher(byte[] parcel) {
    return bandwidth.isBound()
        ? BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(() -> bandwidth.slowly(parcel)), parcel.length)
        : BodyPublishers.ofByteArray(parcel);
  }

  @Override
  public List<Verdict> verdicts(String feed, String epoch, List<Long> seqs)
      throws Away, InterruptedException {
    ArrayNode asked = Json.MAPPER.createArrayNode();
    seqs.forEach(asked::add);
    return verdicts(
        ask("verdicts/" + feed + "?epoch=" + epoch, PATIENCE, "application/json", json(asked)));
  }

  private static Supplier<BodyPublisher> json(JsonNode body) {
    byte[] text = Json.MAPPER.writeValueAsBytes(body);
    return () -> BodyPublishers.ofByteArray(text);
  }

  private static List<Verdict> verdicts(JsonNode answer) throws Away {
    var verdicts = new ArrayList<Verdict>();
    for (JsonNode each : answer.path("others")) {
      try {
        String reason = each.path("reason").asString("");
        verdicts.add(
            new Verdict(
                each.path("seq").asLong(0),
                State.valueOf(each.path("state").asString("").toUpperCase(Locale.ROOT)),
                reason.isEmpty() ? null : reason));
      } catch (IllegalArgumentException e) {
        throw new Away("edge.away-status ?", 0);
      }
    }
    return verdicts;
  }

  @Override
  public List<FeedOrder> beat(ObjectNode said) throws Away, InterruptedException {
    var orders = new ArrayList<FeedOrder>();
    for (JsonNode feed : ask("beat", PATIENCE, "application/json", json(said)).path("feeds")) {
      if (feed.get("settings") instanceof ObjectNode settings) {
        orders.add(new FeedOrder(feed.path("name").asString(""), settings));
      }
    }
    return orders;
  }

  @Override
  public long bytesSent() {
    return bytes.get();
  }

  @Override
  public long clockAhead() {
    return ahead.get();
  }

  /**
   * @param body null for a GET
   */
  private JsonNode ask(
      String path, Duration patience, @Nullable String type, @Nullable Supplier<BodyPublisher> body)
      throws Away, InterruptedException {
    String token = tokens.token();
    HttpResponse<byte[]> response = send(path, patience, type, body, token);
    if (response.statusCode() == 401) {
      tokens.refused(token);
      response = send(path, patience, type, body, tokens.token());
    }
    if (response.statusCode() != 200) {
      throw refusal(response);
    }
    try {
      return Json.MAPPER.readTree(response.body());
    } catch (JacksonException e) {
      throw new Away("edge.away-status 200", 0);
    }
  }

  private HttpResponse<byte[]> send(
      String path,
      Duration patience,
      @Nullable String type,
      @Nullable Supplier<BodyPublisher> body,
      String token)
      throws Away, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve("edge/" + path))
            .timeout(patience)
            .header("Authorization", "Bearer " + token);
    if (body != null && type != null) {
      request.header("Content-Type", type).POST(body.get());
    }
    return send(client, request.build(), ahead);
  }

  /**
   * Sends, and learns the centre's time.
   *
   * @param ahead takes how far its clock is ahead of ours, in milliseconds
   * @throws Away with a word for what failed
   */
  public static HttpResponse<byte[]> send(HttpClient client, HttpRequest request, AtomicLong ahead)
      throws Away, InterruptedException {
    try {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      response.headers().firstValue("Date").ifPresent(date -> learn(date, ahead));
      return response;
    } catch (HttpTimeoutException e) {
      throw new Away("edge.away-timeout", 0);
    } catch (ConnectException e) {
      throw new Away(
          isBecauseOf(e, UnresolvedAddressException.class)
              ? "edge.away-name"
              : isBecauseOf(e, HttpConnectTimeoutException.class)
                  ? "edge.away-timeout"
                  : "edge.away-refused",
          0);
    } catch (SSLException e) {
      throw new Away("edge.away-tls", 0);
    } catch (IOException e) {
      throw new Away("edge.away-closed", 0);
    }
  }

  /** The client wraps a cause more than once. */
  private static boolean isBecauseOf(Throwable failure, Class<? extends Throwable> cause) {
    for (Throwable one = failure; one != null; one = one.getCause()) {
      if (cause.isInstance(one)) {
        return true;
      }
    }
    return false;
  }

  private static void learn(String date, AtomicLong ahead) {
    try {
      Instant there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      long difference = Duration.between(Instant.now(), there).toMillis();
      // The header has whole seconds only.
      ahead.set(Math.abs(difference) < 2_000 ? 0 : difference);
    } catch (java.time.DateTimeException e) {
      // Another's header: then clocks are taken to agree.
    }
  }

  private static Away refusal(HttpResponse<byte[]> response) {
    long wait =
        response
            .headers()
            .firstValue("Retry-After")
            .filter(text -> text.matches("\\d{1,6}"))
            .map(text -> Math.min(LONGEST_WAIT_SECONDS, Long.parseLong(text)) * 1000)
            .orElse(0L);
    String reason = response.headers().firstValue(Reasons.HEADER).orElse("");
    if (reason.matches("[a-z][a-z0-9.-]{1,60}( [A-Za-z0-9.%+*_-]{0,200}){0,4}")) {
      return new Away(reason, wait);
    }
    return new Away(
        response.statusCode() == 401
            ? "edge.away-login"
            : "edge.away-status " + response.statusCode(),
        wait);
  }
}
