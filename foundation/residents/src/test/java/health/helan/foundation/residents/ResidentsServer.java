package health.helan.foundation.residents;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.residents.index.IndexLinks;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.AccessOperations;
import health.helan.foundation.trust.policy.RolePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API with the resident index and the real access policy, on a real PostgreSQL behind a real
 * HTTP server. One per test JVM; each test has an institution of its own.
 */
final class ResidentsServer {
  static final Clock CLOCK = Clock.system(ZoneId.of("Asia/Shanghai"));

  private static final class Running {
    static final ResidentsServer SERVER = new ResidentsServer();

    private Running() {}
  }

  final DataSource database;
  final RecordStore store;

  final Residents residents;

  final String base;

  /** What the audit was told. */
  final List<AuditSink.Request> audited = new CopyOnWriteArrayList<>();

  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();

  static ResidentsServer get() {
    return Running.SERVER;
  }

  private ResidentsServer() {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(20);
      database = new HikariDataSource(config);
      var codec = new ZstdCodec();
      store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC()),
                  true,
                  codec,
                  ValueSets.ofR4(),
                  WriteFollower.NONE,
                  new IndexLinks(new IndexKey(new byte[32]))),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      residents = new Residents(database, store, codec, CLOCK);
      List<FhirOperation> all = new ArrayList<>(StandardOperations.all());
      all.addAll(AccessOperations.all(Clock.systemUTC(), database));
      all.addAll(residents.operations());
      var operations = new Operations(all);
      var servlet =
          new FhirServlet(
              store,
              operations,
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-22", store.parameters())),
              new Audits(store, operations, audited::add),
              List.of());
      base =
          new TomcatForTests(
                  servlet,
                  (request, response, chain) -> {
                    String name =
                        ((jakarta.servlet.http.HttpServletRequest) request)
                            .getHeader("X-Test-Caller");
                    if (name != null) {
                      request.setAttribute(FhirServlet.CALLER, callers.get(name));
                    }
                    chain.doFilter(request, response);
                  })
              .base();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- callers

  static Caller system(String institution) {
    return caller(Role.SYSTEM, institution);
  }

  static Caller caller(Role role, String institution) {
    String name = role + "-" + UUID.randomUUID();
    return new Caller(name, role, institution, Set.of(), name, Binding.NONE);
  }

  // ---- HTTP

  /** An answer. */
  record Reply(int status, HttpResponse<byte[]> http) {
    JsonNode json() {
      return Json.MAPPER.readTree(http.body());
    }

    String text() {
      return new String(http.body(), StandardCharsets.UTF_8);
    }

    /** Parameters of that name. */
    List<JsonNode> all(String name) {
      List<JsonNode> found = new ArrayList<>();
      for (JsonNode parameter : json().path("parameter")) {
        if (parameter.path("name").asString("").equals(name)) {
          found.add(parameter);
        }
      }
      return found;
    }

    String value(String name) {
      return all(name).isEmpty() ? "" : ResidentsServer.value(all(name).getFirst());
    }
  }

  private static String value(JsonNode parameter) {
    for (var property : parameter.properties()) {
      if (property.getKey().startsWith("value")) {
        return property.getKey().equals("valueReference")
            ? property.getValue().path("reference").asString()
            : property.getValue().asString();
      }
    }
    return "";
  }

  /** Value of the part; empty for none. */
  static String part(JsonNode parameter, String name) {
    for (JsonNode part : parameter.path("part")) {
      if (part.path("name").asString("").equals(name)) {
        return value(part);
      }
    }
    return "";
  }

  Reply send(@Nullable Caller caller, String method, String path, @Nullable String body) {
    return send(caller, method, path, body, "en");
  }

  Reply send(
      @Nullable Caller caller, String method, String path, @Nullable String body, String language) {
    var request =
        HttpRequest.newBuilder(URI.create(base + "/" + path))
            .header("Accept-Language", language)
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

  /** An operation with parameters by name and value. */
  Reply call(Caller caller, String operation, String... pairs) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = body.putArray("parameter");
    for (int i = 0; i < pairs.length; i += 2) {
      list.addObject().put("name", pairs[i]).put("valueString", pairs[i + 1]);
    }
    return send(caller, "POST", operation, body.toString());
  }

  /** JSON with single quotes for double ones. */
  static ObjectNode tree(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
  }

  /** The id of a resource that must be created. */
  String created(Caller caller, String json) {
    ObjectNode tree = tree(json);
    Reply reply = send(caller, "POST", tree.path("resourceType").asString(), tree.toString());
    if (reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply.json().path("id").asString();
  }

  void put(Caller caller, String type, String id, String json) {
    ObjectNode tree = tree(json);
    tree.put("id", id);
    Reply reply = send(caller, "PUT", type + "/" + id, tree.toString());
    if (reply.status() != 200) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
  }

  /** An institution that is there, so that what refers to it leads somewhere. */
  String institution(String id) {
    Reply reply =
        send(
            Caller.operator("test"),
            "PUT",
            "Organization/" + id,
            "{\"resourceType\":\"Organization\",\"id\":\"" + id + "\",\"name\":\"某院\"}");
    if (reply.status() > 201) {
      throw new AssertionError(reply.text());
    }
    return id;
  }

  // ---- waiting

  /** Until everything that is committed has been taken in. */
  void settle() {
    StoreForTests.await("indexed", () -> behind() == 0);
  }

  long behind() {
    return number(
        "select coalesce(sum(l.seq - o.seq), 1) from lane l join consumer_offset o on o.home ="
            + " l.home and o.consumer = 'residents'");
  }

  long number(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  void execute(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** First column of all rows. */
  List<String> texts(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
