package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.mapping.Mapping;
import health.helan.foundation.gateway.mapping.Plan;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.validation.Issue;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST $gateway-rehearse}: what a message would become, without keeping or committing it.
 * {@code feed}, {@code content} (Base64), and {@code file}, a mapping to try instead of the feed's.
 * Answers with {@code type}, {@code mapping}, a {@code resource} for each (what is done with it,
 * the resource, and an OperationOutcome with what is wrong with it) and a {@code finding} for each
 * thing that was odd. For systems of the feed's institution and the root of the installation.
 */
final class RehearseOperation implements FhirOperation {
  private final Gateway gateway;

  RehearseOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-rehearse",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/gateway-rehearse");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-rehearse");
    Feed feed = Access.feed(gateway, Access.required(call, "feed"));
    Access.texts(feed, call.caller());
    byte[] content = ReplayOperation.content(call);
    if (content == null) {
      throw new Refusal(Refusal.Kind.INVALID, "gateway.parameter-missing", "content");
    }
    String file = call.text("file");
    Gateway.Rehearsal rehearsal =
        gateway.rehearse(feed, content, file == null ? null : Mapping.parse(file));
    var shown = new Shown();
    Shown.text(shown.list(), "type", rehearsal.type());
    Shown.text(shown.list(), "mapping", rehearsal.mapping());
    for (Plan plan : rehearsal.plans()) {
      ArrayNode parts = Shown.group(shown.list(), "resource");
      Shown.code(parts, "write", plan.write().name().toLowerCase(java.util.Locale.ROOT));
      ObjectNode resource = Mapping.forCreate(plan.body());
      parts.addObject().put("name", "resource").set("resource", resource);
      ObjectNode outcome = Outcomes.empty();
      for (Issue issue : Validator.get().validate(resource, Options.STORED)) {
        Outcomes.issue(
            outcome,
            issue.severity() == Issue.Severity.ERROR ? "error" : "warning",
            issue.code(),
            issue.text(call.language()),
            issue.expression());
      }
      if (!outcome.path("issue").isEmpty()) {
        parts.addObject().put("name", "outcome").set("resource", outcome);
      }
    }
    Shown.findings(shown.list(), rehearsal.findings(), call.language());
    return shown.answer();
  }
}
