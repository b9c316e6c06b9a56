package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.gateway.hl7v2.MllpServer;
import health.helan.foundation.store.testing.StoreForTests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages over MLLP, as real senders send them. */
class MllpTests {
  private static GatewayForTests house;
  private static int port;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    port = GatewayForTests.freePort();
    house.feed("his", "{\"port\":%d}".formatted(port));
  }

  @AfterAll
  static void close() {
    house.close();
  }

  /** A sender's side of a connection. */
  static final class Sender implements AutoCloseable {
    private final Socket socket;

    Sender(Socket socket) throws IOException {
      this.socket = socket;
      socket.setSoTimeout(20_000);
      socket.setTcpNoDelay(true);
    }

    static Sender to(int port) throws IOException {
      return new Sender(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    void write(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    void send(String message) throws IOException {
      write(framed(message.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] framed(byte[] message) {
      var out = new ByteArrayOutputStream();
      out.write(0x0B);
      out.writeBytes(message);
      out.write(0x1C);
      out.write('\r');
      return out.toByteArray();
    }

    /** The next block; empty when the other side has closed. */
    String answer() throws IOException {
      InputStream in = socket.getInputStream();
      var out = new ByteArrayOutputStream();
      int b = in.read();
      while (b >= 0 && b != 0x1C) {
        if (b != 0x0B) {
          out.write(b);
        }
        b = in.read();
      }
      if (b == 0x1C) {
        assertThat(in.read()).isEqualTo('\r');
      }
      return out.toString(StandardCharsets.UTF_8);
    }

    boolean isSilent() throws IOException {
      socket.setSoTimeout(700);
      try {
        return socket.getInputStream().read() < 0;
      } catch (java.net.SocketTimeoutException e) {
        return true;
      } finally {
        socket.setSoTimeout(20_000);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static String adt(String control, String patient) {
    return adt(control, patient, "");
  }

  private static String adt(String control, String patient, String more) {
    return "MSH|^~\\&|HIS|HOSP|HELAN|REGION|20261101||ADT^A04^ADT_A01|"
        + control
        + "|P|2.5.1"
        + more
        + "\rPID|1||"
        + patient
        + "^^^HOSP^MR||n^m\r";
  }

  private static String code(String answer) {
    return answer
        .lines()
        .flatMap(l -> l.lines())
        .toList()
        .toString()
        .replaceAll("(?s).*MSA\\|(..).*", "$1");
  }

  @Test
  void answersOnceItIsCommitted() throws IOException {
    try (Sender sender = Sender.to(port)) {
      sender.send(adt("1", "M1"));
      String answer = sender.answer();
      assertThat(answer)
          .startsWith("MSH|^~\\&|HELAN|REGION|HIS|HOSP|")
          .contains("|ACK^A04^ACK|")
          .contains("\rMSA|AA|1\r");
      assertThat(house.find("Patient", "identifier", "M1")).hasSize(1);
      // One connection, many messages, and the same once more.
      sender.send(adt("2", "M2"));
      assertThat(code(sender.answer())).isEqualTo("AA");
      sender.send(adt("2", "M2"));
      assertThat(code(sender.answer())).isEqualTo("AA");
      sender.send(adt("2", "M3"));
      assertThat(sender.answer()).contains("MSA|AR|2|").contains("205^Duplicate key identifier");
      assertThat(house.find("Patient", "identifier", "M3")).isEmpty();
    }
  }

  @Test
  void saysWhyInTheSendersLetters() throws IOException {
    try (Sender sender = Sender.to(port)) {
      sender.send("MSH|^~\\&|HIS|HOSP|||20261101||ADT^A04|w1|P|2.5||||||UNICODE UTF-8\rPID|1\r");
      assertThat(sender.answer())
          .contains("MSA|AE|w1|消息中没有可以识别 Patient 的标识。")
          .contains("gateway.no-identifier");
      sender.send("MSH|^~\\&|HIS|HOSP|||20261101||XYZ^Z01|w2|P|2.3\rPID|1\r");
      assertThat(sender.answer()).contains("MSA|AR|w2|");
      byte[] gb =
          "MSH|^~\\&|医院|HOSP|||20261101||ADT^A04|w3|P|2.4||||||GB 18030-2000\rPID|1\r"
              .getBytes(Charset.forName("GB18030"));
      sender.write(Sender.framed(gb));
      InputStream in = sender.socket.getInputStream();
      byte[] answer = new byte[600];
      int length = in.read(answer);
      assertThat(new String(answer, 0, length, Charset.forName("GB18030")))
          .contains("消息中没有可以识别 Patient 的标识。")
          .contains("|医院|");
    }
  }

  @Test
  void answersInEnhancedModeAsAsked() throws IOException {
    try (Sender sender = Sender.to(port)) {
      sender.send(adt("e1", "M10", "|||AL|AL"));
      assertThat(code(sender.answer())).isEqualTo("CA");
      assertThat(code(sender.answer())).isEqualTo("AA");
      sender.send(adt("e2", "M11", "|||AL|NE"));
      assertThat(code(sender.answer())).isEqualTo("CA");
      sender.send(adt("e3", "M12", "|||NE|ER"));
      assertThat(sender.isSilent()).isTrue();
      sender.send(adt("e3", "M13", "|||ER|ER"));
      assertThat(code(sender.answer())).isEqualTo("CR");
      sender.send(adt("e4", "", "|||NE|ER"));
      assertThat(code(sender.answer())).isEqualTo("AE");
    }
    assertThat(house.find("Patient", "identifier", "M12")).hasSize(1);
  }

  @Test
  void takesSeveralOfAFrameAndFramesSentAtOnce() throws IOException {
    try (Sender sender = Sender.to(port)) {
      sender.send(adt("s1", "M20") + adt("s2", "M21"));
      assertThat(sender.answer()).contains("MSA|AA|s1");
      assertThat(sender.answer()).contains("MSA|AA|s2");
      var all = new ByteArrayOutputStream();
      for (int i = 0; i < 5; i++) {
        all.writeBytes(Sender.framed(adt("s3" + i, "M22").getBytes(StandardCharsets.UTF_8)));
      }
      sender.write(all.toByteArray());
      for (int i = 0; i < 5; i++) {
        assertThat(sender.answer()).contains("MSA|AA|s3" + i);
      }
      // Byte by byte, with noise before it and without the CR at the end.
      byte[] slow = Sender.framed(adt("s4", "M23").getBytes(StandardCharsets.UTF_8));
      sender.write("\r\n \r\n".getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < slow.length - 1; i++) {
        sender.write(new byte[] {slow[i]});
      }
      assertThat(sender.answer()).contains("MSA|AA|s4");
    }
  }

  @Test
  void answersABatchAsABatch() throws IOException {
    try (Sender sender = Sender.to(port)) {
      sender.send(
          "FHS|^~\\&|HIS\rBHS|^~\\&|HIS|||||||||B1\r"
              + adt("b1", "M30")
              + adt("b2", "")
              + "BTS|2\rFTS|1\r");
      String answer = sender.answer();
      assertThat(answer).startsWith("BHS|").contains("MSA|AA|b1").contains("MSA|AE|b2");
      assertThat(answer).endsWith("BTS|2\r");
    }
  }

  @Test
  void keepsWhatWasCutOffAndTakesItWhenItIsSentAgain() throws IOException {
    byte[] whole = Sender.framed(adt("t1", "M40").getBytes(StandardCharsets.UTF_8));
    try (Sender sender = Sender.to(port)) {
      sender.write(Arrays.copyOf(whole, whole.length - 8));
    }
    StoreForTests.await("it is kept", () -> !refused("gateway.cut-off").isEmpty());
    assertThat(house.find("Patient", "identifier", "M40")).isEmpty();
    try (Sender sender = Sender.to(port)) {
      // A new block begins while the old one has not ended.
      sender.write(Arrays.copyOf(whole, 30));
      sender.write(whole);
      assertThat(sender.answer()).contains("MSA|AA|t1");
    }
    assertThat(refused("gateway.cut-off")).hasSize(2);
    try (Sender sender = Sender.to(port)) {
      sender.write(adt("t2", "M41").getBytes(StandardCharsets.UTF_8));
    }
    StoreForTests.await("it is kept", () -> !refused("gateway.not-framed").isEmpty());
    assertThat(house.find("Patient", "identifier", "M41")).isEmpty();
  }

  private static List<Message> refused(String reason) {
    return house
        .gateway
        .find(List.of("his"), null, null, null, List.of(State.REFUSED), null, null, null, 100)
        .stream()
        .filter(
            message -> {
              Message.Reason why = message.reason();
              return why != null && why.key().equals(reason);
            })
        .toList();
  }

  @Test
  void tellsFeedsOfOnePortApartByTheirSenders() throws IOException {
    int shared = GatewayForTests.freePort();
    house.feed("lis", "{\"port\":%d,\"senders\":[\"LIS|*\"]}".formatted(shared));
    house.feed("ris", "{\"port\":%d,\"senders\":[\"RIS|HOSP\"]}".formatted(shared));
    try (Sender sender = Sender.to(shared)) {
      sender.send(adt("f1", "M50").replace("|HIS|", "|RIS|"));
      assertThat(code(sender.answer())).isEqualTo("AA");
      sender.send(adt("f2", "M51"));
      assertThat(sender.answer()).contains("MSA|AR|f2|");
    }
    assertThat(
            house.gateway.find(List.of("ris"), null, "f1", null, List.of(), null, null, null, 10))
        .hasSize(1);
    // A feed that is switched off closes its door.
    house.feed("lis", "{\"port\":%d,\"active\":false}".formatted(shared));
    house.feed("ris", "{\"port\":%d,\"active\":false}".formatted(shared));
    StoreForTests.await("it is closed", () -> isClosed(shared));
  }

  private static boolean isClosed(int port) {
    try (Sender sender = Sender.to(port)) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void stopsReadingWhileItIsBusy() throws Exception {
    int entered = 0;
    while (house.gateway.tryEnter()) {
      entered++;
    }
    try (Sender sender = Sender.to(port)) {
      sender.send(adt("q1", "M60"));
      assertThat(sender.isSilent()).isTrue();
      for (; entered > 0; entered--) {
        house.gateway.leave();
      }
      assertThat(sender.answer()).contains("MSA|AA|q1");
    } finally {
      for (; entered > 0; entered--) {
        house.gateway.leave();
      }
    }
  }

  @Test
  void whoSendsSlowlyKeepsNobodyWaiting() throws Exception {
    int busy = GatewayForTests.freePort();
    house.feed("busy", "{\"port\":%d}".formatted(busy));
    byte[] begun =
        Arrays.copyOf(Sender.framed(adt("v", "M62").getBytes(StandardCharsets.UTF_8)), 40);
    var slow = new ArrayList<Sender>();
    try {
      for (int i = 0; i < GatewayForTests.QUICK.inFlight() + 6; i++) {
        Sender sender = Sender.to(busy);
        slow.add(sender);
        sender.write(begun);
      }
      try (Sender sender = Sender.to(busy)) {
        sender.send(adt("v1", "M63"));
        assertThat(sender.answer()).contains("MSA|AA|v1");
      }
    } finally {
      for (Sender sender : slow) {
        sender.close();
      }
    }
  }

  @Test
  void listensAsSoonAsAPortIsFree() throws Exception {
    int taken = GatewayForTests.freePort();
    try (var other = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
      house.feed("late", "{\"port\":%d}".formatted(taken));
      assertThat(other.isBound()).isTrue();
    }
    StoreForTests.await("it listens", () -> !isClosed(taken));
    try (Sender sender = Sender.to(taken)) {
      sender.send(adt("u1", "M64"));
      assertThat(sender.answer()).contains("MSA|AA|u1");
    }
  }

  @Test
  void asksForTheSendersCertificateWhereTheFeedSaysSo(@TempDir Path folder) throws Exception {
    Path server = key(folder, "server");
    Path client = key(folder, "client");
    int secured = GatewayForTests.freePort();
    SSLContext ours = context(server, client);
    try (var mllp =
        new MllpServer(
            house.gateway,
            InetAddress.getLoopbackAddress(),
            () -> ours,
            MllpServer.Settings.DEFAULT)) {
      // The other server of this test has no certificate, and leaves the port alone.
      house.feed("secured", "{\"port\":%d,\"tls\":\"mutual\"}".formatted(secured));
      SSLContext known = context(client, server);
      try (Sender sender =
          new Sender(
              known.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), secured))) {
        sender.send(adt("tls1", "M70"));
        assertThat(sender.answer()).contains("MSA|AA|tls1");
      }
      SSLContext nameless = context(null, server);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(
              () -> {
                try (Sender sender =
                    new Sender(
                        nameless
                            .getSocketFactory()
                            .createSocket(InetAddress.getLoopbackAddress(), secured))) {
                  sender.send(adt("tls2", "M71"));
                  if (sender.answer().isEmpty()) {
                    throw new IOException("closed");
                  }
                }
              });
      try (Sender plain = Sender.to(secured)) {
        plain.send(adt("tls3", "M72"));
        assertThat(plain.answer()).doesNotContain("MSA");
      } catch (IOException e) {
        // Closed at once.
      }
      assertThat(house.find("Patient", "identifier", "M71,M72")).isEmpty();
      assertThat(mllp).isNotNull();
      house.feed("secured", "{\"port\":0}");
    }
  }

  private static Path key(Path folder, String name) throws Exception {
    Path file = folder.resolve(name + ".p12");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    assertThat(Files.exists(file)).isTrue();
    return file;
  }

  private static SSLContext context(@org.jspecify.annotations.Nullable Path own, Path trusted)
      throws GeneralSecurityException, IOException {
    char[] password = "changeit".toCharArray();
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore mine = KeyStore.getInstance("PKCS12");
    if (own == null) {
      mine.load(null, null);
    } else {
      try (var in = Files.newInputStream(own)) {
        mine.load(in, password);
      }
    }
    keys.init(mine, password);
    KeyStore theirs = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(trusted)) {
      theirs.load(in, password);
    }
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("root", theirs.getCertificate(theirs.aliases().nextElement()));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
