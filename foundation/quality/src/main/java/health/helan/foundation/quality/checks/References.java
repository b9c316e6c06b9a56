package health.helan.foundation.quality.checks;

import java.util.Map;

/** Every reference to a record on this platform leads to one that the institution may see. */
final class References implements Check {
  @Override
  public Verdict of(Subject subject, Around around) {
    Map<String, String> references = LocalReferences.in(subject.tree());
    if (references.isEmpty()) {
      return Verdict.NOT_ASKED;
    }
    for (Map.Entry<String, String> reference : references.entrySet()) {
      if (!around.exists(subject, reference.getValue())) {
        return Verdict.failsAt(reference.getKey());
      }
    }
    return Verdict.PASSES;
  }

  @Override
  public boolean looksElsewhere() {
    return true;
  }
}
