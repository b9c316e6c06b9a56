package health.helan.foundation.onboarding;

import static health.helan.foundation.onboarding.State.APPLIED;
import static health.helan.foundation.onboarding.State.CERTIFIED;
import static health.helan.foundation.onboarding.State.LIVE;
import static health.helan.foundation.onboarding.State.SUSPENDED;
import static health.helan.foundation.onboarding.State.TESTING;
import static health.helan.foundation.onboarding.State.WITHDRAWN;
import static health.helan.foundation.store.Caller.Role.OPERATOR;
import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.foundation.store.Caller.Role.REGULATOR;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to an application: from which states, to which, and by whom. A practitioner takes
 * steps only of applications that are the practitioner's own (docs/adr/0069).
 */
public enum Step {
  /** Makes it; the first of every application. */
  APPLY(Set.of(), APPLIED, Set.of(PRACTITIONER, OPERATOR)),
  /** Changes what is applied for; lines that were proved and still stand stay proved. */
  AMEND(Set.of(APPLIED, TESTING), null, Set.of(PRACTITIONER, OPERATOR)),
  /** Gives its systems the sandbox. */
  OPEN_SANDBOX(Set.of(APPLIED), TESTING, Set.of(OPERATOR)),
  /** By somebody who neither applied nor amended, once every line is proved. */
  CERTIFY(Set.of(TESTING), CERTIFIED, Set.of(OPERATOR, REGULATOR)),
  /** Back to testing, where a certificate was given too early. */
  SEND_BACK(Set.of(CERTIFIED), TESTING, Set.of(OPERATOR, REGULATOR)),
  GO_LIVE(Set.of(CERTIFIED), LIVE, Set.of(OPERATOR)),
  SUSPEND(Set.of(LIVE), SUSPENDED, Set.of(OPERATOR, REGULATOR)),
  RESUME(Set.of(SUSPENDED), LIVE, Set.of(OPERATOR)),
  /** For good. Once live, no longer the applicant's to take. */
  WITHDRAW(
      Set.of(APPLIED, TESTING, CERTIFIED, LIVE, SUSPENDED),
      WITHDRAWN,
      Set.of(PRACTITIONER, OPERATOR));

  private final Set<State> from;
  private final @Nullable State to;
  private final Set<Caller.Role> takenBy;

  Step(Set<State> from, @Nullable State to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * @throws Refusal for a word that none has
   */
  public static Step of(String word) {
    for (Step each : values()) {
      if (each != APPLY && each.word().equals(word)) {
        return each;
      }
    }
    throw new Refusal(Refusal.Kind.VALUE, "onboarding.step-unknown");
  }

  /** Whether somebody in the role could take it from a state, for all that the table says. */
  boolean isOpen(Caller.Role role, State state) {
    return takenBy.contains(role)
        && from.contains(state)
        && !(this == WITHDRAW && role == PRACTITIONER && (state == LIVE || state == SUSPENDED));
  }

  /**
   * The state that it leads to.
   *
   * @param isNew true of the first step, which starts from nothing
   * @throws Refusal FORBIDDEN for another role, BUSINESS_RULE naming the state it does not start
   *     from
   */
  State take(Caller.Role role, State state, boolean isNew) {
    if (!takenBy.contains(role)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "onboarding.not-your-step", word());
    }
    if (isNew != from.isEmpty() || !isNew && !from.contains(state)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "onboarding.illegal-step", word(), state.word());
    }
    if (!isNew && !isOpen(role, state)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "onboarding.not-your-step", word());
    }
    return to == null ? state : to;
  }
}
