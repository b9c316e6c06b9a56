package health.helan.foundation.delivery.upload;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A small FHIR server of another make: takes transactions of PUT and DELETE with If-Match and
 * If-None-Match, knows no request ids, asks for a token of SMART Backend Services where it is given
 * a key, and can fail in several ways.
 */
final class PlainServer implements AutoCloseable {
  /** How it answers. */
  enum Mood {
    WELL,
    FAILING,
    /** Does what it is asked to and hangs up. */
    LOSING_ANSWERS
  }

  private record Stored(int version, @Nullable ObjectNode resource) {}

  /** References in the order in which they were written, with {@code -} for deleted ones. */
  final List<String> written = new CopyOnWriteArrayList<>();

  final AtomicInteger requests = new AtomicInteger();
  final AtomicInteger tokens = new AtomicInteger();
  volatile Mood mood = Mood.WELL;

  /** References and codes that are refused with 422. */
  final Set<String> refused = java.util.concurrent.ConcurrentHashMap.newKeySet();

  /** JWK of the one client; null for no sign-in. */
  volatile @Nullable JsonNode key;

  private final Map<String, Stored> stored = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private HttpServer server;
  private final int port;

  PlainServer() throws IOException {
    server = start(0);
    port = server.getAddress().getPort();
  }

  private HttpServer start(int at) throws IOException {
    HttpServer made =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), at), 50);
    made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    made.createContext("/", this::serve);
    made.start();
    return made;
  }

  String url() {
    return "http://127.0.0.1:" + port + "/r4";
  }

  String tokenUrl() {
    return "http://127.0.0.1:" + port + "/token";
  }

  void stop() {
    server.stop(0);
  }

  void startAgain() throws IOException {
    server = start(port);
  }

  @Nullable ObjectNode resource(String reference) {
    synchronized (stored) {
      Stored there = stored.get(reference);
      return there == null ? null : there.resource();
    }
  }

  int version(String reference) {
    synchronized (stored) {
      Stored there = stored.get(reference);
      return there == null ? 0 : there.version();
    }
  }

  /** As another source would. */
  void put(String reference, String json) {
    synchronized (stored) {
      stored.put(
          reference,
          new Stored(
              version(reference) + 1, (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'))));
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      if (mood == Mood.FAILING) {
        answer(exchange, 503, "{}");
        return;
      }
      if (path.equals("/token")) {
        token(exchange, new String(body, StandardCharsets.UTF_8));
        return;
      }
      if (key != null
          && !("Bearer token-" + tokens.get())
              .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        answer(exchange, 401, "{}");
        return;
      }
      if (exchange.getRequestMethod().equals("GET")) {
        String reference = path.substring("/r4/".length());
        Stored there;
        synchronized (stored) {
          there = stored.get(reference);
        }
        if (there == null || there.resource() == null) {
          answer(exchange, there == null ? 404 : 410, "{}");
          return;
        }
        exchange.getResponseHeaders().set("ETag", "W/\"" + there.version() + "\"");
        answer(exchange, 200, there.resource().toString());
        return;
      }
      transaction(exchange, Json.MAPPER.readTree(body));
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    // In chunks, as many servers do.
    exchange.sendResponseHeaders(status, 0);
    exchange.getResponseBody().write(bytes);
  }

  private static void outcome(HttpExchange exchange, int status, String text) throws IOException {
    answer(
        exchange,
        status,
        "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"invalid\",\"diagnostics\":\""
            + text
            + "\"}]}");
  }

  private void transaction(HttpExchange exchange, JsonNode bundle) throws IOException {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Bundle").put("type", "transaction-response");
    ArrayNode entries = answer.putArray("entry");
    synchronized (stored) {
      Map<String, Stored> after = new HashMap<>(stored);
      List<String> done = new ArrayList<>();
      for (JsonNode entry : bundle.path("entry")) {
        JsonNode request = entry.path("request");
        String reference = request.path("url").asString();
        Stored there = after.get(reference);
        boolean exists = there != null && there.resource() != null;
        int version = there == null ? 0 : there.version();
        String code =
            entry.path("resource").path("code").path("coding").path(0).path("code").asString("");
        if (refused.contains(reference) || refused.contains(code)) {
          outcome(exchange, 422, "not liked here: 640102199001011234");
          return;
        }
        String ifMatch = request.path("ifMatch").asString("");
        if (!ifMatch.isEmpty() && !ifMatch.equals("W/\"" + version + "\"")
            || request.path("ifNoneMatch").asString("").equals("*") && exists) {
          outcome(exchange, 412, "another version");
          return;
        }
        boolean isDeletion = request.path("method").asString().equals("DELETE");
        after.put(
            reference,
            new Stored(version + 1, isDeletion ? null : (ObjectNode) entry.path("resource")));
        done.add((isDeletion ? "-" : "") + reference);
        ObjectNode response = entries.addObject().putObject("response");
        response.put("status", isDeletion ? "204" : exists ? "200 OK" : "201 Created");
        response.put("etag", "W/\"" + (version + 1) + "\"");
        response.put("location", url() + "/" + reference + "/_history/" + (version + 1));
      }
      stored.putAll(after);
      written.addAll(done);
    }
    if (mood == Mood.LOSING_ANSWERS) {
      return;
    }
    answer(exchange, 200, answer.toString());
  }

  // ---- sign-in

  private void token(HttpExchange exchange, String form) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String part : form.split("&")) {
      String[] pair = part.split("=", 2);
      values.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
    }
    if (!isSigned(values.getOrDefault("client_assertion", ""))
        || !"client_credentials".equals(values.get("grant_type"))) {
      answer(exchange, 401, "{\"error\":\"invalid_client\"}");
      return;
    }
    answer(
        exchange,
        200,
        "{\"access_token\":\"token-"
            + tokens.incrementAndGet()
            + "\",\"token_type\":\"bearer\",\"expires_in\":300}");
  }

  private boolean isSigned(String assertion) {
    String[] parts = assertion.split("\\.");
    JsonNode jwk = key;
    if (parts.length != 3 || jwk == null) {
      return false;
    }
    try {
      JsonNode claims = Json.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[1]));
      var parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp384r1"));
      var point = new ECPoint(number(jwk.path("x").asString()), number(jwk.path("y").asString()));
      Signature signature = Signature.getInstance("SHA384withECDSAinP1363Format");
      signature.initVerify(
          KeyFactory.getInstance("EC")
              .generatePublic(
                  new ECPublicKeySpec(point, parameters.getParameterSpec(ECParameterSpec.class))));
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
          && claims.path("iss").asString().equals("lower-platform")
          && claims.path("sub").asString().equals("lower-platform")
          && claims.path("aud").asString().equals(tokenUrl())
          && seen.add(claims.path("jti").asString());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static BigInteger number(String text) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(text));
  }

  @Override
  public void close() {
    stop();
  }
}
