package health.helan.oversight.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.supervision.CaseStep.Party;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every step of a complaint from every state by every side, held to a table written by hand. */
class ComplaintStepTests {
  private record Way(Set<ComplaintState> from, ComplaintState to, Set<Party> by) {}

  private static final Map<ComplaintStep, Way> WAYS =
      Map.of(
          ComplaintStep.COMPLAIN,
              new Way(Set.of(ComplaintState.NONE), ComplaintState.OPEN, Set.of(Party.RESIDENT)),
          ComplaintStep.ANSWER,
              new Way(
                  Set.of(ComplaintState.OPEN), ComplaintState.ANSWERED, Set.of(Party.INSTITUTION)),
          ComplaintStep.ACCEPT,
              new Way(
                  Set.of(ComplaintState.ANSWERED),
                  ComplaintState.ACCEPTED,
                  Set.of(Party.RESIDENT, Party.PLATFORM)),
          ComplaintStep.OBJECT,
              new Way(
                  Set.of(ComplaintState.ANSWERED),
                  ComplaintState.ESCALATED,
                  Set.of(Party.RESIDENT)),
          ComplaintStep.ESCALATE,
              new Way(
                  Set.of(ComplaintState.OPEN), ComplaintState.ESCALATED, Set.of(Party.PLATFORM)),
          ComplaintStep.SEND_BACK,
              new Way(
                  Set.of(ComplaintState.ESCALATED), ComplaintState.OPEN, Set.of(Party.REGULATOR)),
          ComplaintStep.UPHOLD,
              new Way(
                  Set.of(ComplaintState.ESCALATED), ComplaintState.UPHELD, Set.of(Party.REGULATOR)),
          ComplaintStep.DISMISS,
              new Way(
                  Set.of(ComplaintState.ESCALATED),
                  ComplaintState.DISMISSED,
                  Set.of(Party.REGULATOR)),
          ComplaintStep.WITHDRAW,
              new Way(
                  Set.of(ComplaintState.OPEN, ComplaintState.ANSWERED, ComplaintState.ESCALATED),
                  ComplaintState.WITHDRAWN,
                  Set.of(Party.RESIDENT)));

  static Stream<Arguments> all() {
    return Stream.of(ComplaintStep.values())
        .flatMap(
            step ->
                Stream.of(ComplaintState.values())
                    .flatMap(
                        state ->
                            Stream.of(Party.values())
                                .map(party -> Arguments.of(step, state, party))));
  }

  @ParameterizedTest
  @MethodSource("all")
  void isTakenWhereTheTableSaysSoAndNowhereElse(
      ComplaintStep step, ComplaintState state, Party party) {
    Way way = Objects.requireNonNull(WAYS.get(step));
    if (way.by.contains(party) && way.from.contains(state)) {
      assertThat(step.take(party, state)).isEqualTo(way.to);
      return;
    }
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> step.take(party, state))
        .matches(
            refused ->
                refused.kind()
                    == (way.by.contains(party)
                        ? Refusal.Kind.BUSINESS_RULE
                        : Refusal.Kind.FORBIDDEN));
  }

  @ParameterizedTest
  @EnumSource(names = {"ACCEPTED", "UPHELD", "DISMISSED", "WITHDRAWN"})
  void endsThere(ComplaintState state) {
    assertThat(state.isFinal()).isTrue();
    assertThat(ComplaintStep.values()).noneMatch(step -> step.from().contains(state));
  }
}
