package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy.Write;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A resident's request that an institution corrects a record: a {@code Task} with the code {@code
 * record-correction}, written by the resident, answered by the institution that it is addressed to.
 * It opens nothing to anybody; the record itself is mended by whoever wrote it, as any record is.
 *
 * <p>{@code focus} is what is wrong, {@code description} what is wrong with it and what should
 * stand there, {@code owner} the institution, {@code statusReason.text} its answer.
 */
final class CorrectionRequest {
  /** The {@code Task.code}, of {@link Causes#TASK_SYSTEM}. */
  static final String CODE = "record-correction";

  private static final String REQUESTED = "requested";

  /** From which state an institution takes it to which. A state that is no key is final. */
  private static final Map<String, Set<String>> ANSWERS =
      Map.of(
          REQUESTED,
          Set.of(REQUESTED, "received", "in-progress", "completed", "rejected"),
          "received",
          Set.of("received", "in-progress", "completed", "rejected"),
          "in-progress",
          Set.of("in-progress", "completed", "rejected"));

  /** An institution that ends it says why, or what was mended. */
  private static final Set<String> ANSWERED = Set.of("completed", "rejected");

  /** The resident's words, which the institution leaves as they are. */
  private static final Set<String> ASKED =
      Set.of("description", "authoredOn", "intent", "encounter", "reasonCode", "reasonReference");

  /** What changes whenever a resource is written again. */
  private static final Set<String> WRITTEN = Set.of("status", "meta", "lastModified");

  private CorrectionRequest() {}

  static boolean is(@Nullable ObjectNode version) {
    return version != null
        && version.path("resourceType").asString("").equals("Task")
        && Causes.isCorrection(version);
  }

  /**
   * What residents do with their own: ask, and take it back while nobody has answered.
   *
   * @param write of a resident; whose it is was checked before
   */
  static void checkResident(Write write) {
    ObjectNode before = write.before();
    ObjectNode after = write.after();
    if (after == null || !is(after) || before != null && !is(before)) {
      // Tasks of other kinds are not the residents' to write.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", write.type());
    }
    if (before == null) {
      required("focus", !text(after.path("focus"), "reference").isEmpty());
      required("owner", text(after.path("owner"), "reference").startsWith("Organization/"));
      required("description", !text(after, "description").isBlank());
      required("status", text(after, "status").equals(REQUESTED));
      required("statusReason", !after.has("statusReason"));
      return;
    }
    if (!ANSWERS.containsKey(text(before, "status"))
        || !text(after, "status").equals("cancelled")) {
      throw step(before);
    }
    for (String element : after.propertyNames()) {
      if (!WRITTEN.contains(element) && !after.path(element).equals(before.path(element))) {
        throw new Refusal(
            Refusal.Kind.FORBIDDEN,
            "Task." + element,
            "access.not-for-resident",
            new Object[] {"Task", element});
      }
    }
  }

  /** What the institution does with one that is addressed to it: take it up, and answer it once. */
  static void checkStaff(Caller caller, Write write) {
    ObjectNode before = write.before();
    ObjectNode after = write.after();
    if (before == null || after == null || !is(before) || !Referral.isAnswer(caller, write)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", write.type());
    }
    for (String element : ASKED) {
      if (!after.path(element).equals(before.path(element))) {
        throw new Refusal(
            Refusal.Kind.FORBIDDEN, "Task." + element, "access.correction-words", new Object[] {});
      }
    }
    String status = text(after, "status");
    if (!ANSWERS.getOrDefault(text(before, "status"), Set.of()).contains(status)) {
      throw step(before);
    }
    if (ANSWERED.contains(status) && text(after.path("statusReason"), "text").isBlank()) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "Task.statusReason.text",
          "access.correction-answer",
          new Object[] {});
    }
  }

  private static void required(String element, boolean holds) {
    if (!holds) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "Task." + element,
          "access.correction-element",
          new Object[] {element});
    }
  }

  /** Names the state it is in. */
  private static Refusal step(ObjectNode before) {
    return new Refusal(
        Refusal.Kind.BUSINESS_RULE,
        "Task.status",
        "access.correction-step",
        new Object[] {text(before, "status")});
  }

  private static String text(JsonNode node, String element) {
    return node.path(element).asString("");
  }
}
