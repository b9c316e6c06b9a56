package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.Residents;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/** All operations of the resident index. */
public final class ResidentOperations {
  private ResidentOperations() {}

  public static List<FhirOperation> all(Residents residents) {
    var merges = new MergeOperations(residents);
    var persons = new PersonOperations(residents);
    var reviews = new ReviewOperations(residents);
    var golden = new GoldenOperations(residents);
    return List.of(
        new MatchOperation(residents),
        new PixOperation(),
        new Seen("golden-record", golden::record),
        new One("merge", FhirOperation.Level.TYPE, "merge", true, merges::merge),
        new One("unmerge", FhirOperation.Level.TYPE, "merge", true, merges::unmerge),
        new One("person", FhirOperation.Level.INSTANCE, "person", false, persons::person),
        new One("link-history", FhirOperation.Level.INSTANCE, "person", false, persons::history),
        new One("link-reviews", FhirOperation.Level.SYSTEM, "link-reviews", false, reviews::list),
        new One("link-review", FhirOperation.Level.SYSTEM, "link-reviews", false, reviews::one),
        new One("link-decide", FhirOperation.Level.SYSTEM, "link-decide", true, reviews::decide),
        new One(
            "resident-index", FhirOperation.Level.SYSTEM, "resident-index", false, reviews::state),
        new One(
            "rebuild-index", FhirOperation.Level.SYSTEM, "rebuild-index", true, reviews::rebuild));
  }

  /** Looks at what the caller sees, as reads and searches do; so everybody may call it. */
  private record Seen(String name, Function<Call, Answer> work) implements FhirOperation {
    @Override
    public Spec spec() {
      return new Spec(
          name,
          Set.of(Level.INSTANCE),
          Set.of("Patient"),
          false,
          "https://helan.health/fhir/OperationDefinition/Patient-" + name);
    }

    @Override
    public Answer execute(Call call) {
      return work.apply(call);
    }
  }

  /**
   * An operation.
   *
   * @param right name under which the policy allows it
   */
  private record One(
      String name, Level level, String right, boolean changes, BiFunction<Call, In, Answer> work)
      implements FhirOperation {
    @Override
    public Spec spec() {
      boolean isSystem = level == Level.SYSTEM;
      return new Spec(
          name,
          Set.of(level),
          isSystem ? Set.of() : Set.of("Patient"),
          changes,
          "https://helan.health/fhir/OperationDefinition/" + (isSystem ? "" : "Patient-") + name);
    }

    @Override
    public Answer execute(Call call) {
      call.store().checkMayOperate(call.caller(), right);
      return work.apply(call, new In(call));
    }
  }
}
