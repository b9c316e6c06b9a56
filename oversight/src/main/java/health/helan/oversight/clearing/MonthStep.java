package health.helan.oversight.clearing;

import static health.helan.foundation.store.Caller.Role.OPERATOR;
import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.foundation.store.Caller.Role.SYSTEM;
import static health.helan.oversight.clearing.MonthState.ADVANCED;
import static health.helan.oversight.clearing.MonthState.CONFIRMED;
import static health.helan.oversight.clearing.MonthState.DISPUTED;
import static health.helan.oversight.clearing.MonthState.DRAWN;
import static health.helan.oversight.clearing.MonthState.NONE;
import static health.helan.oversight.clearing.MonthState.SETTLED;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a month: from which states, to which, and by whom. Institutions confirm or
 * dispute; the clearing centre draws up and pays, each payment by other eyes than what it follows
 * from. The order is stored: add at the end.
 */
public enum MonthStep {
  /** 出账: added up from closed days; again, after a dispute. */
  DRAW(Set.of(NONE, DRAWN, DISPUTED), DRAWN, Set.of(OPERATOR)),
  /** 确认. */
  CONFIRM(Set.of(DRAWN, DISPUTED), CONFIRMED, Set.of(PRACTITIONER, SYSTEM)),
  /** 提出异议. */
  DISPUTE(Set.of(DRAWN), DISPUTED, Set.of(PRACTITIONER, SYSTEM)),
  /** 预付. */
  ADVANCE(Set.of(CONFIRMED), ADVANCED, Set.of(OPERATOR)),
  /** 清算: the rest, less what is held back for good. */
  SETTLE(Set.of(ADVANCED), SETTLED, Set.of(OPERATOR));

  private final Set<MonthState> from;
  private final MonthState to;
  private final Set<Caller.Role> takenBy;

  MonthStep(Set<MonthState> from, MonthState to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  Set<MonthState> from() {
    return from;
  }

  Set<Caller.Role> takenBy() {
    return takenBy;
  }

  boolean mayTake(Caller caller) {
    return takenBy.contains(caller.role());
  }

  /** Whether it takes other eyes than the last step of the clearing centre. */
  boolean takesOtherEyes() {
    return this == ADVANCE || this == SETTLE;
  }

  /**
   * The state that it leads to.
   *
   * @param before who took the last step of the clearing centre; empty for nobody
   * @throws Refusal FORBIDDEN for another role, or the same eyes; BUSINESS_RULE naming the state
   *     that it does not start from
   */
  MonthState take(Caller caller, MonthState state, String before) {
    if (!mayTake(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.illegal-step", word(), state.word());
    }
    if (takesOtherEyes() && caller.subject().equals(before)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.four-eyes");
    }
    return to;
  }
}
