package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.terminology.Step;
import health.helan.foundation.terminology.Terminology;
import java.util.ArrayList;
import java.util.List;

/** All operations of terminology, for whoever assembles the API. */
public final class TerminologyOperations {
  private TerminologyOperations() {}

  public static List<FhirOperation> all(Terminology terminology) {
    List<FhirOperation> all = new ArrayList<>();
    all.add(new ExpandOperation(terminology));
    all.add(new ValidateCodeOperation(terminology, "ValueSet"));
    all.add(new ValidateCodeOperation(terminology, "CodeSystem"));
    all.add(new LookupOperation(terminology));
    all.add(new SubsumesOperation(terminology));
    all.add(new TranslateOperation(terminology));
    all.add(new ClosureOperation(terminology));
    all.add(new PreferredIdOperation(terminology));
    all.add(new ConvertUnitOperation());
    all.add(new ShippedOperation(terminology));
    for (Step step : Step.values()) {
      all.add(new StepOperation(terminology, step));
    }
    all.add(new ImportConceptsOperation(terminology));
    all.add(new LocalCodesOperation(terminology));
    all.add(new SuggestOperation(terminology));
    all.add(new MapLocalCodeOperation(terminology));
    return List.copyOf(all);
  }
}
