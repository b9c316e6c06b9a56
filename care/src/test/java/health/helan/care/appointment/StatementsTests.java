package health.helan.care.appointment;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StatementsForTests;
import org.junit.jupiter.api.Test;

/** The statements and tables of booking keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Appointments.class)).hasSizeGreaterThan(15);
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(
            StatementsForTests.placed(
                Appointments.class,
                "V100__booking",
                "V101__booking_waiting",
                "V137__booking_ended"))
        .hasSize(6);
  }
}
