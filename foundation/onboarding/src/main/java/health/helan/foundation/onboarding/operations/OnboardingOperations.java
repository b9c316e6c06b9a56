package health.helan.foundation.onboarding.operations;

import health.helan.foundation.onboarding.Onboardings;
import health.helan.foundation.rest.FhirOperation;

/** Onboarding's operations. */
public final class OnboardingOperations {
  private OnboardingOperations() {}

  public static FhirOperation look(Onboardings onboardings) {
    return new OnboardingOperation(onboardings);
  }

  public static FhirOperation apply(Onboardings onboardings) {
    return new ApplyOperation(onboardings);
  }

  public static FhirOperation step(Onboardings onboardings) {
    return new StepOperation(onboardings);
  }
}
