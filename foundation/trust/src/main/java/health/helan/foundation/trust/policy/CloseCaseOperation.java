package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST Task/[id]/$close-case} with a {@code note}, by any regulator or operator: ends a case
 * and with it, from the next request on, what it opened; one that was only asked for is withdrawn.
 */
final class CloseCaseOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "close-case",
        Set.of(Level.INSTANCE),
        Set.of("Task"),
        true,
        "https://helan.health/fhir/OperationDefinition/Task-close-case");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    call.store().checkMayOperate(caller, "close-case");
    String id = Objects.requireNonNull(call.id());
    String note = EmergencyAccess.reason(call::text, "note");
    Outcome outcome =
        call.store()
            .write(
                caller.asPlatform(),
                new Interaction.Patch(
                    "Task",
                    id,
                    null,
                    task -> {
                      RegulatoryCase.of(task).take("close");
                      RegulatoryCase.CLOSED.set(task);
                      task.withArray("note").addObject().put("text", note);
                      return task;
                    },
                    null));
    ObjectNode after = (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(outcome.content()));
    return Answer.ok(Json.MAPPER.writeValueAsBytes(RegulatoryCase.shown(after, caller.subject())));
  }
}
