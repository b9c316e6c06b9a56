package health.helan.app.region;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.gateway.edge.Nodes;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConnectionTests {
  private static final Instant NOW = Instant.parse("2026-11-26T01:30:00Z");

  @Test
  void isLateOnceAMessageWaitsForMoreThanTenMinutes() {
    assertThat(Connection.of(true, null, NOW)).isEqualTo(Connection.OK);
    assertThat(Connection.of(true, NOW.minusSeconds(599), NOW)).isEqualTo(Connection.OK);
    assertThat(Connection.of(true, NOW.minusSeconds(601), NOW)).isEqualTo(Connection.LATE);
    assertThat(Connection.of(false, NOW.minusSeconds(601), NOW))
        .as("a feed that is suspended keeps what comes")
        .isEqualTo(Connection.LATE);
    assertThat(Connection.of(false, null, NOW)).isEqualTo(Connection.NONE);
  }

  @Test
  void isThatOfTheWorstFeedOrNode() {
    Connection all = Connection.NONE;
    for (Nodes.Health health : Nodes.Health.values()) {
      all = all.worse(Connection.of(health));
    }
    assertThat(all).isEqualTo(Connection.SILENT);
    assertThat(Connection.of(Nodes.Health.NEW).worse(Connection.OK)).isEqualTo(Connection.OK);
    assertThat(Connection.of(Nodes.Health.TROUBLED)).isEqualTo(Connection.LATE);
    assertThat(Connection.of(Nodes.Health.LAGGING)).isEqualTo(Connection.LATE);
    assertThat(Connection.of(Nodes.Health.OFF)).isEqualTo(Connection.NONE);
  }
}
