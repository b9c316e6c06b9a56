package health.helan.foundation.onboarding.operations;

import health.helan.foundation.onboarding.Onboarding;
import health.helan.foundation.onboarding.Onboardings;
import health.helan.foundation.onboarding.Step;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import java.util.Set;

/**
 * {@code POST $onboarding-step} with {@code id}, {@code step} ({@code amend}, {@code open-sandbox},
 * {@code certify}, {@code send-back}, {@code go-live}, {@code suspend}, {@code resume}, {@code
 * withdraw}) and {@code reason}; {@code application} to amend; {@code settings} of the feeds to
 * open the sandbox or go live. Answers as {@code $onboarding?id=} does. Who may take which: {@link
 * Step}.
 */
final class StepOperation implements FhirOperation {
  private final Onboardings onboardings;

  StepOperation(Onboardings onboardings) {
    this.onboardings = onboardings;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "onboarding-step",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/onboarding-step");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "onboarding-step");
    return Shown.answer(
        () -> {
          Onboarding next =
              onboardings.take(
                  call.caller(),
                  required(call, "id"),
                  Step.of(required(call, "step")),
                  call.text("reason"),
                  call.text("application"),
                  call.text("settings"));
          var shown = new Shown();
          shown.whole(onboardings, next, call.caller(), call.language());
          return shown.answer();
        });
  }

  private static String required(Call call, String name) {
    String value = call.text(name);
    if (value == null || value.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "gateway.parameter-missing", name);
    }
    return value;
  }
}
