package health.helan.foundation.registry;

import static health.helan.foundation.registry.SiteState.APPROVED;
import static health.helan.foundation.registry.SiteState.ENDED;
import static health.helan.foundation.registry.SiteState.PENDING;
import static health.helan.foundation.registry.SiteState.UNFILED;
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
 * What can happen to a place of practice: from which states, to which, and by whom. The institution
 * where somebody is to work files; the health commission approves; for online care the
 * practitioner's main institution agrees first.
 */
public enum SiteStep {
  FILE(Set.of(UNFILED, PENDING, ENDED), PENDING, Set.of(SYSTEM, PRACTITIONER, OPERATOR)),
  /** 主执业机构同意: by somebody of the main institution. */
  AGREE(Set.of(PENDING), null, Set.of(SYSTEM, PRACTITIONER, OPERATOR)),
  /** By somebody else than who filed it. */
  APPROVE(Set.of(PENDING), APPROVED, Set.of(REGULATOR, OPERATOR)),
  REFUSE(Set.of(PENDING), ENDED, Set.of(REGULATOR, OPERATOR)),
  /** 终止: also by the institution itself. */
  END(Set.of(APPROVED), ENDED, Set.of(SYSTEM, REGULATOR, OPERATOR)),
  /** 授予、取消处方权: replaces the rights. The institution's decision; no practitioner's own. */
  PRESCRIBING_RIGHTS(Set.of(APPROVED), null, Set.of(SYSTEM, REGULATOR, OPERATOR));

  private final Set<SiteState> from;
  private final @Nullable SiteState to;
  private final Set<Caller.Role> takenBy;

  SiteStep(Set<SiteState> from, @Nullable SiteState to, Set<Caller.Role> takenBy) {
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  /** The operation's name without the dollar sign. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public boolean isOpen(Caller caller, SiteState state) {
    return (caller.isRoot() || takenBy.contains(caller.role())) && from.contains(state);
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another role; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  SiteState take(Caller caller, SiteState state) {
    if (!caller.isRoot() && !takenBy.contains(caller.role())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.illegal-step", word(), state.word());
    }
    return to == null ? state : to;
  }
}
