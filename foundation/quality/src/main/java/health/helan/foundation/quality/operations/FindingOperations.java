package health.helan.foundation.quality.operations;

import health.helan.foundation.quality.Quality;
import health.helan.foundation.quality.findings.Finding;
import health.helan.foundation.quality.findings.FindingState;
import health.helan.foundation.quality.findings.FindingStep;
import health.helan.foundation.quality.findings.Findings;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Findings: lists, files, one with its past, and steps. */
final class FindingOperations {
  private static final int COUNT = 50;
  private static final int MOST = 1_000;

  /** Findings of one file; the next one goes on after the last. */
  private static final int MOST_OF_A_FILE = 10_000;

  private final Quality quality;

  FindingOperations(Quality quality) {
    this.quality = quality;
  }

  /**
   * {@code GET $quality-findings}: an institution's, the newest first; {@code institution} (those
   * who act for one see their own), {@code state} (parted by commas, {@code all}; the open ones),
   * {@code rule, dataset, count, after}; {@code as} csv or ndjson for a file.
   */
  Answer list(Call call, In in) {
    String owner = in.institution();
    if (owner == null) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "Parameters",
          "quality.parameter-missing",
          new Object[] {"institution"});
    }
    String as = in.as();
    int count =
        as == null
            ? in.number("count", COUNT, MOST)
            : in.number("count", MOST_OF_A_FILE, MOST_OF_A_FILE);
    List<Finding> found =
        quality
            .findings()
            .list(
                new Findings.Wanted(
                    owner,
                    states(in),
                    in.text("rule"),
                    in.text("dataset"),
                    in.text("after"),
                    count));
    Set<String> visible = Visible.of(call, found);
    if (as != null) {
      return file(as, owner, found, visible, call.language());
    }
    Out out = new Out();
    for (Finding finding : found) {
      tell(out.parts("finding"), finding, visible, call.language());
    }
    if (found.size() == count) {
      out.all().text("after", Findings.cursor(found.getLast()));
    }
    return out.answer();
  }

  private static Set<FindingState> states(In in) {
    List<String> asked = in.list("state");
    if (asked.isEmpty()) {
      return EnumSet.of(FindingState.DETECTED, FindingState.ASSIGNED, FindingState.FIXED);
    }
    if (asked.equals(List.of("all"))) {
      return Set.of();
    }
    return Set.copyOf(
        In.known(asked, "state", name -> FindingState.valueOf(name.toUpperCase(Locale.ROOT))));
  }

  private @Nullable Rule rule(Finding finding) {
    return quality.rules().inForce().byId().get(finding.rule());
  }

  private void tell(Out.Parts parts, Finding finding, Set<String> visible, Locale language) {
    Rule rule = rule(finding);
    parts
        .put("id", "valueId", finding.finding())
        .code("rule", finding.rule())
        .number("ruleVersion", finding.ruleVersion())
        .text("title", rule == null ? "" : rule.title(language))
        .text("advice", rule == null ? "" : rule.advice(language))
        .code("dimension", rule == null ? "" : rule.dimension().code())
        .code("severity", rule == null ? "" : rule.severity())
        .code("dataset", finding.type())
        .institution(finding.owner());
    if (visible.contains(finding.reference())) {
      parts
          .list()
          .addObject()
          .put("name", "record")
          .putObject("valueReference")
          .put("reference", finding.reference());
    }
    parts
        .text("path", finding.path())
        .code("state", finding.state().code())
        .text("assignee", finding.assignee())
        .number("times", finding.times())
        .put("found", "valueInstant", finding.found().toString())
        .put("changed", "valueInstant", finding.changed().toString());
  }

  private Answer file(
      String as, String owner, List<Finding> found, Set<String> visible, Locale language) {
    String name =
        "quality-findings-" + (owner.isEmpty() ? "none" : owner.replaceAll("[^A-Za-z0-9.-]", "_"));
    if (as.equals("csv")) {
      boolean zh = !language.equals(Locale.ENGLISH);
      Csv csv = new Csv();
      if (zh) {
        csv.line(
            "编号", "规则", "要求", "改法", "维度", "严重程度", "数据集", "记录", "元素", "状态", "负责人", "发现次数", "发现时间",
            "变动时间");
      } else {
        csv.line(
            "id",
            "rule",
            "title",
            "advice",
            "dimension",
            "severity",
            "dataset",
            "record",
            "path",
            "state",
            "assignee",
            "times",
            "found",
            "changed");
      }
      for (Finding finding : found) {
        Rule rule = rule(finding);
        csv.line(
            finding.finding(),
            finding.rule(),
            rule == null ? "" : rule.title(language),
            rule == null ? "" : rule.advice(language),
            rule == null ? "" : rule.dimension().code(),
            rule == null ? "" : rule.severity(),
            finding.type(),
            visible.contains(finding.reference()) ? finding.reference() : "",
            finding.path(),
            finding.state().code(),
            finding.assignee(),
            finding.times(),
            finding.found(),
            finding.changed());
      }
      return csv.answer(name);
    }
    var lines = new StringBuilder();
    for (Finding finding : found) {
      lines.append(issue(finding, visible, language)).append('\n');
    }
    return Answer.file(
        lines.toString().getBytes(StandardCharsets.UTF_8),
        "application/fhir+ndjson",
        name + ".ndjson");
  }

  /** A finding as an OperationOutcome, as validators tell faults. */
  private ObjectNode issue(Finding finding, Set<String> visible, Locale language) {
    Rule rule = rule(finding);
    ObjectNode outcome =
        Json.MAPPER
            .createObjectNode()
            .put("resourceType", "OperationOutcome")
            .put("id", finding.finding());
    ObjectNode issue = outcome.putArray("issue").addObject();
    issue.put("severity", rule == null || rule.severity().equals("error") ? "error" : "warning");
    issue.put("code", "business-rule");
    ObjectNode details = issue.putObject("details");
    details
        .putArray("coding")
        .addObject()
        .put("system", "https://helan.health/fhir/CodeSystem/quality-rule")
        .put("code", finding.rule());
    details.put("text", rule == null ? finding.rule() : rule.title(language));
    if (rule != null) {
      issue.put("diagnostics", rule.advice(language));
    }
    if (visible.contains(finding.reference())) {
      issue.putArray("location").add(finding.reference());
    }
    if (!finding.path().isEmpty()) {
      issue.putArray("expression").add(finding.path());
    }
    return outcome;
  }

  private Finding find(Call call, String id) {
    Finding finding = quality.findings().find(id);
    if (finding == null
        || In.isOfAnInstitution(call.caller())
            && (call.caller().institution().isEmpty()
                || !finding.owner().equals(call.caller().institution()))) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "quality.no-finding", id);
    }
    return finding;
  }

  /** {@code GET $quality-finding}: {@code finding}, with what was done about it. */
  Answer one(Call call, In in) {
    return one(call, find(call, in.need("finding")));
  }

  private Answer one(Call call, Finding finding) {
    Out out = new Out();
    Out.Parts parts = out.parts("finding");
    tell(parts, finding, Visible.of(call, List.of(finding)), call.language());
    for (Finding.Step step : quality.findings().steps(finding)) {
      parts
          .parts("step")
          .put("at", "valueInstant", step.at().toString())
          .code("step", step.step())
          .code("state", step.state().code())
          .text("by", step.by())
          .text("note", step.note());
    }
    return out.answer();
  }

  /**
   * {@code POST $quality-step}: {@code finding}, {@code step} assign ({@code assignee}), fix, waive
   * ({@code note}) or reopen ({@code note}).
   */
  Answer step(Call call, In in) {
    FindingStep step = FindingStep.named(in.need("step"));
    if (step == null) {
      throw In.wrong("step");
    }
    Caller caller = call.caller();
    boolean ofAnInstitution = In.isOfAnInstitution(caller);
    if (!caller.isRoot() && (step.by() == FindingStep.By.INSTITUTION) != ofAnInstitution) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "quality.not-your-step", step.code());
    }
    Finding finding = find(call, in.need("finding"));
    String assignee = "";
    if (step == FindingStep.ASSIGN) {
      assignee = in.need("assignee");
      if (assignee.length() > 100) {
        throw In.wrong("assignee");
      }
    }
    return one(
        call,
        quality.step(
            caller,
            finding.finding(),
            step,
            ofAnInstitution ? caller.institution() : null,
            assignee,
            in.note(step.by() == FindingStep.By.OPERATOR)));
  }
}
