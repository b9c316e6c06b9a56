package health.helan.oversight.supervision;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.supervision.rules.Rule;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Hits and steps of cases as lines of JSON for the regulator's own system, from a number on, each
 * once and in order. As little as is needed: institution, the doctor's licence, what and when. No
 * resident is named; where the records lie is told only while a case is open.
 */
final class Export {
  private final RecordStore store;
  private final Sql sql;
  private final RuleBook rules;

  Export(Supervision supervision) {
    store = supervision.store;
    sql = supervision.sql;
    rules = supervision.rules;
  }

  /** Lines, each ended by a line feed; empty when there is nothing new. */
  byte[] after(long after, int most) {
    List<SupervisionTable.Numbered> all =
        sql.together(
            connection -> {
              SupervisionTable.number(connection);
              return SupervisionTable.after(connection, after, most);
            });
    var out = new ByteArrayOutputStream();
    Map<String, String> names = new HashMap<>();
    Map<String, String> licences = new HashMap<>();
    Map<String, Boolean> open = new HashMap<>();
    for (SupervisionTable.Numbered one : all) {
      ObjectNode line = Json.MAPPER.createObjectNode();
      line.put("number", one.number());
      if (one.hit() != null) {
        hit(line, one.hit(), names, licences, open);
      } else if (one.step() != null) {
        SupervisionTable.Step step = one.step();
        line.put("type", step.type()).put(step.type(), step.caseId());
        line.put("version", step.version());
        line.put("state", step.state()).put("at", step.at().toString());
        institution(line, step.institution(), names);
      }
      out.writeBytes(Json.MAPPER.writeValueAsBytes(line));
      out.write('\n');
    }
    return out.toByteArray();
  }

  private void hit(
      ObjectNode line,
      SupervisionTable.Row hit,
      Map<String, String> names,
      Map<String, String> licences,
      Map<String, Boolean> open) {
    line.put("type", "hit").put("rule", hit.rule()).put("ruleVersion", hit.ruleVersion());
    line.put("kind", hit.kind());
    if (hit.trial()) {
      line.put("trial", true);
    }
    line.put("stopped", hit.stopped());
    line.put("at", hit.at().toString()).put("found", hit.found().toString());
    Rule rule = rules.live(hit.rule());
    if (rule != null) {
      line.put("title", rule.title().zh());
      line.put("sentence", Rule.sentence(rule.says().zh(), hit.told()));
    }
    institution(line, hit.institution(), names);
    if (!hit.practitioner().isEmpty()) {
      ObjectNode doctor = line.putObject("doctor");
      doctor.put("practitioner", hit.practitioner());
      String licence = licences.computeIfAbsent(hit.practitioner(), this::licence);
      if (!licence.isEmpty()) {
        doctor.put("licence", licence);
      }
    }
    line.put("act", hit.what().substring(0, hit.what().indexOf('/')));
    if (!hit.caseId().isEmpty()) {
      line.put("case", hit.caseId());
      if (open.computeIfAbsent(hit.caseId(), this::isOpen)) {
        line.put("evidence", hit.evidence());
      }
    }
  }

  private void institution(ObjectNode line, String id, Map<String, String> names) {
    ObjectNode institution = line.putObject("institution").put("id", id);
    String name =
        names.computeIfAbsent(id, one -> Resources.text(read("Organization", one), "name"));
    if (!name.isEmpty()) {
      institution.put("name", name);
    }
  }

  /** Number of the doctor's first licence; empty for none. */
  private String licence(String practitioner) {
    for (JsonNode qualification : read("Practitioner", practitioner).path("qualification")) {
      String number = Resources.text(qualification.path("identifier").path(0), "value");
      if (!number.isEmpty()) {
        return number;
      }
    }
    return "";
  }

  private boolean isOpen(String id) {
    return !CaseTask.of(read("Task", id)).state().isFinal();
  }

  private ObjectNode read(String type, String id) {
    try {
      byte[] content =
          id.isEmpty() ? null : store.read(Caller.platform("supervision"), type, id).content();
      return content == null
          ? Json.MAPPER.createObjectNode()
          : (ObjectNode) Json.MAPPER.readTree(content);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      return Json.MAPPER.createObjectNode();
    }
  }
}
