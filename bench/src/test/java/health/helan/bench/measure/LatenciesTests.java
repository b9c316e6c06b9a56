package health.helan.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTests {
  private static Latencies milliseconds(long... values) {
    return new Latencies(LongStream.of(values).map(ms -> ms * 1_000_000).toArray());
  }

  @Test
  void percentilesAreNearestRanks() {
    Latencies twenty = milliseconds(LongStream.rangeClosed(1, 20).map(i -> 21 - i).toArray());
    assertThat(twenty.percentileMs(0.5)).isEqualTo(10);
    assertThat(twenty.percentileMs(0.95)).isEqualTo(19);
    assertThat(twenty.percentileMs(0.951)).isEqualTo(20);
    assertThat(twenty.percentileMs(1)).isEqualTo(20);
  }

  @Test
  void ofOneRequestEveryPercentileIsIt() {
    assertThat(milliseconds(7).percentileMs(0.01)).isEqualTo(7);
    assertThat(milliseconds(7).percentileMs(0.99)).isEqualTo(7);
  }

  @Test
  void ofNoRequestsThereIsNone() {
    assertThat(milliseconds().percentileMs(0.5)).isNaN();
  }

  @Test
  void aShareOfNothingIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> milliseconds(1).percentileMs(0));
    assertThatIllegalArgumentException().isThrownBy(() -> milliseconds(1).percentileMs(95));
  }
}
