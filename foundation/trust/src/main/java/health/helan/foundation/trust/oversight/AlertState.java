package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Map;

/** The life of an alert; each step is taken by somebody who says why. */
enum AlertState {
  /** The platform found it. */
  DETECTED(Map.of("triage", "TRIAGED", "close", "CLOSED")),
  /** Somebody has looked at it and holds it for an incident. */
  TRIAGED(Map.of("contain", "CONTAINED", "close", "CLOSED")),
  /** It cannot go on: the account is locked, the token revoked. */
  CONTAINED(Map.of("close", "CLOSED")),
  CLOSED(Map.of());

  private final Map<String, String> steps;

  AlertState(Map<String, String> steps) {
    this.steps = steps;
  }

  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  static AlertState of(String code) {
    return valueOf(code.toUpperCase(Locale.ROOT));
  }

  /**
   * @throws Refusal BUSINESS_RULE when the state does not allow the step
   */
  AlertState take(String step) {
    String next = steps.get(step);
    if (next == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "oversight.alert-step", code());
    }
    return valueOf(next);
  }
}
