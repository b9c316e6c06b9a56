package health.helan.oversight.supervision;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Names;
import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.rules.RuleState;
import health.helan.foundation.trust.rules.RuleStep;
import health.helan.foundation.trust.rules.RuleVersions;
import health.helan.oversight.supervision.rules.Formula;
import health.helan.oversight.supervision.rules.Rule;
import health.helan.oversight.supervision.rules.Satisfaction;
import health.helan.oversight.supervision.rules.ShippedRules;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations of supervision; what they take and answer stands in docs/guide/supervision.md. */
public final class SupervisionOperations {
  private static final String READ = "supervision";
  private static final int MOST = 200;
  private static final int MOST_LINES = 5000;
  private static final int MOST_TRIED = 5000;
  private static final int MOST_HOURS = 24 * 90;
  private static final int USUAL_HOURS = 24 * 7;
  private static final int SHORTEST = 2;
  private static final int LONGEST = 1000;

  private final Supervision supervision;
  private final Cases cases;
  private final DryRun dryRun;
  private final Export export;

  private SupervisionOperations(Supervision supervision, Cases cases) {
    this.supervision = supervision;
    this.cases = cases;
    this.dryRun = new DryRun(supervision);
    this.export = new Export(supervision);
  }

  public static List<FhirOperation> all(Supervision supervision, Cases cases) {
    var these = new SupervisionOperations(supervision, cases);
    return List.of(
        system("supervision-figures", false, READ, these::figures),
        system("supervision-hits", false, READ, these::hits),
        system("supervision-scores", false, READ, these::scores),
        system("supervision-cases", false, READ, these::list),
        task("supervision-case", false, READ, these::show),
        system("supervision-rules", false, READ, these::rules),
        system("supervision-rule", true, "supervision-rule", these::draft),
        system("supervision-rule-step", true, "supervision-rule", these::decide),
        system("supervision-rule-try", true, "supervision-rule", these::tryOut),
        system("supervision-warn", true, "supervision-step", these::warn),
        task("supervision-rectify", true, "supervision-rectify", these::rectify),
        task("supervision-step", true, "supervision-step", these::step),
        system("supervision-export", false, "supervision-export", these::export));
  }

  private static FhirOperation system(
      String name, boolean changes, String right, Function<Call, Answer> work) {
    return NamedOperation.of("supervision", name, Level.SYSTEM, "", changes, right, work);
  }

  private static FhirOperation task(
      String name, boolean changes, String right, Function<Call, Answer> work) {
    return NamedOperation.of("supervision", name, Level.INSTANCE, "Task", changes, right, work);
  }

  // ------------------------------------------------------------------ hits

  /** {@code GET $supervision-figures}: hits by rule of today, yesterday, this month, last month. */
  private Answer figures(Call call) {
    Given given = new Given(call);
    given.only(Set.of("institution"));
    String institution = cases.scope(call.caller(), organization(given));
    LocalDate today = supervision.now().atZone(Resources.BEIJING).toLocalDate();
    YearMonth month = YearMonth.from(today);
    Map<String, LocalDate[]> times = new TreeMap<>();
    times.put("today", new LocalDate[] {today, today.plusDays(1)});
    times.put("yesterday", new LocalDate[] {today.minusDays(1), today});
    times.put("month", new LocalDate[] {month.atDay(1), month.plusMonths(1).atDay(1)});
    times.put("last-month", new LocalDate[] {month.minusMonths(1).atDay(1), month.atDay(1)});
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    times.forEach(
        (name, days) ->
            SupervisionTable.counts(supervision.sql, institution, start(days[0]), start(days[1]))
                .forEach(
                    (rule, hits) ->
                        counts.computeIfAbsent(rule, _ -> new HashMap<>()).put(name, hits)));
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    counts.forEach(
        (rule, by) -> {
          Words part = words.group("figure").code("rule", rule).text("title", title(call, rule));
          times
              .keySet()
              .forEach(name -> part.number(name, Math.toIntExact(by.getOrDefault(name, 0L))));
        });
    return Words.answer(answer);
  }

  static Instant start(LocalDate day) {
    return day.atStartOfDay(Resources.BEIJING).toInstant();
  }

  private static String organization(Given given) {
    return Objects.requireNonNullElse(given.id("institution", "Organization"), "");
  }

