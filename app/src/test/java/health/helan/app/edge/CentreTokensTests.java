package health.helan.app.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.SignedJWT;
import health.helan.foundation.gateway.edge.Centre;
import health.helan.foundation.gateway.edge.HttpCentre;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node says who it is, to a centre whose clock is three hours ahead. */
class CentreTokensTests {
  private static final Duration AHEAD = Duration.ofHours(3);

  private final AtomicInteger asked = new AtomicInteger();
  private ServerSocket centre;
  private HttpClient client;
  private NodeKey key;
  private CentreTokens tokens;
  private volatile String form = "";
  private volatile String status = "200 OK";

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    centre = new ServerSocket(0, 20, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    key = new NodeKey(KeyStoreVault.open(folder.resolve("keys"), "a passphrase".toCharArray()));
    tokens = new CentreTokens(address(), client, key, "edge.county");
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    centre.close();
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + centre.getLocalPort() + "/");
  }

  private void serve() {
    try {
      while (true) {
        try (Socket visitor = centre.accept()) {
          answer(visitor);
        }
      }
    } catch (IOException closed) {
      // The end of the centre.
    }
  }

  private void answer(Socket visitor) throws IOException {
    var in =
        new BufferedReader(
            new InputStreamReader(visitor.getInputStream(), StandardCharsets.US_ASCII));
    String path = in.readLine();
    int length = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    char[] body = new char[length];
    int read = 0;
    while (read < length) {
      read += in.read(body, read, length - read);
    }
    boolean isToken = path.contains("/oauth2/token");
    if (isToken) {
      form = new String(body);
    }
    String json =
        isToken
            ? "{\"access_token\":\"token-%d\",\"expires_in\":300}"
                .formatted(asked.incrementAndGet())
            : "{\"token_endpoint\":\"https://helan.region.example/oauth2/token\"}";
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plus(AHEAD).atOffset(ZoneOffset.UTC));
    var head =
        List.of(
            "HTTP/1.1 " + (isToken ? status : "200 OK"),
            "Date: " + date,
            "Content-Type: application/json",
            "Content-Length: " + json.length(),
            "Connection: close",
            "",
            json);
    visitor.getOutputStream().write(String.join("\r\n", head).getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void isSignedByTheNodesOwnKeyAndDatedByTheCentresClock() throws Exception {
    assertThat(tokens.token()).isEqualTo("token-1");
    assertThat(tokens.token()).as("it is used while it holds").isEqualTo("token-1");
    assertThat(form).contains("scope=system%2Fedge", "grant_type=client_credentials");
    SignedJWT jwt = SignedJWT.parse(form.substring(form.indexOf("client_assertion=") + 17));
    ECKey open = ECKey.parse(key.jwk());
    assertThat(open.isPrivate()).isFalse();
    assertThat(jwt.verify(new ECDSAVerifier(open))).isTrue();
    assertThat(jwt.getHeader().getKeyID()).isEqualTo(key.thumbprint());
    assertThat(jwt.getJWTClaimsSet().getSubject()).isEqualTo("edge.county");
    assertThat(jwt.getJWTClaimsSet().getAudience())
        .as("as the centre calls itself")
        .containsExactly("https://helan.region.example/oauth2/token");
    Instant issued = jwt.getJWTClaimsSet().getIssueTime().toInstant();
    assertThat(issued)
        .isBetween(
            Instant.now().plus(AHEAD).minusSeconds(60), Instant.now().plus(AHEAD).plusSeconds(60));
    assertThat(jwt.getJWTClaimsSet().getExpirationTime().toInstant())
        .isEqualTo(issued.plusSeconds(120));
    tokens.refused("token-1");
    assertThat(tokens.token()).isEqualTo("token-2");
  }

  @Test
  void failsWithTheReasonWhenTheKeyIsNotKnown() {
    status = "401 Unauthorized";
    assertThatExceptionOfType(Centre.Away.class)
        .isThrownBy(() -> tokens.token())
        .satisfies(away -> assertThat(away.reason()).isEqualTo("edge.away-login"));
    status = "502 Bad Gateway";
    assertThatExceptionOfType(Centre.Away.class)
        .isThrownBy(() -> tokens.token())
        .satisfies(away -> assertThat(away.reason()).isEqualTo("edge.away-status 502"));
  }

  @Test
  void saysWhyTheCentreWasNotReached() throws Exception {
    var ahead = new AtomicLong();
    // Bound and not listening: nobody else can take the port meanwhile.
    try (var silent = new Socket()) {
      silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String address = "http://127.0.0.1:" + silent.getLocalPort() + "/";
      assertThatExceptionOfType(Centre.Away.class)
          .isThrownBy(
              () ->
                  HttpCentre.send(
                      client, HttpRequest.newBuilder(URI.create(address)).build(), ahead))
          .satisfies(away -> assertThat(away.reason()).isEqualTo("edge.away-refused"));
    }
    assertThatExceptionOfType(Centre.Away.class)
        .isThrownBy(
            () ->
                HttpCentre.send(
                    client,
                    HttpRequest.newBuilder(URI.create("http://no-such-name.invalid/")).build(),
                    ahead))
        .satisfies(away -> assertThat(away.reason()).isEqualTo("edge.away-name"));
  }
}
