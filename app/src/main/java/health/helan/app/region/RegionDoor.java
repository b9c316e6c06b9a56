package health.helan.app.region;

import health.helan.care.appointment.places.PoolFigures;
import health.helan.care.queue.Queues;
import health.helan.care.visit.Visits;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.edge.Nodes;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.trust.oversight.Alerts;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The figures behind the region's map. docs/guide/console.md. */
@Configuration(proxyBeanMethods = false)
class RegionDoor {
  private static final Duration SHOWN_FOR = Duration.ofSeconds(5);

  @Bean
  FhirOperation regionFiguresOperation(
      DataSource connections,
      Registry registry,
      Queues queues,
      Visits visits,
      Gateway gateway,
      Nodes nodes,
      Nodes.Patience patience,
      Alerts alerts,
      Clock clock) {
    return new RegionFigures(
        new RegionFigures.Rooms(
            registry,
            new PoolFigures(connections),
            queues,
            visits,
            gateway,
            nodes,
            patience,
            alerts,
            clock),
        SHOWN_FOR);
  }
}
