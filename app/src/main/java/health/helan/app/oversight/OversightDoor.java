package health.helan.app.oversight;

import health.helan.app.database.SearchConnections;
import health.helan.app.start.StartRefused;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.audit.AuditLog;
import health.helan.foundation.trust.oversight.AlertSettings;
import health.helan.foundation.trust.oversight.Alerts;
import health.helan.foundation.trust.oversight.AlertsOperation;
import health.helan.foundation.trust.oversight.HandleAlertOperation;
import health.helan.foundation.trust.oversight.TraceOperation;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Traces, alerts and quotas. Thresholds by environment; docs/guide/oversight.md. */
@Configuration(proxyBeanMethods = false)
class OversightDoor {
  private static final String PREFIX = "HELAN_ALERT_";

  @Bean(destroyMethod = "close")
  Alerts alerts(RecordStore store, DataSource connections, MeterRegistry meters) {
    var alerts = new Alerts(connections, store, settings(System::getenv), Clock.systemUTC());
    alerts.start();
    Gauge.builder("helan.alerts.open", alerts, OversightDoor::open)
        .description("alerts on unusual access that nobody has closed")
        .register(meters);
    return alerts;
  }

  private static double open(Alerts alerts) {
    return alerts.open().values().stream().mapToLong(Long::longValue).sum();
  }

  static AlertSettings settings(UnaryOperator<@Nullable String> environment) {
    AlertSettings usual = AlertSettings.DEFAULT;
    return new AlertSettings(
        number(environment, "RESIDENTS", usual.residents()),
        number(environment, "TIMES", usual.timesUsual()),
        number(environment, "REFUSALS", usual.refusals()),
        number(environment, "NIGHT", usual.nightResidents()),
        number(environment, "EMERGENCY_HOURS", usual.emergencyHours()),
        Duration.ofSeconds(number(environment, "SECONDS", (int) usual.every().toSeconds())),
        Duration.ofSeconds(
            number(environment, "SETTLED_SECONDS", (int) usual.settled().toSeconds())));
  }

  private static int number(
      UnaryOperator<@Nullable String> environment, String name, int otherwise) {
    String value = environment.apply(PREFIX + name);
    if (value == null || value.isBlank()) {
      return otherwise;
    }
    if (!value.strip().matches("[1-9]\\d{0,6}")) {
      throw new StartRefused(
          PREFIX + name + " 要求 1 到 9999999 之间的整数。",
          PREFIX + name + " takes a whole number from 1 to 9999999.");
    }
    return Integer.parseInt(value.strip());
  }

  @Bean
  FhirOperation traceOperation(
      RecordStore store, SearchConnections searches, DataSource connections, AuditLog log) {
    return new TraceOperation(store, searches.dataSource(), connections, log);
  }

  @Bean
  FhirOperation alertsOperation(Alerts alerts) {
    return new AlertsOperation(alerts);
  }

  @Bean
  FhirOperation handleAlertOperation(Alerts alerts) {
    return new HandleAlertOperation(alerts);
  }
}
