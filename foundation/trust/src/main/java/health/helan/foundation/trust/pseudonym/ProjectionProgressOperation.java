package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET $projection-progress}: how the projection for regulators stands ({@code opening},
 * {@code making}, {@code whole}), how many changes it is behind on this instance, and how far the
 * making has come with each type. For operators and regulators.
 */
public final class ProjectionProgressOperation implements FhirOperation {
  private final Projection projection;

  public ProjectionProgressOperation(Projection projection) {
    this.projection = projection;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "projection-progress",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/projection-progress");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "projection-progress");
    return answer(projection, 200);
  }

  static Answer answer(Projection projection, int status) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    parameters
        .addObject()
        .put("name", "state")
        .put("valueCode", projection.state().name().toLowerCase(Locale.ROOT));
    parameters.addObject().put("name", "behind").put("valueDecimal", projection.lag());
    for (Projection.Step step : projection.steps()) {
      ArrayNode parts = parameters.addObject().put("name", "type").putArray("part");
      parts.addObject().put("name", "name").put("valueCode", step.type());
      parts.addObject().put("name", "checked").put("valueDecimal", step.checked());
      parts.addObject().put("name", "projected").put("valueDecimal", step.projected());
      parts.addObject().put("name", "asked").put("valueInstant", step.asked().toString());
      Instant finished = step.finished();
      if (finished != null) {
        parts.addObject().put("name", "finished").put("valueInstant", finished.toString());
      }
    }
    return Answer.status(status, Json.MAPPER.writeValueAsBytes(answer));
  }
}
