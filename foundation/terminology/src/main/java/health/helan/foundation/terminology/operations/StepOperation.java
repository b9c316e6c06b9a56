package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.terminology.Review;
import health.helan.foundation.terminology.Step;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Compiling;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST CodeSystem/[id]/$submit}, {@code $approve}, {@code $send-back}, {@code $activate},
 * {@code $retire}, and the same for value sets, concept maps and naming systems: one transaction,
 * with a Provenance. Answers with the resource as it is then.
 */
final class StepOperation implements FhirOperation {
  private static final String ACTIVITY = "https://helan.health/fhir/CodeSystem/terminology-step";

  private final Terminology terminology;
  private final Step step;

  StepOperation(Terminology terminology, Step step) {
    this.terminology = terminology;
    this.step = step;
  }

  @Override
  public Spec spec() {
    return new Spec(
        step.operation(),
        Set.of(Level.INSTANCE),
        Compiling.TYPES,
        true,
        "https://helan.health/fhir/OperationDefinition/terminology-" + step.operation());
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "terminology-steps");
    String type = Objects.requireNonNull(call.type());
    String id = Objects.requireNonNull(call.id());
    call.store().read(call.caller(), type, id);
    List<Outcome> outcomes =
        call.store()
            .transact(
                call.caller().asPlatform(),
                List.of(
                    new Interaction.Patch(
                        type,
                        id,
                        null,
                        resource -> Review.take(step, resource, call.caller()),
                        null),
                    new Interaction.Create(
                        "Provenance",
                        Interaction.Body.of(provenance(call, type + "/" + id)),
                        null,
                        null,
                        null)),
                Set.of(),
                null);
    return Answer.ok(Objects.requireNonNull(outcomes.getFirst().content()));
  }

  private ObjectNode provenance(Call call, String target) {
    ObjectNode provenance = Json.MAPPER.createObjectNode();
    provenance.put("resourceType", "Provenance");
    provenance.putArray("target").addObject().put("reference", target);
    provenance.put(
        "recorded", terminology.clock().instant().truncatedTo(ChronoUnit.MILLIS).toString());
    provenance
        .putObject("activity")
        .putArray("coding")
        .addObject()
        .put("system", ACTIVITY)
        .put("code", step.operation());
    provenance
        .putArray("agent")
        .addObject()
        .putObject("who")
        .putObject("identifier")
        .put("system", "https://helan.health/fhir/account")
        .put("value", call.caller().subject());
    return provenance;
  }
}
