package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of circulation keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Circulations.class)).hasSizeGreaterThan(20);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(
            StatementsForTests.placed(
                Circulations.class,
                "V151__circulation",
                "V152__pharmacy_stock",
                "V201__circulation_charge"))
        .hasSize(7);
  }
}
