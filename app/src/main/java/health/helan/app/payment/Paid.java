package health.helan.app.payment;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.payment.Payables.Standing;

/** What is the same for whatever is paid for. */
final class Paid {
  static final Caller PLATFORM = Caller.platform("payment");

  /** Percent. */
  static final int ALL = 100;

  private Paid() {}

  /** Of a reference to a resource here. */
  static String id(String reference) {
    return reference.substring(reference.indexOf('/') + 1);
  }

  static Refusal nothingDue() {
    return new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.nothing-due");
  }

  /**
   * What was paid for cannot be read any more.
   *
   * @throws Refusal the same one, when it only could not be read now: nothing is given back for
   *     that
   */
  static Standing deleted(Refusal unreadable) {
    if (unreadable.kind() == Refusal.Kind.TRANSIENT) {
      throw unreadable;
    }
    return new Standing.Gone(ALL, "deleted");
  }
}
