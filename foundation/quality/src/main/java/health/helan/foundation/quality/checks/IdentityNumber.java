package health.helan.foundation.quality.checks;

import health.helan.foundation.store.IdNumbers;
import tools.jackson.databind.JsonNode;

/** Identity numbers have the check character of GB 11643-1999. */
record IdentityNumber(String system) implements Check {
  @Override
  public Verdict of(Subject subject, Around around) {
    JsonNode identifiers = subject.tree().path("identifier");
    Verdict verdict = Verdict.NOT_ASKED;
    for (int i = 0; i < identifiers.size(); i++) {
      JsonNode identifier = identifiers.get(i);
      if (!identifier.path("system").asString("").equals(system)) {
        continue;
      }
      if (!IdNumbers.isValid(identifier.path("value").asString(""))) {
        return Verdict.failsAt(subject.type() + ".identifier[" + i + "].value");
      }
      verdict = Verdict.PASSES;
    }
    return verdict;
  }
}
