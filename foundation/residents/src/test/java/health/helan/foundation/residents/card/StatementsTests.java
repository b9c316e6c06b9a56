package health.helan.foundation.residents.card;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of cards keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Cards.class)).hasSizeGreaterThan(20);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(
            StatementsForTests.placed(
                Cards.class,
                "V88__health_card",
                "V89__health_card_use",
                "V90__health_card_places",
                "V91__health_card_pace",
                "V130__health_card_shadow"))
        .hasSize(9);
  }
}
