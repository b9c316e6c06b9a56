package health.helan.foundation.terminology;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a version of a code system, value set, concept map or naming system: from
 * which states, to which. {@code draft} may be edited; {@code submitted} and {@code reviewed} are
 * drafts to FHIR, with an extension that says more; {@code active} and {@code retired} are FHIR's
 * (publication-status). All steps are taken by operators; nobody approves what they submitted.
 */
public enum Step {
  SUBMIT(Set.of("draft"), "submitted"),
  SEND_BACK(Set.of("submitted", "reviewed"), "draft"),
  APPROVE(Set.of("submitted"), "reviewed"),
  ACTIVATE(Set.of("reviewed"), "active"),
  RETIRE(Set.of("active"), "retired");

  private final Set<String> from;
  private final String to;

  Step(Set<String> from, String to) {
    this.from = from;
    this.to = to;
  }

  /** {@code send-back}: the operation's name without the dollar sign. */
  public String operation() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The state that the step leads to.
   *
   * @throws Refusal BUSINESS_RULE; names the state
   */
  public String take(String state) {
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "terms.illegal-step", operation(), state);
    }
    return to;
  }
}
