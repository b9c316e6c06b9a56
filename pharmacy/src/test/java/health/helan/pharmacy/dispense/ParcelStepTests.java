package health.helan.pharmacy.dispense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.dispense.ParcelStep.Party;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The state machine of parcels, held to a table written by hand. */
class ParcelStepTests {
  private record Row(Party party, Set<ParcelState> from, ParcelState to) {}

  /** As the guide tells it. */
  private static final Map<ParcelStep, Row> TABLE =
      Map.of(
          ParcelStep.PICK, new Row(Party.COURIER, Set.of(ParcelState.PACKED), ParcelState.PICKED),
          ParcelStep.DEPART,
              new Row(Party.COURIER, Set.of(ParcelState.PICKED), ParcelState.TRANSIT),
          ParcelStep.DELIVER,
              new Row(Party.COURIER, Set.of(ParcelState.TRANSIT), ParcelState.DELIVERED),
          ParcelStep.TURN_BACK,
              new Row(
                  Party.COURIER,
                  Set.of(ParcelState.PICKED, ParcelState.TRANSIT),
                  ParcelState.RETURNING),
          ParcelStep.TAKE_BACK,
              new Row(
                  Party.SHOP,
                  Set.of(
                      ParcelState.PACKED,
                      ParcelState.PICKED,
                      ParcelState.TRANSIT,
                      ParcelState.RETURNING),
                  ParcelState.RETURNED));

  record Try(ParcelStep step, Party party, ParcelState from) {
    Row row() {
      return Objects.requireNonNull(TABLE.get(step));
    }

    boolean isLegal() {
      return row().party == party && row().from.contains(from);
    }
  }

  private static List<Try> all() {
    List<Try> all = new ArrayList<>();
    for (ParcelStep step : ParcelStep.values()) {
      for (Party party : Party.values()) {
        for (ParcelState from : ParcelState.values()) {
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
        .isEqualTo(
            one.row().party == one.party ? Refusal.Kind.BUSINESS_RULE : Refusal.Kind.FORBIDDEN);
  }

  @Test
  void finalStatesAreLeftByNoStep() {
    assertThat(all()).filteredOn(one -> one.from.isFinal()).noneMatch(Try::isLegal);
  }
}
