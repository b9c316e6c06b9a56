package health.helan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.TlsSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The platform's own port in TLS 1.3, and what stands in the way of it. */
class ServingHttpsTests {
  private static final String PASSPHRASE = "of-the-file";
  private Path folder;

  @BeforeEach
  void use(@TempDir Path given) {
    folder = given;
  }

  private Path p12() throws Exception {
    return TlsForTests.p12(folder.resolve("tls.p12"), PASSPHRASE);
  }

  private Path pem(String name, String label, byte[] der) throws Exception {
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(label, Base64.getMimeEncoder().encodeToString(der), label));
  }

  private static HttpClient client(X509Certificate trusted, String protocol) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("platform", trusted);
    var managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return HttpClient.newBuilder()
        .sslContext(context)
        .sslParameters(new SSLParameters(null, new String[] {protocol}))
        .build();
  }

  private static HttpResponse<String> get(HttpClient client, RunningPlatform platform, String path)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(platform.url() + path))
            .header("Authorization", "Bearer " + platform.token())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void isTls13WithACertificateFromEitherKindOfFile() throws Exception {
    Path p12 = p12();
    KeyStore store = TlsForTests.load(p12, PASSPHRASE);
    var certificate = (X509Certificate) store.getCertificate("tls");
    Path data = folder.resolve("data");
    try (HttpClient client = client(certificate, "TLSv1.3");
        HttpClient old = client(certificate, "TLSv1.2")) {
      try (RunningPlatform platform =
          RunningPlatform.start(
              Map.of("HELAN_TLS_P12", p12.toString(), "HELAN_TLS_PASSPHRASE", PASSPHRASE),
              data,
              "--residents",
              "10")) {
        assertThat(platform.url()).startsWith("https://127.0.0.1:");
        var answer = get(client, platform, "fhir/Patient?_count=1");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
        assertThatExceptionOfType(SSLException.class)
            .isThrownBy(() -> get(old, platform, "fhir/metadata"));
        // The platform calls itself to load the demo region.
        platform.awaitOutput("The demo region is ready.");
      }
      try (RunningPlatform platform =
          RunningPlatform.start(
              Map.of(
                  "HELAN_TLS_CERT",
                  pem("cert.pem", "CERTIFICATE", certificate.getEncoded()).toString(),
                  "HELAN_TLS_KEY",
                  pem(
                          "key.pem",
                          "PRIVATE KEY",
                          store.getKey("tls", PASSPHRASE.toCharArray()).getEncoded())
                      .toString()),
              data,
              "--residents",
              "10")) {
        var answer = get(client, platform, "fhir/Patient?_count=1");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"entry\"");
        assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      }
    }
  }

  @Test
  void isRefusedWithWhatDoesNotFit() throws Exception {
    String p12 = p12().toString();
    Path noCertificate = Files.writeString(folder.resolve("none.pem"), "hello");
    refused("together", Map.of("HELAN_TLS_CERT", p12));
    refused("not both", Map.of("HELAN_TLS_CERT", p12, "HELAN_TLS_P12", p12));
    refused("cannot be read", Map.of("HELAN_TLS_P12", folder.resolve("absent").toString()));
    refused("passphrase", Map.of("HELAN_TLS_P12", p12, "HELAN_TLS_PASSPHRASE", "wrong"));
    refused("no usable", Map.of("HELAN_TLS_CERT", noCertificate.toString(), "HELAN_TLS_KEY", p12));
    assertThat(TlsSettings.of(Map.of()).isOn()).isFalse();
  }

  private static void refused(String words, Map<String, String> environment) {
    assertThatExceptionOfType(health.helan.app.start.StartRefused.class)
        .isThrownBy(() -> TlsSettings.of(environment))
        .withMessageContaining(words)
        .withMessageMatching("(?s).*\\p{IsHan}.*");
  }

  @Test
  void startsOnlyWithItsKeyStore() throws Exception {
    Path data = folder.resolve("data");
    List<String> words = List.of("run", "--data", data.toString(), "--port", "0", "--no-demo");
    var production = RunningPlatform.run(Map.of("HELAN_MODE", "production"), words);
    assertThat(production.exitCode()).isEqualTo(2);
    assertThat(production.output())
        .contains("takes the passphrase of the key store in HELAN_KEYSTORE_PASSPHRASE");
    try (RunningPlatform platform =
        RunningPlatform.start(
            Map.of("HELAN_MODE", "production", "HELAN_KEYSTORE_PASSPHRASE", "the right passphrase"),
            data,
            "--no-demo")) {
      var answer = platform.get("fhir/$encryption-status");
      assertThat(answer.body()).contains("SM4-GCM").contains("\"active\"");
      assertThat(
              platform
                  .send("POST", "fhir/$renew-data-key", "", "application/fhir+json", true)
                  .body())
          .contains("\"valueInteger\":2");
    }
    var wrong =
        RunningPlatform.run(Map.of("HELAN_KEYSTORE_PASSPHRASE", "the wrong passphrase"), words);
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.output()).contains("does not open with this passphrase").contains("口令不对");
    Files.delete(data.resolve("keystore"));
    var lost =
        RunningPlatform.run(Map.of("HELAN_KEYSTORE_PASSPHRASE", "the right passphrase"), words);
    assertThat(lost.exitCode()).isEqualTo(2);
    assertThat(lost.output()).contains("master key");
  }
}
