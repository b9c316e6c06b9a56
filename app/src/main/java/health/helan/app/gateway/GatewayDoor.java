package health.helan.app.gateway;

import health.helan.app.start.DataFolder;
import health.helan.app.start.EdgeArguments;
import health.helan.app.start.StartRefused;
import health.helan.foundation.gateway.CodeTranslation;
import health.helan.foundation.gateway.Format;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.QualityLook;
import health.helan.foundation.gateway.Settings;
import health.helan.foundation.gateway.cda.Cda;
import health.helan.foundation.gateway.fhir.FhirBundle;
import health.helan.foundation.gateway.hl7v2.Hl7v2;
import health.helan.foundation.gateway.hl7v2.Hl7v2Servlet;
import health.helan.foundation.gateway.hl7v2.MllpServer;
import health.helan.foundation.gateway.http.IntakeServlet;
import health.helan.foundation.gateway.operations.GatewayOperations;
import health.helan.foundation.gateway.table.Table;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.trust.audit.AuditLog;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The gateway of this instance. */
@Configuration(proxyBeanMethods = false)
class GatewayDoor {
  /** Address of the MLLP listeners; this machine alone without it. */
  private static final String ADDRESS = "HELAN_MLLP_ADDRESS";

  /** Days that settled messages are kept. */
  private static final String KEEP = "HELAN_KEEP_MESSAGES_DAYS";

  /** So long a sender of documents and tables waits for what becomes of them. */
  private static final Duration SENDERS_PATIENCE = Duration.ofSeconds(20);

  /** What the centre has is of use here for as long as somebody may ask what became of it. */
  private static final Duration KEPT_AT_AN_EDGE_NODE = Duration.ofDays(7);

  /** As for requests: off only to measure what the audit costs. */
  private static final String AUDIT = "HELAN_AUDIT";

  @Bean(destroyMethod = "close")
  CodeTranslation codeTranslation(Terminology terminology) {
    return new LocalCodeTranslation(terminology);
  }

  @Bean(destroyMethod = "close")
  Gateway gateway(
      RecordStore store,
      DataSource connections,
      ContentCodec codec,
      AuditLog log,
      ObjectStore objects,
      CodeTranslation codes,
      Terminology terminology,
      DataFolder data,
      ObjectProvider<EdgeArguments> edge) {
    AuditSink audit = "off".equalsIgnoreCase(System.getenv(AUDIT)) ? AuditSink.NONE : log;
    boolean forwards = edge.getIfAvailable() != null;
    Settings usual = Settings.DEFAULT;
    var settings =
        new Settings(
            usual.inFlight(),
            usual.working(),
            usual.patience(),
            keep(System.getenv(KEEP), forwards ? KEPT_AT_AN_EDGE_NODE : usual.keep()),
            usual.refresh(),
            usual.sweep());
    List<Format> formats = List.of(new Hl7v2(), new Cda(), new Table(), new FhirBundle());
    Gateway gateway =
        forwards
            ? Gateway.openForForwarding(
                store, connections, codec, audit, formats, settings, Clock.systemUTC())
            : Gateway.open(
                store, connections, codec, audit, codes, formats, settings, Clock.systemUTC());
    String outside = System.getenv("HELAN_DB_URL");
    if (outside == null || outside.isBlank()) {
      gateway.refuseWhile(data::isNearlyFull);
    }
    gateway.keepLargeIn(objects);
    terminology.readBy(gateway::meanings);
    return gateway;
  }

  static Duration keep(@Nullable String days, Duration otherwise) {
    if (days == null || days.isBlank()) {
      return otherwise;
    }
    if (!days.strip().matches("[1-9][0-9]{0,4}")) {
      throw new StartRefused(
          KEEP + " 应为 1 至 99999 的天数。", KEEP + " takes a number of days, 1 to 99999.");
    }
    return Duration.ofDays(Integer.parseInt(days.strip()));
  }

  @Bean(destroyMethod = "close")
  MllpServer mllpServer(Gateway gateway, ObjectProvider<SslBundles> bundles) {
    var tls = new MllpTls(bundles.getIfAvailable(), System.getenv(MllpTls.CLIENTS));
    return new MllpServer(
        gateway, address(System.getenv(ADDRESS)), tls::context, MllpServer.Settings.DEFAULT);
  }

  /** For other gateways of this instance. */
  @Bean
  MllpListeners mllpListeners(ObjectProvider<SslBundles> bundles) {
    return new MllpListeners(other -> mllpServer(other, bundles));
  }

  static InetAddress address(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return InetAddress.getLoopbackAddress();
    }
    try {
      return InetAddress.getByName(text.strip());
    } catch (UnknownHostException e) {
      throw new StartRefused(
          ADDRESS + " 不是可用的地址：" + text, ADDRESS + " is no address of this machine: " + text, e);
    }
  }

  @Bean
  ServletRegistrationBean<Hl7v2Servlet> hl7v2Servlet(Gateway gateway) {
    var registration = new ServletRegistrationBean<>(new Hl7v2Servlet(gateway), "/hl7v2/*");
    registration.setName("hl7v2");
    return registration;
  }

  @Bean
  ServletRegistrationBean<IntakeServlet> intakeServlet(Gateway gateway) {
    var workers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("intake-", 0).factory());
    var registration =
        new ServletRegistrationBean<>(
            new IntakeServlet(gateway, workers, SENDERS_PATIENCE), "/intake/*");
    registration.setName("intake");
    return registration;
  }

  @Bean
  FhirOperation gatewayMessages(Gateway gateway) {
    return GatewayOperations.of(gateway, "gateway-messages");
  }

  @Bean
  FhirOperation gatewayMessage(Gateway gateway) {
    return GatewayOperations.of(gateway, "gateway-message");
  }

  @Bean
  FhirOperation gatewayReplay(Gateway gateway) {
    return GatewayOperations.of(gateway, "gateway-replay");
  }

  @Bean
  FhirOperation gatewayDiscard(Gateway gateway) {
    return GatewayOperations.of(gateway, "gateway-discard");
  }

  @Bean
  FhirOperation gatewayFeeds(Gateway gateway) {
    return GatewayOperations.of(gateway, "gateway-feeds");
  }

  @Bean
  FhirOperation gatewayFeed(Gateway gateway) {
    return GatewayOperations.of(gateway, "gateway-feed");
  }

  @Bean
  FhirOperation gatewayMapping(Gateway gateway) {
    return GatewayOperations.of(gateway, "gateway-mapping");
  }

  @Bean
  FhirOperation gatewayRehearse(Gateway gateway, ObjectProvider<QualityLook> quality) {
    return GatewayOperations.rehearse(gateway, quality.getIfAvailable(() -> QualityLook.NONE));
  }
}
