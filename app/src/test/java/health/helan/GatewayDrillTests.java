package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform and its database are killed under senders that send again what was not acknowledged:
 * nothing is lost, nothing is there twice, each patient's messages took effect in their order.
 * Before that, the HTTP door and its refusals.
 */
class GatewayDrillTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final boolean FULL = Boolean.getBoolean("helan.test.full");
  private static final int PATIENTS = FULL ? 400 : 40;
  private static final int EACH = FULL ? 20 : 8;

  /** How often each of application and database is killed. */
  private static final int KILLS = FULL ? 6 : 1;

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  Path folder;

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

  @Test
  void nothingIsLostNorDoubledNorOutOfOrderWhenItIsKilled() throws Exception {
    Path data = PreparedData.in(folder.resolve("data"));
    int port = Hl7Senders.freePort();
    RunningPlatform platform = RunningPlatform.start(data, "--no-demo");
    try {
      makeFeed(platform, port);
      overHttp(platform);
      fromAnotherStack(platform, port);
      localCodesAreMappedAndThenTranslated(platform);
      try (Hl7Senders senders = Hl7Senders.ofPatients(port, PATIENCE, PATIENTS, EACH)) {
        platform = failures(platform, data, senders);
        senders.join();
        assertThat(senders.sent()).isEqualTo(PATIENTS * EACH);
      }
      Hl7Senders.checkEachOnceInOrder(platform, PATIENTS, EACH);
      keepsResidentsToItself(data);
      assertThat(
              RunningPlatform.run(Map.of(), List.of("verify", "--data", data.toString())).output())
          .contains("The audit is whole");
    } finally {
      platform.close();
    }
  }

  /** Kills application and database by turns, in an order and at moments that chance decides. */
  private static RunningPlatform failures(RunningPlatform platform, Path data, Hl7Senders senders)
      throws Exception {
    long seed = System.nanoTime();
    System.err.println("Gateway drill: seed " + seed);
    var random = new Random(seed);
    var ofDatabase = new ArrayList<Boolean>();
    for (int kill = 0; kill < KILLS; kill++) {
      ofDatabase.add(true);
      ofDatabase.add(false);
    }
    Collections.shuffle(ofDatabase, random);
    RunningPlatform running = platform;
    for (int i = 0; i < ofDatabase.size(); i++) {
      senders.await(PATIENTS * EACH * (i + 1) / (ofDatabase.size() + 1));
      Thread.sleep(random.nextInt(200));
      if (ofDatabase.get(i)) {
        // The platform starts it again by itself, and senders hear "later" until it answers.
        assertThat(RunningPlatform.postgres(data).destroyForcibly()).isTrue();
      } else {
        running.kill();
        running = RunningPlatform.start(data, "--no-demo");
      }
    }
    return running;
  }

  /** What is in messages stands neither in the log nor, in clear, in the database. */
  private static void keepsResidentsToItself(Path data) throws Exception {
    String log = Files.readString(data.resolve("logs/helan.log"));
    assertThat(log).doesNotContain("PID|").doesNotContain("D7^^^HOSP").doesNotContain("MSH|");
    try (Connection connection = RunningPlatform.database(data);
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
    HttpResponse<String> national =
        mapped(platform, codes + "/gender", "MALE9", "urn:oid:2.16.156.10011.2.3.3.4", "1");
    assertThat(national.statusCode()).as(national.body()).isEqualTo(422);
    assertThat(national.body()).contains("MALE9");
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
    HttpResponse<String> mapped = mapped(platform, system, code, targetSystem, target);
    assertThat(mapped.statusCode()).as(mapped.body()).isEqualTo(200);
  }

  private static HttpResponse<String> mapped(
      RunningPlatform platform, String system, String code, String targetSystem, String target)
      throws Exception {
    return operation(
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
  }

  /** The same feed over HTTP. */
  private static void overHttp(RunningPlatform platform) throws Exception {
    String text = Hl7Senders.adt(0, 1).replace("0-1", "http-1").replace("D0^", "H0^");
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
