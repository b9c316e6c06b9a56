package health.helan.oversight.settlement;

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

/** Every step from every state by every role: allowed where the table says so, else refused. */
class StepTests {
  private static final Caller PLATFORM = Caller.platform("test");

  static Stream<Arguments> all() {
    return Stream.of(SettlementStep.values())
        .flatMap(
            step -> Stream.of(SettlementState.values()).map(state -> Arguments.of(step, state)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void startsFromItsStatesOnlyWhoeverTakesIt(SettlementStep step, SettlementState state) {
    if (step.from().contains(state)) {
      assertThat(step.take(PLATFORM, state)).isEqualTo(step.to());
    } else {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> step.take(PLATFORM, state))
          .matches(refused -> refused.kind() == Refusal.Kind.BUSINESS_RULE)
          .matches(refused -> refused.messageKey().equals("settlement.illegal-step"))
          .matches(refused -> refused.arguments().contains(state.word()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void isForItsRolesOnly(SettlementStep step) {
    SettlementState from = step.from().iterator().next();
    for (Role role : Role.values()) {
      var caller = new Caller("somebody", role, "h", Set.of(), "");
      if (step.takenBy().contains(role)) {
        assertThat(step.take(caller, from)).isEqualTo(step.to());
      } else {
        assertThatExceptionOfType(Refusal.class)
            .isThrownBy(() -> step.take(caller, from))
            .matches(refused -> refused.kind() == Refusal.Kind.FORBIDDEN);
      }
    }
    assertThat(step.takenBy())
        .isEqualTo(
            switch (step) {
              case PRESETTLE, SETTLE, REVERSE -> Set.of(Role.PRACTITIONER, Role.SYSTEM);
              case DEFER -> Set.of(Role.RESIDENT, Role.PRACTITIONER, Role.SYSTEM);
              case LAPSE, AGREE, COMPLETE, FAIL, UNDO -> Set.of();
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"LAPSED", "REVERSED"})
  void endsThere(SettlementState state) {
    assertThat(SettlementStep.values()).noneMatch(step -> step.from().contains(state));
  }

  @ParameterizedTest
  @EnumSource(
      value = SettlementState.class,
      names = {"NONE"},
      mode = EnumSource.Mode.EXCLUDE)
  void isReachedBySomeStep(SettlementState state) {
    assertThat(SettlementStep.values()).anyMatch(step -> step.to() == state);
  }
}
