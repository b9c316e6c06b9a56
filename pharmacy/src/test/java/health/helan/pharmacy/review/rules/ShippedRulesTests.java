package health.helan.pharmacy.review.rules;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.pharmacy.knowledge.KnowledgeReader;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each rule that comes along, held to its own cases. */
class ShippedRulesTests {
  @TestFactory
  Stream<DynamicTest> fireWhereTheirCasesSay() {
    List<DynamicTest> all = new ArrayList<>();
    for (Rule rule : ShippedRules.all().values()) {
      for (int i = 0; i < rule.cases().size(); i++) {
        Rule.Case one = rule.cases().get(i);
        all.add(
            DynamicTest.dynamicTest(
                rule.rule() + " " + i + (one.fires() ? " fires" : " does not"),
                () ->
                    assertThat(Screening.fires(rule, one.facts(), KnowledgeReader.demonstration()))
                        .isEqualTo(one.fires())));
      }
    }
    return all.stream();
  }

  @Test
  void useEveryKindThereIs() {
    var used = EnumSet.noneOf(Kind.class);
    ShippedRules.all().values().forEach(rule -> used.add(rule.kind()));
    assertThat(used).containsExactlyInAnyOrder(Kind.values());
  }

  @Test
  void sayAllTheirValuesInBothLanguages() {
    for (Rule rule : ShippedRules.all().values()) {
      for (Rule.Case one : rule.cases()) {
        for (Finding finding :
            Screening.screen(
                one.facts(),
                KnowledgeReader.demonstration(),
                List.of(new Screening.InForce(rule, false)))) {
          for (Locale language : List.of(Locale.CHINESE, Locale.ENGLISH)) {
            assertThat(finding.sentence().in(language))
                .as(rule.rule())
                .isNotBlank()
                .doesNotContain("{")
                .doesNotContain("}");
          }
        }
      }
    }
  }

  @Test
  void sayThatNobodyHasVerifiedThem() {
    assertThat(KnowledgeReader.demonstration().head().verified()).isFalse();
    assertThat(
            ShippedRules.all().values().stream()
                .filter(rule -> rule.code().startsWith("2-"))
                .map(rule -> rule.source().zh()))
        .allMatch(source -> source.contains("未经核实"));
  }
}
