package health.helan.foundation.delivery.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Endpoints that take their time do not keep a sender. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
class RestHookTests {
  private static final Duration PATIENCE = Duration.ofMillis(300);

  private interface Peer {
    void on(Socket socket) throws IOException, InterruptedException;
  }

  private static RestHook.Result sent(String scheme, byte[] body, Peer peer) throws IOException {
    try (var server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket socket = server.accept()) {
                  peer.on(socket);
                } catch (IOException | InterruptedException e) {
                  // The other side is gone.
                }
              });
      return new RestHook(InetAddress::isLoopbackAddress, PATIENCE)
          .send(
              "POST",
              scheme + "://127.0.0.1:" + server.getLocalPort() + "/hook",
              "",
              Map.of(),
              "application/fhir+json",
              body);
    }
  }

  private static void drip(Socket socket, String text) throws IOException, InterruptedException {
    for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) {
      Thread.sleep(200);
      socket.getOutputStream().write(b);
    }
  }

  @Test
  void oneThatAnswersByteByByteIsLeft() throws IOException {
    RestHook.Result result =
        sent("http", new byte[0], socket -> drip(socket, "HTTP/1.1 200 OK\r\n"));
    assertThat(result.text()).isEqualTo("timeout");
  }

  @Test
  void oneThatDoesNotReadIsLeft() throws IOException {
    RestHook.Result result = sent("http", new byte[32 << 20], _ -> Thread.sleep(15_000));
    assertThat(result.text()).isEqualTo("timeout");
  }

  @Test
  void oneThatShakesHandsForEverIsLeft() throws IOException {
    // The head of a TLS record of 16 KB, and then as slowly on.
    RestHook.Result result =
        sent(
            "https",
            new byte[0],
            socket -> drip(socket, "\u0016\u0003\u0003\u0040\u0000" + "x".repeat(60)));
    assertThat(result.text()).isEqualTo("timeout");
  }

  @Test
  void oneThatAnswersIsHeard() throws IOException {
    RestHook.Result result =
        sent(
            "http",
            new byte[0],
            socket -> {
              byte[] head = new byte[4096];
              int read = socket.getInputStream().read(head);
              assertThat(read).isPositive();
              socket
                  .getOutputStream()
                  .write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            });
    assertThat(result.isTaken()).isTrue();
  }
}
