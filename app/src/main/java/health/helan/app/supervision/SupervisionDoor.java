package health.helan.app.supervision;

import health.helan.app.database.SearchConnections;
import health.helan.app.start.SealKey;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.account.StaffFactors;
import health.helan.foundation.trust.audit.AuditLog;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.VaultUnusable;
import health.helan.foundation.trust.oversight.Replays;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.oversight.settlement.PriceBook;
import health.helan.oversight.settlement.RegionPrices;
import health.helan.oversight.supervision.Cases;
import health.helan.oversight.supervision.Complaints;
import health.helan.oversight.supervision.Ratings;
import health.helan.oversight.supervision.ReplayOperations;
import health.helan.oversight.supervision.Supervision;
import health.helan.oversight.supervision.SupervisionGuard;
import health.helan.oversight.supervision.SupervisionUpkeep;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Supervision of care on line. docs/guide/supervision.md. */
@Configuration(proxyBeanMethods = false)
class SupervisionDoor {
  /** How long rules that another instance changed may still be the old ones here. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** Organization that supervises: its systems see cases and take the export. */
  private static final String SUPERVISOR = "HELAN_SUPERVISOR";

  /** Given to the store when it opens. */
  @Bean
  SupervisionGuard supervisionGuard(DataSource connections, Registry registry, Clock clock) {
    return new SupervisionGuard(connections, registry.licences(), FRESH, clock);
  }

  @Bean
  Supervision supervision(
      RecordStore store, DataSource connections, Registry registry, PriceBook prices, Clock clock)
      throws SQLException {
    var supervision =
        new Supervision(
            new Supervision.Parts(
                store,
                connections,
                registry.licences(),
                new StaffFactors(connections)::of,
                registry::practisedSince,
                new RegionPrices(store, prices)::most,
                FRESH,
                clock));
    store.changes().register(supervision);
    return supervision;
  }

  @Bean
  Cases supervisionCases(RecordStore store, DataSource connections, Clock clock) {
    String supervisor = System.getenv(SUPERVISOR);
    return new Cases(store, connections, supervisor == null ? "" : supervisor.strip(), clock);
  }

  @Bean
  Complaints complaints(RecordStore store, DataSource connections, Cases cases, Clock clock) {
    return new Complaints(store, connections, cases, clock);
  }

  @Bean
  Ratings ratings(RecordStore store, DataSource connections, Cases cases, Clock clock) {
    return new Ratings(store, connections, cases, clock);
  }

  @Bean
  Replays replays(
      RecordStore store,
      SearchConnections searches,
      DataSource connections,
      AuditLog log,
      Signatures signatures,
      KeyVault vault) {
    String key = SealKey.name(System.getenv(SealKey.VARIABLE));
    try {
      return new Replays(
          store, searches.dataSource(), connections, log, signatures, vault.signer(key));
    } catch (VaultUnusable e) {
      throw SealKey.missing(key, e);
    }
  }

  @Bean
  FhirOperation replayOperation(Replays replays, Cases cases, DataSource connections) {
    return ReplayOperations.all(replays, cases, connections).getFirst();
  }

  @Bean
  FhirOperation replayEvidenceOperation(Replays replays, Cases cases, DataSource connections) {
    return ReplayOperations.all(replays, cases, connections).getLast();
  }

  @Bean(destroyMethod = "close")
  SupervisionUpkeep supervisionUpkeep(Supervision supervision, Cases cases, Complaints complaints) {
    return new SupervisionUpkeep(supervision, cases, complaints);
  }

  /** Once the platform answers: no start waits for it. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> supervisionUpkeepStart(SupervisionUpkeep upkeep) {
    return _ -> upkeep.start();
  }
}
