package health.helan.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTests {
  @Test
  void theMedianOfThreeRunsIsTheMiddleOne() {
    assertThat(Spread.of(List.of(900.0, 100.0, 700.0))).isEqualTo(new Spread(700, 100, 900));
  }

  @Test
  void theMedianOfTwoIsBetweenThem() {
    assertThat(Spread.of(List.of(1.0, 4.0)).median()).isEqualTo(2.5);
  }

  @Test
  void aFailedRunIsLeftOut() {
    assertThat(Spread.of(List.of(5.0, Double.NaN, 3.0))).isEqualTo(new Spread(4, 3, 5));
    assertThat(Spread.of(List.of(Double.NaN)).median()).isNaN();
  }

  @Test
  void theGeometricMeanMultiplies() {
    assertThat(Spread.geometricMean(List.of(2.0, 8.0))).isCloseTo(4, within(1e-9));
    assertThat(Spread.geometricMean(List.of(10.0, 10.0, 10.0))).isCloseTo(10, within(1e-9));
  }

  @Test
  void aMissingFactorLeavesNoGeometricMean() {
    assertThat(Spread.geometricMean(List.of(2.0, Double.NaN))).isNaN();
    assertThat(Spread.geometricMean(List.of())).isNaN();
  }
}
