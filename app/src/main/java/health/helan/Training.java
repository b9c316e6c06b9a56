package health.helan;

import health.helan.app.access.OperatorToken;
import health.helan.app.start.Console;
import health.helan.app.start.RunArguments;
import health.helan.demo.Region;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A short life in a throw-away data folder, watched by the JVM to make the cache of loaded and
 * linked classes that later starts begin with ({@code -XX:AOTCacheOutput}): start, a few requests
 * of the common kinds, stop.
 */
final class Training {
  private static final Logger log = LoggerFactory.getLogger(Training.class);

  /** What a console page and a client ask for first. */
  private static final List<String> PATHS =
      List.of(
          "",
          "health/ready",
          "metrics",
          "fhir/metadata",
          "fhir/$loads",
          "fhir/Patient?_count=5&_sort=-_lastUpdated",
          "fhir/Patient?name=%E5%BC%A0",
          "fhir/Observation?_count=5&_summary=true",
          "fhir/Encounter?date=ge2025-01-01&_include=Encounter:subject",
          "fhir/Patient/_history?_count=2",
          "fhir/Patient?_format=xml&_count=1");

  /** Asked for without a token. */
  private static final List<String> OPEN =
      List.of("sign-in", "account", "oauth2/jwks", ".well-known/openid-configuration");

  private Training() {}

  static int run(List<String> words) {
    try {
      Path folder = Files.createTempDirectory("helan-training");
      try {
        train(folder);
      } finally {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
      return 0;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static void train(Path folder) throws IOException, InterruptedException {
    RunArguments arguments =
        RunArguments.parse(
            List.of("--port", "0", "--no-demo", "--data", folder.resolve("data").toString()));
    Map<String, String> environment = new HashMap<>(System.getenv());
    // A training run has no business in a database of the operator's.
    environment.keySet().removeIf(name -> name.startsWith("HELAN_DB_"));
    environment.put("HELAN_PG_SHARED_BUFFERS_MB", "64");
    Console silent = new Console(new PrintStream(OutputStream.nullOutputStream()), false);
    try (Platform platform = Platform.start(arguments, environment, silent);
        HttpClient client = HttpClient.newHttpClient()) {
      String token = Files.readString(platform.data().resolve(OperatorToken.FILE)).strip();
      Region region = Region.of(1, 10);
      for (int number = 0; number < region.bundleCount(); number++) {
        byte[] bundle = region.bundle(number).json();
        send(client, platform, token, "POST", "fhir", bundle);
      }
      for (String path : PATHS) {
        send(client, platform, token, "GET", path, new byte[0]);
      }
      for (String path : OPEN) {
        send(client, platform, token, "GET", path, new byte[0]);
      }
    }
  }

  private static void send(
      HttpClient client, Platform platform, String token, String method, String path, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(platform.url() + path))
            .header("Content-Type", "application/fhir+json")
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    // The sign-in pages are for browsers, which have no token.
    if (!OPEN.contains(path)) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<Void> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
    log.info("Trained {} {}: {}", method, path, answer.statusCode());
  }
}
