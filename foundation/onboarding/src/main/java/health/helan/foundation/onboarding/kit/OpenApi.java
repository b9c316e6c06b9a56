package health.helan.foundation.onboarding.kit;

import health.helan.foundation.store.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAPI 3.1 of the FHIR API, made from its CapabilityStatement: what the statement does not say
 * the document does not promise. Bodies of resources are described as far as their type; FHIR's own
 * schema says the rest.
 */
final class OpenApi {
  private static final String FHIR = "application/fhir+json";

  private final ObjectNode document = Json.MAPPER.createObjectNode();
  private final ObjectNode paths;
  private final JsonNode statement;

  private OpenApi(JsonNode statement, String base) {
    this.statement = statement;
    document.put("openapi", "3.1.1");
    ObjectNode info = document.putObject("info");
    info.put("title", statement.path("title").asString("Helan") + " FHIR R4");
    info.put("version", statement.path("version").asString("0"));
    info.put(
        "description",
        "Made from the CapabilityStatement. Sandbox: the same below /sandbox, with a client of the sandbox.");
    document.putArray("servers").addObject().put("url", base);
    document.putArray("security").addObject().putArray("system");
    paths = document.putObject("paths");
    components(base);
  }

  static ObjectNode of(JsonNode statement, String base) {
    return new OpenApi(statement, base).whole();
  }

  private void components(String base) {
    ObjectNode components = document.putObject("components");
    ObjectNode system = components.putObject("securitySchemes").putObject("system");
    system.put("type", "oauth2");
    system.put("description", "SMART Backend Services: client_credentials with private_key_jwt.");
    ObjectNode flow = system.putObject("flows").putObject("clientCredentials");
    flow.put("tokenUrl", base.replaceFirst("/fhir.*$", "") + "/oauth2/token");
    flow.putObject("scopes").put("system/*.cruds", "whatever the system's role allows");
    ObjectNode schemas = components.putObject("schemas");
    schema(schemas, "Resource", "");
    schema(schemas, "Bundle", "Bundle");
    schema(schemas, "Parameters", "Parameters");
    ObjectNode outcome = schema(schemas, "OperationOutcome", "OperationOutcome");
    outcome.putObject("properties").putObject("resourceType").put("const", "OperationOutcome");
    ObjectNode issue = ((ObjectNode) outcome.path("properties")).putObject("issue");
    issue.put("type", "array").put("minItems", 1);
    ObjectNode each = issue.putObject("items").put("type", "object").putObject("properties");
    each.putObject("severity").put("type", "string");
    each.putObject("code").put("type", "string");
    each.putObject("details").put("type", "object");
    each.putObject("diagnostics").put("type", "string");
    ObjectNode responses = components.putObject("responses");
    ObjectNode refused = responses.putObject("Refused");
    refused.put("description", "Not carried out, and why; nothing was changed.");
    content(refused, "OperationOutcome");
    ObjectNode parameters = components.putObject("parameters");
    path(parameters, "id", "The logical id.");
    path(parameters, "version", "The number of a version.");
  }

  private static ObjectNode schema(ObjectNode schemas, String name, String type) {
    ObjectNode schema = schemas.putObject(name).put("type", "object");
    ObjectNode resourceType = schema.putObject("properties").putObject("resourceType");
    if (type.isEmpty()) {
      resourceType.put("type", "string");
    } else {
      resourceType.put("const", type);
    }
    schema.putArray("required").add("resourceType");
    return schema;
  }

  private static void path(ObjectNode parameters, String name, String what) {
    ObjectNode parameter = parameters.putObject(name);
    parameter.put("name", name).put("in", "path").put("required", true).put("description", what);
    parameter
        .putObject("schema")
        .put("type", "string")
        .put("pattern", name.equals("id") ? "^[A-Za-z0-9.-]{1,64}$" : "^[0-9]+$");
  }

  private static void content(ObjectNode in, String schema) {
    in.putObject("content")
        .putObject(FHIR)
        .putObject("schema")
        .put("$ref", "#/components/schemas/" + schema);
  }

  private ObjectNode whole() {
    for (JsonNode rest : statement.path("rest")) {
      system(rest);
      for (JsonNode resource : rest.path("resource")) {
        resource(resource);
      }
    }
    return document;
  }

  private void system(JsonNode rest) {
    var names = interactions(rest);
    if (names.contains("transaction") || names.contains("batch")) {
      body(
          operation(at("/"), "post", "transaction", "System", "A transaction or batch", "Bundle"),
          "Bundle");
    }
    if (names.contains("history-system")) {
      operation(at("/_history"), "get", "history", "System", "What has changed", "Bundle");
    }
    operation(
        at("/metadata"), "get", "capabilities", "System", "The CapabilityStatement", "Resource");
    for (JsonNode operation : rest.path("operation")) {
      fhirOperation("", "", operation);
    }
  }

