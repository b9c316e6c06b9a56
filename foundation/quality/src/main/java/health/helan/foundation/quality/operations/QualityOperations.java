package health.helan.foundation.quality.operations;

import health.helan.foundation.quality.Quality;
import health.helan.foundation.quality.findings.Findings.Judged;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import tools.jackson.databind.node.ArrayNode;

/** All operations of data quality: at system level, {@code $quality-…}. */
public final class QualityOperations {
  private QualityOperations() {}

  public static List<FhirOperation> all(Quality quality) {
    var rules = new RuleOperations(quality);
    var findings = new FindingOperations(quality);
    var scores = new ScoreOperations(quality);
    var runs = new RunOperations(quality);
    return List.of(
        new One("quality-rules", "quality-rules", false, rules::list),
        new One("quality-rule", "quality-rule", true, rules::draft),
        new One("quality-try", "quality-rule", false, rules::attempt),
        new One("quality-rule-step", "quality-rule", true, rules::step),
        new One("quality-findings", "quality-findings", false, findings::list),
        new One("quality-finding", "quality-findings", false, findings::one),
        new One("quality-step", "quality-step", true, findings::step),
        new One("quality-score", "quality-score", false, scores::scores),
        new One("quality-open", "quality-score", false, scores::byRule),
        new One("quality-report", "quality-score", false, scores::report),
        new One("quality-run", "quality-run", true, runs::ask),
        new One("quality-runs", "quality-run", false, runs::list),
        new CheckOperation(rules));
  }

  /** Adds an issue for each rule that is not kept. */
  public static void tell(List<Judged> found, Locale language, ArrayNode issues) {
    RuleOperations.add(found, null, language, issues);
  }

  /** Its body is what is checked, no Parameters. */
  private record CheckOperation(RuleOperations rules) implements FhirOperation {
    @Override
    public Spec spec() {
      return new Spec(
          "quality-check",
          Set.of(Level.SYSTEM),
          Set.of(),
          false,
          "https://helan.health/fhir/OperationDefinition/quality-check");
    }

    @Override
    public Answer execute(Call call) {
      call.store().checkMayOperate(call.caller(), "quality-rules");
      return rules.check(call);
    }
  }

  /**
   * An operation.
   *
   * @param right name under which the policy allows it
   */
  private record One(String name, String right, boolean changes, BiFunction<Call, In, Answer> work)
      implements FhirOperation {
    @Override
    public Spec spec() {
      return new Spec(
          name,
          Set.of(Level.SYSTEM),
          Set.of(),
          changes,
          "https://helan.health/fhir/OperationDefinition/" + name);
    }

    @Override
    public Answer execute(Call call) {
      call.store().checkMayOperate(call.caller(), right);
      return work.apply(call, new In(call));
    }
  }
}
