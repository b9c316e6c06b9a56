package health.helan.oversight.supervision;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Levels;
import health.helan.foundation.store.NoticeJson;
import health.helan.oversight.supervision.CaseStep.Party;
import health.helan.oversight.supervision.rules.Act;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A complaint as its Task says it (docs/adr/0130): in the resident's record, written for the
 * institution. The institution stands in {@code restriction.recipient}: an owner's Task would open
 * the record.
 */
final class ComplaintTask {
  static final String CODE = "complaint";

  final ObjectNode task;

  private ComplaintTask(ObjectNode task) {
    this.task = task;
  }

  static boolean is(@Nullable JsonNode resource) {
    return CaseTask.is(resource, CODE);
  }

  static ComplaintTask of(ObjectNode task) {
    return new ComplaintTask(task);
  }

  /**
   * @param about what is complained of: {@code Encounter/[id]}
   * @param patient {@code Patient/[id]}
   */
  static ComplaintTask made(String about, String patient, String institution, Instant now) {
    ObjectNode task = Json.MAPPER.createObjectNode().put("resourceType", "Task");
    keepFromStaff(task);
    task.put("intent", "order");
    task.putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", CaseTask.TASK_SYSTEM)
        .put("code", CODE)
        .put("display", "投诉");
    task.putObject("focus").put("reference", about);
    task.putObject("for").put("reference", patient);
    task.put("authoredOn", now.toString());
    task.withObject("/restriction")
        .putArray("recipient")
        .addObject()
        .put("reference", "Organization/" + institution);
    return new ComplaintTask(task);
  }

  /** Above what treatment opens: who answers for the institution reads a complaint by steps. */
  static void keepFromStaff(ObjectNode resource) {
    resource
        .putObject("meta")
        .putArray("security")
        .addObject()
        .put("system", Levels.SYSTEM)
        .put("code", "L5");
  }

  /**
   * Tells the resident of a step that somebody else took; nothing of what was said.
   *
   * @param id of the Task
   * @param patient {@code Patient/[id]}
   */
  static ObjectNode notice(String id, String patient, ComplaintStep step, Instant now) {
    ObjectNode notice =
        NoticeJson.about(
            NoticeJson.of(patient, CaseTask.TASK_SYSTEM, CODE, step.told(), now), "Task/" + id);
    keepFromStaff(notice);
    return notice;
  }

  String about() {
    return Resources.text(task.path("focus"), "reference");
  }

  String patient() {
    return Resources.id(task.path("for"), "Patient");
  }

  String institution() {
    return Resources.id(task.path("restriction").path("recipient").path(0), "Organization");
  }

  ComplaintState state() {
    for (JsonNode coding : task.path("businessStatus").path("coding")) {
      if (ComplaintState.SYSTEM.equals(Resources.text(coding, "system"))) {
        return ComplaintState.of(Resources.text(coding, "code"));
      }
    }
    return ComplaintState.NONE;
  }

  /** Until when somebody is waited for: the institution, then the resident; null for nobody. */
  @Nullable Instant due() {
    return Resources.time(Resources.text(task.path("restriction").path("period"), "end"));
  }

  /**
   * A step that was taken.
   *
   * @param due null where nobody is waited for
   */
  void take(
      ComplaintStep step,
      Party party,
      ComplaintState to,
      String words,
      @Nullable Instant due,
      Instant now) {
    task.put("status", to.status()).put("lastModified", now.toString());
    ObjectNode business = Json.MAPPER.createObjectNode();
    business
        .putArray("coding")
        .addObject()
        .put("system", ComplaintState.SYSTEM)
        .put("code", to.code());
    task.set("businessStatus", business);
    if (due == null) {
      task.withObject("/restriction").remove("period");
    } else {
      task.withObject("/restriction").withObject("/period").put("end", due.toString());
    }
    task.withArray("note")
        .addObject()
        .put("authorString", step.word() + " " + word(party))
        .put("time", now.toString())
        .put("text", words);
  }

  static String word(Party party) {
    return party.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Something that was said; who said it, the Provenance tells.
   *
   * @param by the side: {@code resident}
   */
  record Said(String step, String by, @Nullable Instant at, String words) {}

  List<Said> said() {
    List<Said> all = new ArrayList<>();
    for (JsonNode note : task.path("note")) {
      String[] author = Resources.text(note, "authorString").split(" ", 2);
      all.add(
          new Said(
              author[0],
              author.length > 1 ? author[1] : "",
              Resources.time(Resources.text(note, "time")),
              Resources.text(note, "text")));
    }
    return all;
  }

  boolean had(ComplaintStep step) {
    return said().stream().anyMatch(one -> one.step().equals(step.word()));
  }

  /** What rules of supervision judge; as of its last step. */
  Seen seen(int home, int version, Instant now) {
    Instant at = Resources.time(Resources.text(task, "lastModified"));
    ObjectNode facts = Json.MAPPER.createObjectNode();
    facts.put("late", had(ComplaintStep.ESCALATE));
    facts.put("upheld", state() == ComplaintState.UPHELD);
    return new Seen(
        Act.COMPLAINT,
        home,
        Resources.text(task, "id"),
        version,
        Resources.id(task.path("focus"), "Encounter"),
        "",
        institution(),
        at == null ? now : at,
        null,
        null,
        null,
        facts);
  }
}
