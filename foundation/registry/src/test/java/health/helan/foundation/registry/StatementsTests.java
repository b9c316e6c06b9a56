package health.helan.foundation.registry;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of the registry keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Registry.class)).hasSizeGreaterThan(15);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(
            StatementsForTests.placed(
                Registry.class,
                "V92__registry_rights",
                "V93__registry_search",
                "V94__registry_specialties",
                "V131__registry_made"))
        .hasSize(7);
  }
}
