package health.helan.foundation.residents.card;

import static health.helan.foundation.residents.card.State.ACTIVE;
import static health.helan.foundation.residents.card.State.APPLIED;
import static health.helan.foundation.residents.card.State.CANCELLED;
import static health.helan.foundation.residents.card.State.REPLACED;
import static health.helan.foundation.residents.card.State.SUSPENDED;
import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.foundation.store.Caller.Role.RESIDENT;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/**
 * What can happen to a card: from which states, to which, and by whom. A practitioner is a clerk at
 * a counter, who says which document was looked at; a resident acts for the own record and for
 * those that access.md lets it act for.
 */
public enum Step {
  /** Makes it. Leads to {@link State#APPLIED} where the record proves no name and number. */
  APPLY(Set.of(), ACTIVE, Set.of(RESIDENT, PRACTITIONER), true),
  ISSUE(Set.of(APPLIED), ACTIVE, Set.of(PRACTITIONER), true),
  /** 挂失. Also by telephone: the one step at a counter for which no document need be there. */
  SUSPEND(Set.of(ACTIVE), SUSPENDED, Set.of(RESIDENT, PRACTITIONER), false),
  /** What was suspended at a counter is taken up again there: a thief may hold the telephone. */
  RESUME(Set.of(SUSPENDED), ACTIVE, Set.of(RESIDENT, PRACTITIONER), true),
  /** Ends it, and makes another with another number. */
  REPLACE(Set.of(ACTIVE, SUSPENDED), REPLACED, Set.of(RESIDENT, PRACTITIONER), true),
  CANCEL(Set.of(APPLIED, ACTIVE, SUSPENDED), CANCELLED, Set.of(RESIDENT, PRACTITIONER), true);

  private final Set<State> from;
  private final State to;
  private final Set<Caller.Role> takenBy;
  private final boolean wantsDocument;

  Step(Set<State> from, State to, Set<Caller.Role> takenBy, boolean wantsDocument) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
    this.wantsDocument = wantsDocument;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws Refusal for a word that none has
   */
  public static Step of(String word) {
    for (Step each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    throw new Refusal(Refusal.Kind.VALUE, "card.step-unknown");
  }

  /** Whether a clerk has to say which document was looked at. */
  boolean wantsDocument() {
    return wantsDocument;
  }

  State to() {
    return to;
  }

  /**
   * Whether somebody in the role could take it.
   *
   * @param byCounter true of a card that was suspended at a counter
   */
  boolean isOpen(Caller.Role role, State state, boolean byCounter) {
    boolean isAtCounter =
        state == SUSPENDED && byCounter && (this == RESUME || this == REPLACE || this == CANCEL);
    return takenBy.contains(role) && from.contains(state) && !(isAtCounter && role == RESIDENT);
  }

  /**
   * @throws Refusal FORBIDDEN for another role, BUSINESS_RULE naming the state it does not start
   *     from, or saying that the counter has to take it
   */
  void check(Caller.Role role, State state, boolean byCounter) {
    checkRole(role);
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.illegal-step", word(), state.word());
    }
    if (!isOpen(role, state, byCounter)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.at-the-counter");
    }
  }

  /**
   * @throws Refusal FORBIDDEN
   */
  void checkRole(Caller.Role role) {
    if (!takenBy.contains(role)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.not-your-step", word());
    }
  }
}