  private String title(Call call, String id) {
    if (id.equals(Satisfaction.CODE)) {
      return ShippedRules.satisfaction().title().in(call.language());
    }
    Rule rule = supervision.rules.live(id);
    if (rule == null) {
      rule = ShippedRules.all().get(id);
    }
    return rule == null ? id : rule.title().in(call.language());
  }

  /**
   * {@code GET $supervision-hits}: the newest first; {@code rule, institution, from, before,
   * after}.
   */
  private Answer hits(Call call) {
    Given given = new Given(call);
    given.only(Set.of("rule", "institution", "from", "before", "after", "_count"));
    int count = given.number("_count", 50, MOST);
    List<SupervisionTable.Row> found =
        SupervisionTable.hits(
            supervision.sql,
            new SupervisionTable.Asked(
                Objects.requireNonNullElse(given.text("rule"), ""),
                cases.scope(call.caller(), organization(given)),
                given.text("from") == null ? Instant.EPOCH : given.time("from"),
                PageEnd.of(given),
                count + 1));
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Names names = new Names(supervision.store, "supervision");
    for (SupervisionTable.Row hit : found.subList(0, Math.min(count, found.size()))) {
      told(call, words.group("hit"), hit, names);
    }
    if (found.size() > count) {
      words.text("next", found.get(count - 1).end().next());
    }
    return Words.answer(answer);
  }

  private void told(Call call, Words part, SupervisionTable.Row hit, Names names) {
    part.text("key", hit.key()).code("rule", hit.rule()).text("title", title(call, hit.rule()));
    Rule rule = supervision.rules.live(hit.rule());
    if (rule != null) {
      part.text("sentence", rule.sentence(hit.told(), call.language()));
      part.text("source", rule.source().in(call.language()));
    }
    part.text("version", Integer.toString(hit.ruleVersion()));
    part.number("points", hit.points());
    part.time("at", hit.at()).time("found", hit.found());
    part.reference("evidence", hit.evidence(), null);
    if (!hit.encounter().isEmpty()) {
      part.reference("encounter", "Encounter/" + hit.encounter(), null);
    }
    names.put(part, "institution", "Organization", hit.institution());
    names.put(part, "doctor", "Practitioner", hit.practitioner());
    part.text("facts", hit.facts().toString());
    for (String flag : flags(hit)) {
      part.flag(flag, true);
    }
    if (!hit.caseId().isEmpty()) {
      part.reference("case", "Task/" + hit.caseId(), null);
    }
  }

  private static Set<String> flags(SupervisionTable.Row hit) {
    Set<String> flags = new HashSet<>();
    if (hit.trial()) {
      flags.add("trial");
    }
    if (hit.stopped()) {
      flags.add("stopped");
    }
    if (hit.cleared()) {
      flags.add("cleared");
    }
    return flags;
  }

  // ------------------------------------------------------------------ scores

  /** {@code GET $supervision-scores}: of a {@code month} (2026-11), each with what it lost. */
  private Answer scores(Call call) {
    Given given = new Given(call);
    given.only(Set.of("month", "institution"));
    String institution = cases.scope(call.caller(), organization(given));
    YearMonth month = month(given, supervision.now());
    Instant from = start(month.atDay(1));
    Instant until = start(month.plusMonths(1).atDay(1));
    Formula formula = ShippedRules.formula();
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Words told = words.group("formula");
    told.number("start", formula.start()).number("per", formula.per());
    told.number("least", formula.least()).number("most", formula.most());
    Names names = new Names(supervision.store, "supervision");
    Map<String, Formula.Ratings> said = new HashMap<>();
    for (RatingTable.Figure one :
        RatingTable.figures(
            supervision.sql, ShippedRules.satisfaction(), institution, from, until)) {
      if (one.online()) {
        said.put(one.institution(), new Formula.Ratings(one.count(), one.low()));
      }
    }
    SupervisionTable.counted(supervision.sql, institution, from, until)
        .forEach(
            (id, counted) -> {
              Formula.Score score = formula.of(counted.visits(), counted.hits(), said.get(id));
              Words part = words.group("score");
              names.put(part, "institution", "Organization", id);
              part.number("visits", Math.toIntExact(score.visits()));
              part.decimal("score", score.tenths() / 10.0);
              for (Formula.Taken taken : score.taken()) {
                part.group("taken")
                    .code("rule", taken.rule())
                    .text("title", title(call, taken.rule()))
                    .number("points", taken.points())
                    .number("hits", Math.toIntExact(taken.hits()))
                    .text("lost", BigDecimal.valueOf(taken.tenths(), 1).toPlainString());
              }
            });
    return Words.answer(answer);
  }

