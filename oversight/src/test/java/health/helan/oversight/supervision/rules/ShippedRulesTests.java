package health.helan.oversight.supervision.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** The rules that come along, each held to its own cases; and what is no rule. */
class ShippedRulesTests {
  static Stream<Rule> all() {
    return ShippedRules.all().values().stream();
  }

  @ParameterizedTest
  @MethodSource("all")
  void fireAndKeepSilentAsTheirCasesSay(Rule rule) {
    assertThat(rule.cases()).anyMatch(Rule.Case::fires).anyMatch(one -> !one.fires());
    for (Rule.Case one : rule.cases()) {
      assertThat(rule.judge(one.facts()) != null).as(one.facts().toString()).isEqualTo(one.fires());
    }
    assertThat(rule.source().zh()).containsAnyOf("据项目计划所引", "未经核实");
    assertThat(rule.version()).isLessThan(Rule.OWN);
  }

  /** What is not known accuses nobody. */
  @ParameterizedTest
  @MethodSource("all")
  void keepSilentWhereNothingIsKnown(Rule rule) {
    assertThat(rule.judge(Json.MAPPER.createObjectNode())).isNull();
  }

  /** Sentences are told with values, not braces. */
  @ParameterizedTest
  @MethodSource("all")
  void tellValuesInTheirSentences(Rule rule) {
    for (Rule.Case one : rule.cases()) {
      Rule.Hit hit = rule.judge(one.facts());
      if (hit != null) {
        assertThat(Rule.sentence(rule.says().zh(), hit.told())).doesNotContain("{");
        assertThat(Rule.sentence(rule.says().en(), hit.told())).doesNotContain("{");
      }
    }
  }

  @Test
  void areOfEveryKind() {
    var kinds = EnumSet.noneOf(Kind.class);
    all().forEach(rule -> kinds.add(rule.kind()));
    assertThat(kinds).containsExactlyInAnyOrder(Kind.values());
  }

  @Test
  void areTheOnesThatTheGuideLists() throws Exception {
    String guide = Files.readString(Path.of("..", "docs", "guide", "supervision.md"));
    all()
        .forEach(
            rule ->
                assertThat(guide)
                    .contains("| `%s` | %s |".formatted(rule.rule(), rule.title().en())));
  }

  @Test
  void holdFromTheirFirstDayToTheirLast() {
    ObjectNode spec =
        java.util.Objects.requireNonNull(ShippedRules.all().get("small-hours")).spec().deepCopy();
    spec.put("from", "2026-01-01").put("until", "2026-06-30");
    Rule rule = Rule.of(spec, Rule.OWN);
    assertThat(rule.holdsOn(LocalDate.parse("2025-12-31"))).isFalse();
    assertThat(rule.holdsOn(LocalDate.parse("2026-01-01"))).isTrue();
    assertThat(rule.holdsOn(LocalDate.parse("2026-06-30"))).isTrue();
    assertThat(rule.holdsOn(LocalDate.parse("2026-07-01"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "rule; \"Upper\"; supervision.rule-id",
        "kind; \"nothing\"; supervision.rule-kind",
        "points; 21; supervision.rule-points",
        "from; \"soon\"; supervision.rule-day",
        "until; \"2020-01-01\"; supervision.rule-until",
        "with; {\"most\": -1}; supervision.rule-with",
        "with; {\"most\": 1, \"more\": 2}; supervision.rule-member",
        "blocks; true; supervision.rule-uncertain",
        "says; {\"zh\": \"{price}\", \"en\": \"x\"}; supervision.rule-value",
        "title; {\"zh\": \"只有中文\"}; supervision.rule-text",
        "cases; []; supervision.rule-cases",
        "cases; [{\"fires\": true, \"facts\": {}}]; supervision.case",
        "cases; [{\"fires\": true, \"facts\": {\"waited\": 1}}, {\"fires\": false, \"facts\": {\"waited\": 1}}]; supervision.case-silent",
        "cases; [{\"fires\": true, \"facts\": {\"waited\": 9999}}, {\"fires\": false, \"facts\": {\"waited\": 9999}}]; supervision.case-fires",
        "more; 1; supervision.rule-member"
      })
  void areRefusedWithWhatIsWrongWithThem(String member, String value, String key) {
    ObjectNode spec =
        java.util.Objects.requireNonNull(ShippedRules.all().get("answer-overdue"))
            .spec()
            .deepCopy();
    spec.set(member, Json.MAPPER.readTree(value));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Rule.of(spec, Rule.OWN))
        .matches(refused -> refused.messageKey().equals(key), key);
  }

  @Test
  void becomeAScoreThatTheirHitsExplain() {
    Formula formula = ShippedRules.formula();
    assertThat(formula.of(400, Map.of(), null).tenths()).isEqualTo(1000);
    // 10 points a hit in 100 visits: two hits in 400 visits take 5.
    Formula.Score score =
        formula.of(
            400, Map.of("first-visit", new Formula.Hits(10, 2), "x", new Formula.Hits(1, 1)), null);
    assertThat(score.tenths()).isEqualTo(1000 - 50 - 2);
    assertThat(score.taken().getFirst().rule()).isEqualTo("first-visit");
    // Few visits count as 100, and no rule takes more than 30.
    assertThat(formula.of(3, Map.of("a", new Formula.Hits(2, 1)), null).tenths()).isEqualTo(980);
    assertThat(formula.of(3, Map.of("a", new Formula.Hits(10, 50)), null).tenths()).isEqualTo(700);
    Map<String, Formula.Hits> all =
        Map.of(
            "a", new Formula.Hits(10, 50),
            "b", new Formula.Hits(10, 50),
            "c", new Formula.Hits(10, 50),
            "d", new Formula.Hits(10, 50));
    assertThat(formula.of(3, all, null).tenths()).isZero();
    assertThat(Set.copyOf(all.keySet())).hasSize(4);
  }

  @Test
  void takeForLowRatingsByTheirShare() {
    Formula formula = ShippedRules.formula();
    Formula.Score score = formula.of(400, Map.of(), new Formula.Ratings(8, 2));
    assertThat(score.tenths()).as("a quarter of ten points").isEqualTo(1000 - 25);
    assertThat(score.taken()).containsExactly(new Formula.Taken(Satisfaction.CODE, 10, 2, 25));
    assertThat(formula.of(400, Map.of(), new Formula.Ratings(8, 0)).taken()).isEmpty();
    assertThat(formula.of(400, Map.of(), new Formula.Ratings(5, 5)).tenths()).isEqualTo(900);
  }
}
