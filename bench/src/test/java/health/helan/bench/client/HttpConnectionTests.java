package health.helan.bench.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpConnectionTests {
  private HttpServer server = start();
  private final List<String> seen = new ArrayList<>();
  private HttpConnection connection = connect(server.getAddress().getPort(), "");

  private static HttpServer start() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static HttpConnection connect(int port, String token) {
    URI base = URI.create("http://127.0.0.1:" + port + "/fhir/");
    return new HttpConnection(HttpConnection.Endpoint.of(base, token));
  }

  @BeforeEach
  void answer() {
    server.createContext(
        "/fhir",
        exchange -> {
          seen.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " from "
                  + exchange.getRemoteAddress().getPort());
          byte[] body = exchange.getRequestBody().readAllBytes();
          if (exchange.getRequestURI().getPath().endsWith("/none")) {
            exchange.sendResponseHeaders(204, -1);
          } else {
            exchange.getResponseHeaders().add("Location", "http://x/fhir/Patient/7/_history/1");
            // Length 0 means: in chunks.
            boolean chunked = exchange.getRequestURI().getPath().endsWith("/chunks");
            exchange.sendResponseHeaders(200, chunked ? 0 : body.length);
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    connection.close();
    server.stop(0);
  }

  @Test
  void readsAnswersOfEveryFraming() throws IOException {
    byte[] large = "0123456789".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
    assertThat(connection.send("POST", "/Patient", large, "")).isEqualTo(200);
    assertThat(connection.body()).isEqualTo(large);
    assertThat(connection.location()).endsWith("/Patient/7/_history/1");
    assertThat(connection.send("POST", "/chunks", large, "")).isEqualTo(200);
    assertThat(connection.body()).isEqualTo(large);
    assertThat(connection.send("DELETE", "/none", null, "")).isEqualTo(204);
    assertThat(connection.length()).isZero();
  }

  @Test
  void keepsTheConnectionAndSendsTheToken() throws IOException {
    connection = connect(server.getAddress().getPort(), "secret");
    connection.send("POST", "", new byte[] {'{', '}'}, "");
    connection.send("POST", "/Patient?x=1", new byte[] {'{', '}'}, "");
    assertThat(seen.getFirst()).startsWith("POST /fhir Bearer secret");
    assertThat(seen.getLast()).startsWith("POST /fhir/Patient?x=1 Bearer secret");
    assertThat(seen.getLast().replaceAll(".*from ", ""))
        .isEqualTo(seen.getFirst().replaceAll(".*from ", ""));
  }

  @Test
  void countsAcceptedEntriesAndNothingElse() throws IOException {
    String answer =
        """
        {"entry":[{"response":{"status":"201 Created"}},{"response":{"status" : "200 OK"}},
         {"response":{"status":"404"}},{"resource":{"status":"final"}}]}\
        """;
    connection.send("POST", "", answer.getBytes(StandardCharsets.UTF_8), "");
    assertThat(connection.acceptedEntries()).isEqualTo(2);
    assertThat(connection.occurrences("\"response\"")).isEqualTo(3);
  }

  @Test
  void opensAnewAfterTheServerHungUp() throws IOException {
    try (var rude = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var first = rude.accept()) {
                  first.getInputStream().read();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
                try (var second = rude.accept()) {
                  second.getInputStream().read();
                  second
                      .getOutputStream()
                      .write("HTTP/1.1 200 OK\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      connection = connect(rude.getLocalPort(), "");
      assertThatIOException().isThrownBy(() -> connection.send("GET", "/Patient/1", null, ""));
      assertThat(connection.send("GET", "/Patient/1", null, "")).isEqualTo(200);
      assertThat(connection.excerpt(10)).isEqualTo("hello");
    }
  }

  @Test
  void takesPlainHttpOnly() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpConnection.Endpoint.of(URI.create("https://x/fhir"), ""));
  }
}
