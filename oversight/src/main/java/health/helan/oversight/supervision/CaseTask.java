package health.helan.oversight.supervision;

import health.helan.foundation.store.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A case as its Task says it (docs/adr/0125). It names the institution and versions of resources,
 * and no resident: {@code Task.for} is empty.
 */
final class CaseTask {
  static final String TASK_SYSTEM = "https://helan.health/fhir/CodeSystem/task";
  static final String CODE = "supervision-case";

  final ObjectNode task;

  private CaseTask(ObjectNode task) {
    this.task = task;
  }

  static boolean is(@Nullable JsonNode resource) {
    return is(resource, CODE);
  }

  /** Whether it is a Task with a code of ours. */
  static boolean is(@Nullable JsonNode resource, String code) {
    if (resource != null && "Task".equals(resource.path("resourceType").asString(""))) {
      for (JsonNode coding : resource.path("code").path("coding")) {
        if (TASK_SYSTEM.equals(Resources.text(coding, "system"))
            && code.equals(Resources.text(coding, "code"))) {
          return true;
        }
      }
    }
    return false;
  }

  static CaseTask of(ObjectNode task) {
    return new CaseTask(task);
  }

  static CaseTask made(String institution, Instant now) {
    ObjectNode task = Json.MAPPER.createObjectNode().put("resourceType", "Task");
    task.put("intent", "order");
    task.putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", TASK_SYSTEM)
        .put("code", CODE)
        .put("display", "互联网诊疗监管案件");
    task.put("authoredOn", now.toString());
    task.putObject("owner").put("reference", "Organization/" + institution);
    return new CaseTask(task);
  }

  CaseState state() {
    for (JsonNode coding : task.path("businessStatus").path("coding")) {
      if (CaseState.SYSTEM.equals(Resources.text(coding, "system"))) {
        return CaseState.of(Resources.text(coding, "code"));
      }
    }
    return CaseState.NONE;
  }

  void state(CaseState state, Instant now) {
    task.put("status", state.status()).put("lastModified", now.toString());
    ObjectNode business = Json.MAPPER.createObjectNode();
    business
        .putArray("coding")
        .addObject()
        .put("system", CaseState.SYSTEM)
        .put("code", state.code());
    task.set("businessStatus", business);
  }

  String institution() {
    return Resources.id(task.path("owner"), "Organization");
  }

  /** Until when the institution answers; null where nothing is to be answered. */
  @Nullable Instant deadline() {
    return state() == CaseState.WARNED
        ? Resources.time(Resources.text(task.path("restriction").path("period"), "end"))
        : null;
  }

  void deadline(Instant until) {
    task.withObject("/restriction").withObject("/period").put("end", until.toString());
  }

  /** What it is about: hits as {@code rule|what}, and the versions they were judged by. */
  void hit(SupervisionTable.Row hit) {
    ObjectNode key = task.withArray("input").addObject();
    key.putObject("type").put("text", "hit");
    key.put("valueString", hit.key() + "|" + hit.ruleVersion());
    evidence("input", hit.evidence());
  }

  /** A reference, with its version where there is one. */
  void evidence(String list, String reference) {
    for (JsonNode there : task.path(list)) {
      if (Resources.text(there.path("valueReference"), "reference").equals(reference)) {
        return;
      }
    }
    ObjectNode one = task.withArray(list).addObject();
    one.putObject("type").put("text", "evidence");
    one.putObject("valueReference").put("reference", reference);
  }

  /** References of a list: {@code input} the regulator's, {@code output} the institution's. */
  List<String> evidence(String list) {
    List<String> all = new ArrayList<>();
    for (JsonNode one : task.path(list)) {
      String reference = Resources.text(one.path("valueReference"), "reference");
      if (!reference.isEmpty()) {
        all.add(reference);
      }
    }
    return all;
  }

  /** What is said at a step, for good. */
  void say(CaseStep step, String by, String words, Instant now) {
    ObjectNode note = task.withArray("note").addObject();
    note.put("authorString", step.word() + " " + by);
    note.put("time", now.toString());
    note.put("text", words);
  }

  /** Who took a step the last time; empty for nobody. */
  String lastBy(CaseStep step) {
    String by = "";
    for (JsonNode note : task.path("note")) {
      String author = Resources.text(note, "authorString");
      if (author.startsWith(step.word() + " ")) {
        by = author.substring(step.word().length() + 1);
      }
    }
    return by;
  }
}
