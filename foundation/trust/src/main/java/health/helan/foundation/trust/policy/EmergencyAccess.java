package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.NoticeJson;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The life of an emergency access (紧急查阅), kept in a Task: opened by the practitioner, justified by
 * the practitioner, reviewed by a regulator; an access never justified can only be found a misuse.
 */
enum EmergencyAccess {
  OPENED("requested", Set.of("justify", "misuse")),
  JUSTIFIED("in-progress", Set.of("justified", "misuse")),
  REVIEWED("completed", Set.of());

  private static final String SYSTEM =
      "https://helan.health/fhir/CodeSystem/emergency-access-state";
  private static final DateTimeFormatter BEIJING =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneId.of("Asia/Shanghai"));

  private final String taskStatus;
  private final Set<String> steps;

  EmergencyAccess(String taskStatus, Set<String> steps) {
    this.taskStatus = taskStatus;
    this.steps = steps;
  }

  String code() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * @throws Refusal NOT_FOUND for a Task that is none of an emergency access
   */
  static EmergencyAccess of(ObjectNode task) {
    if (Causes.isEmergency(task)) {
      String code = task.path("businessStatus").path("coding").path(0).path("code").asString("");
      for (EmergencyAccess state : values()) {
        if (state.code().equals(code)) {
          return state;
        }
      }
    }
    throw new Refusal(
        Refusal.Kind.NOT_FOUND, "store.not-found", "Task", task.path("id").asString(""));
  }

  /**
   * @throws Refusal BUSINESS_RULE when the state does not allow the step
   */
  void take(String step) {
    if (!steps.contains(step)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "access.review-state", code());
    }
  }

  void set(ObjectNode task) {
    task.put("status", taskStatus);
    ObjectNode business = Json.MAPPER.createObjectNode();
    business.putArray("coding").addObject().put("system", SYSTEM).put("code", code());
    task.set("businessStatus", business);
  }

  /** A reason as it must be: something that can be reviewed. */
  static String reason(FhirCallText text, String parameter) {
    String reason = text.of(parameter);
    if (reason == null || reason.strip().length() < 5) {
      throw new Refusal(Refusal.Kind.VALUE, "access.reason-missing", parameter, 5);
    }
    return reason.strip();
  }

  /** Reads a parameter of a call. */
  interface FhirCallText {
    @org.jspecify.annotations.Nullable
    String of(String name);
  }

  /**
   * Tells the resident.
   *
   * @param about the kind of Task this is about, by which a page knows where to lead
   */
  static ObjectNode notice(String patient, String about, String text, Instant at) {
    return NoticeJson.of(patient, Causes.TASK_SYSTEM, about, text, at);
  }

  static String time(Instant at) {
    return BEIJING.format(at);
  }
}
