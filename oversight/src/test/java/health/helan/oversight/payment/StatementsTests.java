package health.helan.oversight.payment;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of payment keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Payments.class)).hasSizeGreaterThan(10);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(StatementsForTests.placed(Payments.class, "V141__payment", "V221__pay_together"))
        .hasSize(4);
  }
}
