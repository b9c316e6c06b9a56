package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy.Write;
import health.helan.foundation.store.Caller;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A Task of one institution that is addressed to another, which may answer it. */
final class Referral {
  private Referral() {}

  /**
   * Changes a Task that is addressed to the caller, and neither whom it is about nor to whom it
   * goes.
   */
  static boolean isAnswer(Caller caller, Write write) {
    ObjectNode before = write.before();
    ObjectNode after = write.after();
    if (!write.type().equals("Task") || before == null || after == null) {
      return false;
    }
    String owner = before.path("owner").path("reference").asString("");
    boolean isAddressed =
        owner.equals("Organization/" + caller.institution())
            || owner.equals("Practitioner/" + caller.binding().practitioner());
    for (String kept : new String[] {"for", "owner", "requester", "code", "focus", "restriction"}) {
      JsonNode was = before.path(kept);
      if (!was.equals(after.path(kept))) {
        return false;
      }
    }
    return isAddressed;
  }
}
