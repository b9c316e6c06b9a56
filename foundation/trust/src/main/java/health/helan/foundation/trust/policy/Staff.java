package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Objects;

/** Who may call the operations of the desk. */
final class Staff {
  private Staff() {}

  /**
   * @throws Refusal FORBIDDEN for anyone but a practitioner who acts for an institution, with a
   *     token that reads patients
   */
  static void only(Caller caller, String operation) {
    if (caller.isRoot()) {
      return;
    }
    if (!mayCall(caller, operation)
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
  static void reviewersOnly(Caller caller, String operation) {
    if (!caller.isRoot() && !mayCall(caller, operation)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.reviewers-only");
    }
  }

  /** Whether {@link Roles} gives the operation to the caller's role. */
  static boolean mayCall(Caller caller, String operation) {
    return Objects.requireNonNull(Roles.ALL.get(caller.role())).mayCall(operation);
  }
}
