package health.helan;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser of few talents: cookies, forms of the page it is on, redirects one at a time. */
final class Visit implements AutoCloseable {
  static final String VERIFIER = "a-verifier-of-forty-three-characters-or-more-0123456789";
  private static final Pattern HIDDEN =
      Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");

  private final String base;
  private final HttpClient client;
  final Map<String, String> cookies = new LinkedHashMap<>();
  private String page = "";

  /**
   * @param base ends without a slash
   */
  Visit(String base) {
    this(base, HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build());
  }

  /**
   * @param client follows no redirects; closed with this
   */
  Visit(String base, HttpClient client) {
    this.base = base;
    this.client = client;
  }

  static String challenge(String verifier) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (java.security.NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static String form(Map<String, String> values) {
    return values.entrySet().stream()
        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(address(path)).GET());
  }

  /** Sends the fields with what is hidden in the forms of the last page. */
  HttpResponse<String> submit(String path, Map<String, String> fields)
      throws IOException, InterruptedException {
    Map<String, String> all = new LinkedHashMap<>();
    Matcher hidden = HIDDEN.matcher(page);
    while (hidden.find()) {
      all.put(hidden.group(1), unescape(hidden.group(2)));
    }
    all.remove("to");
    all.remove("back");
    all.putAll(fields);
    return post(path, all);
  }

  HttpResponse<String> post(String path, Map<String, String> fields)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(address(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form(fields))));
  }

  private URI address(String path) {
    return URI.create(path.startsWith("http") ? path : base + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    if (!cookies.isEmpty()) {
      request.header(
          "Cookie",
          cookies.entrySet().stream()
              .map(e -> e.getKey() + "=" + e.getValue())
              .collect(Collectors.joining("; ")));
    }
    request.header("User-Agent", "Mozilla/5.0 (X11; Linux) Firefox/140.0");
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    for (String cookie : response.headers().allValues("Set-Cookie")) {
      String[] pair = cookie.split(";")[0].split("=", 2);
      if (pair[1].isEmpty()) {
        cookies.remove(pair[0]);
      } else {
        cookies.put(pair[0], pair[1]);
      }
    }
    if (response.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
      page = response.body();
    }
    return response;
  }

  private static String unescape(String text) {
    return text.replace("&amp;", "&")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
  }

  static String location(HttpResponse<?> response) {
    Optional<String> location = response.headers().firstValue("Location");
    return location.orElseThrow(
        () -> new AssertionError(response.statusCode() + ": no Location, " + response.body()));
  }

  /** A parameter of an address. */
  static String parameter(String address, String name) {
    return Arrays.stream(address.substring(address.indexOf('?') + 1).split("&"))
        .filter(part -> part.startsWith(name + "="))
        .map(
            part ->
                java.net.URLDecoder.decode(
                    part.substring(name.length() + 1), StandardCharsets.UTF_8))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + address));
  }

  /** Opens the sign-in page and signs in; the answer to the form. */
  HttpResponse<String> signIn(String way, String login, String password)
      throws IOException, InterruptedException {
    get("/sign-in?continue=" + URLEncoder.encode(way, StandardCharsets.UTF_8));
    return submit("/sign-in", Map.of("login", login, "password", password));
  }

  @Override
  public void close() {
    client.close();
  }
}
