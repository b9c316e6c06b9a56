package health.helan.oversight.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of supervision keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Supervision.class)).hasSizeGreaterThan(15);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(StatementsForTests.placed(Supervision.class, "V180__supervision")).hasSize(6);
    assertThat(StatementsForTests.placed(Supervision.class, "V215__complaint")).hasSize(1);
    assertThat(StatementsForTests.placed(Supervision.class, "V225__rating")).hasSize(1);
  }
}
