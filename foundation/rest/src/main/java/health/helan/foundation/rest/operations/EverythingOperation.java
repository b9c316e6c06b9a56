package health.helan.foundation.rest.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Searchsets;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * {@code Patient/[id]/$everything} (FHIR R4, patient-operation-everything.html): the patient's
 * compartment, page by page, each with what its resources point to.
 */
public final class EverythingOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "everything",
        Set.of(Level.INSTANCE),
        Set.of("Patient"),
        false,
        "http://hl7.org/fhir/OperationDefinition/Patient-everything");
  }

  @Override
  public Answer execute(Call call) {
    String id = Objects.requireNonNull(call.id());
    call.store().read(call.caller(), "Patient", id); // Not found, gone: as a read says it.
    return Searchsets.answer(
        call,
        "Patient/" + id + "/$everything",
        call.store().everything(call.caller(), id, parameters(call)));
  }

  /** Of the URL, and the simple values of Parameters. */
  static List<Parameter> parameters(Call call) {
    var parameters = new ArrayList<>(call.query().parameters());
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        for (var property : parameter.properties()) {
          if (property.getKey().startsWith("value") && property.getValue().isValueNode()) {
            parameters.add(
                new Parameter(parameter.path("name").asString(""), property.getValue().asString()));
          }
        }
      }
    }
    return parameters;
  }
}
