package health.helan.foundation.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What may happen to an application, from where and by whom. */
class StepTests {
  private static Set<String> open(Role role, State state) {
    var open = new TreeSet<String>();
    for (Step step : Step.values()) {
      if (step.isOpen(role, state)) {
        open.add(step.word());
      }
    }
    return open;
  }

  @Test
  void anApplicantMayChangeAndWithdrawUntilItIsLive() {
    assertThat(open(Role.PRACTITIONER, State.APPLIED)).containsExactly("amend", "withdraw");
    assertThat(open(Role.PRACTITIONER, State.TESTING)).containsExactly("amend", "withdraw");
    assertThat(open(Role.PRACTITIONER, State.CERTIFIED)).containsExactly("withdraw");
    for (State state : EnumSet.of(State.LIVE, State.SUSPENDED, State.WITHDRAWN)) {
      assertThat(open(Role.PRACTITIONER, state)).isEmpty();
    }
  }

  @Test
  void regulatorsCertifyAndSuspendButOpenNothing() {
    assertThat(open(Role.REGULATOR, State.APPLIED)).isEmpty();
    assertThat(open(Role.REGULATOR, State.TESTING)).containsExactly("certify");
    assertThat(open(Role.REGULATOR, State.CERTIFIED)).containsExactly("send-back");
    assertThat(open(Role.REGULATOR, State.LIVE)).containsExactly("suspend");
    assertThat(open(Role.REGULATOR, State.SUSPENDED)).isEmpty();
  }

  @Test
  void residentsAndSystemsTakeNone() {
    for (State state : State.values()) {
      assertThat(open(Role.RESIDENT, state)).isEmpty();
      assertThat(open(Role.SYSTEM, state)).isEmpty();
    }
  }

  @Test
  void nothingLeadsOutOfWithdrawn() {
    for (Role role : Role.values()) {
      assertThat(open(role, State.WITHDRAWN)).isEmpty();
    }
  }

  @Test
  void anIllegalStepNamesTheStateAndAnothersStepTheStep() {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Step.GO_LIVE.take(Role.OPERATOR, State.TESTING, false))
        .satisfies(
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(Refusal.Kind.BUSINESS_RULE);
              assertThat(refusal.arguments()).containsExactly("go-live", "testing");
            });
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Step.GO_LIVE.take(Role.REGULATOR, State.CERTIFIED, false))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.FORBIDDEN));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Step.WITHDRAW.take(Role.PRACTITIONER, State.LIVE, false))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.FORBIDDEN));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Step.of("apply"))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.VALUE));
  }
}
