package health.helan.foundation.residents.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Persons;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Patient/$ihe-pix} (IHE PIXm, Mobile Patient Identifier Cross-reference Query [ITI-83], as
 * of version 3.0.4 and 3.1.0, sections 2:3.83.4.1.2 to 2:3.83.4.2.2.4): {@code sourceIdentifier}
 * ({@code system|value}, or {@code [base]|Patient/id}), {@code targetSystem} repeating; answers
 * {@code targetIdentifier} and {@code targetId}. The source identifier and the Patients that bear
 * it are not among them. Of what the caller sees in full only: to it, what is hidden is not there.
 */
final class PixOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "ihe-pix",
        Set.of(Level.TYPE),
        Set.of("Patient"),
        false,
        "https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix");
  }

  @Override
  public Answer execute(Call call) {
    List<String> sources = new ArrayList<>();
    Set<String> targets = new TreeSet<>();
    call.query().parameters().forEach(one -> take(one.name(), one.value(), sources, targets));
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        take(parameter.path("name").asString(""), value(parameter), sources, targets);
      }
    }
    if (sources.size() != 1) {
      throw In.missing("sourceIdentifier");
    }
    String source = sources.getFirst();
    int bar = source.indexOf('|');
    if (bar < 1 || bar == source.length() - 1) {
      throw In.wrong("sourceIdentifier");
    }
    String system = source.substring(0, bar);
    String value = source.substring(bar + 1);
    Persons persons = call.store().persons();
    boolean isLogical = isBase(call, system);
    if (!isLogical && !persons.knows(call.caller(), system)) {
      return refused(
          call,
          400,
          "code-invalid",
          "sourceIdentifier Assigning Authority not found",
          "pix.source-domain");
    }
    Persons.Found found =
        isLogical
            ? persons.ofPatient(
                call.caller(), value.startsWith("Patient/") ? value.substring(8) : value)
            : persons.ofIdentifier(call.caller(), system, value);
    if (found.bearers().isEmpty()) {
      return refused(
          call, 404, "not-found", "sourceIdentifier Patient Identifier not found", "pix.source");
    }
    if (found.isOfSeveral()) {
      throw new Refusal(Refusal.Kind.MULTIPLE_MATCHES, "pix.several");
    }
    for (String target : targets) {
      if (!isBase(call, target) && !persons.knows(call.caller(), target)) {
        return refused(call, 403, "code-invalid", "targetSystem not found", "pix.target-domain");
      }
    }
    return answer(call, found, isLogical ? "" : system + "|" + value, targets);
  }

  private static void take(String name, String value, List<String> sources, Set<String> targets) {
    switch (name) {
      case "sourceIdentifier" -> sources.add(value);
      case "targetSystem" -> targets.add(value);
      case "_format", "_pretty" -> {
        // How it is written, not what.
      }
      default ->
          throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", name);
    }
  }

  private static String value(JsonNode parameter) {
    JsonNode identifier = parameter.path("valueIdentifier");
    if (!identifier.isMissingNode()) {
      return identifier.path("system").asString("") + "|" + identifier.path("value").asString("");
    }
    for (var property : parameter.properties()) {
      if (property.getKey().startsWith("value")) {
        return property.getValue().asString("");
      }
    }
    return "";
  }

  private static boolean isBase(Call call, String system) {
    return system.equals(call.base()) || system.equals(call.base() + "/");
  }

  private static Answer answer(Call call, Persons.Found found, String source, Set<String> targets) {
    ObjectNode answer = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode parameters = Json.MAPPER.createArrayNode();
    Set<String> told = new TreeSet<>();
    for (ObjectNode patient : found.patients()) {
      boolean isTarget = targets.isEmpty() || targets.stream().anyMatch(one -> isBase(call, one));
      for (JsonNode identifier : patient.path("identifier")) {
        String system = identifier.path("system").asString("");
        String named = system + "|" + identifier.path("value").asString("");
        boolean isAsked = targets.isEmpty() || targets.contains(system);
        isTarget |= isAsked;
        if (isAsked && !system.isEmpty() && !named.equals(source) && told.add(named)) {
          parameters.addObject().put("name", "targetIdentifier").set("valueIdentifier", identifier);
        }
      }
      String id = patient.path("id").asString("");
      if (isTarget && !found.bearers().contains(id)) {
        parameters
            .addObject()
            .put("name", "targetId")
            .putObject("valueReference")
            .put("reference", "Patient/" + id);
      }
    }
    if (!parameters.isEmpty()) {
      answer.set("parameter", parameters);
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  /** With the profile's own words, beside those for people. */
  private static Answer refused(Call call, int status, String code, String words, String key) {
    ObjectNode outcome = Json.MAPPER.createObjectNode().put("resourceType", "OperationOutcome");
    ObjectNode issue = outcome.putArray("issue").addObject();
    issue.put("severity", "error").put("code", code);
    issue.putObject("details").put("text", Messages.of(call.language(), key, List.of()));
    issue.put("diagnostics", words);
    return Answer.status(status, Json.MAPPER.writeValueAsBytes(outcome));
  }
}
