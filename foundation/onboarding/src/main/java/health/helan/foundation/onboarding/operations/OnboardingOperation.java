package health.helan.foundation.onboarding.operations;

import health.helan.foundation.onboarding.Onboardings;
import health.helan.foundation.onboarding.State;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import java.util.Set;

/**
 * {@code $onboarding}: applications, the last changed first, of a {@code state} if it is given; or
 * all of one by its {@code id}: what it applied for, the steps that were taken, the check list with
 * its proofs, and the steps that the caller may take. A system of the sandbox asks without an id
 * and gets its own. For operators, regulators, and the institution's own practitioners and systems.
 */
final class OnboardingOperation implements FhirOperation {
  private final Onboardings onboardings;

  OnboardingOperation(Onboardings onboardings) {
    this.onboardings = onboardings;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "onboarding",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/onboarding");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "onboarding");
    return Shown.answer(
        () -> {
          var shown = new Shown();
          String id = call.text("id");
          if (id != null) {
            shown.whole(
                onboardings, onboardings.get(call.caller(), id), call.caller(), call.language());
            return shown.answer();
          }
          String word = call.text("state");
          State state = word == null ? null : State.of(word);
          if (word != null && state == null) {
            throw new Refusal(Refusal.Kind.VALUE, "onboarding.field", "state");
          }
          onboardings.find(call.caller(), state).forEach(shown::head);
          return shown.answer();
        });
  }
}
