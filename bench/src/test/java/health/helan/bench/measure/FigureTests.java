package health.helan.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FigureTests {
  private static Figure of(int good, int failed) {
    long[] nanos = new long[good + failed];
    Arrays.fill(nanos, 2_000_000);
    var cpu = new CpuUse(400, 100, 50, 1000);
    return new Figure(good, failed, 2, new Latencies(nanos), cpu, 0, failed == 0 ? "" : "503");
  }

  @Test
  void dividesTimeAndCpuAmongTheOperations() {
    Figure figure = of(200, 0);
    assertThat(figure.perSecond()).isEqualTo(100);
    assertThat(figure.p50Ms()).isEqualTo(2);
    assertThat(figure.jvmMsEach()).isEqualTo(2);
    assertThat(figure.postgresMsEach()).isEqualTo(0.5);
    assertThat(figure.othersCores()).isEqualTo(0.5);
  }

  @Test
  void fastErrorsAreNoThroughput() {
    assertThat(of(0, 500).perSecond()).isNaN();
    assertThat(of(90, 10).perSecond()).isNaN();
    assertThat(of(990, 10).perSecond()).isEqualTo(495);
  }
}
