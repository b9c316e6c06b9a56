package health.helan.foundation.trust.pseudonym;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.policy.AccessOperations;
import health.helan.foundation.trust.policy.CaseOperations;
import health.helan.foundation.trust.policy.RolePolicy;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The records and the projection at their bases, on a real PostgreSQL behind a real HTTP server.
 * Who calls is said by a header that names one of the callers that the test registered.
 */
final class ProjectedServer {
  static final Caller ROOT = Caller.operator("root");

  /** Can be moved ahead of the real time, never behind it. */
  static final class MovableClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    void ahead(Duration by) {
      ahead = by;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }
  }

  private static final ProjectedServer RUNNING = new ProjectedServer();

  final MovableClock clock = new MovableClock();
  final RecordStore store;
  final DataSource database;
  final HikariDataSource pool;
  final KeyVault vault;
  final Projection projection;
  final List<AuditSink.Request> traces = new CopyOnWriteArrayList<>();
  private final String base;
  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();

  static ProjectedServer get() {
    return RUNNING;
  }

  private ProjectedServer() {
    try {
      database = PostgresForTests.emptyDatabase();
      var config = new HikariConfig();
      config.setDataSource(database);
      config.setMaximumPoolSize(16);
      pool = new HikariDataSource(config);
      store =
          RecordStore.open(
              pool,
              null,
              new StoreConfig(
                  new byte[32], UUID.randomUUID().toString(), "test", new RolePolicy(clock), true),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      Path folder = Files.createTempDirectory("helan-pseudonym");
      vault = KeyStoreVault.open(folder.resolve("keystore"), "a passphrase".toCharArray());
      projection = open();
      projection.start();
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.addAll(AccessOperations.all(clock, database));
      operations.addAll(CaseOperations.atRecords(projection, clock));
      operations.add(new RebuildProjectionOperation(projection));
      operations.add(new ProjectionProgressOperation(projection));
      var tomcat = new Tomcat();
      tomcat.setBaseDir(folder.toString());
      tomcat.setPort(0);
      tomcat.getConnector().setProperty("address", "127.0.0.1");
      ((AbstractProtocol<?>) tomcat.getConnector().getProtocolHandler())
          .setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      var context = tomcat.addContext("", null);
      add(tomcat, "fhir", "/fhir/*", servlet(store, operations));
      add(
          tomcat,
          "projection",
          "/fhir/pseudonymised/*",
          new ProjectionServlet(
              projection,
              projected -> {
                List<FhirOperation> there =
                    new ArrayList<>(
                        StandardOperations.all().stream()
                            .filter(
                                one -> Set.of("everything", "lastn").contains(one.spec().name()))
                            .toList());
                there.addAll(CaseOperations.atProjection(store, clock));
                return servlet(projected, there);
              }));
      add(tomcat, "off", "/fhir/off/*", new ProjectionServlet(null, _ -> fail()));
      var filter = new FilterDef();
      filter.setFilterName("caller");
      filter.setFilter(
          (request, response, chain) -> {
            String name =
                ((jakarta.servlet.http.HttpServletRequest) request).getHeader("X-Test-Caller");
            if (name != null) {
              request.setAttribute(FhirServlet.CALLER, callers.get(name));
            }
            chain.doFilter(request, response);
          });
      context.addFilterDef(filter);
      var map = new FilterMap();
      map.setFilterName("caller");
      map.addURLPattern("/*");
      context.addFilterMap(map);
      tomcat.start();
      base = "http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/fhir";
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FhirServlet fail() {
    throw new AssertionError("nothing is there");
  }

  /** A projection over this server's records, as another start would open it. */
  Projection open() {
    return new Projection(
        store, pool, vault, connections(), new ZstdCodec(), "test", Clock.systemUTC());
  }

  Supplier<HikariDataSource> connections() {
    return () -> {
      var config = new HikariConfig();
      var source = (org.postgresql.ds.PGSimpleDataSource) database;
      config.setJdbcUrl(source.getUrl());
      config.addDataSourceProperty("user", "postgres");
      config.addDataSourceProperty("currentSchema", Projection.SCHEMA);
      config.setMaximumPoolSize(8);
      return new HikariDataSource(config);
    };
  }

  private FhirServlet servlet(RecordStore of, List<FhirOperation> operations) {
    var all = new Operations(operations);
    return new FhirServlet(
        of,
        all,
        new RestConfig(
            null,
            8 << 20,
            new StandardFormats(),
            new CapabilityStatements("test", "2026-11-26", of.parameters())),
        new Audits(of, all, traces::add),
        List.of());
  }

  private static void add(Tomcat tomcat, String name, String path, HttpServlet servlet) {
    var context = (org.apache.catalina.Context) tomcat.getHost().findChildren()[0];
    Tomcat.addServlet(context, name, servlet);
    context.addServletMappingDecoded(path, name);
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

    /** Ids of the entries of a bundle, in their order. */
    List<String> ids() {
      var ids = new ArrayList<String>();
      json()
          .path("entry")
          .forEach(
              entry ->
                  ids.add(
                      entry.path("resource").path("resourceType").asString("")
                          + "/"
                          + entry.path("resource").path("id").asString("")));
      return ids;
    }
  }

  Reply send(@Nullable Caller caller, String method, String path, @Nullable String body) {
    var request =
        HttpRequest.newBuilder(URI.create(base + "/" + path))
            .header("Accept-Language", "en")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (caller != null) {
      callers.put(caller.request(), caller);
      request.header("X-Test-Caller", caller.request());
    }
    if (body != null) {
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

  /** At the projection. */
  Reply projected(Caller caller, String path) {
    return get(caller, "pseudonymised/" + path);
  }

  /** An operation with simple parameters: name, value, name, value … */
  Reply call(Caller caller, String path, String... parameters) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    for (int i = 0; i < parameters.length; i += 2) {
      body.withArray("parameter")
          .addObject()
          .put("name", parameters[i])
          .put("valueString", parameters[i + 1]);
    }
    return send(caller, "POST", path, body.toString());
  }

  /** The id of a resource that must be created. */
  String created(Caller caller, String json) {
    ObjectNode tree = tree(json);
    Reply reply = send(caller, "POST", tree.path("resourceType").stringValue(), tree.toString());
    if (reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply.id();
  }

  /** JSON with single quotes for double ones. */
  static ObjectNode tree(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
  }

  /** A regulator of its own. */
  static Caller regulator() {
    return caller(Caller.Role.REGULATOR, Caller.Binding.NONE);
  }

  static Caller operator() {
    return caller(Caller.Role.OPERATOR, Caller.Binding.NONE);
  }

  static Caller caller(Caller.Role role, Caller.Binding binding) {
    String name = role + "-" + UUID.randomUUID();
    return new Caller(name, role, "", Set.of(), name, binding);
  }

  static Caller resident(String patient) {
    return caller(
        Caller.Role.RESIDENT,
        new Caller.Binding("", Set.of(), Set.of(patient), Caller.Binding.ALL_SCOPES));
  }

  static void await(java.util.function.BooleanSupplier condition) {
    long until = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("waited in vain", get().projection.failure());
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
