package health.helan.oversight.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.supervision.CaseStep.Party;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every step of a case from every state by every side: where the table says so, else refused. */
class CaseStepTests {
  static Stream<Arguments> all() {
    return Stream.of(CaseStep.values())
        .flatMap(
            step ->
                Stream.of(CaseState.values())
                    .flatMap(
                        state ->
                            Stream.of(Party.values())
                                .map(party -> Arguments.of(step, state, party))));
  }

  @ParameterizedTest
  @MethodSource("all")
  void isTakenWhereTheTableSaysSoAndNowhereElse(CaseStep step, CaseState state, Party party) {
    if (!step.takenBy().contains(party)) {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> step.take(party, state))
          .matches(refused -> refused.kind() == Refusal.Kind.FORBIDDEN);
    } else if (!step.from().contains(state)) {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> step.take(party, state))
          .matches(refused -> refused.kind() == Refusal.Kind.BUSINESS_RULE)
          .matches(refused -> refused.arguments().contains(state.code()));
    } else {
      assertThat(step.take(party, state)).isNotEqualTo(CaseState.NONE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void belongsToItsSides(CaseStep step) {
    assertThat(new TreeSet<>(step.takenBy()))
        .isEqualTo(
            new TreeSet<>(
                switch (step) {
                  case WARN, SEND_BACK, VERIFY, PENALISE, WITHDRAW -> Set.of(Party.REGULATOR);
                  case RECTIFY -> Set.of(Party.INSTITUTION);
                  case ESCALATE -> Set.of(Party.REGULATOR, Party.PLATFORM);
                }));
  }

  @ParameterizedTest
  @EnumSource(names = {"VERIFIED", "PENALISED", "WITHDRAWN"})
  void endsThere(CaseState state) {
    assertThat(state.isFinal()).isTrue();
    assertThat(CaseStep.values()).noneMatch(step -> step.from().contains(state));
  }
}
