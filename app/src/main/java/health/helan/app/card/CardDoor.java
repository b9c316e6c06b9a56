package health.helan.app.card;

import health.helan.app.start.SealKey;
import health.helan.app.start.StartRefused;
import health.helan.foundation.residents.card.Cards;
import health.helan.foundation.residents.card.SamePerson;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import java.time.Clock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health cards of this region. docs/guide/health-card.md. */
@Configuration(proxyBeanMethods = false)
class CardDoor {
  /** Six digits of GB/T 2260: of whom the codes are. */
  private static final String REGION = "HELAN_CARD_REGION";

  private static final int NINGXIA = 640_000;

  /**
   * @throws StartRefused for what is no region
   */
  static int region(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return NINGXIA;
    }
    if (text.strip().matches("[1-9][0-9]{5}")) {
      return Integer.parseInt(text.strip());
    }
    throw new StartRefused(
        REGION + " 应为六位行政区划代码。", REGION + " takes the six digits of a region (GB/T 2260).");
  }

  @Bean
  Cards healthCards(
      RecordStore store,
      DataSource connections,
      ContentCodec codec,
      KeyVault vault,
      CertificateAuthority authority) {
    return new Cards(
        new Cards.Parts(
            store,
            connections,
            codec,
            vault,
            authority,
            () -> vault.signer(SealKey.name(System.getenv(SealKey.VARIABLE))),
            SamePerson.certain(store),
            region(System.getenv(REGION)),
            Clock.systemUTC()));
  }
}
