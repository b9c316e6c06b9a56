package health.helan.foundation.quality.operations;

import health.helan.foundation.quality.Quality;
import health.helan.foundation.quality.findings.Findings.Judged;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.quality.rules.RuleBook;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Rules: what is in force, drafts of operators, trying and putting in force. */
final class RuleOperations {
  /** Entries of a Bundle that is checked. */
  private static final int MOST_CHECKED = 10_000;

  private static final int SAMPLE = 200;
  private static final int LARGEST_SAMPLE = 1_000;
  private static final int EXAMPLES = 10;

  /** A rule that more than half of the records break is more often wrong than they are. */
  private static final int SUSPICIOUS_PERCENT = 50;

  private static final int FEW = 20;
  private static final int ROUNDED = 5;

  private final Quality quality;

  RuleOperations(Quality quality) {
    this.quality = quality;
  }

  /** {@code GET $quality-rules}: {@code dataset, dimension}; {@code drafts=true} adds drafts. */
  Answer list(Call call, In in) {
    String dataset = in.text("dataset");
    String dimension = in.text("dimension");
    Out out = new Out();
    RuleBook.InForce inForce = quality.rules().inForce();
    for (Rule rule : inForce.byId().values()) {
      if (dataset != null && !dataset.equals(rule.dataset())
          || dimension != null && !dimension.equals(rule.dimension().code())) {
        continue;
      }
      tell(out.parts("rule"), rule, "active", call.language());
    }
    if ("true".equals(in.text("drafts"))) {
      for (RuleBook.Version version : quality.rules().versions()) {
        if (version.state().equals("draft")) {
          tell(
              out.parts("rule"),
              Rule.of(Rule.json(version.spec()), version.version()),
              "draft",
              call.language());
        }
      }
    }
    return out.answer();
  }

  private static void tell(Out.Parts parts, Rule rule, String state, Locale language) {
    parts
        .code("rule", rule.rule())
        .number("version", rule.version())
        .code("state", state)
        .code("dataset", rule.dataset())
        .code("dimension", rule.dimension().code())
        .code("severity", rule.severity())
        .text("title", rule.title(language))
        .text("advice", rule.advice(language))
        .text("source", rule.spec().path("source").asString(""))
        .flag("shipped", rule.version() < Rule.OPERATORS)
        .text("spec", rule.spec().toString());
  }

  /** {@code POST $quality-rule}: {@code spec}, the rule as JSON; kept as a draft. */
  Answer draft(Call call, In in) {
    Rule rule = quality.rules().draft(in.need("spec"), call.caller().subject());
    Out out = new Out();
    tell(out.parts("rule"), rule, "draft", call.language());
    return out.answer();
  }

