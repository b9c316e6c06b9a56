package health.helan.care.appointment.operations;

import health.helan.care.appointment.Releases;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.store.Json;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST Schedule/[id]/$release}: makes the Slots of the days that the Schedule's rule opens
 * by tomorrow. Upkeep does the same every few minutes; this is for who does not want to wait.
 * Answers with {@code made}, the number of new Slots.
 */
final class ReleaseOperation implements FhirOperation {
  private final Releases releases;

  ReleaseOperation(Releases releases) {
    this.releases = releases;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "release",
        Set.of(Level.INSTANCE),
        Set.of("Schedule"),
        true,
        "https://helan.health/fhir/OperationDefinition/Schedule-release");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "release-places");
    new Given(call).only(Set.of());
    int made = releases.release(call.caller(), Objects.requireNonNull(call.id()));
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    parameters.putArray("parameter").addObject().put("name", "made").put("valueInteger", made);
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }
}
