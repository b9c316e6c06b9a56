package health.helan.oversight.clearing;

import static health.helan.foundation.store.Caller.Role.OPERATOR;
import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.oversight.clearing.CaseState.ADJUSTED;
import static health.helan.oversight.clearing.CaseState.CLOSED;
import static health.helan.oversight.clearing.CaseState.FOUND;
import static health.helan.oversight.clearing.CaseState.INVESTIGATED;
import static health.helan.oversight.clearing.CaseState.NONE;
import static health.helan.oversight.clearing.CaseState.PROPOSED;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a case: from which states, to which, by whom, and whether it takes other eyes
 * than those of the step before. Those without roles follow from the matching. The order is stored:
 * add at the end.
 */
public enum CaseStep {
  /** 发现: the matching found it. */
  FIND(Set.of(NONE), FOUND, Set.of(), false),
  /** 核查: somebody says what it is; again, when more is known. */
  INVESTIGATE(Set.of(FOUND, INVESTIGATED), INVESTIGATED, Set.of(OPERATOR, PRACTITIONER), false),
  /** 提出调账: by the clearing centre, or by the institution that it concerns. */
  PROPOSE(Set.of(INVESTIGATED), PROPOSED, Set.of(OPERATOR, PRACTITIONER), false),
  /** 复核通过: booked, by other eyes than those that proposed it. */
  APPROVE(Set.of(PROPOSED), ADJUSTED, Set.of(OPERATOR), true),
  /** 退回. */
  SEND_BACK(Set.of(PROPOSED), INVESTIGATED, Set.of(OPERATOR), false),
  /** 关闭: of what needs no booking, by other eyes than those that said so. */
  CLOSE(Set.of(INVESTIGATED), CLOSED, Set.of(OPERATOR), true),
  /** 结案: what was booked has been looked at. */
  FINISH(Set.of(ADJUSTED), CLOSED, Set.of(OPERATOR), false),
  /** 次日自行勾对: the other side has it on another day. */
  TURN_UP(Set.of(FOUND, INVESTIGATED), CLOSED, Set.of(), false),
  /** 差异消失: a statement or list took the place of another, and it is gone. */
  VANISH(Set.of(FOUND, INVESTIGATED), CLOSED, Set.of(), false),
  /** 再次出现: what had vanished or turned up does not any more. */
  RETURN(Set.of(CLOSED), FOUND, Set.of(), false);

  private final Set<CaseState> from;
  private final CaseState to;
  private final Set<Caller.Role> takenBy;
  private final boolean takesOtherEyes;

  CaseStep(Set<CaseState> from, CaseState to, Set<Caller.Role> takenBy, boolean takesOtherEyes) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
    this.takesOtherEyes = takesOtherEyes;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Set<CaseState> from() {
    return from;
  }

  Set<Caller.Role> takenBy() {
    return takenBy;
  }

  boolean takesOtherEyes() {
    return takesOtherEyes;
  }

  boolean mayTake(Caller caller) {
    return takenBy.contains(caller.role());
  }

  /**
   * The state that it leads to.
   *
   * @param before who took the step before; empty for the matching
   * @throws Refusal FORBIDDEN for another role, or the same eyes where others are asked for;
   *     BUSINESS_RULE naming the state that it does not start from
   */
  CaseState take(Caller caller, CaseState state, String before) {
    if (!mayTake(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.not-your-step", word());
    }
    CaseState next = follow(state);
    if (takesOtherEyes && caller.subject().equals(before)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.four-eyes");
    }
    return next;
  }

  /**
   * The state that it leads to, whoever takes it.
   *
   * @throws Refusal BUSINESS_RULE naming the state that it does not start from
   */
  CaseState follow(CaseState state) {
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "clearing.illegal-step", word(), state.word());
    }
    return to;
  }
}
