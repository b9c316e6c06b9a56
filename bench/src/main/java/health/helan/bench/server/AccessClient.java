package health.helan.bench.server;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Talks to a platform's doors for accounts, clients and tokens, as a browser and a system would.
 */
final class AccessClient implements AutoCloseable {
  static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Pattern HIDDEN =
      Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");

  private final String base;
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private String page = "";

  /**
   * @param base of the platform, ends without a slash
   */
  AccessClient(String base) {
    this.base = base;
  }

  String base() {
    return base;
  }

  static String form(Map<String, String> values) {
    return values.entrySet().stream()
        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  /**
   * Sends JSON.
   *
   * @throws IOException if the answer is no success
   */
  JsonNode json(String method, String path, String token, @Nullable JsonNode body)
      throws IOException {
    HttpRequest.BodyPublisher content =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.toString());
    String type = path.startsWith("/fhir") ? "application/fhir+json" : "application/json";
    return read(
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", type)
            .method(method, content),
        method + " " + path);
  }

  /**
   * Asks for a token.
   *
   * @throws IOException if there is none
   */
  JsonNode token(Map<String, String> form) throws IOException {
    return read(
        HttpRequest.newBuilder(URI.create(base + "/oauth2/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form(form))),
        "POST /oauth2/token");
  }

  private JsonNode read(HttpRequest.Builder request, String what) throws IOException {
    HttpResponse<String> answer = send(request.build());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(what + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer.body().isBlank() ? MAPPER.nullNode() : MAPPER.readTree(answer.body());
  }

  /** Opens a page; returns where it sends the browser, or an empty text. */
  String open(String path) throws IOException {
    return browse(HttpRequest.newBuilder(address(path)).GET());
  }

  /** Sends a form of the page last opened, with what is hidden in it. */
  String submit(String path, Map<String, String> fields) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    Matcher hidden = HIDDEN.matcher(page);
    while (hidden.find()) {
      all.put(
          hidden.group(1),
          hidden.group(2).replace("&amp;", "&").replace("&quot;", "\"").replace("&#39;", "'"));
    }
    all.remove("to");
    all.remove("back");
    all.putAll(fields);
    return browse(
        HttpRequest.newBuilder(address(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form(all))));
  }

  private URI address(String path) {
    return URI.create(path.startsWith("http") ? path : base + path);
  }

  private String browse(HttpRequest.Builder request) throws IOException {
    if (!cookies.isEmpty()) {
      request.header(
          "Cookie",
          cookies.entrySet().stream()
              .map(e -> e.getKey() + "=" + e.getValue())
              .collect(Collectors.joining("; ")));
    }
    HttpResponse<String> answer = send(request.build());
    if (answer.statusCode() >= 400) {
      throw new IOException("A page answered " + answer.statusCode() + ": " + answer.uri());
    }
    for (String cookie : answer.headers().allValues("Set-Cookie")) {
      String[] pair = cookie.split(";", 2)[0].split("=", 2);
      if (pair.length < 2 || pair[1].isEmpty()) {
        cookies.remove(pair[0]);
      } else {
        cookies.put(pair[0], pair[1]);
      }
    }
    page = answer.body();
    return answer.headers().firstValue("Location").orElse("");
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
