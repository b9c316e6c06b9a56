package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Purges;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is under review is written by its steps alone: else a prescription would be changed after it
 * was signed, or made effective by whoever may write one. Known by a tag that only the steps put
 * on.
 */
public final class PrescriptionGuard implements WriteFollower {
  static final String TAG = "https://helan.health/fhir/CodeSystem/prescription-review";
  static final String SUBMITTED = "submitted";

  /** Of a finding that nothing overrides, and of the Task of a prescription that has one. */
  static final String FORBIDDEN = "forbidden";

  private static final Set<String> TYPES =
      Set.of("MedicationRequest", "Task", "DetectedIssue", "Composition");

  @Override
  public boolean concerns(String type) {
    return TYPES.contains(type);
  }

  @Override
  public void check(Caller caller, Followed written) {
    if (!caller.isRoot()
        && caller.role() == Caller.Role.PRACTITIONER
        && written.type().equals("MedicationRequest")
        && isOrder(written.after())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.unreviewed");
    }
    if (!caller.isRoot()
        && !Purges.isErasing(caller)
        && (isTagged(written.before()) || isTagged(written.after()))) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.by-steps", written.type());
    }
  }

  /**
   * What a doctor in person writes without a review: a draft, and that it is none any more. All
   * else counts or looks as if it had been reviewed. Systems write what was reviewed at their own
   * institution.
   */
  private static final Set<String> WITHOUT_REVIEW =
      Set.of("draft", "cancelled", "entered-in-error");

  private static boolean isOrder(@Nullable JsonNode request) {
    return request != null
        && !WITHOUT_REVIEW.contains(request.path("status").asString(""))
        && request.path("intent").asString("").endsWith("order");
  }

  /** With one of ours, whichever. */
  static boolean isTagged(@Nullable JsonNode resource) {
    return hasTag(resource, SUBMITTED) || hasTag(resource, FORBIDDEN);
  }

  static boolean isForbidden(JsonNode resource) {
    return hasTag(resource, FORBIDDEN);
  }

  private static boolean hasTag(@Nullable JsonNode resource, String code) {
    if (resource != null) {
      for (JsonNode tag : resource.path("meta").path("tag")) {
        if (TAG.equals(tag.path("system").asString(""))
            && code.equals(tag.path("code").asString(""))) {
          return true;
        }
      }
    }
    return false;
  }

  static void tag(ObjectNode resource) {
    tag(resource, SUBMITTED);
  }

  static void forbid(ObjectNode resource) {
    tag(resource);
    tag(resource, FORBIDDEN);
  }

  private static void tag(ObjectNode resource, String code) {
    if (!hasTag(resource, code)) {
      resource
          .withObject("/meta")
          .withArray("tag")
          .addObject()
          .put("system", TAG)
          .put("code", code);
    }
  }

  /** Keeps what was decided, for the figures of pharmacists' work. */
  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at)
      throws SQLException {
    for (Followed one : written) {
      ObjectNode after = one.after();
      if (one.type().equals("Task")
          && after != null
          && isTagged(after)
          && ReviewTask.state(one.before() == null ? after : one.before())
              == PrescriptionState.TAKEN) {
        Decision decision = Decision.of(after);
        if (decision != null) {
          decision.write(transaction, one);
        }
      }
    }
  }
}