  /** The month that is asked for, or the one of now in Beijing. */
  static YearMonth month(Given given, Instant now) {
    YearMonth month = given.month("month");
    return month == null ? YearMonth.from(now.atZone(Resources.BEIJING)) : month;
  }

  // ------------------------------------------------------------------ cases

  private Answer list(Call call) {
    Given given = new Given(call);
    given.only(Set.of("state", "institution", "before", "after", "_count"));
    String state = Objects.requireNonNullElse(given.text("state"), "");
    if (!state.isEmpty() && CaseState.of(state) == CaseState.NONE) {
      throw Given.wrong("state");
    }
    int count = given.number("_count", 50, MOST);
    List<SupervisionTable.Case> found =
        cases.list(call.caller(), state, organization(given), PageEnd.of(given), count + 1);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Names names = new Names(supervision.store, "supervision");
    for (SupervisionTable.Case one : found.subList(0, Math.min(count, found.size()))) {
      Words part = words.group("case");
      part.reference("task", "Task/" + one.id(), null).code("state", one.state().code());
      names.put(part, "institution", "Organization", one.institution());
      part.time("opened", one.opened()).time("changed", one.changed());
      part.time("deadline", one.deadline());
    }
    if (found.size() > count) {
      words.text("next", found.get(count - 1).end().next());
    }
    return Words.answer(answer);
  }

  private Answer show(Call call) {
    return shown(call, Objects.requireNonNull(call.id()));
  }

  private Answer shown(Call call, String id) {
    Cases.Member member = cases.find(call.caller(), id);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Names names = new Names(supervision.store, "supervision");
    CaseTask task = member.task();
    words.reference("task", "Task/" + id, null).code("state", task.state().code());
    names.put(words, "institution", "Organization", task.institution());
    words.time("opened", Resources.time(Resources.text(task.task, "authoredOn")));
    words.time("deadline", task.deadline());
    member.steps().forEach(step -> words.code("step", step.word()));
    task.evidence("input").forEach(one -> words.reference("evidence", one, null));
    task.evidence("output").forEach(one -> words.reference("answer", one, null));
    for (JsonNode note : task.task.path("note")) {
      String[] author = Resources.text(note, "authorString").split(" ", 2);
      words
          .group("note")
          .code("step", author[0])
          .text("by", author.length > 1 ? author[1] : "")
          .time("at", Resources.time(Resources.text(note, "time")))
          .text("words", Resources.text(note, "text"));
    }
    for (SupervisionTable.Row hit : cases.hits(id)) {
      told(call, words.group("hit"), hit, names);
    }
    return Words.answer(answer);
  }

  private Answer warn(Call call) {
    Given given = new Given(call);
    given.only(Set.of("hit", "institution", "words", "hours"));
    String id =
        cases.warn(
            call.caller(),
            given.list("hit"),
            organization(given),
            given.need("words", SHORTEST, LONGEST),
            hours(given));
    Answer answer = shown(call, id);
    return new Answer(201, answer.body(), "Task/" + id, 0, null);
  }

  private static Duration hours(Given given) {
    return Duration.ofHours(given.number("hours", USUAL_HOURS, MOST_HOURS));
  }

  private Answer rectify(Call call) {
    Given given = new Given(call);
    given.only(Set.of("words", "evidence"));
    String id = Objects.requireNonNull(call.id());
    cases.rectify(
        call.caller(), id, given.need("words", SHORTEST, LONGEST), given.list("evidence"));
    return shown(call, id);
  }

  private Answer step(Call call) {
    Given given = new Given(call);
    given.only(Set.of("step", "words", "hours"));
    CaseStep step = CaseStep.of(given.need("step"));
    if (step == null || step == CaseStep.WARN) {
      throw Given.wrong("step");
    }
    String id = Objects.requireNonNull(call.id());
    cases.step(call.caller(), id, step, given.need("words", SHORTEST, LONGEST), hours(given));
    return shown(call, id);
  }

  // ------------------------------------------------------------------ rules

