package health.helan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents, tables, bundles and messages in TLS at the doors of one running platform. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IntakeOfARunningPlatformTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PASSPHRASE = "of-the-file";

  private RunningPlatform platform;
  private HttpClient client;
  private SSLContext trusting;
  private SSLContext showing;
  private int open;
  private int mutual;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Path p12 = TlsForTests.p12(folder.resolve("tls.p12"), PASSPHRASE);
    var certificate = (X509Certificate) TlsForTests.load(p12, PASSPHRASE).getCertificate("tls");
    KeyStore sender =
        TlsForTests.load(TlsForTests.p12(folder.resolve("sender.p12"), PASSPHRASE), PASSPHRASE);
    Path authorities =
        Files.writeString(
            folder.resolve("senders.pem"),
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(sender.getCertificate("tls").getEncoded())
                + "\n-----END CERTIFICATE-----\n");
    trusting = context(certificate, null);
    showing = context(certificate, sender);
    client = HttpClient.newBuilder().sslContext(trusting).build();
    platform =
        RunningPlatform.start(
            Map.of(
                "HELAN_TLS_P12",
                p12.toString(),
                "HELAN_TLS_PASSPHRASE",
                PASSPHRASE,
                "HELAN_MLLP_CLIENT_CA",
                authorities.toString()),
            PreparedData.in(folder.resolve("data")),
            "--no-demo");
    assertThat(
            send(
                    "PUT",
                    "fhir/Organization/hospital",
                    "{\"resourceType\":\"Organization\",\"id\":\"hospital\",\"name\":\"H\"}",
                    true)
                .statusCode())
        .isEqualTo(201);
    open = freePort();
    mutual = freePort();
    feed("documents", "\"format\":\"cda\"");
    feed("list", "\"format\":\"table\",\"table\":\"residents\"");
    feed("bundles", "\"format\":\"fhir\"");
    feed("his", "\"port\":%d,\"tls\":\"server\"".formatted(open));
    feed("lis", "\"port\":%d,\"tls\":\"mutual\"".formatted(mutual));
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    platform.close();
  }

  private static SSLContext context(X509Certificate trusted, @Nullable KeyStore own)
      throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("platform", trusted);
    var managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(store);
    KeyManager[] keys = null;
    if (own != null) {
      var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(own, PASSPHRASE.toCharArray());
      keys = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, managers.getTrustManagers(), null);
    return context;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private HttpResponse<String> send(String method, String path, String body, boolean withToken)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(platform.url() + path))
            .header("Content-Type", "application/fhir+json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (withToken) {
      request.header("Authorization", "Bearer " + platform.token());
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private void feed(String name, String settings) throws Exception {
    var body = JSON.createObjectNode().put("resourceType", "Parameters");
    var list = body.putArray("parameter");
    list.addObject().put("name", "name").put("valueString", name);
    list.addObject()
        .put("name", "settings")
        .put("valueString", "{\"institution\":\"hospital\"," + settings + "}");
    HttpResponse<String> made = send("POST", "fhir/$gateway-feed", body.toString(), true);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
  }

  private JsonNode found(String query) throws Exception {
    return JSON.readTree(send("GET", "fhir/" + query, "", true).body());
  }

  @Test
  void aDocumentATableAndABundleAreTaken() throws Exception {
    String document =
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><id root=\"1.2.3\" extension=\"D1\"/><code code=\"34133-9\" codeSystem=\"2.16.840.1.113883.6.1\"/><title>T</title><effectiveTime value=\"20261101\"/><recordTarget><patientRole><id root=\"1.2.4\" extension=\"RP1\"/></patientRole></recordTarget></ClinicalDocument>";
    HttpResponse<String> taken = send("POST", "intake/documents", document, true);
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
    JsonNode reference =
        found("DocumentReference?subject:Patient.identifier=RP1").at("/entry/0/resource");
    HttpResponse<String> original =
        send("GET", "fhir/" + reference.at("/content/0/attachment/url").asString(), "", true);
    assertThat(original.statusCode()).isEqualTo(200);
    assertThat(original.body()).isEqualTo(document);

    assertThat(send("POST", "intake/list", "患者编号,姓名\nRP2,甲\n", true).statusCode()).isEqualTo(200);
    assertThat(found("Patient?identifier=RP2").at("/entry/0/resource/name/0/text").asString())
        .isEqualTo("甲");

    assertThat(
            send(
                    "POST",
                    "intake/bundles",
                    "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"id\":\"b\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"x\",\"identifier\":[{\"system\":\"urn:m\",\"value\":\"RP3\"}]}}]}",
                    true)
                .statusCode())
        .isEqualTo(200);
    assertThat(found("Patient?identifier=RP3").path("entry").size()).isEqualTo(1);
    JsonNode traces = found("AuditEvent?_count=100&_sort=-date");
    assertThat(traces.toString()).contains("feed/documents", "feed/list", "feed/bundles");
  }

  @Test
  void aRehearsalTellsWhatTheRulesOfQualityHaveAgainstIt() throws Exception {
    var body = JSON.createObjectNode().put("resourceType", "Parameters");
    var list = body.putArray("parameter");
    list.addObject().put("name", "feed").put("valueString", "bundles");
    list.addObject()
        .put("name", "content")
        .put(
            "valueBase64Binary",
            Base64.getEncoder()
                .encodeToString(
                    "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"id\":\"q\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"q\",\"identifier\":[{\"system\":\"urn:m\",\"value\":\"RP9\"}],\"birthDate\":\"2190-01-01\"}}]}"
                        .getBytes(UTF_8)));
    HttpResponse<String> answer = send("POST", "fhir/$gateway-rehearse", body.toString(), true);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).contains("business-rule", "Patient.birthDate");
    assertThat(found("Patient?identifier=RP9").path("entry").size()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"intake/documents, 401", "intake/nobody, 401", "intake, 401"})
  void nobodyComesInWithoutAToken(String path, int status) throws Exception {
    assertThat(send("POST", path, "<a/>", false).statusCode()).isEqualTo(status);
  }

  @Test
  void aFeedThatThereIsNotAndAMethodThatIsNotTakenAreRefused() throws Exception {
    assertThat(send("POST", "intake/nobody", "<a/>", true).statusCode()).isEqualTo(404);
    assertThat(send("GET", "intake/documents", "", true).statusCode()).isEqualTo(405);
    assertThat(send("POST", "intake/his", "MSH|", true).statusCode()).isEqualTo(404);
  }

  private static String message(String control) {
    return "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A04|"
        + control
        + "|P|2.5\rPID|1||"
        + control
        + "^^^HOSP^MR||n^m\r";
  }

  private static String exchange(Socket socket, String message) throws IOException {
    socket.setSoTimeout(20_000);
    var out = new ByteArrayOutputStream();
    out.write(0x0B);
    out.writeBytes(message.getBytes(UTF_8));
    out.write(0x1C);
    out.write('\r');
    socket.getOutputStream().write(out.toByteArray());
    var answer = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    for (int b = in.read(); b >= 0 && b != 0x1C; b = in.read()) {
      answer.write(b);
    }
    return answer.toString(UTF_8);
  }

  /** The listeners follow the feeds within seconds. */
  private static Socket connect(SSLContext context, int port) throws Exception {
    for (int i = 0; ; i++) {
      try {
        return context.getSocketFactory().createSocket("127.0.0.1", port);
      } catch (IOException e) {
        if (i == 100) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  @Test
  void messagesComeInTlsWithThePlatformsCertificate() throws Exception {
    try (Socket socket = connect(trusting, open)) {
      assertThat(exchange(socket, message("TLS1"))).contains("MSA|AA|TLS1");
    }
    try (var plain = new Socket("127.0.0.1", open)) {
      // In plain, nothing is taken: the handshake fails, and there is no acknowledgement.
      String answer;
      try {
        answer = exchange(plain, message("TLS2"));
      } catch (IOException closed) {
        answer = "";
      }
      assertThat(answer).doesNotContain("MSA");
    }
    assertThat(found("Patient?identifier=TLS1,TLS2").path("entry").size()).isEqualTo(1);
  }

  @Test
  void aSenderShowsItsCertificateWhereTheFeedWantsIt() throws Exception {
    try (Socket socket = connect(showing, mutual)) {
      assertThat(exchange(socket, message("MUT1"))).contains("MSA|AA|MUT1");
    }
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () -> {
              try (Socket socket = connect(trusting, mutual)) {
                String answer = exchange(socket, message("MUT2"));
                if (answer.isEmpty()) {
                  throw new IOException("closed");
                }
              }
            });
    assertThat(found("Patient?identifier=MUT1,MUT2").path("entry").size()).isEqualTo(1);
  }
}
