package health.helan.oversight.clearing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every step of cases and months from every state by every role: as the tables say, else refused.
 */
class ClearingStepTests {
  private static Caller caller(Role role) {
    return new Caller("somebody", role, "h", Set.of(), "");
  }

  static Stream<Arguments> ofCases() {
    return Stream.of(CaseStep.values())
        .flatMap(
            step ->
                Stream.of(CaseState.values())
                    .flatMap(
                        state ->
                            Stream.of(Role.values()).map(role -> Arguments.of(step, state, role))));
  }

  @ParameterizedTest
  @MethodSource("ofCases")
  void casesGoTheirWay(CaseStep step, CaseState state, Role role) {
    if (!step.takenBy().contains(role)) {
      assertRefused(() -> step.take(caller(role), state, ""), Refusal.Kind.FORBIDDEN, step.word());
    } else if (!step.from().contains(state)) {
      assertRefused(
          () -> step.take(caller(role), state, ""), Refusal.Kind.BUSINESS_RULE, state.word());
    } else {
      assertThat(step.take(caller(role), state, "another")).isNotEqualTo(CaseState.NONE);
    }
  }

  static Stream<Arguments> ofMonths() {
    return Stream.of(MonthStep.values())
        .flatMap(
            step ->
                Stream.of(MonthState.values())
                    .flatMap(
                        state ->
                            Stream.of(Role.values()).map(role -> Arguments.of(step, state, role))));
  }

  @ParameterizedTest
  @MethodSource("ofMonths")
  void monthsGoTheirWay(MonthStep step, MonthState state, Role role) {
    if (!step.takenBy().contains(role)) {
      assertRefused(() -> step.take(caller(role), state, ""), Refusal.Kind.FORBIDDEN, step.word());
    } else if (!step.from().contains(state)) {
      assertRefused(
          () -> step.take(caller(role), state, ""), Refusal.Kind.BUSINESS_RULE, state.word());
    } else {
      assertThat(step.take(caller(role), state, "another")).isNotEqualTo(MonthState.NONE);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"APPROVE", "CLOSE"})
  void moneyTakesOtherEyes(CaseStep step) {
    CaseState from = step.from().iterator().next();
    assertRefused(() -> step.take(caller(Role.OPERATOR), from, "somebody"), Refusal.Kind.FORBIDDEN);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADVANCE", "SETTLE"})
  void payingTakesOtherEyes(MonthStep step) {
    MonthState from = step.from().iterator().next();
    assertRefused(() -> step.take(caller(Role.OPERATOR), from, "somebody"), Refusal.Kind.FORBIDDEN);
  }

  @ParameterizedTest
  @EnumSource
  void theMatchingTakesWhatNobodyTakes(CaseStep step) {
    assertThat(step.takenBy().isEmpty())
        .isEqualTo(
            switch (step) {
              case FIND, TURN_UP, VANISH, RETURN -> true;
              case INVESTIGATE, PROPOSE, APPROVE, SEND_BACK, CLOSE, FINISH -> false;
            });
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable step,
      Refusal.Kind kind,
      String... named) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(step)
        .matches(refused -> refused.kind() == kind)
        .satisfies(refused -> assertThat(refused.arguments()).contains((Object[]) named));
  }
}
