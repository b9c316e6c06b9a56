package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.Registry;
import health.helan.foundation.registry.Site;
import health.helan.foundation.registry.SiteStep;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST PractitionerRole/[id]/$file}, {@code $agree}, {@code $approve}, {@code $refuse},
 * {@code $end}, {@code $prescribing-rights}. Parameters: {@code reason}; {@code site} ({@code main,
 * additional, alliance}), {@code online} and {@code right} (repeats) of a filing; {@code right} of
 * the rights, none to take them away; {@code alone} of an agreement: why who filed agrees too.
 * Honours If-Match. Answers with the resource.
 */
final class SiteStepOperation implements FhirOperation {
  private final Registry registry;
  private final SiteStep step;

  SiteStepOperation(Registry registry, SiteStep step) {
    this.registry = registry;
    this.step = step;
  }

  @Override
  public Spec spec() {
    return new Spec(
        step.word(),
        Set.of(Level.INSTANCE),
        Set.of("PractitionerRole"),
        true,
        "https://helan.health/fhir/OperationDefinition/practice-site-" + step.word());
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), RegistryOperations.STEP);
    var in = new In(call);
    String kind = step == SiteStep.FILE ? in.need("site") : null;
    if (kind != null && !Site.KINDS.contains(kind)) {
      throw In.wrong("site");
    }
    boolean setsRights = step == SiteStep.FILE || step == SiteStep.PRESCRIBING_RIGHTS;
    String reason = in.reason();
    return FileLicenceOperation.answer(
        registry.take(
            call.store(),
            call.caller(),
            step,
            Objects.requireNonNull(call.id()),
            new Site.Asked(
                reason == null ? "" : reason,
                kind,
                Boolean.TRUE.equals(in.flag("online")),
                setsRights ? in.list("right") : null,
                step == SiteStep.AGREE ? in.reason("alone") : null),
            call.ifMatch()));
  }
}
