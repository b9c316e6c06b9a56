package health.helan.foundation.quality.findings;

import java.time.Instant;

/**
 * A rule that a record does not keep, or did not.
 *
 * @param finding its id; begins with its home as ids of resources do
 * @param version of the record when it was last looked at
 * @param path of the element at fault
 * @param assignee who has it; empty for nobody
 * @param times how often it was found, with a time between when the rule was kept
 */
public record Finding(
    int home,
    String type,
    String id,
    String rule,
    String finding,
    int ruleVersion,
    int version,
    String owner,
    String path,
    FindingState state,
    String assignee,
    int times,
    Instant found,
    Instant changed) {

  public String reference() {
    return type + "/" + id;
  }

  /** What was done about it. */
  public record Step(Instant at, String step, FindingState state, String by, String note) {}
}
