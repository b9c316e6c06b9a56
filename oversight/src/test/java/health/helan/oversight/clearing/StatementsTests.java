package health.helan.oversight.clearing;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of clearing keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Clearing.class)).hasSizeGreaterThan(30);
  }

  /** What was closed or decided is never written over. */
  @Test
  void onlyAddToWhatWasClosedAndDecided() {
    assertThat(StatementsForTests.kept(Clearing.class))
        .noneMatch(
            text ->
                text.matches(
                    "(?is).*\\b(update|delete from)\\s+clearing_(close|case_step|month_step|terms|layout)\\b.*"));
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(
            StatementsForTests.placed(
                Clearing.class, "V170__clearing", "V171__ledger_fence", "V172__simulated_refund"))
        .hasSize(13);
  }
}
