package health.helan.app.edge;

import health.helan.foundation.gateway.edge.Centre;
import health.helan.foundation.gateway.edge.HttpCentre;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.app.Scope;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The node's access tokens: SMART Backend Services at the centre (docs/guide/sign-in.md).
 * Assertions are dated by the centre's clock, so that a node whose own is wrong gets in all the
 * same.
 */
final class CentreTokens implements HttpCentre.Tokens {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** So long before its end a token is not used any more. */
  private static final Duration MARGIN = Duration.ofSeconds(45);

  private static final String BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  private final URI centre;
  private final HttpClient client;
  private final NodeKey key;
  private final String id;
  private final AtomicLong ahead = new AtomicLong();
  private @Nullable String token;
  private Instant until = Instant.EPOCH;

  /**
   * @param id of the node as a client
   */
  CentreTokens(URI centre, HttpClient client, NodeKey key, String id) {
    this.centre = centre;
    this.client = client;
    this.key = key;
    this.id = id;
  }

  @Override
  public synchronized String token() throws Centre.Away, InterruptedException {
    String known = token;
    if (known != null && Instant.now().isBefore(until)) {
      return known;
    }
    JsonNode found =
        json(
            HttpCentre.send(
                client, get(centre.resolve("fhir/.well-known/smart-configuration")), ahead));
    String audience = found.path("token_endpoint").asString("");
    String assertion = key.assertion(id, audience, Instant.now().plusMillis(ahead.get()));
    JsonNode given =
        json(
            HttpCentre.send(
                client,
                HttpRequest.newBuilder(centre.resolve("oauth2/token"))
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "grant_type=client_credentials&scope="
                                + URLEncoder.encode(Scope.EDGE, StandardCharsets.UTF_8)
                                + "&client_assertion_type="
                                + URLEncoder.encode(BEARER, StandardCharsets.UTF_8)
                                + "&client_assertion="
                                + assertion))
                    .build(),
                ahead));
    String fresh = given.path("access_token").asString("");
    if (fresh.isEmpty()) {
      throw new Centre.Away("edge.away-status 200", 0);
    }
    token = fresh;
    long seconds = Math.max(60, given.path("expires_in").asLong(300));
    until = Instant.now().plusSeconds(seconds).minus(MARGIN);
    return fresh;
  }

  private static HttpRequest get(URI at) {
    return HttpRequest.newBuilder(at).timeout(PATIENCE).build();
  }

  private static JsonNode json(HttpResponse<byte[]> response) throws Centre.Away {
    if (response.statusCode() == 400 || response.statusCode() == 401) {
      throw new Centre.Away("edge.away-login", 0);
    }
    if (response.statusCode() != 200) {
      throw new Centre.Away("edge.away-status " + response.statusCode(), 0);
    }
    try {
      return Json.MAPPER.readTree(response.body());
    } catch (JacksonException e) {
      throw new Centre.Away("edge.away-status 200", 0);
    }
  }

  @Override
  public synchronized void refused(String refused) {
    if (refused.equals(token)) {
      token = null;
    }
  }
}
