package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.circulation.CirculationStep.Party;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The state machine, held to a table written by hand; every other step is refused. */
class CirculationStepTests {
  private record Row(Set<Party> parties, Set<CirculationState> from, CirculationState to) {}

  /** As the guide tells it. */
  private static final Map<CirculationStep, Row> TABLE = new EnumMap<>(CirculationStep.class);

  static {
    CirculationState free = CirculationState.AVAILABLE;
    CirculationState locked = CirculationState.LOCKED;
    CirculationState counted = CirculationState.DISPENSED;
    Set<Party> shop = Set.of(Party.SHOP);
    TABLE.put(CirculationStep.ISSUE, new Row(Set.of(Party.RESIDENT), Set.of(free), free));
    TABLE.put(CirculationStep.LOCK, new Row(shop, Set.of(free), locked));
    TABLE.put(CirculationStep.DISPENSE, new Row(shop, Set.of(locked, counted), counted));
    TABLE.put(
        CirculationStep.COMPLETE,
        new Row(Set.of(Party.SHOP, Party.COURIER), Set.of(counted), CirculationState.COMPLETED));
    TABLE.put(
        CirculationStep.RELEASE,
        new Row(Set.of(Party.SHOP, Party.COURIER), Set.of(locked, counted), free));
    TABLE.put(CirculationStep.PAID_ELSEWHERE, new Row(shop, Set.of(counted), counted));
    TABLE.put(CirculationStep.RETURN, new Row(shop, Set.of(counted), locked));
    TABLE.put(
        CirculationStep.RECALL, new Row(Set.of(Party.RESIDENT), Set.of(locked, counted), free));
    TABLE.put(CirculationStep.LAPSE, new Row(Set.of(Party.CLOCK), Set.of(locked), free));
    TABLE.put(
        CirculationStep.EXPIRE,
        new Row(Set.of(Party.CLOCK), Set.of(free), CirculationState.EXPIRED));
    TABLE.put(
        CirculationStep.CANCEL,
        new Row(Set.of(Party.DOCTOR), Set.of(free, locked), CirculationState.CANCELLED));
  }

  record Try(CirculationStep step, Party party, CirculationState from) {
    Row row() {
      return java.util.Objects.requireNonNull(TABLE.get(step));
    }

    boolean isOfParty() {
      return row().parties.contains(party);
    }

    boolean isLegal() {
      return isOfParty() && row().from.contains(from);
    }
  }

  private static List<Try> all() {
    List<Try> all = new ArrayList<>();
    for (CirculationStep step : CirculationStep.values()) {
      for (Party party : Party.values()) {
        for (CirculationState from : CirculationState.values()) {
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
    assertThat(one.step.take(one.party, one.from)).isEqualTo(one.row().to);
  }

  @ParameterizedTest
  @MethodSource
  void illegal(Try one) {
    var refused = (Refusal) catchThrowable(() -> one.step.take(one.party, one.from));
    assertThat(refused).isNotNull();
    assertThat(refused.kind())
        .isEqualTo(one.isOfParty() ? Refusal.Kind.BUSINESS_RULE : Refusal.Kind.FORBIDDEN);
    if (one.isOfParty()) {
      assertThat(refused.arguments()).contains(one.from.word());
    }
  }

  @Test
  void finalStatesAreLeftByNoStep() {
    assertThat(Stream.of(CirculationState.values()).filter(CirculationState::isFinal))
        .hasSize(3)
        .allSatisfy(
            state ->
                assertThat(all()).filteredOn(one -> one.from == state).noneMatch(Try::isLegal));
  }

  @Test
  void onlyAShopDispensesAndOnlyTheResidentChooses() {
    assertThat(all())
        .filteredOn(one -> one.isLegal() && one.step == CirculationStep.DISPENSE)
        .extracting(Try::party)
        .containsOnly(Party.SHOP);
    assertThat(all())
        .filteredOn(one -> one.isLegal() && one.step == CirculationStep.ISSUE)
        .extracting(Try::party)
        .containsOnly(Party.RESIDENT);
  }
}
