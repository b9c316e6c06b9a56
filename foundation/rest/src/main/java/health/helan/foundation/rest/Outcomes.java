package health.helan.foundation.rest;

import health.helan.foundation.store.InvalidResource;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.validation.Issue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OperationOutcomes (FHIR R4, operationoutcome.html). */
public final class Outcomes {
  private Outcomes() {}

  /** The outcome of a refusal, one issue each fault. */
  public static ObjectNode of(Refusal refusal, Locale language) {
    ObjectNode outcome = empty();
    if (refusal instanceof InvalidResource invalid) {
      for (Issue issue : invalid.issues()) {
        issue(
            outcome,
            issue.severity() == Issue.Severity.ERROR ? "error" : "warning",
            issue.code(),
            issue.text(language),
            invalid.placeOf(issue));
      }
      return outcome;
    }
    for (Refusal one : refusal instanceof Faults faults ? faults.all() : List.of(refusal)) {
      issue(outcome, "error", one.kind().issueType(), Messages.of(language, one), one.expression());
    }
    return outcome;
  }

  /** All is well. */
  public static ObjectNode ok(Locale language, String key, Object... arguments) {
    ObjectNode outcome = empty();
    issue(
        outcome,
        "information",
        "informational",
        Messages.of(language, key, List.of(arguments)),
        null);
    return outcome;
  }

  public static ObjectNode empty() {
    ObjectNode outcome = Json.MAPPER.createObjectNode();
    outcome.put("resourceType", "OperationOutcome");
    outcome.putArray("issue");
    return outcome;
  }

  public static void issue(
      ObjectNode outcome, String severity, String code, String text, @Nullable String expression) {
    ObjectNode issue = ((ArrayNode) outcome.get("issue")).addObject();
    issue.put("severity", severity);
    issue.put("code", code);
    issue.putObject("details").put("text", text);
    issue.put("diagnostics", text);
    if (expression != null) {
      issue.putArray("expression").add(expression);
    }
  }

  public static byte[] bytes(ObjectNode outcome) {
    return Json.MAPPER.writeValueAsBytes(outcome);
  }
}
