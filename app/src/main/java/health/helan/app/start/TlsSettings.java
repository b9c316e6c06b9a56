package health.helan.app.start;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * HTTPS of the platform's own port: TLS 1.3 and nothing older, with a certificate and key in PEM
 * ({@code HELAN_TLS_CERT}, {@code HELAN_TLS_KEY}) or in PKCS#12 ({@code HELAN_TLS_P12}, {@code
 * HELAN_TLS_PASSPHRASE}). Without them plain HTTP. National TLS (TLCP, GB/T 38636) is a gateway's
 * matter: docs/guide/keys.md.
 */
public final class TlsSettings {
  private static final String CERT = "HELAN_TLS_CERT";
  private static final String KEY = "HELAN_TLS_KEY";
  private static final String P12 = "HELAN_TLS_P12";
  private static final String PASSPHRASE = "HELAN_TLS_PASSPHRASE";
  private static final String BUNDLE = "platform";

  public static final TlsSettings NONE = new TlsSettings(Map.of(), null);

  private final Map<String, Object> properties;
  private final @Nullable X509Certificate own;

  private TlsSettings(Map<String, Object> properties, @Nullable X509Certificate own) {
    this.properties = properties;
    this.own = own;
  }

  /**
   * @throws StartRefused if the variables do not fit together, a file cannot be read, or the
   *     passphrase is wrong
   */
  public static TlsSettings of(Map<String, String> environment) {
    String cert = value(environment, CERT);
    String key = value(environment, KEY);
    String p12 = value(environment, P12);
    if (cert == null && key == null && p12 == null) {
      return NONE;
    }
    var properties = new LinkedHashMap<String, Object>();
    X509Certificate own;
    if (p12 != null) {
      if (cert != null || key != null) {
        throw new StartRefused(
            P12 + " 与 " + CERT + "、" + KEY + " 只能用其一。",
            "Either " + P12 + " or " + CERT + " and " + KEY + ", not both.");
      }
      String passphrase = environment.getOrDefault(PASSPHRASE, "");
      String at = "spring.ssl.bundle.jks." + BUNDLE;
      own = ofP12(readable(p12), passphrase);
      properties.put(at + ".keystore.location", readable(p12).toUri().toString());
      properties.put(at + ".keystore.password", passphrase);
      properties.put(at + ".keystore.type", "PKCS12");
      properties.put(at + ".options.enabled-protocols", "TLSv1.3");
    } else {
      if (cert == null || key == null) {
        throw new StartRefused(
            CERT + " 与 " + KEY + " 须同时设置。", CERT + " and " + KEY + " go together.");
      }
      String at = "spring.ssl.bundle.pem." + BUNDLE;
      own = ofPem(readable(cert));
      properties.put(at + ".keystore.certificate", readable(cert).toUri().toString());
      properties.put(at + ".keystore.private-key", readable(key).toUri().toString());
      properties.put(at + ".options.enabled-protocols", "TLSv1.3");
      // A renewed certificate is taken up without a restart.
      properties.put(at + ".reload-on-update", "true");
    }
    properties.put("server.ssl.bundle", BUNDLE);
    return new TlsSettings(properties, own);
  }

  private static @Nullable String value(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static Path readable(String name) {
    Path file = Path.of(name).toAbsolutePath();
    if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
      throw new StartRefused(
          "无法读取 TLS 证书或密钥文件 " + file + "。", "The file " + file + " for TLS cannot be read.");
    }
    return file;
  }

  private static X509Certificate ofPem(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException | GeneralSecurityException e) {
      throw new StartRefused(
          file + " 中没有可用的 TLS 证书。", "There is no usable TLS certificate in " + file + ".", e);
    }
  }

  private static X509Certificate ofP12(Path file, String passphrase) {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, passphrase.toCharArray());
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate own) {
          return own;
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new StartRefused(
          "无法打开 " + file + "：口令（" + PASSPHRASE + "）不对，或文件已损坏。",
          file
              + " does not open: the passphrase ("
              + PASSPHRASE
              + ") is wrong, or the file is damaged.",
          e);
    }
    throw new StartRefused(
        file + " 中没有可用的 TLS 证书。", "There is no usable TLS certificate in " + file + ".");
  }

  /**
   * For the platform's calls of itself: whatever name its certificate has and whoever issued it, it
   * is this one. Null where it answers in plain HTTP.
   */
  public @Nullable SSLContext callingItself() {
    X509Certificate expected = own;
    if (expected == null) {
      return null;
    }
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, new TrustManager[] {new OnlyOne(expected)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class OnlyOne extends X509ExtendedTrustManager {
    private final X509Certificate expected;

    OnlyOne(X509Certificate expected) {
      this.expected = expected;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
      if (chain.length == 0 || !chain[0].equals(expected)) {
        throw new CertificateException("not the platform itself");
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("for calling only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("for calling only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("for calling only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Whether the platform answers in HTTPS. */
  public boolean isOn() {
    return !properties.isEmpty();
  }

  /** For Spring Boot. */
  public Map<String, Object> properties() {
    return properties;
  }
}
