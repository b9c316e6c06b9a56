package health.helan.app.keys;

import health.helan.app.start.DataFolder;
import health.helan.app.start.RunArguments;
import health.helan.app.start.SealKey;
import health.helan.app.start.StartRefused;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.CertificateAuthority.Kind;
import health.helan.foundation.trust.crypto.CertificateOperation;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.EncryptionStatusOperation;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.Recoding;
import health.helan.foundation.trust.crypto.RenewDataKeyOperation;
import health.helan.foundation.trust.crypto.TrustAuthorityOperation;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.crypto.TrustedAuthoritiesOperation;
import health.helan.foundation.trust.crypto.VaultUnusable;
import health.helan.foundation.trust.erasure.Erasable;
import health.helan.foundation.trust.erasure.EraseOperation;
import health.helan.foundation.trust.erasure.Erasures;
import health.helan.foundation.trust.erasure.ErasuresOperation;
import health.helan.foundation.trust.erasure.HoldOperation;
import health.helan.foundation.trust.erasure.RepeatErasuresOperation;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The key vault and what works with its keys. */
@Configuration(proxyBeanMethods = false)
class KeyDoor {
  private static final String REGION = "贺兰示范区";

  @Bean
  KeyVault keyVault(DataFolder data, RunArguments arguments) {
    var settings = new KeySettings(System::getenv);
    try {
      var vault =
          KeyStoreVault.open(
              settings.keystore(data), settings.passphrase(data, arguments.address()));
      char[] next = settings.newPassphrase();
      if (next != null) {
        vault.changePassphrase(next);
      }
      return vault;
    } catch (VaultUnusable e) {
      throw new StartRefused(e.chinese(), e.english(), e);
    }
  }

  @Bean(destroyMethod = "close")
  DataKeys dataKeys(KeyVault vault) {
    return new DataKeys(
        vault,
        new KeySettings(System::getenv).encryption(),
        DataKeys.Settings.DEFAULT,
        Clock.systemUTC());
  }

  @Bean
  ContentCipher contentCodec(DataKeys keys) {
    return new ContentCipher(keys);
  }

  @Bean(destroyMethod = "close")
  Recoding recoding(DataKeys keys, ContentCipher cipher, RecordStore store) {
    return new Recoding(keys, cipher, store::watermark);
  }

  @Bean
  TrustedAuthorities trustedAuthorities(DataSource connections) {
    return new TrustedAuthorities(connections);
  }

  /**
   * The platform's own authority, with the keys that seal and stamp.
   *
   * @param store opened before, so that the tables are there
   */
  @Bean
  CertificateAuthority certificateAuthority(
      KeyVault vault, DataSource connections, TrustedAuthorities trusted, RecordStore store) {
    var authority = new CertificateAuthority(vault, connections, trusted, Clock.systemUTC());
    authority.establish(REGION);
    authority.platformKey("seal", Kind.SEAL, "贺兰平台印章 Seal");
    authority.platformKey("time", Kind.TIME, "贺兰时间戳 Time stamps");
    return authority;
  }

  /** Lists of revocations hold for a week. */
  @Bean(destroyMethod = "close")
  RevocationUpkeep revocationUpkeep(CertificateAuthority authority) {
    return new RevocationUpkeep(authority);
  }

  @Bean
  FhirOperation encryptionStatus(DataKeys keys, Recoding recoding) {
    return new EncryptionStatusOperation(keys, recoding);
  }

  @Bean
  FhirOperation renewDataKey(DataKeys keys) {
    return new RenewDataKeyOperation(keys);
  }

  @Bean
  FhirOperation certificate(CertificateAuthority authority) {
    return new CertificateOperation(authority);
  }

  @Bean
  FhirOperation trustAuthority(TrustedAuthorities trusted) {
    return new TrustAuthorityOperation(trusted, Clock.systemUTC());
  }

  @Bean
  FhirOperation listTrustedAuthorities(TrustedAuthorities trusted) {
    return new TrustedAuthoritiesOperation(trusted);
  }

  /**
   * @param others parts of the platform that keep something about residents outside the store
   */
  @Bean
  Erasures erasures(
      RecordStore store,
      DataSource connections,
      ObjectStore objects,
      KeyVault vault,
      CertificateAuthority authority,
      ObjectProvider<Erasable> others) {
    var erasures =
        new Erasures(
            store,
            connections,
            objects,
            () -> vault.signer(SealKey.name(System.getenv(SealKey.VARIABLE))),
            others.stream().toList(),
            Clock.systemUTC());
    // An order that a stop cut is carried out before anybody can ask for what it is about.
    erasures.finishBegun();
    return erasures;
  }

  @Bean
  FhirOperation erase(Erasures erasures) {
    return new EraseOperation(erasures);
  }

  @Bean
  FhirOperation listErasures(Erasures erasures) {
    return new ErasuresOperation(erasures);
  }

  @Bean
  FhirOperation repeatErasures(Erasures erasures) {
    return new RepeatErasuresOperation(erasures);
  }

  @Bean
  FhirOperation hold(Erasures erasures) {
    return new HoldOperation(erasures);
  }
}
