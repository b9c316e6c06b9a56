package health.helan.foundation.rest.operations;

import health.helan.foundation.fhirpath.FhirPath;
import health.helan.foundation.fhirpath.FhirPathException;
import health.helan.foundation.fhirpath.Node;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $fhirpath}: evaluates an expression on a resource, as FHIRPath Lab calls servers:
 * Parameters with {@code expression}, {@code resource} and optionally {@code context} (an
 * expression whose results the other is evaluated on one by one) in, Parameters with a {@code
 * result} each out.
 */
public final class FhirPathOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "fhirpath",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "http://fhirpath-lab.com/OperationDefinition/fhirpath");
  }

  @Override
  public Answer execute(Call call) {
    String expression = call.text("expression");
    ObjectNode resource = call.resource("resource");
    if (expression == null || resource == null) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.fhirpath-what");
    }
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    answer.put("id", "fhirpath");
    ArrayNode parameters = answer.putArray("parameter");
    ObjectNode echo = parameters.addObject().put("name", "parameters");
    ArrayNode echoed = echo.putArray("part");
    echoed.addObject().put("name", "evaluator").put("valueString", "Helan");
    echoed.addObject().put("name", "expression").put("valueString", expression);
    String context = call.text("context");
    if (context != null) {
      echoed.addObject().put("name", "context").put("valueString", context);
    }
    echoed.addObject().put("name", "resource").set("resource", resource);
    try {
      Node root = Node.resource(resource);
      var compiled = FhirPath.compile(expression);
      if (context == null || context.isBlank()) {
        result(parameters, null, compiled.evaluate(root));
      } else {
        for (Node focus : FhirPath.compile(context).evaluate(root)) {
          result(parameters, focus.path(), compiled.evaluate(focus));
        }
      }
    } catch (FhirPathException e) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "expression",
          "rest.fhirpath-broken",
          new Object[] {e.getMessage()});
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private static void result(
      ArrayNode parameters,
      @org.jspecify.annotations.Nullable String context,
      Iterable<Node> nodes) {
    ObjectNode result = parameters.addObject().put("name", "result");
    if (context != null) {
      result.put("valueString", context);
    }
    ArrayNode parts = Json.MAPPER.createArrayNode();
    for (Node node : nodes) {
      parts.add(part(node));
    }
    if (!parts.isEmpty()) {
      result.set("part", parts);
    }
  }

  private static ObjectNode part(Node node) {
    ObjectNode part = Json.MAPPER.createObjectNode();
    String type = node.typeName();
    String name =
        node.isSystem() ? Character.toLowerCase(type.charAt(0)) + type.substring(1) : type;
    part.put("name", name);
    JsonNode json = node.json();
    if (json != null && json.has("resourceType")) {
      part.set("resource", json);
    } else if (json != null && name.indexOf('.') < 0 && !name.equals("BackboneElement")) {
      part.set("value" + Character.toUpperCase(name.charAt(0)) + name.substring(1), json);
    } else if (json != null) {
      // Backbone elements are no data types: as JSON text, in the extension FHIRPath Lab reads.
      ObjectNode extension = part.putArray("extension").addObject();
      extension.put("url", "http://fhir.forms-lab.com/StructureDefinition/json-value");
      extension.put("valueString", json.toString());
    } else {
      switch (node.value()) {
        case Boolean b -> part.put("valueBoolean", b);
        case Integer i -> part.put("valueInteger", i);
        case java.math.BigDecimal d -> part.put("valueDecimal", d);
        case null -> part.put("valueString", "");
        default -> part.put("valueString", String.valueOf(node.text()));
      }
    }
    return part;
  }
}
