package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;

/** Keys are the operator's matter, whatever else a caller may do. */
final class OperatorOnly {
  private OperatorOnly() {}

  /**
   * @throws Refusal FORBIDDEN
   */
  static void check(Caller caller) {
    if (caller.role() != Caller.Role.OPERATOR) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "crypto.operator-only");
    }
  }
}
