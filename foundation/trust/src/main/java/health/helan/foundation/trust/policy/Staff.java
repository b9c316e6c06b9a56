package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;

/** Who may call the operations of the desk. */
final class Staff {
  private Staff() {}

  /**
   * @throws Refusal FORBIDDEN for anyone but a practitioner who acts for an institution, with a
   *     token that reads patients
   */
  static void only(Caller caller) {
    if (caller.isRoot()) {
      return;
    }
    if (caller.role() != Role.PRACTITIONER
        || caller.institution().isEmpty()
        || caller.binding().practitioner().isEmpty()
        || Scopes.reach(caller, health.helan.foundation.store.AccessPolicy.Action.SEARCH, "Patient")
            != Scopes.Reach.ROLE) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.practitioners-only");
    }
  }

  /**
   * @throws Refusal FORBIDDEN for anyone but a regulator or the root
   */
  static void reviewersOnly(Caller caller) {
    if (!caller.isRoot() && caller.role() != Role.REGULATOR) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.reviewers-only");
    }
  }
}