  private Answer rules(Call call) {
    new Given(call).only(Set.of());
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    List<RuleVersions.Version> versions = supervision.rules.versions();
    Set<String> replaced = new HashSet<>();
    for (RuleVersions.Version version : versions) {
      if (version.state() == RuleState.LIVE) {
        replaced.add(version.rule());
      }
    }
    for (Rule rule : ShippedRules.all().values()) {
      Words part = words.group("rule").code("rule", rule.rule());
      part.number("version", rule.version());
      part.code("state", replaced.contains(rule.rule()) ? "replaced" : RuleState.LIVE.code());
      part.flag("shipped", true);
      said(part, rule.spec(), call.language());
    }
    versions.forEach(version -> told(words.group("rule"), version, call.language()));
    return Words.answer(answer);
  }

  private static void told(Words part, RuleVersions.Version version, Locale language) {
    part.code("rule", version.rule()).number("version", version.version());
    part.code("state", version.state().code()).flag("shipped", false);
    part.flag("off", version.isOff());
    said(part, version.spec(), language);
    part.text("tried", version.tried()).text("madeBy", version.madeBy());
    part.time("made", version.made()).text("decidedBy", version.decidedBy());
    part.time("decided", version.decided()).text("reason", version.reason());
  }

  private static void said(Words part, ObjectNode spec, Locale language) {
    String in = language.getLanguage().equals("en") ? "en" : "zh";
    part.code("kind", Resources.text(spec, "kind"));
    part.flag("blocks", spec.path("blocks").asBoolean(false));
    part.number("points", spec.path("points").asInt(0));
    part.text("title", Resources.text(spec.path("title"), in));
    part.text("says", Resources.text(spec.path("says"), in));
    part.text("source", Resources.text(spec.path("source"), in));
    part.text("spec", spec.toString());
  }

  private Answer version(Call call, RuleVersions.Version version) {
    ObjectNode answer = Words.parameters();
    told(Words.of(answer).group("rule"), version, call.language());
    return Words.answer(answer);
  }

  private Answer draft(Call call) {
    ObjectNode spec = Rule.json(spec(call));
    return version(call, supervision.rules.draft(spec, call.caller().subject()));
  }

  /** Longer than other parameters may be. */
  private static String spec(Call call) {
    String spec = call.text("spec");
    if (spec == null || spec.isBlank()) {
      throw Given.missing("spec");
    }
    return spec;
  }

  private Answer decide(Call call) {
    Given given = new Given(call);
    given.only(Set.of("rule", "version", "step", "reason"));
    RuleStep step = RuleStep.of(given.need("step"));
    if (step == null) {
      throw Given.wrong("step");
    }
    return version(
        call,
        supervision.rules.take(
            given.need("rule"),
            given.number("version", 0, 999_999),
            step,
            call.caller().subject(),
            given.need("reason", SHORTEST, LONGEST)));
  }

  private Answer tryOut(Call call) {
    Given given = new Given(call);
    given.only(Set.of("rule", "version", "since", "most"));
    RuleVersions.Version version =
        supervision.rules.find(given.need("rule"), given.number("version", 0, 999_999));
    if (version.isOff()) {
      throw Given.wrong("rule");
    }
    Instant since =
        given.text("since") == null
            ? supervision.now().minus(Supervision.NEWS)
            : given.time("since");
    DryRun.Found found =
        dryRun.run(
            Rule.of(version.spec(), version.version()),
            since,
            given.number("most", MOST_TRIED, MOST_TRIED));
    supervision.rules.tried(
        version.rule(),
        version.version(),
        Json.MAPPER
            .createObjectNode()
            .put("at", supervision.now().toString())
            .put("by", call.caller().subject())
            .put("since", since.toString())
            .put("acts", found.acts())
            .put("fired", found.fired()));
    ObjectNode answer = Words.parameters();
    Words result = Words.of(answer).group("result");
    result.number("acts", found.acts()).number("fired", found.fired());
    Names names = new Names(supervision.store, "supervision");
    found
        .institutions()
        .forEach(
            (id, count) -> {
              Words part = result.group("institution");
              names.put(part, "who", "Organization", id);
              part.number("fired", count);
            });
    found.examples().forEach(one -> result.reference("example", one, null));
    return Words.answer(answer);
  }

  // ------------------------------------------------------------------ export

  private Answer export(Call call) {
    cases.mustSupervise(call.caller());
    Given given = new Given(call);
    given.only(Set.of("after", "_count"));
    @Nullable String after = given.text("after");
    if (after != null && !after.matches("\\d{1,18}")) {
      throw Given.wrong("after");
    }
    return Answer.file(
        export.after(
            after == null ? 0 : Long.parseLong(after), given.number("_count", 1000, MOST_LINES)),
        "application/x-ndjson",
        "supervision-export.ndjson");
  }
}
