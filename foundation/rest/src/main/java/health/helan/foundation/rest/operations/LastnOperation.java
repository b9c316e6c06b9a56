package health.helan.foundation.rest.operations;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Searchsets;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.util.List;
import java.util.Set;

/**
 * {@code Observation/$lastn} (FHIR R4, observation-operation-lastn.html): the latest {@code max}
 * observations of each code that match the criteria, which must name a patient.
 */
public final class LastnOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "lastn",
        Set.of(Level.TYPE),
        Set.of("Observation"),
        false,
        "http://hl7.org/fhir/OperationDefinition/Observation-lastn");
  }

  @Override
  public Answer execute(Call call) {
    List<Parameter> parameters = EverythingOperation.parameters(call);
    int max = 1;
    for (Parameter parameter : parameters) {
      if (parameter.name().equals("max")) {
        try {
          max = Integer.parseInt(parameter.value());
        } catch (NumberFormatException e) {
          throw new Refusal(Refusal.Kind.VALUE, "rest.broken-max");
        }
      }
    }
    List<Parameter> criteria =
        parameters.stream().filter(parameter -> !parameter.name().equals("max")).toList();
    return Searchsets.answer(
        call, "Observation/$lastn", call.store().lastn(call.caller(), criteria, max));
  }
}
