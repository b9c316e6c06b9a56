package health.helan.foundation.quality.checks;

import health.helan.foundation.fhirpath.FhirPathExpression;
import health.helan.foundation.fhirpath.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * FHIRPath: where {@code when} holds, {@code expression} must; of each item of {@code each} where
 * that is given. An expression that yields nothing cannot tell.
 */
record Expression(
    @Nullable FhirPathExpression when,
    @Nullable FhirPathExpression each,
    FhirPathExpression expression,
    String at,
    boolean looksElsewhere)
    implements Check {

  @Override
  public Verdict of(Subject subject, Around around) {
    if (when != null && !when.evaluateBoolean(subject.tree(), around.context(subject))) {
      return Verdict.NOT_ASKED;
    }
    if (each == null) {
      return verdict(expression.evaluate(subject.tree(), around.context(subject)), at);
    }
    Verdict all = Verdict.NOT_ASKED;
    for (Node item : each.evaluate(subject.tree(), around.context(subject))) {
      Verdict one = verdict(expression.evaluate(item, around.context(subject)), item.path());
      if (one.fails()) {
        return one;
      }
      if (all.kind() == Verdict.Kind.NOT_ASKED || one.counts()) {
        all = one;
      }
    }
    return all;
  }

  private static Verdict verdict(List<Node> result, String at) {
    if (result.isEmpty()) {
      return Verdict.CANNOT_TELL;
    }
    return Boolean.FALSE.equals(result.getFirst().value()) ? Verdict.failsAt(at) : Verdict.PASSES;
  }
}
