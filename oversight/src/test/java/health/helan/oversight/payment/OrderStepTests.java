package health.helan.oversight.payment;

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
class OrderStepTests {
  private static final Caller PLATFORM = Caller.platform("test");

  static Stream<Arguments> all() {
    return Stream.of(OrderStep.values())
        .flatMap(step -> Stream.of(OrderState.values()).map(state -> Arguments.of(step, state)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void startsFromItsStatesOnlyWhoeverTakesIt(OrderStep step, OrderState state) {
    if (step.from().contains(state)) {
      assertThat(step.take(PLATFORM, state)).isNotEqualTo(OrderState.NONE);
    } else {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> step.take(PLATFORM, state))
          .matches(refused -> refused.kind() == Refusal.Kind.BUSINESS_RULE)
          .matches(refused -> refused.messageKey().equals("payment.illegal-step"))
          .matches(refused -> refused.arguments().contains(state.word()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void isForItsRolesOnly(OrderStep step) {
    OrderState from = step.from().iterator().next();
    var takers = new TreeSet<Role>();
    for (Role role : Role.values()) {
      var caller = new Caller("somebody", role, "h", Set.of(), "");
      if (step.mayTake(caller)) {
        takers.add(role);
        assertThat(step.take(caller, from)).isNotNull();
      } else {
        assertThatExceptionOfType(Refusal.class)
            .isThrownBy(() -> step.take(caller, from))
            .matches(refused -> refused.kind() == Refusal.Kind.FORBIDDEN);
      }
    }
    assertThat(takers)
        .isEqualTo(
            switch (step) {
              case CREATE, PAY -> Set.of(Role.RESIDENT, Role.PRACTITIONER, Role.SYSTEM);
              case REFUND -> Set.of(Role.PRACTITIONER, Role.SYSTEM);
              case SUCCEED, FAIL, CLOSE, RETURN -> Set.of();
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUNDED", "CLOSED"})
  void endsThere(OrderState state) {
    assertThat(OrderStep.values()).noneMatch(step -> step.from().contains(state));
  }
}
