package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform is killed under senders that send again what was not acknowledged: nothing is lost,
 * nothing is there twice, each patient's messages took effect in their order. Before that, the HTTP
 * door and its refusals.
 */
class GatewayDrillTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final boolean FULL = Boolean.getBoolean("helan.test.full");
  private static final int CONNECTIONS = 8;
  private static final int PATIENTS = FULL ? 400 : 40;
  private static final int EACH = FULL ? 20 : 8;
  private static final int KILLS = FULL ? 6 : 2;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  Path folder;

  private static String message(int patient, int number) {
    return "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A08|%d-%d|P|2.5\rPID|1||D%d^^^HOSP^MR||n^%d\r"
        .formatted(patient, number, patient, number);
  }

  private static HttpResponse<String> operation(
      RunningPlatform platform, String name, Map<String, String> values) throws Exception {
    var body = JSON.createObjectNode().put("resourceType", "Parameters");
    var list = body.putArray("parameter");
    values.forEach((key, value) -> list.addObject().put("name", key).put("valueString", value));
    return platform.send("POST", "fhir/" + name, body.toString(), "application/fhir+json", true);
  }

  private static void makeFeed(RunningPlatform platform, int port) throws Exception {
    assertThat(
            platform
                .send(
                    "PUT",
                    "fhir/Organization/hospital",
                    "{\"resourceType\":\"Organization\",\"id\":\"hospital\",\"name\":\"H\"}",
                    "application/fhir+json",
                    true)
                .statusCode())
        .isEqualTo(201);
    HttpResponse<String> made =
        operation(
            platform,
            "$gateway-feed",
            Map.of(
                "name",
                "his",
                "settings",
                "{\"institution\":\"hospital\",\"port\":%d}".formatted(port)));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Sends until it is acknowledged, through as many connections as it takes. */
  private static void sendUntilTaken(int port, String message, SocketHolder holder)
      throws Exception {
    long until = System.nanoTime() + 240_000_000_000L;
    while (System.nanoTime() < until) {
      try {
        Socket socket = holder.socket;
        if (socket == null) {
          socket = new Socket(InetAddress.getLoopbackAddress(), port);
          socket.setSoTimeout(20_000);
          holder.socket = socket;
        }
        var out = new ByteArrayOutputStream();
        out.write(0x0B);
        out.writeBytes(message.getBytes(StandardCharsets.UTF_8));
        out.write(0x1C);
        out.write('\r');
        socket.getOutputStream().write(out.toByteArray());
        String answer = answer(socket.getInputStream());
        if (answer.contains("MSA|AA|")) {
          return;
        }
        // Told to wait: the message is the platform's already, and sending it again finds that out.
        assertThat(answer)
            .satisfiesAnyOf(a -> assertThat(a).contains("MSA|AR|"), a -> assertThat(a).isEmpty());
        if (answer.isEmpty()) {
          holder.close();
        }
      } catch (IOException e) {
        holder.close();
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

  private static final class SocketHolder {
    private @org.jspecify.annotations.Nullable Socket socket;

    void close() throws IOException {
      if (socket != null) {
        socket.close();
      }
      socket = null;
    }
  }

  @Test
  void nothingIsLostNorDoubledNorOutOfOrderWhenItIsKilled() throws Exception {
    Path data = folder.resolve("data");
    int port = freePort();
    RunningPlatform platform = RunningPlatform.start(data, "--no-demo");
    try {
      makeFeed(platform, port);
      overHttp(platform);
      fromAnotherStack(platform, port);
      localCodesAreMappedAndThenTranslated(platform);
      var sent = new AtomicInteger();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> senders = new ArrayList<>();
        for (int connection = 0; connection < CONNECTIONS; connection++) {
          int first = connection;
          senders.add(
              threads.submit(
                  () -> {
                    var holder = new SocketHolder();
                    for (int number = 1; number <= EACH; number++) {
                      for (int patient = first; patient < PATIENTS; patient += CONNECTIONS) {
                        sendUntilTaken(port, message(patient, number), holder);
                        sent.incrementAndGet();
                      }
                    }
                    holder.close();
                    return null;
                  }));
        }
        for (int kill = 1; kill <= KILLS; kill++) {
          int goal = PATIENTS * EACH * kill / (KILLS + 1);
          long until = System.nanoTime() + 180_000_000_000L;
          while (sent.get() < goal && System.nanoTime() < until) {
            Thread.sleep(5);
          }
          platform.kill();
          platform = RunningPlatform.start(data, "--no-demo");
        }
        for (Future<?> sender : senders) {
          sender.get();
        }
      }
      assertThat(sent.get()).isEqualTo(PATIENTS * EACH);
      for (int patient = 0; patient < PATIENTS; patient++) {
        JsonNode found = JSON.readTree(platform.get("fhir/Patient?identifier=D" + patient).body());
        assertThat(found.path("entry").size()).as("patient %d", patient).isEqualTo(1);
        JsonNode resource = found.at("/entry/0/resource");
        assertThat(resource.at("/name/0/given/0").asString())
            .as("the last message about patient %d", patient)
            .isEqualTo(Integer.toString(EACH));
        // Each message made one version: none is lost, none took effect twice, each in its turn.
        assertThat(resource.at("/meta/versionId").asString()).isEqualTo(Integer.toString(EACH));
        JsonNode history =
            JSON.readTree(
                platform
                    .get("fhir/Patient/" + resource.path("id").asString() + "/_history?_count=100")
                    .body());
        int expected = EACH;
        for (JsonNode entry : history.path("entry")) {
          assertThat(entry.at("/resource/name/0/given/0").asString())
              .isEqualTo(Integer.toString(expected--));
        }
      }
      JsonNode open = JSON.readTree(platform.get("fhir/$gateway-messages?state=received").body());
      assertThat(open.has("parameter")).isFalse();
      assertThat(
              RunningPlatform.run(Map.of(), List.of("verify", "--data", data.toString())).output())
          .contains("The audit is whole");
    } finally {
      platform.close();
    }
  }

  /** What is in messages stands neither in the log nor, in clear, in the database. */
  private static void keepsResidentsToItself(Path data) throws Exception {
    String log = Files.readString(data.resolve("logs/helan.log"));
    assertThat(log).doesNotContain("PID|").doesNotContain("D7^^^HOSP").doesNotContain("MSH|");
    String port = Files.readAllLines(data.resolve("postgres/postmaster.pid")).get(3).strip();
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/helan",
                "helan",
                Files.readString(data.resolve("database-password")).strip());
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select count(*), count(*) filter (where key_id > 0), count(*) filter (where position('MSH|'::bytea in content) > 0) from intake")) {
      rows.next();
      assertThat(rows.getInt(1)).isGreaterThanOrEqualTo(PATIENTS * EACH);
      assertThat(rows.getInt(2)).as("encrypted").isEqualTo(rows.getInt(1));
      assertThat(rows.getInt(3)).as("readable").isZero();
    }
  }

  /** A sender that others wrote, in another language. */
  private static void fromAnotherStack(RunningPlatform platform, int port) throws Exception {
    Path library = Path.of("../web/node_modules/node-hl7-client").toAbsolutePath().normalize();
    if (!Files.isDirectory(library)) {
      System.err.println("SKIPPED: no node-hl7-client in " + library);
      return;
    }
    Process node;
    try {
      node =
          new ProcessBuilder(
                  "node", "src/test/node/send-adt.cjs", Integer.toString(port), library.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      System.err.println("SKIPPED: node does not start");
      return;
    }
    String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor()).as(said).isZero();
    assertThat(said.lines().filter(line -> line.equals("ack AA"))).as(said).hasSize(3);
    assertThat(platform.get("fhir/Patient?identifier=N1,N2,N3").body()).contains("JANE");
  }

  /** A code that nobody knew comes onto the work list; once it is mapped, messages are. */
  private static void localCodesAreMappedAndThenTranslated(RunningPlatform platform)
      throws Exception {
    assertThat(send(platform, coded(1))).contains("MSA|AA|code-1");
    JsonNode first = JSON.readTree(platform.get("fhir/Patient?identifier=L1").body());
    assertThat(first.at("/entry/0/resource/gender").asString()).isEqualTo("unknown");
    String codes = "https://helan.health/fhir/sid/hospital/codes";
    JsonNode listed = JSON.missingNode();
    for (int tries = 0; tries < 100 && !listed.toString().contains("WARD"); tries++) {
      Thread.sleep(200);
      listed = JSON.readTree(platform.get("fhir/ConceptMap/$local-codes?feed=his").body());
    }
    assertThat(listed.toString())
        .contains(codes + "/gender", "MALE9", codes + "/OWN", "WARD", "病区检验")
        // A number of somebody in the place of a code is on no list.
        .doesNotContain("13800000000");
    map(platform, codes + "/gender", "MALE9", "http://hl7.org/fhir/administrative-gender", "male");
    map(
        platform,
        codes + "/OWN",
        "WARD",
        "http://terminology.hl7.org/CodeSystem/observation-category",
        "laboratory");
    Thread.sleep(1100); // Maps count within a second.
    assertThat(send(platform, coded(2))).contains("MSA|AA|code-2");
    JsonNode second = JSON.readTree(platform.get("fhir/Patient?identifier=L2").body());
    assertThat(second.at("/entry/0/resource/gender").asString()).isEqualTo("male");
    JsonNode result =
        JSON.readTree(
            platform
                .get(
                    "fhir/Observation?code=http://terminology.hl7.org/CodeSystem/observation-category%7Claboratory")
                .body());
    assertThat(result.path("entry").size()).isEqualTo(1);
    assertThat(result.at("/entry/0/resource/code/coding/0/code").asString()).isEqualTo("WARD");
    assertThat(result.at("/entry/0/resource/code/coding/1/code").asString())
        .isEqualTo("laboratory");
  }

  private static String coded(int number) {
    return "MSH|^~\\&|LIS|HOSP|||20261101||ORU^R01|code-%d|P|2.5\rPID|1||L%d^^^HOSP^MR||n^m|||MALE9\r"
            .formatted(number, number)
        + "OBR|1|P%d|F%d|WARD^病区检验^OWN\r".formatted(number, number)
        + "OBX|1|NM|WARD^病区检验^OWN||7|||||F\rOBX|2|NM|13800000000^x^OWN||7|||||F\r";
  }

  private static String send(RunningPlatform platform, String message) throws Exception {
    return platform.send("POST", "hl7v2/his", message, "application/hl7-v2+er7", true).body();
  }

  private static void map(
      RunningPlatform platform, String system, String code, String targetSystem, String target)
      throws Exception {
    HttpResponse<String> mapped =
        operation(
            platform,
            "ConceptMap/$map-local-code",
            Map.of(
                "feed",
                "his",
                "system",
                system,
                "code",
                code,
                "decision",
                "map",
                "targetSystem",
                targetSystem,
                "targetCode",
                target));
    assertThat(mapped.statusCode()).as(mapped.body()).isEqualTo(200);
  }

  /** The same feed over HTTP. */
  private static void overHttp(RunningPlatform platform) throws Exception {
    String text = message(0, 1).replace("0-1", "http-1").replace("D0^", "H0^");
    HttpResponse<String> taken =
        platform.send("POST", "hl7v2/his", text, "application/hl7-v2+er7", true);
    assertThat(taken.statusCode()).isEqualTo(HttpURLConnection.HTTP_OK);
    assertThat(taken.body()).contains("MSA|AA|http-1");
    assertThat(taken.headers().firstValue("Content-Type").orElse("")).contains("er7");
    assertThat(
            platform.send("POST", "hl7v2/his", text, "application/hl7-v2+er7", false).statusCode())
        .isEqualTo(401);
    assertThat(
            platform
                .send("POST", "hl7v2/nobody", text, "application/hl7-v2+er7", true)
                .statusCode())
        .isEqualTo(404);
    assertThat(platform.send("GET", "hl7v2/his", "", "application/hl7-v2+er7", true).statusCode())
        .isEqualTo(405);
    assertThat(platform.send("POST", "hl7v2/his", text, "application/json", true).statusCode())
        .isEqualTo(415);
    HttpResponse<String> listed = platform.get("fhir/$gateway-messages?control=http-1");
    assertThat(listed.statusCode()).isEqualTo(200);
    assertThat(listed.body()).contains("\"done\"").contains("adt@1");
    assertThat(platform.get("fhir/AuditEvent?_count=20").body()).contains("feed/his");
  }
}
