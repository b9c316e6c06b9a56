package health.helan.foundation.quality.checks;

import tools.jackson.databind.JsonNode;

/** The record keeps the profiles that it claims in {@code meta.profile}, those that are here. */
final class Conformance implements Check {
  @Override
  public Verdict of(Subject subject, Around around) {
    Verdict verdict = Verdict.NOT_ASKED;
    for (JsonNode claimed : subject.tree().path("meta").path("profile")) {
      Verdict one = around.profiles().of(claimed.asString(""), subject, around);
      if (one.fails()) {
        return one;
      }
      if (verdict.kind() == Verdict.Kind.NOT_ASKED || one.counts()) {
        verdict = one;
      }
    }
    return verdict;
  }
}