  private static List<String> interactions(JsonNode of) {
    var names = new ArrayList<String>();
    of.path("interaction").forEach(each -> names.add(each.path("code").asString("")));
    return names;
  }

  private void resource(JsonNode resource) {
    String type = resource.path("type").asString();
    var names = interactions(resource);
    String one = "/" + type + "/{id}";
    if (names.contains("search-type")) {
      ObjectNode search =
          operation(at("/" + type), "get", "search" + type, type, "Search", "Bundle");
      ArrayNode parameters = search.putArray("parameters");
      for (JsonNode parameter : resource.path("searchParam")) {
        ObjectNode each = parameters.addObject();
        each.put("name", parameter.path("name").asString());
        each.put("in", "query");
        if (parameter.path("documentation").isString()) {
          each.put("description", parameter.path("documentation").asString());
        }
        each.putObject("schema").put("type", "string");
      }
      if (parameters.isEmpty()) {
        search.remove("parameters");
      }
      ObjectNode byForm =
          operation(
              at("/" + type + "/_search"),
              "post",
              "searchByForm" + type,
              type,
              "Search, with the parameters in the body: names and numbers of people belong there",
              "Bundle");
      byForm
          .putObject("requestBody")
          .put("required", true)
          .putObject("content")
          .putObject("application/x-www-form-urlencoded")
          .putObject("schema")
          .put("type", "object")
          .putObject("additionalProperties")
          .put("type", "string");
    }
    if (names.contains("create")) {
      ObjectNode create =
          operation(at("/" + type), "post", "create" + type, type, "Create", "Resource");
      body(create, "Resource");
      ((ObjectNode) create.path("responses"))
          .set("201", ((ObjectNode) create.path("responses")).remove("200"));
    }
    if (names.contains("read")) {
      withId(operation(at(one), "get", "read" + type, type, "Read", "Resource"));
    }
    if (names.contains("update")) {
      ObjectNode update =
          operation(
              at(one), "put", "update" + type, type, "Update, or create with this id", "Resource");
      withId(update);
      body(update, "Resource");
    }
    if (names.contains("patch")) {
      ObjectNode patch = operation(at(one), "patch", "patch" + type, type, "Patch", "Resource");
      withId(patch);
      body(patch, "Resource");
      ((ObjectNode) patch.at("/requestBody/content"))
          .putObject("application/json-patch+json")
          .putObject("schema")
          .put("type", "array");
    }
    if (names.contains("delete")) {
      ObjectNode delete = operation(at(one), "delete", "delete" + type, type, "Delete", "");
      withId(delete);
    }
    if (names.contains("history-instance")) {
      withId(
          operation(
              at(one + "/_history"), "get", "history" + type, type, "Its versions", "Bundle"));
    }
    if (names.contains("vread")) {
      ObjectNode vread =
          operation(
              at(one + "/_history/{version}"),
              "get",
              "vread" + type,
              type,
              "One version",
              "Resource");
      withId(vread);
      ((ArrayNode) vread.path("parameters"))
          .addObject()
          .put("$ref", "#/components/parameters/version");
    }
    for (JsonNode operation : resource.path("operation")) {
      fhirOperation("/" + type, type, operation);
    }
  }

  /**
   * At the level that the statement lists it at; FHIR R4 does not tell there whether an id goes
   * before.
   */
  private void fhirOperation(String under, String type, JsonNode operation) {
    String name = operation.path("name").asString("");
    String path = under + "/$" + name;
    if (name.isEmpty() || paths.has(path)) {
      return;
    }
    String tag = type.isEmpty() ? "System" : type;
    String id = name.replaceAll("[^A-Za-z0-9]", "_") + type;
    String what = "$" + name + ", " + operation.path("definition").asString("");
    body(operation(at(path), "post", id, tag, what, "Resource"), "Parameters");
  }

  private ObjectNode at(String path) {
    return paths.get(path) instanceof ObjectNode there ? there : paths.putObject(path);
  }

  /**
   * @param schema of the answer; empty for none
   */
  private static ObjectNode operation(
      ObjectNode at, String method, String id, String tag, String what, String schema) {
    ObjectNode operation = at.putObject(method);
    operation.put("operationId", id);
    operation.put("summary", what);
    operation.putArray("tags").add(tag);
    ObjectNode responses = operation.putObject("responses");
    ObjectNode good = responses.putObject(schema.isEmpty() ? "204" : "200");
    good.put("description", schema.isEmpty() ? "Done" : "The answer");
    if (!schema.isEmpty()) {
      content(good, schema);
    }
    responses.putObject("default").put("$ref", "#/components/responses/Refused");
    return operation;
  }

  private static void body(ObjectNode operation, String schema) {
    ObjectNode body = operation.putObject("requestBody").put("required", true);
    content(body, schema);
  }

  private static void withId(ObjectNode operation) {
    operation.putArray("parameters").addObject().put("$ref", "#/components/parameters/id");
  }
}
