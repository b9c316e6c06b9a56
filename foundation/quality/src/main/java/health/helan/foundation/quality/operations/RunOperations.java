package health.helan.foundation.quality.operations;

import health.helan.foundation.quality.Quality;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.quality.rules.RuleBook;
import health.helan.foundation.quality.runs.Runs;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Runs on demand. */
final class RunOperations {
  private final Quality quality;

  RunOperations(Quality quality) {
    this.quality = quality;
  }

  /**
   * {@code POST $quality-run}: {@code dataset} (parted by commas; all that have rules), {@code
   * institution, rule}; or {@code cancel}, the id of a run.
   */
  Answer ask(Call call, In in) {
    String cancel = in.text("cancel");
    if (cancel != null) {
      quality.runs().cancel(cancel);
      return tell(List.of(quality.runs().find(cancel)), true);
    }
    RuleBook.InForce rules = quality.rules().inForce();
    String rule = in.text("rule");
    List<String> datasets = in.list("dataset");
    if (rule != null) {
      Rule there = rules.byId().get(rule);
      if (there == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "quality.no-rule", rule);
      }
      datasets = List.of(there.dataset());
    } else if (datasets.isEmpty()) {
      datasets = List.copyOf(rules.datasets());
    } else if (!rules.datasets().containsAll(datasets)) {
      throw In.wrong("dataset");
    }
    return tell(
        List.of(
            quality
                .runs()
                .ask(
                    call.caller().subject(),
                    datasets.stream().distinct().toList(),
                    in.institution(),
                    rule)),
        true);
  }

  /** {@code GET $quality-runs}: the last ones; {@code run} for one with what it counted. */
  Answer list(Call call, In in) {
    String id = in.text("run");
    return id == null
        ? tell(quality.runs().list(in.number("count", 20, 100)), false)
        : tell(List.of(quality.runs().find(id)), true);
  }

  private static Answer tell(List<Runs.Run> runs, boolean withCounts) {
    Out out = new Out();
    for (Runs.Run run : runs) {
      Out.Parts parts = out.parts("run");
      parts
          .put("id", "valueId", run.id())
          .code("state", run.state())
          .text("datasets", String.join(",", run.datasets()))
          .institution(run.institution())
          .code("rule", run.rule())
          .text("askedBy", run.askedBy())
          .number("records", run.checked())
          .number("opened", run.opened())
          .number("closed", run.closed())
          .text("fault", run.fault())
          .put("made", "valueInstant", run.made().toString());
      if (run.finished() == null) {
        parts.code("dataset", run.dataset());
      } else {
        parts.put("finished", "valueInstant", run.finished().toString());
      }
      if (withCounts) {
        for (JsonNode one : Json.MAPPER.readTree(run.counts())) {
          Out.Parts counted = parts.parts("counted");
          counted
              .institution(one.path("o").asString(""))
              .code("dataset", one.path("d").asString(""))
              .number("records", one.path("n").asLong());
          for (var rule : one.path("r").properties()) {
            counted
                .parts("rule")
                .code("rule", rule.getKey())
                .number("checks", rule.getValue().path(1).asLong())
                .number("failed", rule.getValue().path(2).asLong());
          }
        }
      }
    }
    return out.answer();
  }
}
