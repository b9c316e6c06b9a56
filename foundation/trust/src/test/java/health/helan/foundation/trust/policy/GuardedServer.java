package health.helan.foundation.trust.policy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.changes.ChangeLog;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.LinksForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API with the policy on, on a real PostgreSQL behind a real HTTP server. Who calls is said by
 * a header that names one of the callers that the test registered.
 */
final class GuardedServer {
  private static final GuardedServer RUNNING = new GuardedServer();

  final ClockForTests clock = new ClockForTests();
  final RecordStore store;
  final DataSource database;
  final String base;
  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();

  static GuardedServer get() {
    return RUNNING;
  }

  private GuardedServer() {
    try {
      database = PostgresForTests.emptyDatabase();
      var config = new HikariConfig();
      config.setDataSource(database);
      config.setMaximumPoolSize(16);
      store =
          RecordStore.open(
              new HikariDataSource(config),
              pool(database, "set plan_cache_mode = force_custom_plan"),
              pool(database, "set plan_cache_mode = force_generic_plan; set enable_seqscan = off"),
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(clock),
                  true,
                  new ZstdCodec(),
                  ValueSets.ofR4(),
                  WriteFollower.NONE,
                  LinksForTests.LINKS),
              ChangeLog.Settings.DEFAULT,
              Retention.DEFAULT);
      LinksForTests.ready(database);
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.addAll(AccessOperations.all(clock, database));
      var servlet =
          new FhirServlet(
              store,
              new Operations(operations),
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-22", store.parameters()),
                  ObjectStore.open(
                      new ObjectStoreConfig.Folder(Files.createTempDirectory("helan-objects"))),
                  RestConfig.DEFAULT_MAX_BINARY_BYTES));
      base =
          new TomcatForTests(
                  servlet,
                  (request, response, chain) -> {
                    String name =
                        ((jakarta.servlet.http.HttpServletRequest) request)
                            .getHeader("X-Test-Caller");
                    request.setAttribute(FhirServlet.CALLER, callers.get(name));
                    chain.doFilter(request, response);
                  })
              .base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the platform's, each for another kind of search. */
  private static DataSource pool(DataSource database, String planning) {
    var config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(8);
    config.setConnectionInitSql(planning);
    return new HikariDataSource(config);
  }

  record Reply(int status, HttpResponse<byte[]> http) {
    JsonNode json() {
      return Json.MAPPER.readTree(http.body());
    }

    String text() {
      return new String(http.body(), StandardCharsets.UTF_8);
    }

    String id() {
      return json().path("id").asString("");
    }
  }

  Reply send(Caller caller, String method, String path, @Nullable String body, String... headers) {
    callers.put(caller.request(), caller);
    var request =
        HttpRequest.newBuilder(URI.create(base + "/" + path))
            .header("X-Test-Caller", caller.request())
            .header("Accept-Language", "en")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    boolean isTyped = false;
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
      isTyped |= headers[i].equals("Content-Type");
    }
    if (body != null && !isTyped) {
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

  Reply get(Caller caller, String path) {
    return send(caller, "GET", path, null);
  }

  Reply post(Caller caller, ObjectNode resource) {
    return send(caller, "POST", resource.path("resourceType").stringValue(), resource.toString());
  }

  /** The id of a resource that must be created. */
  String created(Caller caller, String json) {
    Reply reply = post(caller, tree(json));
    if (reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply.id();
  }

  /** JSON with single quotes for double ones. */
  static ObjectNode tree(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
  }
}
