package health.helan.pharmacy.dispense;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of parcels keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Parcels.class)).hasSizeGreaterThan(6);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(StatementsForTests.placed(Parcels.class, "V153__parcel")).hasSize(2);
  }
}
