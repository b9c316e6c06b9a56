package health.helan.oversight.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every step of a credit from every state; and how much is lent to whom. */
class CreditStepTests {
  static Stream<Arguments> all() {
    return Stream.of(CreditStep.values())
        .flatMap(step -> Stream.of(CreditState.values()).map(state -> Arguments.of(step, state)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void startsFromItsStatesOnly(CreditStep step, CreditState state) {
    if (step.from().contains(state)) {
      assertThat(step.take(state)).isEqualTo(step.to());
    } else {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> step.take(state))
          .matches(refused -> refused.messageKey().equals("credit.illegal-step"))
          .matches(refused -> refused.arguments().contains(state.word()));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REPAID", "WITHDRAWN"})
  void endsThere(CreditState state) {
    assertThat(CreditStep.values()).noneMatch(step -> step.from().contains(state));
  }

  @Test
  void isLentByWhoStandsBehindTheResident() {
    CreditRule rule = CreditRule.DEFAULT;
    assertThat(rule.limit("none", Set.of()).fen()).isEqualTo(500_00);
    assertThat(rule.limit("resident", Set.of("commercial")).fen()).isEqualTo(3_000_00);
    assertThat(rule.limit("resident", Set.of("poverty")).fen()).isEqualTo(10_000_00);
    assertThat(rule.limit("none", Set.of("assistance")).rule()).isEqualTo("assisted");
  }
}
