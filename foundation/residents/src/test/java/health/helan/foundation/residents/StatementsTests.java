package health.helan.foundation.residents;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The statements and tables of the resident index keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Residents.class)).hasSizeGreaterThan(20);
  }

  @Test
  void haveAPlaceForEachTableOfTheHomes() {
    assertThat(
            StatementsForTests.placed(
                Residents.class,
                Set.of("resident_gate", "resident_walk"),
                List.of(
                    "V80__resident_index",
                    "V81__resident_reviews",
                    "V82__resident_walks",
                    "V83__resident_notices",
                    "V87__resident_source_merge",
                    "V132__resident_review_institution")))
        .hasSize(9);
  }
}
