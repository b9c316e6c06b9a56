package health.helan.app.edge;

import health.helan.app.start.DataFolder;
import health.helan.app.start.EdgeArguments;
import health.helan.app.start.StartRefused;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.edge.EdgeServlet;
import health.helan.foundation.gateway.edge.Nodes;
import health.helan.foundation.gateway.operations.EdgeNodesOperation;
import health.helan.foundation.gateway.operations.EdgeStatusOperation;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.oversight.Alerts;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Edge nodes, from both sides. {@code HELAN_EDGE_SILENT_SECONDS} (120) says after how long without
 * a word a node counts as silent.
 */
@Configuration(proxyBeanMethods = false)
class EdgeDoor {
  private static final String SILENT = "HELAN_EDGE_SILENT_SECONDS";
  private static final Duration LOOK = Duration.ofSeconds(15);

  @Bean
  Nodes edgeNodes(DataSource connections, Gateway gateway) {
    return new Nodes(connections, Clock.systemUTC());
  }

  @Bean
  ServletRegistrationBean<EdgeServlet> edgeServlet(Gateway gateway, Nodes nodes) {
    var registration = new ServletRegistrationBean<>(new EdgeServlet(gateway, nodes), "/edge/*");
    registration.setName("edge");
    return registration;
  }

  /** When a node counts as silent or lagging. */
  @Bean
  Nodes.Patience edgePatience() {
    return patience();
  }

  @Bean
  FhirOperation edgeNodesOperation(Nodes nodes, Nodes.Patience patience) {
    return new EdgeNodesOperation(nodes, patience);
  }

  @Bean
  FhirOperation edgeNodeOperation(Gateway gateway, Nodes nodes, Clients clients) {
    return new EdgeNodeOperation(gateway, nodes, clients);
  }

  @Bean(destroyMethod = "close")
  NodeWatch nodeWatch(Nodes nodes, Nodes.Patience patience, Alerts alerts, MeterRegistry meters) {
    Duration pause = patience.silent().dividedBy(4);
    return new NodeWatch(nodes, patience, alerts, meters, pause.compareTo(LOOK) < 0 ? pause : LOOK);
  }

  static Nodes.Patience patience() {
    return new Nodes.Patience(silent(System.getenv(SILENT)), Nodes.Patience.DEFAULT.lagging());
  }

  static Duration silent(@Nullable String seconds) {
    if (seconds == null || seconds.isBlank()) {
      return Nodes.Patience.DEFAULT.silent();
    }
    if (!seconds.strip().matches("[1-9]\\d{0,5}")) {
      throw new StartRefused(
          SILENT + " 要求 1 到 999999 之间的整数（秒）。",
          SILENT + " takes a whole number of seconds from 1 to 999999.");
    }
    return Duration.ofSeconds(Integer.parseInt(seconds.strip()));
  }

  /** This process is an edge node. The arguments are there before any bean is made. */
  static final class AtANode implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      var beans = context.getBeanFactory();
      return beans != null && beans.containsSingleton("edgeArguments");
    }
  }

  /** What an edge node has beside. */
  @Configuration(proxyBeanMethods = false)
  @Conditional(AtANode.class)
  static class Node {
    @Bean(destroyMethod = "close")
    EdgeNode edgeNode(
        EdgeArguments arguments,
        DataFolder data,
        KeyVault vault,
        Gateway gateway,
        DataSource connections) {
      return new EdgeNode(arguments, data, vault, gateway, connections);
    }

    @Bean
    EdgeFilter edgeFilter() {
      return new EdgeFilter();
    }

    @Bean
    FhirOperation edgeStatusOperation(EdgeNode node) {
      return new EdgeStatusOperation(
          node.forwarder(), node.arguments().centre().toString(), node.arguments().node());
    }
  }
}
