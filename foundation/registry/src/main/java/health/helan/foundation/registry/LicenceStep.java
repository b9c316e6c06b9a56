package health.helan.foundation.registry;

import static health.helan.foundation.registry.LicenceState.ACTIVE;
import static health.helan.foundation.registry.LicenceState.EXPIRED;
import static health.helan.foundation.registry.LicenceState.FILED;
import static health.helan.foundation.registry.LicenceState.RETURNED;
import static health.helan.foundation.registry.LicenceState.SUSPENDED;
import static health.helan.foundation.registry.LicenceState.UNFILED;
import static health.helan.foundation.registry.LicenceState.VERIFIED;
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
 * What can happen to a licence of a practitioner, an institution or an online service: from which
 * states, to which, and by whom. Institutions file, the health commission (regulators, and
 * operators on its behalf) decides; nobody verifies what they filed.
 */
public enum LicenceStep {
  /** 备案: again, too, until somebody has verified it. */
  FILE(Set.of(UNFILED, RETURNED, FILED), FILED, Set.of(SYSTEM, PRACTITIONER, OPERATOR)),
  /** 退回, with the reason. */
  SEND_BACK(Set.of(FILED, VERIFIED), RETURNED, Set.of(REGULATOR, OPERATOR)),
  /** 核验, by somebody else than who filed it. */
  VERIFY(Set.of(FILED), VERIFIED, Set.of(REGULATOR, OPERATOR)),
  /** 启用: from the first day of its period on. */
  ACTIVATE(Set.of(VERIFIED), ACTIVE, Set.of(REGULATOR, OPERATOR)),
  /** 暂停. */
  SUSPEND(Set.of(ACTIVE), SUSPENDED, Set.of(REGULATOR, OPERATOR)),
  /** 恢复. */
  RESUME(Set.of(SUSPENDED), ACTIVE, Set.of(REGULATOR, OPERATOR)),
  /** 延续: another last day; what was lost in between stays lost. Not after a revocation. */
  RENEW(Set.of(ACTIVE, EXPIRED), ACTIVE, Set.of(REGULATOR, OPERATOR)),
  /** 校验: one that is passed leaves the state; one that is failed suspends. */
  CHECK(Set.of(ACTIVE), null, Set.of(REGULATOR, OPERATOR)),
  /** 到期: by the platform itself, once the period is over. Nothing waits for it. */
  EXPIRE(Set.of(ACTIVE, SUSPENDED), EXPIRED, Set.of()),
  /** 注销、吊销: for good. */
  REVOKE(Set.of(ACTIVE, SUSPENDED), EXPIRED, Set.of(REGULATOR, OPERATOR));

  private final Set<LicenceState> from;
  private final @Nullable LicenceState to;
  private final Set<Caller.Role> takenBy;

  LicenceStep(Set<LicenceState> from, @Nullable LicenceState to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  /** The operation's name without the dollar sign. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether somebody in the role could take it from the state. */
  public boolean isOpen(Caller caller, LicenceState state) {
    return (caller.isRoot() || takenBy.contains(caller.role())) && from.contains(state);
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another role; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  LicenceState take(Caller caller, LicenceState state) {
    if (!caller.isRoot() && !takenBy.contains(caller.role())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.illegal-step", word(), state.word());
    }
    return to == null ? state : to;
  }
}
