package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.LicenceStep;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.registry.SiteStep;
import health.helan.foundation.rest.FhirOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** All operations of the registry. */
public final class RegistryOperations {
  /** What the policy calls steps ({@code docs/guide/access.md}); which, the steps say. */
  static final String STEP = "registry-step";

  /** Types whose resources hold licences. */
  static final Set<String> HOLDERS = Set.of("Practitioner", "Organization", "HealthcareService");

  private RegistryOperations() {}

  public static List<FhirOperation> all(Registry registry) {
    List<FhirOperation> all = new ArrayList<>();
    all.add(new RegistryOperation(registry));
    all.add(new FindCareOperation(registry));
    all.add(new ImportOperation(registry));
    all.add(new FileLicenceOperation(registry));
    for (LicenceStep step : LicenceStep.values()) {
      if (step != LicenceStep.FILE && step != LicenceStep.EXPIRE) {
        all.add(new LicenceStepOperation(registry, step));
      }
    }
    all.addAll(AllianceOperations.all(registry));
    for (SiteStep step : SiteStep.values()) {
      all.add(new SiteStepOperation(registry, step));
    }
    return all;
  }
}
