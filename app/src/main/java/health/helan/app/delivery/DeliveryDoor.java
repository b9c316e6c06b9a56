package health.helan.app.delivery;

import health.helan.app.links.ProbedNetworks;
import health.helan.app.start.StartRefused;
import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.delivery.bulkimport.Imports;
import health.helan.foundation.delivery.export.Exports;
import health.helan.foundation.delivery.mhd.ProvidedDocuments;
import health.helan.foundation.delivery.subscription.Subscriptions;
import health.helan.foundation.delivery.summary.SummaryOperation;
import health.helan.foundation.delivery.upload.Uploads;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.TransactionRules;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Scope;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Bulk export, subscriptions, uploads, document exchange. Settings by environment;
 * docs/guide/delivery.md.
 */
@Configuration(proxyBeanMethods = false)
class DeliveryDoor {
  /** Hours that the files of a finished export are kept. */
  private static final String KEEP_VARIABLE = "HELAN_EXPORT_HOURS";

  /** Set to {@code required}, systems export and subscribe under an agreement only. */
  private static final String AGREEMENTS_VARIABLE = "HELAN_AGREEMENTS";

  @Bean
  Agreements agreements(DataSource connections, RecordStore store) {
    return new Agreements(
        connections, store, Clock.systemUTC(), areRequired(System.getenv(AGREEMENTS_VARIABLE)));
  }

  static boolean areRequired(@Nullable String value) {
    if (value == null || value.isBlank()) {
      return false;
    }
    if (!value.strip().equals("required")) {
      throw new StartRefused(
          AGREEMENTS_VARIABLE + " 只能是 required，或不设置。",
          AGREEMENTS_VARIABLE + " is required, or not set.");
    }
    return true;
  }

  @Bean(destroyMethod = "close")
  Exports exports(
      DataSource connections, RecordStore store, ObjectStore objects, Agreements agreements) {
    Exports.Settings usual = Exports.Settings.DEFAULT;
    return new Exports(
        connections,
        store,
        objects,
        agreements,
        new Exports.Settings(
            usual.workers(),
            usual.perCaller(),
            hours(System.getenv(KEEP_VARIABLE), usual.keep()),
            usual.lease(),
            usual.poll(),
            usual.fileResources(),
            usual.fileBytes()));
  }

  @Bean(destroyMethod = "close")
  Subscriptions subscriptions(
      DataSource connections,
      RecordStore store,
      ContentCodec codec,
      Agreements agreements,
      AuditSink audit,
      Clients clients)
      throws SQLException {
    ProbedNetworks networks = ProbedNetworks.of(System.getenv(ProbedNetworks.VARIABLE));
    String base = System.getenv("HELAN_BASE_URL");
    return new Subscriptions(
        connections,
        store,
        codec,
        agreements,
        audit,
        caller -> today(caller, clients),
        networks::hold,
        base == null || base.isBlank() ? "" : base.strip().replaceAll("/+$", "") + "/fhir",
        Subscriptions.Settings.DEFAULT);
  }

  @Bean(destroyMethod = "close")
  Uploads uploads(
      DataSource connections,
      RecordStore store,
      ContentCodec codec,
      Agreements agreements,
      AuditSink audit,
      Clients clients)
      throws SQLException {
    ProbedNetworks networks = ProbedNetworks.of(System.getenv(ProbedNetworks.VARIABLE));
    return new Uploads(
        connections,
        store,
        codec,
        agreements,
        audit,
        caller -> today(caller, clients),
        networks::hold,
        Uploads.Settings.DEFAULT);
  }

  @Bean(destroyMethod = "close")
  Imports imports(
      DataSource connections,
      RecordStore store,
      ContentCodec codec,
      AuditSink audit,
      Clients clients) {
    ProbedNetworks networks = ProbedNetworks.of(System.getenv(ProbedNetworks.VARIABLE));
    return new Imports(
        connections,
        store,
        codec,
        audit,
        caller -> today(caller, clients),
        networks::hold,
        Imports.Settings.DEFAULT);
  }

  @Bean
  TransactionRules providedDocuments() {
    return new ProvidedDocuments();
  }

  /** With no more scopes than the system's registration has today. */
  static @Nullable Caller today(Caller kept, Clients clients) {
    if (kept.isRoot()) {
      return kept;
    }
    Client client = clients.find(kept.subject());
    if (!isRegistered(kept, client) || client == null) {
      return null;
    }
    Caller.Binding binding = kept.binding();
    return new Caller(
        kept.subject(),
        kept.role(),
        kept.institution(),
        kept.purposes(),
        kept.request(),
        new Caller.Binding(
            binding.practitioner(),
            binding.teams(),
            binding.patients(),
            Scope.common(binding.scopes(), client.scopes())));
  }

  /** A system that was switched off, or given to another institution, is sent nothing more. */
  private static boolean isRegistered(Caller caller, @Nullable Client client) {
    return client != null && client.institution().equals(caller.institution());
  }

  @Bean
  ServletRegistrationBean<SubscriptionSocket> subscriptionSocket(Subscriptions subscriptions) {
    var registration =
        new ServletRegistrationBean<>(new SubscriptionSocket(subscriptions), Subscriptions.SOCKET);
    registration.setAsyncSupported(true);
    return registration;
  }

  @Bean
  FhirOperation subscriptionToken(Subscriptions subscriptions) {
    return subscriptions.bindingToken();
  }

  @Bean
  FhirOperation subscriptionStatus(Subscriptions subscriptions) {
    return subscriptions.status();
  }

  @Bean
  FhirOperation subscriptionEvents(Subscriptions subscriptions) {
    return subscriptions.events();
  }

  @Bean
  FhirOperation subscriptionReplay(Subscriptions subscriptions) {
    return subscriptions.replay();
  }

  @Bean
  FhirOperation subscriptionStates(Subscriptions subscriptions) {
    return subscriptions.states();
  }

  @Bean
  FhirOperation summaryOperation() {
    return new SummaryOperation();
  }

  static Duration hours(@Nullable String value, Duration otherwise) {
    if (value == null || value.isBlank()) {
      return otherwise;
    }
    if (!value.strip().matches("[1-9][0-9]{0,3}")) {
      throw new StartRefused(
          KEEP_VARIABLE + " 应为 1 至 9999 的小时数。",
          KEEP_VARIABLE + " takes a number of hours, 1 to 9999.");
    }
    return Duration.ofHours(Integer.parseInt(value.strip()));
  }

  @Bean
  FhirOperation exportOfEverything(Exports exports) {
    return exports.ofEverything();
  }

  @Bean
  FhirOperation exportOfPatients(Exports exports) {
    return exports.ofPatients();
  }

  @Bean
  FhirOperation exportOfGroup(Exports exports) {
    return exports.ofGroup();
  }

  @Bean
  FhirOperation exportStatus(Exports exports) {
    return exports.status();
  }

  @Bean
  FhirOperation exportFile(Exports exports) {
    return exports.file();
  }
}
