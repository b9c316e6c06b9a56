package health.helan.foundation.gateway.hl7v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blocks of senders who mean no good. */
class FramesTests {
  private ServerSocket server;
  private Socket sender;
  private Socket receiver;

  @BeforeEach
  void connect() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    sender = new Socket(server.getInetAddress(), server.getLocalPort());
    receiver = server.accept();
  }

  @AfterEach
  void close() throws IOException {
    sender.close();
    receiver.close();
    server.close();
  }

  private Frames frames(int mostBytes, int blockMillis) throws IOException {
    return new Frames(
        receiver,
        receiver.getInputStream(),
        new MllpServer.Settings(mostBytes, 10_000, blockMillis, 1));
  }

  private Thread send(byte[] bytes, int times, int pauseMillis) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                OutputStream out = sender.getOutputStream();
                out.write(Frames.START);
                for (int i = 0; i < times; i++) {
                  out.write(bytes);
                  Thread.sleep(pauseMillis);
                }
              } catch (IOException | InterruptedException closed) {
                // The other side has had enough.
              }
            });
  }

  @Test
  void aBlockHasItsTimeAndNoMoreHoweverItDrips() throws Exception {
    Frames frames = frames(1 << 20, 500);
    Thread dripping = send(new byte[] {'a'}, 200, 50);
    assertThat(frames.awaitStart()).isNull();
    long from = System.nanoTime();
    Frames.Frame frame = frames.read(() -> {});
    assertThat(frame.isWhole()).isFalse();
    assertThat(frames.isAhead()).isFalse();
    assertThat(frame.bytes()).isNotEmpty();
    assertThat(System.nanoTime() - from).isBetween(400_000_000L, 5_000_000_000L);
    dripping.interrupt();
  }

  @Test
  void aLongBlockTakesItsPlaceAndAnEndlessOneIsRefused() throws Exception {
    Frames frames = frames(1 << 20, 20_000);
    Thread flooding = send(new byte[1000], 5000, 0);
    assertThat(frames.awaitStart()).isNull();
    var places = new AtomicInteger();
    assertThatExceptionOfType(Frames.TooLong.class)
        .isThrownBy(() -> frames.read(places::incrementAndGet));
    assertThat(places).hasValue(1);
    flooding.interrupt();
  }

  @Test
  void noiseWithoutABlockIsNotReadForEver() throws Exception {
    Frames frames = frames(1 << 30, 20_000);
    Thread flooding =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 5000; i++) {
                      sender.getOutputStream().write("noise ".repeat(100).getBytes());
                    }
                  } catch (IOException closed) {
                    // The other side has had enough.
                  }
                });
    assertThatExceptionOfType(Frames.TooLong.class).isThrownBy(frames::awaitStart);
    flooding.interrupt();
  }
}
