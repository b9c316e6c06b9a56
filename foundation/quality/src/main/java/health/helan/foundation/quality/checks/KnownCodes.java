package health.helan.foundation.quality.checks;

import health.helan.foundation.fhirpath.FhirPathExpression;
import health.helan.foundation.fhirpath.Node;
import tools.jackson.databind.JsonNode;

/**
 * Codings have codes that their code systems hold, as far as the terminology service has those
 * whole.
 *
 * @param each finds the Codings
 */
record KnownCodes(FhirPathExpression each) implements Check {
  @Override
  public Verdict of(Subject subject, Around around) {
    Verdict verdict = Verdict.NOT_ASKED;
    for (Node coding : each.evaluate(subject.tree(), around.context(subject))) {
      JsonNode json = coding.json();
      if (json == null || !json.path("system").isString() || !json.path("code").isString()) {
        continue;
      }
      Boolean known =
          around.codes().isKnown(json.path("system").asString(), json.path("code").asString());
      if (known == null) {
        verdict = verdict.kind() == Verdict.Kind.NOT_ASKED ? Verdict.CANNOT_TELL : verdict;
      } else if (known) {
        verdict = Verdict.PASSES;
      } else {
        return Verdict.failsAt(coding.path() + ".code");
      }
    }
    return verdict;
  }
}
