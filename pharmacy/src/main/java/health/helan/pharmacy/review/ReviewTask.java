package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ResourceVersion;
import health.helan.pharmacy.review.rules.CommentCode;
import health.helan.pharmacy.review.rules.Finding;
import health.helan.pharmacy.review.rules.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The Task of a review and its DetectedIssues: how they are written, and what a Task says. */
final class ReviewTask {
  /** {@code Task.code}. */
  static final String TASK_SYSTEM = "https://helan.health/fhir/CodeSystem/task";

  static final String TASK = "prescription-review";

  private static final String DEADLINE =
      "https://helan.health/fhir/StructureDefinition/prescription-deadline";

  /**
   * A prescription nobody finished reviewing is worthless after so long: what was found is of the
   * day it was submitted, and the resident may have other drugs by now.
   */
  static final Duration VALID = Duration.ofDays(3);

  private ReviewTask() {}

  static ObjectNode task(
      Caller caller,
      List<ObjectNode> requests,
      List<ResourceVersion> versions,
      PrescriptionState state,
      String reviewer,
      Instant now,
      Duration patience) {
    ObjectNode task = Json.MAPPER.createObjectNode().put("resourceType", "Task");
    PrescriptionGuard.tag(task);
    deadline(task, now, patience);
    task.set("groupIdentifier", requests.getFirst().path("groupIdentifier").deepCopy());
    task.put("status", state.task());
    state(task, state);
    task.put("intent", "order");
    task.putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", TASK_SYSTEM)
        .put("code", TASK);
    task.putObject("for")
        .put("reference", requests.getFirst().path("subject").path("reference").asString(""));
    JsonNode encounter = requests.getFirst().path("encounter");
    if (encounter.isObject()) {
      task.set("encounter", encounter.deepCopy());
    }
    task.put("authoredOn", now.toString()).put("lastModified", now.toString());
    task.putObject("requester").put("reference", "Practitioner/" + caller.binding().practitioner());
    task.putObject("owner").put("reference", "Organization/" + reviewer);
    task.withObject("/restriction/period").put("end", now.plus(VALID).toString());
    ArrayNode input = task.putArray("input");
    for (int i = 0; i < versions.size(); i++) {
      ResourceVersion version = versions.get(i);
      ObjectNode one = input.addObject();
      one.putObject("type").put("text", "prescription");
      one.putObject("valueReference")
          .put("reference", "MedicationRequest/" + version.id() + "/_history/" + version.version())
          .put("display", Dosages.name(requests.get(i)));
    }
    organization(input, "reviewer", reviewer);
    organization(input, "prescriber", caller.institution());
    return task;
  }

  /** From when a decision is waited for, and until when. */
  static void deadline(ObjectNode task, Instant now, Duration patience) {
    ArrayNode extensions = task.withArray("extension");
    extensions.removeIf(one -> DEADLINE.equals(one.path("url").asString("")));
    extensions.addObject().put("url", DEADLINE).put("valueDateTime", now.plus(patience).toString());
    task.withObject("/restriction/period").put("start", now.toString());
  }

  /** From when a pharmacist's decision is waited for. */
  static String queuedAt(JsonNode task) {
    return task.path("restriction").path("period").path("start").asString("");
  }

  static void organization(ArrayNode input, String type, String id) {
    ObjectNode one = input.addObject();
    one.putObject("type").put("text", type);
    one.putObject("valueReference").put("reference", "Organization/" + id);
  }

  static void state(ObjectNode task, PrescriptionState state) {
    task.putObject("businessStatus")
        .putArray("coding")
        .addObject()
        .put("system", PrescriptionState.SYSTEM)
        .put("code", state.word());
  }

  static void change(ObjectNode task, PrescriptionStep step, PrescriptionState to, Caller caller) {
    task.put("status", to.task());
    state(task, to);
    String owner =
        switch (step) {
          case TAKE, PASS, REFUSE, RETURN -> "Practitioner/" + caller.binding().practitioner();
          default -> "Organization/" + reviewerOf(task);
        };
    task.putObject("owner").put("reference", owner);
  }

