package health.helan.pharmacy.review;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import health.helan.pharmacy.knowledge.Knowledge;
import org.junit.jupiter.api.Test;

/** The statements and tables of review keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Review.class)).hasSizeGreaterThan(2);
    assertThat(StatementsForTests.kept(Knowledge.class)).isNotEmpty();
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(StatementsForTests.placed(Review.class, "V150__review_rules")).hasSize(2);
    assertThat(StatementsForTests.placed(Review.class, "V190__review_decisions")).hasSize(1);
  }
}
