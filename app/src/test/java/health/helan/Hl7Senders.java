package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Senders as hospitals have them, for drills: each has its connection, over which it sends one
 * message after the other, and each again until it is acknowledged.
 */
final class Hl7Senders implements AutoCloseable {
  static final int CONNECTIONS = 8;
  private static final JsonMapper JSON = new JsonMapper();

  /** One sender's next message; null at its end. */
  interface Queue {
    @Nullable String next();
  }

  /** What a sender has to say, by its number from 0. */
  interface Queues {
    Queue of(int sender);
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> senders = new ArrayList<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final Duration patience;

  private Hl7Senders(Duration patience) {
    this.patience = patience;
  }

  /** Starts them. */
  static Hl7Senders start(int port, Duration patience, Queues queues) {
    var all = new Hl7Senders(patience);
    for (int i = 0; i < CONNECTIONS; i++) {
      Queue queue = queues.of(i);
      all.senders.add(
          all.threads.submit(
              () -> {
                try (var connection = new Connection(port)) {
                  for (String next = queue.next(); next != null; next = queue.next()) {
                    connection.sendUntilTaken(next, all.patience);
                    all.sent.incrementAndGet();
                  }
                }
                return null;
              }));
    }
    return all;
  }

  /** Each patient's messages by the same sender, in their order: 1 to {@code each}. */
  static Hl7Senders ofPatients(int port, Duration patience, int patients, int each) {
    return start(
        port,
        patience,
        first ->
            new Queue() {
              private int patient = first;
              private int number = 1;

              @Override
              public @Nullable String next() {
                if (patient >= patients) {
                  patient = first;
                  number++;
                }
                if (number > each || first >= patients) {
                  return null;
                }
                String message = adt(patient, number);
                patient += CONNECTIONS;
                return message;
              }
            });
  }

  /** How many were acknowledged so far. */
  int sent() {
    return sent.get();
  }

  /** Waits until so many were acknowledged, or a sender failed. */
  void await(int goal) throws Exception {
    long until = System.nanoTime() + patience.toNanos();
    while (sent.get() < goal) {
      for (Future<?> sender : senders) {
        if (sender.state() == Future.State.FAILED) {
          sender.get();
        }
      }
      assertThat(System.nanoTime()).as("senders go on").isLessThan(until);
      Thread.sleep(5);
    }
  }

  /** Waits until all is acknowledged. */
  void join() throws Exception {
    for (Future<?> sender : senders) {
      sender.get();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }

  static String adt(int patient, int number) {
    return "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A08|%d-%d|P|2.5\rPID|1||D%d^^^HOSP^MR||n^%d\r"
        .formatted(patient, number, patient, number);
  }

  /**
   * Looks at what {@link #ofPatients} left: each message made one version, none is lost, none took
   * effect twice, each in its turn.
   */
  static void checkEachOnceInOrder(RunningPlatform platform, int patients, int each)
      throws Exception {
    for (int patient = 0; patient < patients; patient++) {
      JsonNode found =
          JSON.readTree(platform.getInTheEnd("fhir/Patient?identifier=D" + patient).body());
      assertThat(found.path("entry").size()).as("patient %d: %s", patient, found).isEqualTo(1);
      JsonNode resource = found.at("/entry/0/resource");
      assertThat(resource.at("/name/0/given/0").asString())
          .as("the last message about patient %d", patient)
          .isEqualTo(Integer.toString(each));
      assertThat(resource.at("/meta/versionId").asString()).isEqualTo(Integer.toString(each));
      JsonNode history =
          JSON.readTree(
              platform
                  .getInTheEnd(
                      "fhir/Patient/" + resource.path("id").asString() + "/_history?_count=100")
                  .body());
      int expected = each;
      for (JsonNode entry : history.path("entry")) {
        assertThat(entry.at("/resource/name/0/given/0").asString())
            .isEqualTo(Integer.toString(expected--));
      }
      assertThat(expected).isZero();
    }
    JsonNode open =
        JSON.readTree(
            platform
                .getInTheEnd("fhir/$gateway-messages?state=received,dead,refused,parked")
                .body());
    assertThat(open.has("parameter")).as(open.toString()).isFalse();
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** One connection, made anew whenever it breaks. */
  private static final class Connection implements AutoCloseable {
    private final int port;
    private @Nullable Socket socket;

    Connection(int port) {
      this.port = port;
    }

    void sendUntilTaken(String message, Duration patience) throws Exception {
      long until = System.nanoTime() + patience.toNanos();
      while (System.nanoTime() < until) {
        try {
          Socket open = socket;
          if (open == null) {
            open = new Socket(InetAddress.getLoopbackAddress(), port);
            open.setSoTimeout(20_000);
            socket = open;
          }
          var out = new ByteArrayOutputStream();
          out.write(0x0B);
          out.writeBytes(message.getBytes(StandardCharsets.UTF_8));
          out.write(0x1C);
          out.write('\r');
          open.getOutputStream().write(out.toByteArray());
          String answer = answer(open.getInputStream());
          if (answer.contains("MSA|AA|")) {
            return;
          }
          if (answer.isEmpty()) {
            close();
          } else {
            // Told to wait: the message may be there already, and sending it again finds that out.
            assertThat(answer).contains("MSA|AR|");
          }
        } catch (IOException e) {
          close();
        }
        Thread.sleep(100);
      }
      throw new AssertionError("never taken: " + message);
    }

    private static String answer(InputStream in) throws IOException {
      var out = new ByteArrayOutputStream();
      int b = in.read();
      while (b >= 0 && b != 0x1C) {
        out.write(b);
        b = in.read();
      }
      if (b == 0x1C) {
        in.read();
        return out.toString(StandardCharsets.UTF_8);
      }
      return "";
    }

    @Override
    public void close() throws IOException {
      Socket open = socket;
      socket = null;
      if (open != null) {
        open.close();
      }
    }
  }
}
