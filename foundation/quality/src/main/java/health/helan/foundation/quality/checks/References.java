package health.helan.foundation.quality.checks;

import java.util.Map;

/**
 * Every reference to a record on this platform leads to one. Of an id that a client chose for
 * something personal this cannot be told unless the institution sees it: hidden or not there, that
 * is the same to it (docs/adr/0062).
 */
final class References implements Check {
  @Override
  public Verdict of(Subject subject, Around around) {
    Map<String, String> references = LocalReferences.in(subject.tree());
    if (references.isEmpty()) {
      return Verdict.NOT_ASKED;
    }
    Verdict verdict = Verdict.PASSES;
    for (Map.Entry<String, String> reference : references.entrySet()) {
      if (around.exists(subject, reference.getValue())) {
        continue;
      }
      if (Around.tellsOfNothingHidden(reference.getValue())) {
        return Verdict.failsAt(reference.getKey());
      }
      verdict = Verdict.CANNOT_TELL;
    }
    return verdict;
  }

  @Override
  public boolean looksElsewhere() {
    return true;
  }
}
