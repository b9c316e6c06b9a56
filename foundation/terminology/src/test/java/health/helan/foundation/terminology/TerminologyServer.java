package health.helan.foundation.terminology;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API with terminology and the access policy, on a real PostgreSQL behind a real HTTP server.
 * The header {@code X-As: role/subject} says who calls; without it the operator token does.
 */
final class TerminologyServer {
  private static final TerminologyServer RUNNING = new TerminologyServer();

  final Terminology terminology;
  final RecordStore store;
  final HikariDataSource database;
  private final String base;
  private final HttpClient client = HttpClient.newHttpClient();

  static TerminologyServer get() {
    return RUNNING;
  }

  private TerminologyServer() {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(16);
      database = new HikariDataSource(config);
      terminology = new Terminology(database, Clock.systemUTC());
      store =
          RecordStore.open(
              database,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC()),
                  true,
                  new ZstdCodec(),
                  terminology,
                  terminology.follower()));
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.addAll(terminology.operations());
      var capabilities =
          new TerminologyCapabilities(
              new CapabilityStatements("test", "2026-11-22", store.parameters()),
              terminology,
              "test",
              "2026-11-22");
      var servlet =
          new FhirServlet(
              store,
              new Operations(operations),
              new RestConfig(
                  null, RestConfig.DEFAULT_MAX_BODY_BYTES, new StandardFormats(), capabilities));
      var tomcat = new Tomcat();
      tomcat.setBaseDir(Files.createTempDirectory("helan-terms").toString());
      tomcat.setPort(0);
      tomcat.getConnector().setProperty("address", "127.0.0.1");
      var context = tomcat.addContext("", null);
      Tomcat.addServlet(context, "fhir", servlet);
      context.addServletMappingDecoded("/fhir/*", "fhir");
      var filter = new FilterDef();
      filter.setFilterName("caller");
      filter.setFilter(
          (request, response, chain) -> {
            String as = ((jakarta.servlet.http.HttpServletRequest) request).getHeader("X-As");
            request.setAttribute(
                FhirServlet.CALLER,
                as == null
                    ? Caller.operator("test")
                    : new Caller(
                        as.substring(as.indexOf('/') + 1),
                        Caller.Role.valueOf(as.substring(0, as.indexOf('/'))),
                        "",
                        Set.of(),
                        "test"));
            chain.doFilter(request, response);
          });
      context.addFilterDef(filter);
      var map = new FilterMap();
      map.setFilterName("caller");
      map.addURLPattern("/*");
      context.addFilterMap(map);
      tomcat.start();
      base = "http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/fhir/";
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An answer as JSON. */
  record Reply(int status, JsonNode json) {
    /** Value of the first parameter of that name. */
    String parameter(String name) {
      for (JsonNode parameter : json.path("parameter")) {
        if (parameter.path("name").asString("").equals(name)) {
          for (var property : parameter.properties()) {
            if (property.getKey().startsWith("value")) {
              return property.getValue().asString();
            }
          }
        }
      }
      return "";
    }

    /** Parameters of that name, each by the text of its parts. */
    List<JsonNode> parameters(String name) {
      List<JsonNode> found = new ArrayList<>();
      for (JsonNode parameter : json.path("parameter")) {
        if (parameter.path("name").asString("").equals(name)) {
          found.add(parameter);
        }
      }
      return found;
    }

    /** Codes of an expansion. */
    List<String> codes() {
      List<String> codes = new ArrayList<>();
      json.path("expansion")
          .path("contains")
          .forEach(one -> codes.add(one.path("code").asString("")));
      return codes;
    }

    int total() {
      return json.path("expansion").path("total").asInt(-1);
    }

    String issue() {
      return json.path("issue").path(0).path("code").asString("");
    }

    String text() {
      return json.path("issue").path(0).path("diagnostics").asString("");
    }
  }

  Reply send(String method, String path, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create(base + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/fhir+json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(
          response.statusCode(),
          response.body().length == 0
              ? Json.MAPPER.createObjectNode()
              : Json.MAPPER.readTree(response.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Reply get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  /**
   * @param parameters name, value, name, value …
   */
  Reply ask(String path, String... parameters) {
    var url = new StringBuilder(path);
    for (int i = 0; i < parameters.length; i += 2) {
      url.append(i == 0 ? "?" : "&")
          .append(parameters[i])
          .append('=')
          .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
    }
    return get(url.toString());
  }

  /** POST of Parameters; values are put by their names as {@code valueString}. */
  Reply post(String path, ObjectNode parameters, String... headers) {
    return send("POST", path, parameters.toString(), headers);
  }

  Reply put(ObjectNode resource, String... headers) {
    return send(
        "PUT",
        resource.path("resourceType").asString("") + "/" + resource.path("id").asString(""),
        resource.toString(),
        headers);
  }

  static ObjectNode json(String text) {
    return (ObjectNode) Json.MAPPER.readTree(text);
  }

  static ObjectNode parameters(String... named) {
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    for (int i = 0; i < named.length; i += 2) {
      parameters
          .withArray("parameter")
          .addObject()
          .put("name", named[i])
          .put("valueString", named[i + 1]);
    }
    return parameters;
  }
}
