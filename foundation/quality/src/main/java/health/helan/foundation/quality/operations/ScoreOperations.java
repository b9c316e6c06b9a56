package health.helan.foundation.quality.operations;

import health.helan.foundation.quality.Quality;
import health.helan.foundation.quality.rules.Dimension;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.quality.score.Sums;
import health.helan.foundation.quality.score.Sums.By;
import health.helan.foundation.quality.score.Sums.Score;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Json;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Scores, what is open by rule, and the report of a year. */
final class ScoreOperations {
  private static final int MOST = 10_000;
  private static final int DAYS = 30;

  /** Canonical of what the report measures. */
  private static final String MEASURE = "https://helan.health/fhir/Measure/data-quality";

  private static final String CODES = "https://helan.health/fhir/CodeSystem/quality-dimension";

  private final Quality quality;

  ScoreOperations(Quality quality) {
    this.quality = quality;
  }

  private LocalDate today() {
    return LocalDate.ofInstant(quality.clock().instant(), quality.clock().getZone());
  }

  /**
   * {@code GET $quality-score}: {@code institution, dataset, from, to} (30 days until today),
   * {@code by} (institution, dataset, day or month, parted by commas; institution, dataset and
   * day).
   */
  Answer scores(Call call, In in) {
    List<String> by = in.list("by");
    Set<By> told = EnumSet.noneOf(By.class);
    if (by.isEmpty()) {
      told.addAll(List.of(By.INSTITUTION, By.DATASET, By.DAY));
    } else if (!by.equals(List.of("none"))) {
      told.addAll(In.known(by, "by", name -> By.valueOf(name.toUpperCase(Locale.ROOT))));
    }
    LocalDate to = in.date("to", today());
    LocalDate from = in.date("from", to.minusDays(DAYS - 1));
    Out out = new Out();
    for (Score score :
        quality.sums().scores(told, in.institution(), in.text("dataset"), from, to, MOST)) {
      Out.Parts parts = out.parts("score");
      parts.institution(score.owner()).code("dataset", score.dataset());
      if (score.day() != null) {
        parts.put("day", "valueDate", score.day().toString());
      }
      parts
          .number("records", score.records())
          .number("checks", score.allChecks())
          .number("failed", score.allFailed())
          .percent("score", Score.percent(score.allChecks(), score.allFailed()))
          .number("opened", score.opened())
          .number("closed", score.closed());
      for (Dimension dimension : Dimension.values()) {
        long checks = score.checks()[dimension.ordinal()];
        if (checks > 0) {
          long failed = score.failed()[dimension.ordinal()];
          parts
              .parts("dimension")
              .code("dimension", dimension.code())
              .number("checks", checks)
              .number("failed", failed)
              .percent("score", Score.percent(checks, failed));
        }
      }
    }
    return out.answer();
  }

  /**
   * {@code GET $quality-open}: open findings by institution and rule, and how often the rule was
   * broken since the first of the month of {@code from}; {@code institution, dataset, from, to}.
   */
  Answer byRule(Call call, In in) {
    LocalDate to = in.date("to", today());
    LocalDate from = in.date("from", to.minusDays(DAYS - 1));
    Out out = new Out();
    for (Sums.RuleScore one :
        quality.sums().byRule(in.institution(), in.text("dataset"), from, to, MOST)) {
      Rule rule = quality.rules().inForce().byId().get(one.rule());
      out.parts("rule")
          .institution(one.owner())
          .code("rule", one.rule())
          .text("title", rule == null ? "" : rule.title(call.language()))
          .code("dimension", rule == null ? "" : rule.dimension().code())
          .code("severity", rule == null ? "" : rule.severity())
          .code("dataset", one.dataset())
          .number("open", one.open())
          .number("checks", one.checks())
          .number("failed", one.failed())
          .percent("score", Score.percent(one.checks(), one.failed()));
    }
    return out.answer();
  }

