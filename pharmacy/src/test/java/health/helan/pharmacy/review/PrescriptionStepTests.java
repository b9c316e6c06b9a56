package health.helan.pharmacy.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.review.PrescriptionStep.Party;
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
class PrescriptionStepTests {
  /** Step, party, from: as the guide tells it. */
  private static final Map<PrescriptionStep, Set<PrescriptionState>> TABLE =
      Map.of(
          PrescriptionStep.OVERRIDE, Set.of(PrescriptionState.HELD, PrescriptionState.RETURNED),
          PrescriptionStep.TAKE, Set.of(PrescriptionState.WAITING),
          PrescriptionStep.GIVE_BACK, Set.of(PrescriptionState.TAKEN),
          PrescriptionStep.PASS, Set.of(PrescriptionState.TAKEN),
          PrescriptionStep.RETURN, Set.of(PrescriptionState.TAKEN),
          PrescriptionStep.REFUSE, Set.of(PrescriptionState.TAKEN),
          PrescriptionStep.WITHDRAW,
              Set.of(
                  PrescriptionState.HELD, PrescriptionState.WAITING, PrescriptionState.RETURNED));

  private static final Set<PrescriptionStep> DOCTORS =
      Set.of(PrescriptionStep.OVERRIDE, PrescriptionStep.WITHDRAW);

  record Try(PrescriptionStep step, Party party, @Nullable PrescriptionState from) {
    boolean isOfParty() {
      return (party == Party.DOCTOR) == DOCTORS.contains(step);
    }

    boolean isLegal() {
      return isOfParty() && from != null && TABLE.getOrDefault(step, Set.of()).contains(from);
    }
  }

  private static List<Try> all() {
    List<Try> all = new ArrayList<>();
    for (PrescriptionStep step : PrescriptionStep.values()) {
      for (Party party : Party.values()) {
        all.add(new Try(step, party, null));
        for (PrescriptionState from : PrescriptionState.values()) {
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
    assertThat(one.step.take(one.party, one.from, false)).isEqualTo(one.step.to());
  }

  @ParameterizedTest
  @MethodSource
  void illegal(Try one) {
    var refused = (Refusal) catchThrowable(() -> one.step.take(one.party, one.from, false));
    assertThat(refused).isNotNull();
    if (one.isOfParty()) {
      assertThat(refused.kind()).isEqualTo(Refusal.Kind.BUSINESS_RULE);
      assertThat(refused.arguments()).contains(one.from == null ? "none" : one.from.word());
    } else {
      assertThat(refused.kind()).isEqualTo(Refusal.Kind.FORBIDDEN);
    }
  }

  @Test
  void finalStatesAreLeftByNoStep() {
    assertThat(Stream.of(PrescriptionState.values()).filter(PrescriptionState::isFinal))
        .hasSize(3)
        .allSatisfy(
            state ->
                assertThat(all()).filteredOn(one -> one.from == state).noneMatch(Try::isLegal));
  }

  /** Once the time is over it only comes to an end. */
  @ParameterizedTest
  @MethodSource("all")
  void whatIsOverGoesNoFurther(Try one) {
    boolean isOnward =
        Set.of(PrescriptionStep.OVERRIDE, PrescriptionStep.TAKE, PrescriptionStep.PASS)
            .contains(one.step);
    boolean isLeftBehind =
        one.step == PrescriptionStep.WITHDRAW
            && one.isOfParty()
            && one.from == PrescriptionState.TAKEN;
    boolean isOpen = one.isLegal() && !isOnward || isLeftBehind;
    assertThat(one.from != null && one.step.isOpen(one.party, one.from, true)).isEqualTo(isOpen);
    var refused = (Refusal) catchThrowable(() -> one.step.take(one.party, one.from, true));
    assertThat(refused == null).isEqualTo(isOpen);
    if (one.isLegal() && isOnward) {
      assertThat(refused)
          .isNotNull()
          .extracting(Refusal::kind, Refusal::messageKey)
          .containsExactly(Refusal.Kind.BUSINESS_RULE, "prescription.over");
    }
  }

  @Test
  void onlyAPharmacistMakesOneEffective() {
    assertThat(all())
        .filteredOn(one -> one.isLegal() && one.step.to() == PrescriptionState.EFFECTIVE)
        .extracting(Try::party)
        .containsOnly(Party.PHARMACIST);
  }
}
