package health.helan.app.gateway;

import health.helan.app.start.StartRefused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;

/**
 * TLS of the MLLP listeners: the platform's own certificate ({@code HELAN_TLS_CERT} and so on), and
 * for feeds that want the sender's certificate, the authorities in a file of PEM ({@code
 * HELAN_MLLP_CLIENT_CA}).
 */
final class MllpTls {
  static final String CLIENTS = "HELAN_MLLP_CLIENT_CA";
  private static final String BUNDLE = "platform";

  private final @Nullable SslBundles bundles;
  private final @Nullable String clients;

  /**
   * @param clients file of authorities; null for none: then no sender's certificate is accepted
   */
  MllpTls(@Nullable SslBundles bundles, @Nullable String clients) {
    this.bundles = bundles;
    this.clients = clients == null || clients.isBlank() ? null : clients.strip();
  }

  /** Null when the platform has no certificate. */
  @Nullable SSLContext context() {
    if (bundles == null) {
      return null;
    }
    try {
      var keys = bundles.getBundle(BUNDLE).getManagers().getKeyManagers();
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trusted(), null);
      return context;
    } catch (NoSuchSslBundleException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new StartRefused("MLLP 的 TLS 无法启用。", "TLS for MLLP cannot be set up.", e);
    }
  }

  private TrustManager[] trusted() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
      if (clients != null) {
        try (InputStream in = Files.newInputStream(Path.of(clients))) {
          int number = 0;
          for (Certificate each :
              CertificateFactory.getInstance("X.509").generateCertificates(in)) {
            store.setCertificateEntry("authority-" + number++, each);
          }
        }
      }
    } catch (IOException e) {
      throw new StartRefused(
          CLIENTS + " 的文件无法读取。", "The file of " + CLIENTS + " cannot be read.", e);
    }
    if (store.size() == 0) {
      return new TrustManager[0]; // Nobody is trusted: a sender's certificate never holds.
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }
}
