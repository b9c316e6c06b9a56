package health.helan.foundation.rest;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.testing.PostgresForTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ErrorReportValve;
import tools.jackson.databind.JsonNode;

/**
 * The API on a real PostgreSQL behind a real HTTP server, and a small client. One per test JVM.
 * Requests with the header {@code X-Anonymous} come without a caller.
 */
final class FhirServerForTests {
  private static final FhirServerForTests RUNNING = new FhirServerForTests();

  /** Greatest length of a body. */
  static final int MAX_BODY_BYTES = 8 << 20;

  private final RecordStore store;
  private final String base;
  private final Path objectsFolder;
  private final ObjectStore objects;
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger busy = new AtomicInteger();
  private final HttpClient client = HttpClient.newHttpClient();

  private FhirServerForTests() {
    try {
      objectsFolder = Files.createTempDirectory("helan-objects");
      objects = ObjectStore.open(new ObjectStoreConfig.Folder(objectsFolder));
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(16);
      store =
          RecordStore.open(
              new HikariDataSource(config),
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  AccessPolicy.EVERYTHING,
                  true));
      var capabilities = new CapabilityStatements("test", "2026-11-22", store.parameters());
      var all = new ArrayList<>(StandardOperations.all());
      all.addAll(NamedOperationTests.OPERATIONS);
      var operations = new Operations(all);
      var servlet =
          new FhirServlet(
              store,
              operations,
              new RestConfig(
                  null,
                  MAX_BODY_BYTES,
                  new StandardFormats(),
                  capabilities,
                  objects,
                  RestConfig.DEFAULT_MAX_BINARY_BYTES * 2));
      base =
          new TomcatForTests(
                  servlet,
                  (request, response, chain) -> {
                    var http = (jakarta.servlet.http.HttpServletRequest) request;
                    if (http.getHeader("X-Anonymous") == null) {
                      request.setAttribute(FhirServlet.CALLER, Caller.operator("test"));
                    }
                    begun.incrementAndGet();
                    busy.incrementAndGet();
                    try {
                      chain.doFilter(request, response);
                    } finally {
                      busy.decrementAndGet();
                    }
                  },
                  FhirServerForTests::asTheApplication)
              .base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void asTheApplication(Tomcat tomcat) {
    tomcat.getConnector().setProperty("compression", "on");
    tomcat.getConnector().setProperty("compressibleMimeType", "text/plain,application/fhir+json");
    // What Tomcat itself refuses shows no inside.
    var errors = new ErrorReportValve();
    errors.setShowReport(false);
    errors.setShowServerInfo(false);
    tomcat.getHost().getPipeline().addValve(errors);
  }

  static FhirServerForTests get() {
    return RUNNING;
  }

  String base() {
    return base;
  }

  /** Number of requests that have come so far. */
  int begun() {
    return begun.get();
  }

  /** Number of requests that are being worked on. */
  int busy() {
    return busy.get();
  }

  ObjectStore objects() {
    return objects;
  }

  Path objectsFolder() {
    return objectsFolder;
  }

  RecordStore store() {
    return store;
  }

  /** An answer as JSON. */
  record Reply(int status, HttpResponse<byte[]> http) {
    JsonNode json() {
      return Json.MAPPER.readTree(http.body());
    }

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }

    String id() {
      return json().path("id").asString("");
    }

    /** Code of the first issue. */
    String issue() {
      return json().path("issue").path(0).path("code").asString("");
    }

    String text() {
      return new String(http.body(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  /**
   * @param headers name, value, name, value …
   */
  Reply send(String method, String path, byte[] body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : base + "/" + path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    boolean typed = false;
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
      typed |= headers[i].equals("Content-Type");
    }
    if (!typed && body.length > 0) {
      request.header("Content-Type", "application/fhir+json");
    }
    try {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Reply send(String method, String path, String body, String... headers) {
    return send(method, path, body.getBytes(java.nio.charset.StandardCharsets.UTF_8), headers);
  }

  Reply get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  Reply post(String path, String body, String... headers) {
    return send("POST", path, body, headers);
  }

  Reply put(String path, String body, String... headers) {
    return send("PUT", path, body, headers);
  }

  Reply delete(String path, String... headers) {
    return send("DELETE", path, "", headers);
  }
}
