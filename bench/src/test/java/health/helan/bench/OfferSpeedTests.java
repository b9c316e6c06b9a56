package health.helan.bench;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class OfferSpeedTests {
  /** Different drugs are drawn until there are enough, which there never are of four. */
  @Test
  void asksForNoMoreDrugsThanThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OfferSpeed.run(List.of("--drugs", "4")))
        .withMessage("offers wants --drugs of at least 5");
  }
}