  /**
   * {@code GET $quality-report}: the yearly report, a Bundle with a MeasureReport for each
   * institution; {@code year} (this one), {@code institution}; {@code as} csv for a table.
   */
  Answer report(Call call, In in) {
    int year = in.number("year", today().getYear(), 9999);
    if (year < 2000) {
      throw In.wrong("year");
    }
    String institution = in.institution();
    LocalDate from = LocalDate.of(year, 1, 1);
    LocalDate to = LocalDate.of(year, 12, 31);
    List<Score> scores =
        quality
            .sums()
            .scores(EnumSet.of(By.INSTITUTION, By.DATASET), institution, null, from, to, MOST);
    String as = in.as();
    if (as != null) {
      if (!as.equals("csv")) {
        throw In.wrong("as");
      }
      return csv(scores, year, call.language());
    }
    ObjectNode bundle = Json.MAPPER.createObjectNode().put("resourceType", "Bundle");
    bundle.put("type", "collection").put("timestamp", quality.clock().instant().toString());
    ArrayNode entries = bundle.putArray("entry");
    String owner = null;
    ArrayNode groups = null;
    for (Score score : scores) {
      if (groups == null || !java.util.Objects.equals(owner, score.owner())) {
        owner = score.owner();
        groups = reportOf(entries.addObject(), owner, from, to);
      }
      group(groups.addObject(), score);
    }
    if (entries.isEmpty()) {
      bundle.remove("entry");
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(bundle));
  }

  private ArrayNode reportOf(
      ObjectNode entry, @Nullable String owner, LocalDate from, LocalDate to) {
    ObjectNode report = entry.putObject("resource").put("resourceType", "MeasureReport");
    report.put("status", to.isBefore(today()) ? "complete" : "pending");
    report.put("type", "summary").put("measure", MEASURE);
    report.put("date", quality.clock().instant().toString());
    if (owner != null && !owner.isEmpty()) {
      report.putObject("reporter").put("reference", "Organization/" + owner);
    }
    report.putObject("period").put("start", from.toString()).put("end", to.toString());
    return report.putArray("group");
  }

  private static void group(ObjectNode group, Score score) {
    group
        .putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", "http://hl7.org/fhir/resource-types")
        .put("code", score.dataset());
    populations(
        group.putArray("population"), score.records(), score.allChecks(), score.allFailed());
    measured(group, score.allChecks(), score.allFailed());
    ObjectNode stratifier = group.putArray("stratifier").addObject();
    stratifier.putArray("code").addObject().put("text", "dimension");
    ArrayNode strata = stratifier.putArray("stratum");
    for (Dimension dimension : Dimension.values()) {
      long checks = score.checks()[dimension.ordinal()];
      if (checks == 0) {
        continue;
      }
      long failed = score.failed()[dimension.ordinal()];
      ObjectNode stratum = strata.addObject();
      stratum
          .putObject("value")
          .putArray("coding")
          .addObject()
          .put("system", CODES)
          .put("code", dimension.code());
      populations(stratum.putArray("population"), -1, checks, failed);
      measured(stratum, checks, failed);
    }
    if (strata.isEmpty()) {
      group.remove("stratifier");
    }
  }

  private static void populations(ArrayNode populations, long records, long checks, long failed) {
    if (records >= 0) {
      population(populations, "initial-population", records);
    }
    population(populations, "denominator", checks);
    population(populations, "numerator", checks - failed);
  }

  private static void population(ArrayNode populations, String code, long count) {
    ObjectNode population = populations.addObject();
    population
        .putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/measure-population")
        .put("code", code);
    population.put("count", (int) Math.min(Integer.MAX_VALUE, count));
  }

  private static void measured(ObjectNode node, long checks, long failed) {
    Double percent = Score.percent(checks, failed);
    if (percent != null) {
      node.putObject("measureScore")
          .put("value", BigDecimal.valueOf(percent))
          .put("unit", "%")
          .put("system", "http://unitsofmeasure.org")
          .put("code", "%");
    }
  }

  private static Answer csv(List<Score> scores, int year, Locale language) {
    Csv csv = new Csv();
    if (language.equals(Locale.ENGLISH)) {
      csv.line(
          "year",
          "institution",
          "data set",
          "records",
          "dimension",
          "checks",
          "failed",
          "score",
          "findings opened",
          "findings closed");
    } else {
      csv.line("年度", "机构", "数据集", "记录数", "维度", "检查次数", "不通过", "得分", "新问题", "了结的问题");
    }
    for (Score score : scores) {
      csv.line(
          year,
          score.owner(),
          score.dataset(),
          score.records(),
          language.equals(Locale.ENGLISH) ? "all" : "合计",
          score.allChecks(),
          score.allFailed(),
          Score.percent(score.allChecks(), score.allFailed()),
          score.opened(),
          score.closed());
      for (Dimension dimension : Dimension.values()) {
        long checks = score.checks()[dimension.ordinal()];
        if (checks > 0) {
          long failed = score.failed()[dimension.ordinal()];
          csv.line(
              year,
              score.owner(),
              score.dataset(),
              "",
              dimension.code(),
              checks,
              failed,
              Score.percent(checks, failed),
              "",
              "");
        }
      }
    }
    return csv.answer("quality-report-" + year);
  }
}
