package health.helan.foundation.rest.testing;

import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a room's tests need to ask the API over HTTP as anybody: a header names one of the callers
 * that asked before, in the place of a sign-in. A room extends it with what it serves.
 */
public abstract class ApiForTests {
  private static final String HEADER = "X-Test-Caller";

  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();

  /** Address of the API, without a slash at its end. */
  protected abstract String base();

  /** Says who calls; for {@link TomcatForTests}. */
  protected final Filter caller() {
    return (request, response, chain) -> {
      String name = ((HttpServletRequest) request).getHeader(HEADER);
      if (name != null) {
        request.setAttribute(FhirServlet.CALLER, callers.get(name));
      }
      chain.doFilter(request, response);
    };
  }

  // ---- callers

  public static Caller caller(Role role, String institution) {
    return caller(role, institution, Binding.NONE);
  }

  /** Somebody new in this role. */
  public static Caller caller(Role role, String institution, Binding binding) {
    String name = role + "-" + UUID.randomUUID();
    return new Caller(name, role, institution, Set.of(), name, binding);
  }

  public static Caller system(String institution) {
    return caller(
        Role.SYSTEM, institution, new Binding("", Set.of(), Set.of(), Set.of("system/*.cruds")));
  }

  /**
   * @param id of its Practitioner
   */
  public static Caller practitioner(String id, String institution) {
    return caller(
        Role.PRACTITIONER, institution, new Binding(id, Set.of(), Set.of(), Binding.ALL_SCOPES));
  }

  /** Who may act for these Patients, itself among them. */
  public static Caller resident(String... patients) {
    return caller(
        Role.RESIDENT, "", new Binding("", Set.of(), Set.of(patients), Binding.ALL_SCOPES));
  }

  public static Caller regulator() {
    return caller(Role.REGULATOR, "", Binding.NONE);
  }

  public static Caller operator() {
    return caller(Role.OPERATOR, "");
  }

  // ---- asking

  /** An answer. */
  public record Reply(int status, HttpResponse<byte[]> http) {
    public JsonNode json() {
      return Json.MAPPER.readTree(http.body());
    }

    public String text() {
      return new String(http.body(), StandardCharsets.UTF_8);
    }

    public String id() {
      return json().path("id").asString("");
    }

    /** What is said of the first issue. */
    public String said() {
      return json().path("issue").path(0).path("diagnostics").asString("");
    }

    /** The sentence of a refusal, as people read it. */
    public String sentence() {
      return json().path("issue").path(0).path("details").path("text").asString("");
    }

    /** Parameters of that name. */
    public List<JsonNode> all(String name) {
      return named(json().path("parameter"), name);
    }

    /** Value of the first parameter of that name; empty for none. */
    public String value(String name) {
      return first(json().path("parameter"), name);
    }

    /** Values of a part, of all parameters of that name. */
    public List<String> values(String name, String part) {
      return all(name).stream().map(parameter -> part(parameter, part)).toList();
    }
  }

  private static List<JsonNode> named(JsonNode list, String name) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode one : list) {
      if (one.path("name").asString("").equals(name)) {
        found.add(one);
      }
    }
    return found;
  }

  /** Value of the first of that name in a list of parameters or parts; empty for none. */
  public static String first(JsonNode list, String name) {
    List<JsonNode> found = named(list, name);
    if (!found.isEmpty()) {
      for (var property : found.getFirst().properties()) {
        if (property.getKey().startsWith("value")) {
          return property.getKey().equals("valueReference")
              ? property.getValue().path("reference").asString("")
              : property.getValue().asString("");
        }
      }
    }
    return "";
  }

  /** Value of the part; empty for none. */
  public static String part(JsonNode parameter, String name) {
    return first(parameter.path("part"), name);
  }

  /**
   * @param caller null for nobody
   * @param headers name, value, name, value …, in the place of those that are sent by default
   */
  public final Reply send(
      @Nullable Caller caller,
      String method,
      String path,
      @Nullable String body,
      String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create(base() + "/" + path))
            .header("Accept-Language", "en")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (caller != null) {
      callers.put(caller.request(), caller);
      request.header(HEADER, caller.request());
    }
    if (body != null) {
      request.header("Content-Type", "application/fhir+json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
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

  public final Reply get(Caller caller, String path) {
    return send(caller, "GET", path, null);
  }

  /** Parameters with values of type string, by name and value. */
  public static ObjectNode parameters(String... pairs) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = body.putArray("parameter");
    for (int i = 0; i < pairs.length; i += 2) {
      list.addObject().put("name", pairs[i]).put("valueString", pairs[i + 1]);
    }
    return body;
  }

  /** An operation with parameters by name and value. */
  public final Reply call(Caller caller, String operation, String... pairs) {
    return send(caller, "POST", operation, parameters(pairs).toString());
  }

  /** JSON with single quotes for double ones. */
  public static ObjectNode tree(String json) {
    return (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
  }

  /** Creates; with an id, it is put there. */
  public final Reply create(Caller caller, String json) {
    ObjectNode tree = tree(json);
    String type = tree.path("resourceType").stringValue();
    return tree.has("id")
        ? send(caller, "PUT", type + "/" + tree.path("id").stringValue(), tree.toString())
        : send(caller, "POST", type, tree.toString());
  }

  /** The id of a resource that must be created. */
  public final String created(Caller caller, String json) {
    Reply reply = create(caller, json);
    if (reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply.id();
  }

  /** Writes what must be taken in the place of what is there. */
  public final void put(Caller caller, String type, String id, String json) {
    ObjectNode tree = tree(json);
    tree.put("id", id);
    Reply reply = send(caller, "PUT", type + "/" + id, tree.toString());
    if (reply.status() != 200) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
  }
}
