package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Sensitivity;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * {@code POST Patient/[pseudonym]/$open-case} at the projection, by a regulator: asks for the
 * record behind a pseudonym. Parameters: {@code reason} (5 characters or more), {@code ground},
 * {@code document} (number of the order it rests on), {@code hours} (1 to 720, else 72), {@code
 * category} (labels of sensitive categories, with commas between). Answers with a Task; opens
 * nothing, and says nothing of who it is, until somebody else has approved it.
 */
final class OpenCaseOperation implements FhirOperation {
  private static final int USUAL_HOURS = 72;
  private static final int MOST_HOURS = 720;
  private static final int LONGEST_DOCUMENT = 200;

  private final RecordStore records;
  private final Clock clock;

  OpenCaseOperation(RecordStore records, Clock clock) {
    this.records = records;
    this.clock = clock;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "open-case",
        Set.of(Level.INSTANCE),
        Set.of("Patient"),
        true,
        "https://helan.health/fhir/OperationDefinition/Patient-open-case");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    records.checkMayOperate(caller, "open-case");
    String pseudonym = Objects.requireNonNull(call.id());
    call.store().read(caller, "Patient", pseudonym); // Not there, gone: as a read says it.
    String reason = EmergencyAccess.reason(call::text, "reason");
    RegulatoryCase.Ground ground = RegulatoryCase.Ground.of(call.text("ground"));
    String document = call.text("document");
    if (document == null || document.isBlank() || document.length() > LONGEST_DOCUMENT) {
      throw new Refusal(Refusal.Kind.VALUE, "access.case-document", LONGEST_DOCUMENT);
    }

    ObjectNode task = Json.MAPPER.createObjectNode();
    task.put("resourceType", "Task").put("intent", "order");
    // Level 5: those who treat the resident do not see it; the resident does, once it is approved.
    task.putObject("meta")
        .putArray("security")
        .addObject()
        .put("system", health.helan.foundation.store.Levels.SYSTEM)
        .put("code", "L5");
    RegulatoryCase.REQUESTED.set(task);
    task.putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", Causes.TASK_SYSTEM)
        .put("code", Causes.CASE_TASK);
    task.put("authoredOn", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    task.set("requester", RegulatoryCase.account(caller.subject()));
    ObjectNode why = task.putObject("reasonCode");
    why.putArray("coding")
        .addObject()
        .put("system", RegulatoryCase.GROUND_SYSTEM)
        .put("code", ground.code());
    why.put("text", reason);
    RegulatoryCase.input(task, "pseudonym", "String", StringNode.valueOf(pseudonym));
    RegulatoryCase.input(task, "document", "String", StringNode.valueOf(document.strip()));
    RegulatoryCase.input(task, "hours", "PositiveInt", IntNode.valueOf(hours(call.text("hours"))));
    categories(task, call.text("category"));

    // Written aside from the request's own trail, which knows the pseudonym: nothing may tie the
    // two.
    Outcome made =
        ScopedValue.where(AccessTrail.CURRENT, new AccessTrail())
            .call(
                () ->
                    records.write(
                        caller.asPlatform(),
                        new Interaction.Create(
                            "Task", Interaction.Body.of(task), null, null, null)));
    return new Answer(201, made.content(), null, made.version(), made.updated());
  }

  private static int hours(@Nullable String text) {
    if (text == null) {
      return USUAL_HOURS;
    }
    try {
      int hours = Integer.parseInt(text.strip());
      if (hours >= 1 && hours <= MOST_HOURS) {
        return hours;
      }
    } catch (NumberFormatException e) {
      // Answered below.
    }
    throw new Refusal(Refusal.Kind.VALUE, "access.case-hours", MOST_HOURS);
  }

  private static void categories(ObjectNode task, @Nullable String text) {
    if (text == null || text.isBlank()) {
      return;
    }
    for (String code : text.split(",")) {
      if (Sensitivity.ofLabel(code.strip()) == null) {
        throw new Refusal(Refusal.Kind.VALUE, "access.case-category");
      }
      RegulatoryCase.input(task, "category", "Code", StringNode.valueOf(code.strip()));
    }
  }
}
