package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST Patient/[id]/$emergency-access} with a {@code reason}: opens the whole record to the
 * practitioner for four hours, tells the resident (Communication) and puts the access on the review
 * list (Task), all in one transaction. Answers with the Task. One of the listed exceptions: it
 * tells whether the resident exists.
 */
final class EmergencyAccessOperation implements FhirOperation {
  private final Clock clock;

  EmergencyAccessOperation(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "emergency-access",
        Set.of(Level.INSTANCE),
        Set.of("Patient"),
        true,
        "https://helan.health/fhir/OperationDefinition/Patient-emergency-access");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    Staff.only(caller, spec().name());
    String reason = EmergencyAccess.reason(call::text, "reason");
    String patient = "Patient/" + Objects.requireNonNull(call.id());
    Caller platform = caller.asPlatform();
    call.store().read(platform, "Patient", call.id()); // Not there, gone: as a read says it.
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = now.plus(Causes.EMERGENCY);

    ObjectNode task = Json.MAPPER.createObjectNode();
    task.put("resourceType", "Task").put("intent", "order");
    EmergencyAccess.OPENED.set(task);
    task.putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", Causes.TASK_SYSTEM)
        .put("code", Causes.EMERGENCY_TASK);
    task.putObject("for").put("reference", patient);
    task.put("authoredOn", now.toString());
    task.putObject("requester").put("reference", "Practitioner/" + caller.binding().practitioner());
    task.putObject("reasonCode").put("text", reason);
    ObjectNode restriction = task.putObject("restriction");
    restriction.putObject("period").put("start", now.toString()).put("end", end.toString());
    restriction
        .putArray("recipient")
        .addObject()
        .put("reference", "Organization/" + caller.institution());

    ObjectNode notice =
        EmergencyAccess.notice(
            patient,
            Causes.EMERGENCY_TASK,
            "您的健康档案于 %s 被紧急查阅，至 %s 止。查阅者：Practitioner/%s，机构：Organization/%s。理由：%s。此次查阅将接受审核。"
                .formatted(
                    EmergencyAccess.time(now),
                    EmergencyAccess.time(end),
                    caller.binding().practitioner(),
                    caller.institution(),
                    reason),
            now);
    List<Outcome> outcomes =
        call.store()
            .transact(
                platform,
                List.of(
                    new Interaction.Create("Task", Interaction.Body.of(task), null, null, patient),
                    new Interaction.Create(
                        "Communication", Interaction.Body.of(notice), null, null, patient)),
                Set.of(),
                null);
    Outcome made = outcomes.getFirst();
    return new Answer(
        201,
        made.content(),
        "Task/" + made.id() + "/_history/" + made.version(),
        made.version(),
        made.updated());
  }
}
