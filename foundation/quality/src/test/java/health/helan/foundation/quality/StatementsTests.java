package health.helan.foundation.quality;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of quality keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Quality.class)).hasSizeGreaterThan(20);
  }

  @Test
  void haveAPlaceForEachTableOfTheHomes() {
    assertThat(StatementsForTests.placed(Quality.class, "V60__quality_findings")).hasSize(4);
  }
}
