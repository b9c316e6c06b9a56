package health.helan.care.visit;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of visits keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Visits.class)).hasSizeGreaterThan(12);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(StatementsForTests.placed(Visits.class, "V120__online_visit", "V121__visit_calls"))
        .hasSize(4);
  }
}
