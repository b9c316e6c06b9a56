package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.Licence;
import health.helan.foundation.registry.LicenceStep;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST Practitioner/[id]/$verify}, {@code $send-back}, {@code $activate}, {@code $suspend},
 * {@code $resume}, {@code $renew}, {@code $check}, {@code $revoke}, and the same on Organization
 * and HealthcareService. Parameters: {@code number} (which licence, where there are several),
 * {@code reason}; {@code end} of a renewal; {@code passed} and {@code due} (the next one) of a
 * check. Answers with the resource.
 */
final class LicenceStepOperation implements FhirOperation {
  private final Registry registry;
  private final LicenceStep step;

  LicenceStepOperation(Registry registry, LicenceStep step) {
    this.registry = registry;
    this.step = step;
  }

  @Override
  public Spec spec() {
    return new Spec(
        step.word(),
        Set.of(Level.INSTANCE),
        RegistryOperations.HOLDERS,
        true,
        "https://helan.health/fhir/OperationDefinition/registry-" + step.word());
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), RegistryOperations.STEP);
    var in = new In(call);
    String reason = in.reason();
    return FileLicenceOperation.answer(
        registry.take(
            call.store(),
            call.caller(),
            step,
            Objects.requireNonNull(call.type()),
            Objects.requireNonNull(call.id()),
            in.text("number"),
            new Licence.Asked(
                reason == null ? "" : reason,
                in.date("end"),
                in.flag("passed"),
                in.date("due"),
                ""),
            call.ifMatch()));
  }
}
