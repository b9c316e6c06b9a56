package health.helan.app.links;

import health.helan.app.start.StartRefused;
import health.helan.foundation.store.RecordStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@code HELAN_LINK_NETWORKS} names the networks that may be probed, {@code HELAN_LINK_SECONDS} the
 * pause between two looks at a link (60 by default).
 */
@Configuration(proxyBeanMethods = false)
class LinkDoor {
  static final String PAUSE_VARIABLE = "HELAN_LINK_SECONDS";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration SLOW = Duration.ofSeconds(1);

  @Bean(destroyMethod = "close")
  LinkHealth linkHealth(
      RecordStore store,
      DataSource database,
      MeterRegistry meters,
      ObjectProvider<OtherLinks> others) {
    ProbedNetworks networks = ProbedNetworks.of(System.getenv(ProbedNetworks.VARIABLE));
    return new LinkHealth(
        store,
        new LinkTable(database),
        networks,
        new LinkProbe(networks, PATIENCE, SLOW),
        pause(System.getenv(PAUSE_VARIABLE)),
        Clock.systemUTC(),
        meters,
        () -> others.stream().flatMap(each -> each.links().stream()).toList());
  }

  static Duration pause(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return Duration.ofSeconds(60);
    }
    if (text.strip().matches("[1-9]\\d{0,4}")) {
      return Duration.ofSeconds(Integer.parseInt(text.strip()));
    }
    throw new StartRefused(
        PAUSE_VARIABLE + " 要求 1 到 99999 之间的整数（秒）。",
        PAUSE_VARIABLE + " takes a whole number of seconds from 1 to 99999.");
  }
}
