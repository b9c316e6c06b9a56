package health.helan.foundation.quality.findings;

import static health.helan.foundation.quality.findings.FindingState.ASSIGNED;
import static health.helan.foundation.quality.findings.FindingState.DETECTED;
import static health.helan.foundation.quality.findings.FindingState.FIXED;
import static health.helan.foundation.quality.findings.FindingState.VERIFIED;
import static health.helan.foundation.quality.findings.FindingState.WAIVED;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can happen to a finding: from which states, to which, and by whom. */
public enum FindingStep {
  /** Somebody at the institution takes it up; again, for somebody else. */
  ASSIGN(Set.of(DETECTED, ASSIGNED), ASSIGNED, By.INSTITUTION),
  /** The institution says that it is mended. */
  FIX(Set.of(DETECTED, ASSIGNED), FIXED, By.INSTITUTION),
  /** The rule is kept: by a new version, or since what it looks at has changed. */
  VERIFY(Set.of(DETECTED, ASSIGNED, FIXED), VERIFIED, By.PLATFORM),
  /** It was said to be mended, and a version that came since does not keep the rule. */
  FAIL_AGAIN(Set.of(FIXED), DETECTED, By.PLATFORM),
  /** It was kept once, and is no longer. */
  RECUR(Set.of(VERIFIED), DETECTED, By.PLATFORM),
  /** It may stay as it is. */
  WAIVE(Set.of(DETECTED, ASSIGNED, FIXED), WAIVED, By.OPERATOR),
  /** It may not, after all. */
  REOPEN(Set.of(WAIVED), DETECTED, By.OPERATOR);

  /** Who takes a step. */
  public enum By {
    /** Those whose record it is. */
    INSTITUTION,
    /** Who answers for the rules. */
    OPERATOR,
    /** Nobody but the platform itself. */
    PLATFORM
  }

  private final Set<FindingState> from;
  private final FindingState to;
  private final By by;

  FindingStep(Set<FindingState> from, FindingState to, By by) {
    this.from = from;
    this.to = to;
    this.by = by;
  }

  /** As callers name it. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public By by() {
    return by;
  }

  /** A step that people take; null for none of that name. */
  public static @Nullable FindingStep named(@Nullable String code) {
    for (FindingStep step : values()) {
      if (step.by != By.PLATFORM && step.code().equals(code)) {
        return step;
      }
    }
    return null;
  }

  /**
   * The state this step leads to.
   *
   * @throws Refusal BUSINESS_RULE when it cannot be taken from {@code state}
   */
  FindingState take(FindingState state) {
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "quality.illegal-step", code(), state.code());
    }
    return to;
  }
}
