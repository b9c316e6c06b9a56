package health.helan.foundation.registry;

import static health.helan.foundation.registry.AllianceState.ACTIVE;
import static health.helan.foundation.registry.AllianceState.ENDED;
import static health.helan.foundation.registry.AllianceState.PROPOSED;
import static health.helan.foundation.store.Caller.Role.OPERATOR;
import static health.helan.foundation.store.Caller.Role.PRACTITIONER;
import static health.helan.foundation.store.Caller.Role.REGULATOR;
import static health.helan.foundation.store.Caller.Role.SYSTEM;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to the membership of an alliance (医联体、医共体): from which states, to which, and by
 * whom. The leading institution proposes, the health commission lets it begin, either institution
 * or the commission ends it.
 */
public enum AllianceStep {
  /** 提出, of nothing. */
  PROPOSE(Set.of(), PROPOSED, Set.of(SYSTEM, PRACTITIONER, OPERATOR)),
  /** 批准生效, by somebody else than who proposed it. */
  ACTIVATE(Set.of(PROPOSED), ACTIVE, Set.of(REGULATOR, OPERATOR)),
  /** 退出, 不予批准: for good; whoever is to join again is proposed again. */
  END(Set.of(PROPOSED, ACTIVE), ENDED, Set.of(SYSTEM, REGULATOR, OPERATOR));

  private final Set<AllianceState> from;
  private final AllianceState to;
  private final Set<Caller.Role> takenBy;

  AllianceStep(Set<AllianceState> from, AllianceState to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  /** The operation's name without the dollar sign. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean isOpen(Caller caller, AllianceState state) {
    return (caller.isRoot() || takenBy.contains(caller.role())) && from.contains(state);
  }

  /**
   * The state that it leads to.
   *
   * @param state null before there is one
   * @throws Refusal FORBIDDEN for another role; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  AllianceState take(Caller caller, @Nullable AllianceState state) {
    if (!caller.isRoot() && !takenBy.contains(caller.role())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.not-your-step", word());
    }
    if (state != null && !from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.illegal-step", word(), state.word());
    }
    return to;
  }
}
