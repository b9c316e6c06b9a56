package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.Alliance;
import health.helan.foundation.registry.AllianceStep;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST OrganizationAffiliation/$propose}: {@code lead} and {@code member} (ids or references
 * of institutions), {@code kind} (a code of {@link Alliance#KINDS}), {@code start} (date), {@code
 * reason}; {@code POST OrganizationAffiliation/[id]/$activate} and {@code $end}: {@code reason},
 * with If-Match. All answer with the resource.
 */
final class AllianceOperations {
  private AllianceOperations() {}

  static List<FhirOperation> all(Registry registry) {
    return List.of(
        new Propose(registry),
        new Step(registry, AllianceStep.ACTIVATE),
        new Step(registry, AllianceStep.END));
  }

  private static FhirOperation.Spec spec(FhirOperation.Level level, AllianceStep step) {
    return new FhirOperation.Spec(
        step.word(),
        Set.of(level),
        Set.of(Alliance.TYPE),
        true,
        "https://helan.health/fhir/OperationDefinition/alliance-" + step.word());
  }

  private record Propose(Registry registry) implements FhirOperation {
    @Override
    public Spec spec() {
      return AllianceOperations.spec(Level.TYPE, AllianceStep.PROPOSE);
    }

    @Override
    public Answer execute(Call call) {
      call.store().checkMayOperate(call.caller(), RegistryOperations.STEP);
      var in = new In(call);
      String kind = in.need("kind");
      if (!Alliance.KINDS.contains(kind)) {
        throw In.wrong("kind");
      }
      return FileLicenceOperation.answer(
          registry.propose(
              call.store(),
              call.caller(),
              new Alliance.Proposal(
                  institution(in, "lead"), institution(in, "member"), kind, in.date("start")),
              in.reason()));
    }

    private static String institution(In in, String name) {
      String text = in.need(name).replaceFirst("^Organization/", "");
      if (!text.matches("[A-Za-z0-9.-]{1,64}")) {
        throw In.wrong(name);
      }
      return text;
    }
  }

  private record Step(Registry registry, AllianceStep step) implements FhirOperation {
    @Override
    public Spec spec() {
      return AllianceOperations.spec(Level.INSTANCE, step);
    }

    @Override
    public Answer execute(Call call) {
      call.store().checkMayOperate(call.caller(), RegistryOperations.STEP);
      return FileLicenceOperation.answer(
          registry.take(
              call.store(),
              call.caller(),
              step,
              Objects.requireNonNull(call.id()),
              new In(call).reason(),
              call.ifMatch()));
    }
  }
}
