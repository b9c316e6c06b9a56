package health.helan.care.queue;

import static health.helan.care.queue.State.CALLED;
import static health.helan.care.queue.State.LEFT;
import static health.helan.care.queue.State.MISSED;
import static health.helan.care.queue.State.MOVED;
import static health.helan.care.queue.State.SERVED;
import static health.helan.care.queue.State.SERVING;
import static health.helan.care.queue.State.WAITING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of steps, held to one written by hand: all that is not in it is refused. */
class StepTests {
  private record Move(Step step, State from, State to) {}

  private static final List<Move> LEGAL =
      List.of(
          new Move(Step.TRIAGE, WAITING, WAITING),
          new Move(Step.TRIAGE, MISSED, MISSED),
          new Move(Step.CALL, WAITING, CALLED),
          new Move(Step.CALL, MISSED, CALLED),
          new Move(Step.MISS, CALLED, MISSED),
          new Move(Step.RETURN, MISSED, WAITING),
          new Move(Step.START, CALLED, SERVING),
          new Move(Step.FINISH, SERVING, SERVED),
          new Move(Step.MOVE, WAITING, MOVED),
          new Move(Step.MOVE, CALLED, MOVED),
          new Move(Step.MOVE, MISSED, MOVED),
          new Move(Step.LEAVE, WAITING, LEFT),
          new Move(Step.LEAVE, CALLED, LEFT),
          new Move(Step.LEAVE, MISSED, LEFT));

  private static final Map<Step, Set<Role>> TAKEN_BY =
      Map.of(
          Step.CHECK_IN, Set.of(Role.RESIDENT, Role.PRACTITIONER, Role.SYSTEM),
          Step.TRIAGE, Set.of(Role.PRACTITIONER),
          Step.CALL, Set.of(Role.PRACTITIONER, Role.SYSTEM),
          Step.MISS, Set.of(Role.PRACTITIONER, Role.SYSTEM),
          Step.RETURN, Set.of(Role.PRACTITIONER, Role.SYSTEM),
          Step.START, Set.of(Role.PRACTITIONER),
          Step.FINISH, Set.of(Role.PRACTITIONER),
          Step.MOVE, Set.of(Role.PRACTITIONER, Role.SYSTEM),
          Step.LEAVE, Set.of(Role.RESIDENT, Role.PRACTITIONER, Role.SYSTEM));

  static Stream<Arguments> everyStepFromEveryState() {
    return Stream.of(Step.values())
        .flatMap(step -> Stream.of(State.values()).map(state -> Arguments.of(step, state)));
  }

  @ParameterizedTest
  @MethodSource("everyStepFromEveryState")
  void leadsWhereTheTableSaysAndIsRefusedElsewhere(Step step, State from) {
    Caller platform = Caller.platform("test");
    State to =
        LEGAL.stream()
            .filter(move -> move.step == step && move.from == from)
            .map(Move::to)
            .findFirst()
            .orElse(null);
    if (to == null) {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> step.take(platform, from))
          .matches(refusal -> refusal.kind() == Refusal.Kind.BUSINESS_RULE)
          .withMessageContaining(from.word())
          .withMessageContaining(step.word());
    } else {
      assertThat(step.take(platform, from)).isEqualTo(to);
    }
  }

  @Test
  void areTakenByTheRolesOfTheTableAndNobodyElse() {
    for (Step step : Step.values()) {
      for (Role role : Role.values()) {
        var caller = new Caller("x", role, "org", Set.of(), "r");
        if (TAKEN_BY.getOrDefault(step, Set.of()).contains(role)) {
          step.checkRole(caller);
        } else {
          assertThatExceptionOfType(Refusal.class)
              .as("%s by %s", step, role)
              .isThrownBy(() -> step.checkRole(caller))
              .matches(refusal -> refusal.kind() == Refusal.Kind.FORBIDDEN);
        }
      }
    }
  }

  @Test
  void leaveNoFinalState() {
    for (State state : List.of(SERVED, LEFT, MOVED)) {
      assertThat(LEGAL).noneMatch(move -> move.from == state);
      assertThat(state.isLive()).isFalse();
    }
  }
}