  private Rule asked(In in) {
    String spec = in.text("spec");
    if (spec != null) {
      return Rule.of(Rule.json(spec), Rule.OPERATORS);
    }
    String id = in.need("rule");
    String version = in.text("version");
    if (version == null) {
      Rule rule = quality.rules().inForce().byId().get(id);
      if (rule == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "quality.no-rule", id);
      }
      return rule;
    }
    RuleBook.Version found = quality.rules().find(id, version(version));
    if (found == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "quality.no-rule", id + " " + version);
    }
    return Rule.of(Rule.json(found.spec()), found.version());
  }

  private static int version(String text) {
    if (!text.matches("\\d{1,9}")) {
      throw In.wrong("version");
    }
    return Integer.parseInt(text);
  }

  /**
   * {@code POST $quality-check}: a resource, or a Bundle of them, as the body. What the rules in
   * force would say of it, as an OperationOutcome; nothing is stored, and no other record is looked
   * at.
   */
  Answer check(Call call) {
    ObjectNode body = call.body();
    if (body == null) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.body-empty");
    }
    ObjectNode outcome = Json.MAPPER.createObjectNode().put("resourceType", "OperationOutcome");
    ArrayNode issues = outcome.putArray("issue");
    boolean isBundle = body.path("resourceType").asString("").equals("Bundle");
    List<JsonNode> resources = new ArrayList<>();
    if (isBundle) {
      body.path("entry").forEach(entry -> resources.add(entry.path("resource")));
    } else {
      resources.add(body);
    }
    if (resources.size() > MOST_CHECKED) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "rest.too-many-entries", MOST_CHECKED);
    }
    List<ObjectNode> checked = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < resources.size(); i++) {
      if (resources.get(i) instanceof ObjectNode resource) { // Else an entry without one.
        checked.add(resource);
        places.add(i);
      }
    }
    List<List<Judged>> found = quality.check(checked, call.caller().institution());
    for (int i = 0; i < found.size(); i++) {
      add(
          found.get(i),
          isBundle ? "Bundle.entry[" + places.get(i) + "].resource" : null,
          call.language(),
          issues);
    }
    if (issues.isEmpty()) {
      issues
          .addObject()
          .put("severity", "information")
          .put("code", "informational")
          .putObject("details")
          .put("text", Messages.of(call.language(), "quality.nothing-found", List.of()));
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(outcome));
  }

  /**
   * An issue for each rule that is not kept.
   *
   * @param place of the resource in what was sent; null when it is that itself
   */
  static void add(List<Judged> found, @Nullable String place, Locale language, ArrayNode issues) {
    for (Judged judged : found) {
      ObjectNode issue = issues.addObject();
      issue.put("severity", judged.rule().severity()).put("code", "business-rule");
      ObjectNode details = issue.putObject("details");
      details
          .putArray("coding")
          .addObject()
          .put("system", "https://helan.health/fhir/CodeSystem/quality-rule")
          .put("code", judged.rule().rule());
      details.put("text", judged.rule().title(language));
      issue.put("diagnostics", judged.rule().advice(language));
      String path = judged.verdict().path();
      issue
          .putArray("expression")
          .add(place == null ? path : place + path.substring(judged.subject().type().length()));
    }
  }

  /**
   * {@code $quality-try}: {@code spec}, or {@code rule} with {@code version}; {@code sample}, 200
   * of the records written last. Tells what it would find, and keeps nothing.
   */
  Answer attempt(Call call, In in) {
    int sample = in.number("sample", SAMPLE, LARGEST_SAMPLE);
    if (sample < FEW) {
      throw In.wrong("sample");
    }
    return tell(call, quality.attempt(asked(in), sample, EXAMPLES));
  }

  /**
   * No records are named, and counts are rounded down to fives for whoever may not read the
   * records: or an expression, tried on few of them, would read them bit by bit.
   */
  private static Answer tell(Call call, Quality.Trial trial) {
    int step = call.caller().isRoot() ? 1 : ROUNDED;
    Out out = new Out();
    out.all()
        .number("records", trial.records())
        .number("passes", trial.passes() / step * step)
        .number("fails", trial.fails() / step * step)
        .number("notAsked", trial.notAsked() / step * step)
        .number("cannotTell", trial.cannotTell() / step * step);
    if (trial.fails() < step) {
      return out.answer();
    }
    Map<String, Long> paths = new TreeMap<>();
    for (Judged failure : trial.failures()) {
      paths.merge(failure.verdict().path(), 1L, Long::sum);
    }
    paths.forEach(
        (path, number) -> out.parts("path").text("path", path).number("examples", number));
    return out.answer();
  }

  /**
   * {@code POST $quality-rule-step}: {@code step} activate ({@code rule, version}, tried first on a
   * sample; {@code confirm=true} where most records break it) or retire ({@code rule}).
   */
  Answer step(Call call, In in) {
    String by = call.caller().subject();
    switch (in.need("step")) {
      case "activate" -> {
        String rule = in.need("rule");
        int version = version(in.need("version"));
        Quality.Trial trial = quality.attempt(asked(in), SAMPLE, EXAMPLES);
        int asked = trial.passes() + trial.fails();
        if (asked >= FEW
            && trial.fails() * 100 > asked * SUSPICIOUS_PERCENT
            && !"true".equals(in.text("confirm"))) {
          throw new Refusal(
              Refusal.Kind.BUSINESS_RULE, "quality.rule-suspicious", trial.fails(), asked);
        }
        quality.rules().activate(rule, version, by, call.caller().isRoot());
        return tell(call, trial);
      }
      case "retire" -> {
        quality.retire(in.need("rule"), by);
        return new Out().answer();
      }
      default -> throw In.wrong("step");
    }
  }
}
