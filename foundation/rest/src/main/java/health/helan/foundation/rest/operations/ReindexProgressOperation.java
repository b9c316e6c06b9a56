package health.helan.foundation.rest.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Reindex;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code $reindex-progress}: how far each job of indexing anew is, the oldest first. */
public final class ReindexProgressOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "reindex-progress",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/reindex-progress");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "reindex-progress");
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    List<Reindex.Progress> jobs = call.store().reindex().progress();
    if (!jobs.isEmpty()) {
      ArrayNode parameters = answer.putArray("parameter");
      for (Reindex.Progress job : jobs) {
        ArrayNode parts = parameters.addObject().put("name", "job").putArray("part");
        parts.addObject().put("name", "name").put("valueString", job.job());
        parts.addObject().put("name", "type").put("valueCode", job.type());
        parts.addObject().put("name", "checked").put("valueDecimal", job.checked());
        parts.addObject().put("name", "changed").put("valueDecimal", job.changed());
        Instant finished = job.finished();
        if (finished != null) {
          parts.addObject().put("name", "finished").put("valueInstant", finished.toString());
        }
      }
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }
}
