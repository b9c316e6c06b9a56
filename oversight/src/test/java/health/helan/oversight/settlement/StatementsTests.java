package health.helan.oversight.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import health.helan.oversight.credit.Credits;
import org.junit.jupiter.api.Test;

/** The statements and tables of settlement and credit keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Settlements.class)).hasSizeGreaterThan(20);
    assertThat(StatementsForTests.kept(Credits.class)).hasSizeGreaterThan(5);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(
            StatementsForTests.placed(
                Settlements.class,
                "V160__price_item",
                "V161__settlement",
                "V162__credit",
                "V200__price_per",
                "V202__settlement_gone",
                "V203__settlement_charge_of",
                "V204__settlement_dispensed",
                "V220__settlement_rules_tried"))
        .hasSize(11);
  }
}
