package health.helan.care.visit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The state machine, held to a table written by hand; every other step is refused. */
class VisitStepTests {
  /** Step, party, from: as the guide tells it. */
  private static final Map<VisitStep, Set<VisitState>> TABLE =
      Map.of(
          VisitStep.CONFIRM, Set.of(VisitState.APPLIED),
          VisitStep.ACCEPT, Set.of(VisitState.ELIGIBLE),
          VisitStep.BEGIN, Set.of(VisitState.ACCEPTED),
          VisitStep.CLOSE, Set.of(VisitState.IN_PROGRESS),
          VisitStep.REFER_OFFLINE,
              Set.of(VisitState.ELIGIBLE, VisitState.ACCEPTED, VisitState.IN_PROGRESS),
          VisitStep.WITHDRAW, Set.of(VisitState.APPLIED, VisitState.ELIGIBLE, VisitState.ACCEPTED),
          VisitStep.DECLINE, Set.of(VisitState.ELIGIBLE, VisitState.ACCEPTED),
          VisitStep.LAPSE, Set.of(VisitState.APPLIED, VisitState.ELIGIBLE, VisitState.ACCEPTED));

  private static final Map<VisitStep, Party> TAKEN_BY =
      Map.of(
          VisitStep.APPLY, Party.RESIDENT,
          VisitStep.CONFIRM, Party.RESIDENT,
          VisitStep.WITHDRAW, Party.RESIDENT,
          VisitStep.ACCEPT, Party.DOCTOR,
          VisitStep.BEGIN, Party.DOCTOR,
          VisitStep.CLOSE, Party.DOCTOR,
          VisitStep.REFER_OFFLINE, Party.DOCTOR,
          VisitStep.DECLINE, Party.DOCTOR,
          VisitStep.LAPSE, Party.PLATFORM);

  record Try(VisitStep step, Party party, @Nullable VisitState from) {
    boolean isLegal() {
      boolean starts =
          from == null
              ? step == VisitStep.APPLY
              : TABLE.getOrDefault(step, Set.of()).contains(from);
      return starts && TAKEN_BY.get(step) == party;
    }
  }

  private static List<Try> all() {
    List<Try> all = new ArrayList<>();
    for (VisitStep step : VisitStep.values()) {
      for (Party party : Party.values()) {
        all.add(new Try(step, party, null));
        for (VisitState from : VisitState.values()) {
          all.add(new Try(step, party, from));
        }
      }
    }
    return all;
  }

  static Stream<Try> legal() {
    return all().stream().filter(Try::isLegal);
  }

  static Stream<Try> illegal() {
    return all().stream().filter(one -> !one.isLegal());
  }

  @ParameterizedTest
  @MethodSource
  void legal(Try one) {
    assertThat(one.step.take(one.party, one.from)).isEqualTo(one.step.to());
    if (one.from != null) {
      assertThat(VisitStep.open(one.party, one.from)).contains(one.step);
    }
  }

  @ParameterizedTest
  @MethodSource
  void illegal(Try one) {
    var refused = (Refusal) catchThrowable(() -> one.step.take(one.party, one.from));
    assertThat(refused).isNotNull();
    if (TAKEN_BY.get(one.step) == one.party) {
      assertThat(refused.kind()).isEqualTo(Refusal.Kind.BUSINESS_RULE);
      assertThat(refused.arguments()).contains(one.from == null ? "none" : one.from.word());
    } else {
      assertThat(refused.kind()).isEqualTo(Refusal.Kind.FORBIDDEN);
    }
    if (one.from != null) {
      assertThat(VisitStep.open(one.party, one.from)).doesNotContain(one.step);
    }
  }

  @Test
  void finalStatesAreLeftByNoStep() {
    assertThat(Stream.of(VisitState.values()).filter(VisitState::isFinal))
        .allSatisfy(
            state -> assertThat(all()).filteredOn(one -> one.from == state).noneMatch(Try::isLegal))
        .hasSize(3);
  }
}
