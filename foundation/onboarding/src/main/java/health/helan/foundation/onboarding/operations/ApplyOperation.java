package health.helan.foundation.onboarding.operations;

import health.helan.foundation.onboarding.Onboarding;
import health.helan.foundation.onboarding.Onboardings;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import java.util.Set;

/**
 * {@code POST $onboarding-apply} with {@code application} (JSON, docs/guide/onboarding.md) and
 * {@code reason}: applies, by a practitioner for the institution of the post, by an operator for
 * any. Answers as {@code $onboarding?id=} does.
 */
final class ApplyOperation implements FhirOperation {
  private final Onboardings onboardings;

  ApplyOperation(Onboardings onboardings) {
    this.onboardings = onboardings;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "onboarding-apply",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/onboarding-apply");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "onboarding-apply");
    return Shown.answer(
        () -> {
          String application = call.text("application");
          if (application == null) {
            throw new Refusal(Refusal.Kind.INVALID, "onboarding.no-json");
          }
          Onboarding made = onboardings.apply(call.caller(), application, call.text("reason"));
          var shown = new Shown();
          shown.whole(onboardings, made, call.caller(), call.language());
          return shown.answer();
        });
  }
}
