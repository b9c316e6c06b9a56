package health.helan.foundation.terminology;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of terminology keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Terminology.class)).hasSizeGreaterThan(20);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(
            StatementsForTests.placed(
                Terminology.class,
                "V41__terminology",
                "V42__terminology_loads",
                "V43__closures",
                "V44__local_codes"))
        .hasSize(10);
  }
}
