package health.helan.foundation.rest.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import java.util.Set;
import java.util.function.BiPredicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $meta}, {@code $meta-add} and {@code $meta-delete} on a resource (FHIR R4,
 * resource-operation-meta.html). Adding and deleting makes a new version.
 */
public final class MetaOperation implements FhirOperation {
  private final Action action;

  /** What is done with the metadata. */
  public enum Action {
    GET("meta"),
    ADD("meta-add"),
    DELETE("meta-delete");

    private final String operation;

    Action(String operation) {
      this.operation = operation;
    }
  }

  public MetaOperation(Action action) {
    this.action = action;
  }

  @Override
  public Spec spec() {
    return new Spec(
        action.operation,
        Set.of(Level.INSTANCE),
        Set.of(),
        action != Action.GET,
        "http://hl7.org/fhir/OperationDefinition/Resource-" + action.operation);
  }

  @Override
  public Answer execute(Call call) {
    String type = java.util.Objects.requireNonNull(call.type());
    String id = java.util.Objects.requireNonNull(call.id());
    byte[] content;
    if (action == Action.GET) {
      content = call.store().read(call.caller(), type, id).content();
    } else {
      JsonNode given = meta(call);
      Outcome outcome =
          call.store()
              .write(
                  call.caller(),
                  new Interaction.Patch(type, id, null, resource -> change(resource, given), null));
      content = outcome.content();
    }
    JsonNode meta = Json.MAPPER.readTree(content).path("meta");
    ObjectNode parameters = Json.MAPPER.createObjectNode();
    parameters.put("resourceType", "Parameters");
    parameters.putArray("parameter").addObject().put("name", "return").set("valueMeta", meta);
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }

  private static JsonNode meta(Call call) {
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if ("meta".equals(parameter.path("name").asString(""))
            && parameter.get("valueMeta") instanceof ObjectNode meta) {
          return meta;
        }
      }
    }
    throw new Refusal(Refusal.Kind.INVALID, "rest.meta-missing");
  }

  private ObjectNode change(ObjectNode resource, JsonNode given) {
    ObjectNode meta =
        resource.get("meta") instanceof ObjectNode object ? object : resource.putObject("meta");
    change(meta, given, "profile", (a, b) -> a.asString("").equals(b.asString("")));
    change(meta, given, "tag", MetaOperation::sameCoding);
    change(meta, given, "security", MetaOperation::sameCoding);
    return resource;
  }

  private static boolean sameCoding(JsonNode a, JsonNode b) {
    return a.path("system").asString("").equals(b.path("system").asString(""))
        && a.path("code").asString("").equals(b.path("code").asString(""));
  }

  private void change(
      ObjectNode meta, JsonNode given, String name, BiPredicate<JsonNode, JsonNode> same) {
    JsonNode named = given.path(name);
    if (named.isEmpty()) {
      return;
    }
    ArrayNode result = Json.MAPPER.createArrayNode();
    for (JsonNode present : meta.path(name)) {
      if (named.valueStream().noneMatch(one -> same.test(one, present))) {
        result.add(present);
      }
    }
    if (action == Action.ADD) {
      named.forEach(result::add);
    }
    if (result.isEmpty()) {
      meta.remove(name);
    } else {
      meta.set(name, result);
    }
  }
}