  static ObjectNode issue(Finding finding, String patient, Instant now) {
    ObjectNode issue = Json.MAPPER.createObjectNode().put("resourceType", "DetectedIssue");
    PrescriptionGuard.tag(issue);
    if (finding.severity() == Severity.FORBID) {
      PrescriptionGuard.forbid(issue);
    }
    issue
        .putArray("identifier")
        .addObject()
        .put("system", "https://helan.health/fhir/sid/review-finding")
        .put("value", finding.key());
    issue.put("status", "final");
    ObjectNode code = issue.putObject("code");
    ArrayNode codings = code.putArray("coding");
    codings
        .addObject()
        .put("system", CommentCode.SYSTEM)
        .put("code", finding.code())
        .put("display", CommentCode.title(finding.code()));
    codings
        .addObject()
        .put("system", "https://helan.health/fhir/CodeSystem/prescription-review-rule")
        .put("version", Integer.toString(finding.version()))
        .put("code", finding.rule())
        .put("display", finding.title().zh());
    code.put("text", finding.title().zh());
    issue.put(
        "severity",
        switch (finding.severity()) {
          case FORBID, BLOCK -> "high";
          case WARN -> "moderate";
          case INFO -> "low";
        });
    issue.putObject("patient").put("reference", patient);
    issue.put("identifiedDateTime", now.toString());
    for (String item : finding.items()) {
      issue.withArray("implicated").addObject().put("reference", item);
    }
    issue.put("detail", finding.sentence().zh() + "\n" + finding.source().zh());
    return issue;
  }

  static boolean isOurs(JsonNode task) {
    return PrescriptionGuard.isTagged(task)
        && task.path("code").path("coding").path(0).path("code").asString("").equals(TASK);
  }

  static @Nullable PrescriptionState state(JsonNode task) {
    for (JsonNode coding : task.path("businessStatus").path("coding")) {
      if (PrescriptionState.SYSTEM.equals(coding.path("system").asString(""))) {
        return PrescriptionState.of(coding.path("code").asString(""));
      }
    }
    return null;
  }

  static String doctorOf(JsonNode task) {
    return FactReader.id(task.path("requester"), "Practitioner");
  }

  static String reviewerOf(JsonNode task) {
    return organizationOf(task, "reviewer");
  }

  static String prescriberOf(JsonNode task) {
    return organizationOf(task, "prescriber");
  }

  static String organizationOf(JsonNode task, String input) {
    for (JsonNode one : task.path("input")) {
      if (one.path("type").path("text").asString("").equals(input)) {
        return FactReader.id(one.path("valueReference"), "Organization");
      }
    }
    return "";
  }

  /** Ids of the MedicationRequests, and the versions that were signed. */
  static List<String[]> requestsOf(JsonNode task) {
    List<String[]> all = new ArrayList<>();
    for (JsonNode input : task.path("input")) {
      String[] parts = input.path("valueReference").path("reference").asString("").split("/");
      if (parts.length == 4 && parts[0].equals("MedicationRequest")) {
        all.add(new String[] {parts[1], parts[3]});
      }
    }
    return all;
  }

  /** When a pharmacist should have decided. */
  static String deadlineOf(JsonNode task) {
    for (JsonNode extension : task.path("extension")) {
      if (DEADLINE.equals(extension.path("url").asString(""))) {
        return extension.path("valueDateTime").asString("");
      }
    }
    return "";
  }

  static boolean isLate(JsonNode task, Instant now) {
    return isUndecided(state(task))
        && !isOver(task, now)
        && Instant.parse(deadlineOf(task)).isBefore(now);
  }

  static boolean isUndecided(@Nullable PrescriptionState state) {
    return state == PrescriptionState.WAITING || state == PrescriptionState.TAKEN;
  }

  static boolean isOver(JsonNode task, Instant now) {
    PrescriptionState state = state(task);
    String end = task.path("restriction").path("period").path("end").asString("");
    return state != null && !state.isFinal() && !end.isEmpty() && Instant.parse(end).isBefore(now);
  }
}
