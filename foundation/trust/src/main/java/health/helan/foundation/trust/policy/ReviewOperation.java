package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST Task/[id]/$review} with {@code decision} justified or misuse and a {@code note}: ends
 * the review of an emergency access. A misuse ends the access at once and is told to the resident.
 */
final class ReviewOperation implements FhirOperation {
  private static final String DECISION_SYSTEM =
      "https://helan.health/fhir/CodeSystem/emergency-access-decision";

  private final Clock clock;

  ReviewOperation(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "review",
        Set.of(Level.INSTANCE),
        Set.of("Task"),
        true,
        "https://helan.health/fhir/OperationDefinition/Task-review");
  }

  @Override
  public Answer execute(Call call) {
    Staff.reviewersOnly(call.caller(), spec().name());
    String id = Objects.requireNonNull(call.id());
    String decision = call.text("decision");
    if (decision == null || !decision.equals("justified") && !decision.equals("misuse")) {
      throw new Refusal(Refusal.Kind.VALUE, "access.review-decision");
    }
    String note = EmergencyAccess.reason(call::text, "note");
    Caller platform = call.caller().asPlatform();
    ObjectNode before =
        (ObjectNode) Json.MAPPER.readTree(call.store().read(platform, "Task", id).content());
    EmergencyAccess.of(before);
    String patient = before.path("for").path("reference").asString("");
    List<Interaction> writes = new ArrayList<>();
    writes.add(
        new Interaction.Patch(
            "Task",
            id,
            null,
            task -> {
              EmergencyAccess.of(task).take(decision);
              EmergencyAccess.REVIEWED.set(task);
              task.withArray("note").addObject().put("text", note);
              ObjectNode output = task.withArray("output").addObject();
              output
                  .putObject("type")
                  .putArray("coding")
                  .addObject()
                  .put("system", DECISION_SYSTEM)
                  .put("code", "decision");
              output.put("valueCode", decision);
              return task;
            },
            null));
    if (decision.equals("misuse")) {
      writes.add(
          new Interaction.Create(
              "Communication",
              Interaction.Body.of(
                  EmergencyAccess.notice(
                      patient,
                      Causes.EMERGENCY_TASK,
                      "经审核，%s 对您健康档案的紧急查阅属于滥用，已作记录。"
                          .formatted(before.path("requester").path("reference").asString("")),
                      clock.instant().truncatedTo(ChronoUnit.SECONDS))),
              null,
              null,
              patient));
    }
    List<Outcome> outcomes = call.store().transact(platform, writes, Set.of(), null);
    return Answer.ok(Objects.requireNonNull(outcomes.getFirst().content()));
  }
}
