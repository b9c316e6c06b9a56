package health.helan.care.appointment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every step from every state by every role: allowed where the table says so, else refused. */
class AppointmentStepTests {
  private static final Caller PLATFORM = Caller.platform("test");

  static Stream<Arguments> all() {
    return Stream.of(AppointmentStep.values())
        .flatMap(
            step -> Stream.of(AppointmentState.values()).map(state -> Arguments.of(step, state)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void startsFromItsStatesOnlyWhoeverTakesIt(AppointmentStep step, AppointmentState state) {
    if (step.from().contains(state)) {
      assertThat(step.take(PLATFORM, state)).isEqualTo(step.to());
    } else {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> step.take(PLATFORM, state))
          .matches(refused -> refused.kind() == Refusal.Kind.BUSINESS_RULE)
          .matches(refused -> refused.messageKey().equals("appointment.illegal-step"))
          .matches(refused -> refused.arguments().contains(state.code()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void isForItsRolesOnly(AppointmentStep step) {
    AppointmentState from = step.from().iterator().next();
    var takers = new TreeSet<Role>();
    for (Role role : Role.values()) {
      var caller = new Caller("somebody", role, "h", Set.of(), "");
      if (step.isOpen(caller, from)) {
        takers.add(role);
        assertThat(step.take(caller, from)).isEqualTo(step.to());
      } else {
        assertThatExceptionOfType(Refusal.class)
            .isThrownBy(() -> step.take(caller, from))
            .matches(refused -> refused.kind() == Refusal.Kind.FORBIDDEN);
      }
    }
    assertThat(takers)
        .isEqualTo(
            switch (step) {
              case HOLD, CONFIRM, CANCEL, RESCHEDULE, JOIN ->
                  Set.of(Role.RESIDENT, Role.PRACTITIONER, Role.SYSTEM);
              case CHECK_IN, COMPLETE, LEAVE, MISS, EXCUSE ->
                  Set.of(Role.PRACTITIONER, Role.SYSTEM);
              case LAPSE, OFFER -> Set.of();
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"FULFILLED", "CANCELLED"})
  void endsThere(AppointmentState state) {
    assertThat(AppointmentStep.values()).noneMatch(step -> step.from().contains(state));
  }
}
