package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST Task/[id]/$justify} with a {@code statement}: the practitioner says afterwards why
 * the emergency access was needed.
 */
final class JustifyOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "justify",
        Set.of(Level.INSTANCE),
        Set.of("Task"),
        true,
        "https://helan.health/fhir/OperationDefinition/Task-justify");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    Staff.only(caller, spec().name());
    String id = Objects.requireNonNull(call.id());
    String statement = EmergencyAccess.reason(call::text, "statement");
    String self = "Practitioner/" + caller.binding().practitioner();
    Outcome outcome =
        call.store()
            .write(
                caller.asPlatform(),
                new Interaction.Patch(
                    "Task",
                    id,
                    null,
                    task -> {
                      EmergencyAccess state = EmergencyAccess.of(task);
                      if (!self.equals(task.path("requester").path("reference").asString(""))) {
                        // Another's Task is told apart from none at all to nobody.
                        throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Task", id);
                      }
                      state.take("justify");
                      task.withArray("note").addObject().put("text", statement);
                      EmergencyAccess.JUSTIFIED.set(task);
                      return task;
                    },
                    null));
    return Answer.ok(Objects.requireNonNull(outcome.content()));
  }
}
