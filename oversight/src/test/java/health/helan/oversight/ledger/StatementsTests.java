package health.helan.oversight.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of the ledger keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Ledger.class)).hasSizeGreaterThan(10);
  }

  /** The only rows that change are balances; nothing is deleted. */
  @Test
  void onlyAddToWhatWasBooked() {
    assertThat(StatementsForTests.kept(Ledger.class))
        .noneMatch(text -> text.matches("(?is).*\\bupdate\\s+ledger_(posting|transfer)\\b.*"))
        .noneMatch(text -> text.matches("(?is).*\\b(delete|truncate)\\b.*"))
        .anyMatch(text -> text.contains("update ledger_balance"));
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(StatementsForTests.placed(Ledger.class, "V140__ledger")).hasSize(3);
  }
}
