package health.helan.app.signing;

import health.helan.app.start.SealKey;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Licences;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.print.Fonts;
import health.helan.foundation.trust.print.PrintOperation;
import health.helan.foundation.trust.print.Printing;
import health.helan.foundation.trust.signature.SignOperation;
import health.helan.foundation.trust.signature.SignatureInputOperation;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.foundation.trust.signature.SignerOperation;
import health.helan.foundation.trust.signature.Signers;
import health.helan.foundation.trust.signature.VerifySignatureOperation;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Electronic signatures and printed documents. */
@Configuration(proxyBeanMethods = false)
class SigningDoor {
  /** The vault's key for time stamps. */
  private static final String TIME = "time";

  @Bean
  Signers signers(
      KeyVault vault,
      CertificateAuthority authority,
      TrustedAuthorities trusted,
      DataSource connections) {
    return new Signers(
        vault,
        authority,
        trusted,
        connections,
        Clock.systemUTC(),
        SealKey.name(System.getenv(SealKey.VARIABLE)));
  }

  @Bean
  TimeStamps timeStamps(KeyVault vault) {
    return new TimeStamps(vault, TIME, Clock.systemUTC());
  }

  @Bean
  Signatures signatures(
      Signers signers, TrustedAuthorities trusted, TimeStamps stamps, Licences licences) {
    return new Signatures(signers, trusted, stamps, Clock.systemUTC(), licences);
  }

  @Bean
  Printing printing(Signatures signatures, Signers signers, TimeStamps stamps) {
    return new Printing(Fonts.found(), signatures, signers, stamps, Clock.systemUTC());
  }

  @Bean
  FhirOperation sign(Signatures signatures) {
    return new SignOperation(signatures);
  }

  @Bean
  FhirOperation signatureInput(Signatures signatures) {
    return new SignatureInputOperation(signatures);
  }

  @Bean
  FhirOperation verifySignature(Signatures signatures) {
    return new VerifySignatureOperation(signatures);
  }

  @Bean
  FhirOperation signer(Signers signers) {
    return new SignerOperation(signers);
  }

  @Bean
  FhirOperation print(Printing printing) {
    return new PrintOperation(printing);
  }
}
