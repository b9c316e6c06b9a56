package health.helan.foundation.terminology;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The state of a terminology resource, and what may be written in it. */
public final class Review {
  /** On a draft: {@code submitted} or {@code reviewed}. */
  static final String STATE = "https://helan.health/fhir/StructureDefinition/review-state";

  /** Who submitted it (the account), since somebody else must approve. */
  static final String SUBMITTER = "https://helan.health/fhir/StructureDefinition/review-submitter";

  private Review() {}

  public static String state(JsonNode resource) {
    String status = resource.path("status").asString("draft");
    if (!status.equals("draft")) {
      return status;
    }
    String said = extension(resource, STATE);
    return said.isEmpty() ? "draft" : said;
  }

  private static String extension(JsonNode resource, String url) {
    for (JsonNode extension : resource.path("extension")) {
      if (url.equals(extension.path("url").asString(""))) {
        for (var property : extension.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue().asString("");
          }
        }
      }
    }
    return "";
  }

  /** Takes a step on the resource. */
  public static ObjectNode take(Step step, ObjectNode resource, Caller caller) {
    String to = step.take(state(resource));
    if (step == Step.APPROVE && extension(resource, SUBMITTER).equals(caller.subject())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "terms.own-approval");
    }
    String submitter = step == Step.APPROVE ? extension(resource, SUBMITTER) : caller.subject();
    if (resource.get("extension") instanceof ArrayNode extensions) {
      for (int i = extensions.size() - 1; i >= 0; i--) {
        String url = extensions.path(i).path("url").asString("");
        if (url.equals(STATE) || url.equals(SUBMITTER)) {
          extensions.remove(i);
        }
      }
      if (extensions.isEmpty()) {
        resource.remove("extension");
      }
    }
    boolean isDraft = to.equals("submitted") || to.equals("reviewed") || to.equals("draft");
    resource.put("status", isDraft ? "draft" : to);
    if (isDraft && !to.equals("draft")) {
      ArrayNode extensions = resource.withArray("extension");
      extensions.addObject().put("url", STATE).put("valueCode", to);
      extensions.addObject().put("url", SUBMITTER).put("valueString", submitter);
    }
    return resource;
  }

  /**
   * Whoever is not the platform itself or the holder of the operator token writes drafts only; all
   * else happens by steps.
   */
  static void check(Caller caller, WriteFollower.Followed written) {
    if (caller.isRoot()) {
      return;
    }
    JsonNode before = written.before();
    JsonNode after = written.after();
    if (before != null) {
      String state = state(before);
      if (state.equals("active") || state.equals("retired")) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "terms.not-editable", state);
      }
    }
    if (after != null && !state(after).equals("draft")) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "terms.drafts-only");
    }
  }
}
