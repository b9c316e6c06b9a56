package health.helan.foundation.residents.card;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.util.Set;
import java.util.function.Function;

/** One operation of cards: who may call it stands in the policy, under its name. */
final class Operation implements FhirOperation {
  private final Spec spec;
  private final Function<Call, Answer> work;

  private Operation(Spec spec, Function<Call, Answer> work) {
    this.spec = spec;
    this.work = work;
  }

  static Operation onSystem(String name, boolean changes, Function<Call, Answer> work) {
    return new Operation(
        new Spec(name, Set.of(Level.SYSTEM), Set.of(), changes, definition(name)), work);
  }

  static Operation onPatient(String name, boolean changes, Function<Call, Answer> work) {
    return new Operation(
        new Spec(
            name,
            Set.of(Level.INSTANCE),
            Set.of("Patient"),
            changes,
            definition("Patient-" + name)),
        work);
  }

  private static String definition(String name) {
    return "https://helan.health/fhir/OperationDefinition/" + name;
  }

  @Override
  public Spec spec() {
    return spec;
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec.name());
    try {
      return work.apply(call);
    } catch (Sql.DatabaseFailed e) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "card.database");
    }
  }

  /**
   * @throws Refusal INVALID when it is missing
   */
  static String required(Call call, String name) {
    String value = call.text(name);
    if (value == null || value.isBlank()) {
      throw new Refusal(Refusal.Kind.INVALID, "card.parameter-missing", name);
    }
    return value;
  }
}
