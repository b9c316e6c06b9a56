package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST Task/[id]/$approve-case} with {@code decision} approve or refuse and a {@code note},
 * by a regulator or operator other than the one who asked (four eyes). An approval opens the record
 * to that one for the hours asked for, and tells the resident, all in one transaction.
 */
final class ApproveCaseOperation implements FhirOperation {
  private final Identities identities;
  private final Clock clock;

  ApproveCaseOperation(Identities identities, Clock clock) {
    this.identities = identities;
    this.clock = clock;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "approve-case",
        Set.of(Level.INSTANCE),
        Set.of("Task"),
        true,
        "https://helan.health/fhir/OperationDefinition/Task-approve-case");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    call.store().checkMayOperate(caller, "approve-case");
    String id = Objects.requireNonNull(call.id());
    String decision = call.text("decision");
    if (decision == null || !decision.equals("approve") && !decision.equals("refuse")) {
      throw new Refusal(Refusal.Kind.VALUE, "access.case-decision");
    }
    String note = EmergencyAccess.reason(call::text, "note");
    Caller platform = caller.asPlatform();
    ObjectNode before =
        (ObjectNode) Json.MAPPER.readTree(call.store().read(platform, "Task", id).content());
    RegulatoryCase.of(before).take(decision);
    if (RegulatoryCase.requester(before).equals(caller.subject())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.case-own");
    }
    List<Interaction> writes = new ArrayList<>();
    if (decision.equals("refuse")) {
      writes.add(
          new Interaction.Patch(
              "Task",
              id,
              null,
              task -> {
                RegulatoryCase.of(task).take("refuse");
                RegulatoryCase.REFUSED.set(task);
                decided(task, caller, note);
                return task;
              },
              null));
    } else {
      String found = identities.patient(RegulatoryCase.pseudonym(before));
      if (found == null) {
        throw new Refusal(
            Refusal.Kind.GONE, "store.gone", "Patient", RegulatoryCase.pseudonym(before));
      }
      String patient = "Patient/" + found;
      Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
      Instant end = now.plus(RegulatoryCase.hours(before), ChronoUnit.HOURS);
      writes.add(
          new Interaction.Patch(
              "Task",
              id,
              null,
              task -> {
                RegulatoryCase.of(task).take("approve");
                RegulatoryCase.APPROVED.set(task);
                task.putObject("for").put("reference", patient);
                task.putObject("restriction")
                    .putObject("period")
                    .put("start", now.toString())
                    .put("end", end.toString());
                decided(task, caller, note);
                return task;
              },
              null));
      writes.add(
          new Interaction.Create(
              "Communication",
              Interaction.Body.of(
                  EmergencyAccess.notice(
                      patient,
                      Causes.CASE_TASK,
                      "因监管工作需要，您的健康档案自 %s 起向一名监管人员开放，至 %s 止。依据：%s，文号：%s。理由：%s。查阅均有记录，您可在访问记录中查看。"
                          .formatted(
                              EmergencyAccess.time(now),
                              EmergencyAccess.time(end),
                              ground(before),
                              document(before),
                              before.path("reasonCode").path("text").asString("")),
                      now)),
              null,
              null,
              patient));
    }
    List<Outcome> outcomes = call.store().transact(platform, writes, Set.of(), null);
    ObjectNode after =
        (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(outcomes.getFirst().content()));
    return Answer.ok(Json.MAPPER.writeValueAsBytes(RegulatoryCase.shown(after, caller.subject())));
  }

  private static void decided(ObjectNode task, Caller caller, String note) {
    task.set("owner", RegulatoryCase.account(caller.subject()));
    task.withArray("note").addObject().put("text", note);
  }

  private static String ground(ObjectNode task) {
    return RegulatoryCase.Ground.of(
            task.path("reasonCode").path("coding").path(0).path("code").asString(""))
        .chinese();
  }

  private static String document(ObjectNode task) {
    return RegulatoryCase.inputs(task, "document", "String").getFirst().asString("");
  }
}
