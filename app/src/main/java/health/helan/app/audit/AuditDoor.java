package health.helan.app.audit;

import health.helan.app.database.SearchConnections;
import health.helan.app.start.DataFolder;
import health.helan.app.start.SealKey;
import health.helan.app.start.StartRefused;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.audit.AuditEvents;
import health.helan.foundation.trust.audit.AuditLog;
import health.helan.foundation.trust.audit.ErasedSubjects;
import health.helan.foundation.trust.audit.SealOperation;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.foundation.trust.crypto.VaultUnusable;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The audit of this instance. */
@Configuration(proxyBeanMethods = false)
class AuditDoor {
  /**
   * {@code off} keeps no trace of requests: for measuring what the audit costs, for nothing else.
   */
  private static final String SWITCH = "HELAN_AUDIT";

  /** Years after which closed chains are removed; without it they are kept for ever. */
  private static final String YEARS = "HELAN_AUDIT_YEARS";

  /**
   * @param authority has made the key that seals
   */
  @Bean(destroyMethod = "close")
  AuditLog auditLog(
      RecordStore store,
      DataSource connections,
      DataFolder data,
      KeyVault vault,
      CertificateAuthority authority)
      throws GeneralSecurityException {
    String key = SealKey.name(System.getenv(SealKey.VARIABLE));
    Signer signer;
    try {
      signer = vault.signer(key);
    } catch (VaultUnusable e) {
      throw SealKey.missing(key, e);
    }
    AuditCertificates.keep(data, signer.certificate());
    return AuditLog.open(
        connections,
        store.instance(),
        signer,
        AuditLog.Settings.DEFAULT.keepingFor(retention(System.getenv(YEARS))));
  }

  /**
   * @throws StartRefused if it is no number of years
   */
  static Duration retention(@Nullable String years) {
    if (years == null || years.isBlank()) {
      return Duration.ZERO;
    }
    try {
      int count = Integer.parseInt(years.strip());
      if (count >= 1 && count <= 1000) {
        return Duration.ofDays(Math.round(count * 365.25));
      }
    } catch (NumberFormatException e) {
      // Told below, together with numbers out of range.
    }
    throw new StartRefused(
        YEARS + " 要求 1 到 1000 之间的整数（年）。", YEARS + " takes a whole number of years from 1 to 1000.");
  }

  @Bean
  Audits audits(RecordStore store, Operations operations, AuditLog log) {
    AuditSink sink = "off".equalsIgnoreCase(System.getenv(SWITCH)) ? AuditSink.NONE : log;
    return new Audits(store, operations, sink);
  }

  @Bean
  AuditEvents auditEvents(RecordStore store, SearchConnections searches, AuditLog log) {
    return new AuditEvents(searches.dataSource(), store.parameters().digests(), log);
  }

  /** Asked by the erasures. */
  @Bean
  ErasedSubjects erasedSubjects(DataSource connections, AuditLog log) {
    return new ErasedSubjects(connections, log);
  }

  @Bean
  SealOperation sealOperation(DataSource connections) {
    return new SealOperation(connections);
  }
}
