package health.helan.foundation.rest.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.validation.Issue;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $validate} (FHIR R4, resource-operation-validate.html): inline validation without writing.
 * Profiles and invariants are checked behind the change log, not here: a {@code profile} parameter
 * is refused rather than ignored.
 */
public final class ValidateOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "validate",
        Set.of(Level.TYPE, Level.INSTANCE),
        Set.of(),
        false,
        "http://hl7.org/fhir/OperationDefinition/Resource-validate");
  }

  @Override
  public Answer execute(Call call) {
    if (call.text("profile") != null) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "rest.validate-profile");
    }
    ObjectNode resource = call.resource("resource");
    String type = java.util.Objects.requireNonNull(call.type());
    if (resource == null) {
      String id = call.id();
      if (id == null || "create".equals(call.text("mode"))) {
        throw new Refusal(Refusal.Kind.INVALID, "rest.validate-what");
      }
      ResourceVersion stored = call.store().read(call.caller(), type, id);
      resource = (ObjectNode) Json.MAPPER.readTree(stored.content());
    }
    ObjectNode outcome = Outcomes.empty();
    String is = resource.path("resourceType").asString("");
    if (!is.equals(type)) {
      Outcomes.issue(
          outcome,
          "error",
          "invalid",
          health.helan.foundation.rest.Messages.of(
              call.language(), "store.type-differs", List.of(is, type)),
          "resourceType");
      return Answer.ok(Outcomes.bytes(outcome));
    }
    for (Issue issue : Validator.get().validate(resource, Options.STORED)) {
      Outcomes.issue(
          outcome,
          issue.severity() == Issue.Severity.ERROR ? "error" : "warning",
          issue.code(),
          issue.text(call.language()),
          issue.expression());
    }
    if (outcome.path("issue").isEmpty()) {
      outcome = Outcomes.ok(call.language(), "rest.valid");
    }
    return Answer.ok(Outcomes.bytes(outcome));
  }
}
