package health.helan.foundation.trust.rules;

import static health.helan.foundation.trust.rules.RuleState.DRAFT;
import static health.helan.foundation.trust.rules.RuleState.LIVE;
import static health.helan.foundation.trust.rules.RuleState.RETIRED;
import static health.helan.foundation.trust.rules.RuleState.TRIAL;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a version of a rule: from which states, to which. What goes live is decided by
 * somebody else than who wrote it, after a dry run; who may take steps at all, the room says.
 */
public enum RuleStep {
  TRY(Set.of(DRAFT), TRIAL, false),
  GO_LIVE(Set.of(DRAFT, TRIAL), LIVE, true),
  RETIRE(Set.of(DRAFT, TRIAL, LIVE), RETIRED, false);

  private final Set<RuleState> from;
  private final RuleState to;
  private final boolean wantsAnother;

  RuleStep(Set<RuleState> from, RuleState to, boolean wantsAnother) {
    this.from = from;
    this.to = to;
    this.wantsAnother = wantsAnother;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Whether it is for somebody else than who wrote the version. A live rule leaves by four eyes as
   * well: what protects residents is not switched off by one.
   */
  public boolean wantsAnother(RuleState state) {
    return wantsAnother || this == RETIRE && state == LIVE;
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal BUSINESS_RULE naming the state that it does not start from; FORBIDDEN for who
   *     wrote the version where somebody else is wanted
   */
  public RuleState take(RuleState state, boolean isAuthor) {
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "rules.illegal-step", word(), state.code());
    }
    if (wantsAnother(state) && isAuthor) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "rules.four-eyes");
    }
    return to;
  }

  public static @Nullable RuleStep of(String word) {
    for (RuleStep each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return null;
  }
}
