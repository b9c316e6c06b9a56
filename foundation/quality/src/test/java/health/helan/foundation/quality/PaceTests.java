package health.helan.foundation.quality;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Judging gives way to those who wait for an answer. */
class PaceTests {
  @Test
  void restsAsLongAsItWorkedWhileThereIsLittleToDo() {
    var pace = new Pace(5, 0.6, () -> 0.3);
    pace.committed();
    assertThat(pace.restNanos(10)).isEqualTo(10);
  }

  @Test
  void restsNineteenTimesAsLongWhileMuchIsWritten() {
    var pace = new Pace(5, 0.6, () -> 0.3);
    for (int i = 0; i < 20; i++) {
      pace.committed();
    }
    assertThat(pace.restNanos(10)).isEqualTo(190);
  }

  @Test
  void restsNineteenTimesAsLongWhileTheMachineHasMuchToDo() {
    assertThat(new Pace(5, 0.6, () -> 0.9).restNanos(10)).isEqualTo(190);
    assertThat(new Pace(5, 0.6, () -> -1).restNanos(10)).as("not known").isEqualTo(10);
  }
}
