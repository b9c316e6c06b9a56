package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import health.helan.RunningPlatform.Ended;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An edge node and a centre as processes, with a line between them that can be cut: under senders
 * that send again what was not acknowledged, node, centre, both databases and the line fail at
 * random. Nothing is lost, nothing is there twice, each patient's messages took effect in their
 * order. Then a week without the centre, by its volume, and how long it takes to make it good.
 */
class EdgeDrillTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final boolean FULL = Boolean.getBoolean("helan.test.full");
  private static final String PASSPHRASE = "edge drill";
  private static final int PATIENTS = FULL ? 240 : 24;
  private static final int EACH = FULL ? 20 : 6;
  private static final int ROUNDS = FULL ? 3 : 1;

  /** What fails in a round: all five, or of the short form's three drawn anew each time. */
  private static final int FAILURES = FULL ? 5 : 3;

  private static final int WEEK = Integer.getInteger("helan.edge.week", FULL ? 20_000 : 240);
  private static final Duration PATIENCE = Duration.ofMinutes(WEEK > 5_000 ? 30 : 6);

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  Path folder;

  private SSLContext trust;
  private Path authority;
  private Path p12;
  private int centrePort;
  private int mllp;
  private Relay line;
  private @Nullable RunningPlatform centre;
  private @Nullable RunningPlatform edge;

  @BeforeEach
  void prepare() throws Exception {
    p12 = TlsForTests.p12(folder.resolve("tls.p12"), PASSPHRASE);
    KeyStore own = TlsForTests.load(p12, PASSPHRASE);
    authority =
        Files.writeString(
            folder.resolve("centre.pem"),
            "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                .formatted(
                    Base64.getMimeEncoder()
                        .encodeToString(own.getCertificate("tls").getEncoded())));
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("centre", own.getCertificate("tls"));
    var managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(trusted);
    trust = SSLContext.getInstance("TLS");
    trust.init(null, managers.getTrustManagers(), null);
    centrePort = Hl7Senders.freePort();
    mllp = Hl7Senders.freePort();
    line = new Relay(centrePort);
  }

  @AfterEach
  void stop() throws Exception {
    for (RunningPlatform each : new RunningPlatform[] {edge, centre}) {
      if (each != null) {
        each.close();
      }
    }
    line.close();
  }

  private RunningPlatform startCentre() throws Exception {
    RunningPlatform started =
        RunningPlatform.start(
                Map.of(
                    "HELAN_TLS_P12",
                    p12.toString(),
                    "HELAN_TLS_PASSPHRASE",
                    PASSPHRASE,
                    "HELAN_EDGE_SILENT_SECONDS",
                    FULL ? "20" : "12"),
                folder.resolve("centre"),
                "--no-demo",
                "--port",
                Integer.toString(centrePort))
            .trusting(trust);
    centre = started;
    return started;
  }

  private RunningPlatform startEdge() throws Exception {
    RunningPlatform started =
        RunningPlatform.startEdge(
            Map.of(),
            folder.resolve("edge"),
            "--centre",
            "https://127.0.0.1:" + line.port(),
            "--centre-ca",
            authority.toString(),
            "--node",
            "county");
    edge = started;
    return started;
  }

  private RunningPlatform centre() {
    return java.util.Objects.requireNonNull(centre);
  }

  private RunningPlatform edge() {
    return java.util.Objects.requireNonNull(edge);
  }

  private static HttpResponse<String> operation(
      RunningPlatform platform, String name, String... pairs) throws Exception {
    var body = JSON.createObjectNode().put("resourceType", "Parameters");
    var list = body.putArray("parameter");
    for (int i = 0; i < pairs.length; i += 2) {
      list.addObject().put("name", pairs[i]).put("valueString", pairs[i + 1]);
    }
    return platform.send("POST", "fhir/$" + name, body.toString(), "application/fhir+json", true);
  }

  private static void ok(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
  }

  /** Parameters as text: name=value, parts within braces. */
  private static String flat(JsonNode parameters) {
    var text = new StringBuilder();
    for (JsonNode each :
        parameters.has("parameter") ? parameters.path("parameter") : parameters.path("part")) {
      text.append(each.path("name").asString("")).append('=');
      for (var property : each.properties()) {
        if (property.getKey().startsWith("value")) {
          text.append(
              property.getValue().isObject()
                  ? property.getValue().path("reference").asString("")
                  : property.getValue().asString(""));
        }
      }
      if (each.has("part")) {
        text.append('{').append(flat(each)).append('}');
      }
      text.append(' ');
    }
    return text.toString();
  }

  private static String status(RunningPlatform platform, String operation) {
    try {
      return flat(
          JSON.readTree(
              platform
                  .send("GET", "fhir/$" + operation, "", "application/fhir+json", true)
                  .body()));
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("in vain: " + what);
      }
      Thread.sleep(250);
    }
  }

  // ------------------------------------------------------------------ senders

  /** As laboratories send them: a patient, an order, eight results. */
  private static String oru(int number) {
    var text =
        new StringBuilder(
            ("MSH|^~\\&|LIS|HOSP|HELAN|CENTRE|20261126083000||ORU^R01^ORU_R01|w%1$d|P|2.5|||||CHN|UNICODE UTF-8\r"
                    + "PID|1||W%2$d^^^HOSP^MR||王^建国%2$d||19%3$02d0412|M|||江苏省南京市鼓楼区中山北路%2$d号^^南京^^210000\r"
                    + "PV1|1|I|内科^三病区^%3$02d||||D017^李^敏\r"
                    + "ORC|RE|P%1$d|F%1$d\r"
                    + "OBR|1|P%1$d|F%1$d|CBC^血常规^LOCAL|||20261126080000||||||||||D017^李^敏||||||20261126082900|||F\r")
                .formatted(number, number % 2_000, number % 97));
    for (int i = 1; i <= 8; i++) {
      text.append(
          "OBX|%d|NM|CBC-%d^血常规项目%d^LOCAL||%d.%02d|10*9/L|3.5-9.5|N|||F|||20261126082900||T02^张^磊\r"
              .formatted(i, i, i, number % 9 + i, number % 100));
    }
    return text.toString();
  }

  // ------------------------------------------------------------------ the drill

  @Test
  void nothingIsLostNorDoubledNorOutOfOrderWhateverFails() throws Exception {
    startCentre();
    startEdge();
    registers();
    survives();
    aWeekWithoutTheCentre();
    everythingIsThere();
  }

  private void registers() throws Exception {
    ok(
        centre()
            .send(
                "PUT",
                "fhir/Organization/hospital",
                "{\"resourceType\":\"Organization\",\"id\":\"hospital\",\"name\":\"县人民医院\"}",
                "application/fhir+json",
                true));
    ok(
        operation(
            centre(), "gateway-feed", "name", "his", "settings", "{\"institution\":\"hospital\"}"));
    ok(
        operation(
            centre(), "gateway-feed", "name", "lis", "settings", "{\"institution\":\"hospital\"}"));
    await(
        "a node that nobody knows is told so",
        () -> status(edge(), "edge-status").contains("trouble=中心平台不接受此前置机的密钥"));
    String key = Files.readString(folder.resolve("edge/edge-key.jwk"));
    assertThat(key).contains("P-256").doesNotContain("\"d\"");
    for (String[] wrong :
        new String[][] {
          {"name", "county", "institution", "nobody", "feed", "his", "key", key},
          {"name", "county", "institution", "hospital", "feed", "other", "key", key},
          {"name", "county", "institution", "hospital", "key", key},
          {"name", "county", "institution", "hospital", "feed", "his:99999", "key", key},
          {"name", "county", "institution", "hospital", "feed", "his", "key", "{}"},
          {"name", "NO NAME", "institution", "hospital", "feed", "his", "key", key},
          {"institution", "hospital", "feed", "his", "key", key}
        }) {
      assertThat(operation(centre(), "edge-node", wrong).statusCode())
          .as(String.join(" ", wrong))
          .isBetween(400, 422);
    }
    // Another's key: the node stays out.
    ECKey another = new ECKeyGenerator(Curve.P_256).generate();
    ok(
        operation(
            centre(),
            "edge-node",
            "name",
            "county",
            "institution",
            "hospital",
            "feed",
            "his:" + mllp,
            "key",
            another.toPublicJWK().toJSONString()));
    assertThat(
            operation(
                    centre(),
                    "edge-node",
                    "name",
                    "county",
                    "institution",
                    "hospital",
                    "feed",
                    "his",
                    "key",
                    another.toJSONString())
                .body())
        .as("a private key is not wanted")
        .contains("不含私钥");
    long wrongKey = System.nanoTime();
    keepsStrangersOut();
    // A beat later at the earliest.
    Thread.sleep(Math.max(0, 11_000 - (System.nanoTime() - wrongKey) / 1_000_000));
    assertThat(status(edge(), "edge-status")).contains("link=down", "中心平台不接受此前置机的密钥");
    assertThat(status(centre(), "edge-nodes")).contains("name=county", "state=new");
    HttpResponse<String> registered =
        operation(
            centre(),
            "edge-node",
            "name",
            "county",
            "institution",
            "hospital",
            "feed",
            "his:" + mllp,
            "key",
            key);
    ok(registered);
    assertThat(edgeSaid())
        .contains(JSON.readTree(registered.body()).at("/parameter/3/valueString").asString());
    await("the link is up", () -> status(edge(), "edge-status").contains("link=up"));
    await(
        "the centre knows it",
        () ->
            status(centre(), "edge-nodes")
                .contains("name=county institution=Organization/hospital state=ok"));
    assertThat(status(centre(), "link-health")).contains("endpoint=edge/county name=county");
  }

  private String edgeSaid() {
    return edge().said();
  }

  /** A registered node of another feed, with a key that this test has. */
  private void keepsStrangersOut() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    ok(
        operation(
            centre(),
            "edge-node",
            "name",
            "second",
            "institution",
            "hospital",
            "feed",
            "lis",
            "key",
            key.toPublicJWK().toJSONString()));
    assertThat(
            operation(
                    centre(),
                    "edge-node",
                    "name",
                    "second",
                    "institution",
                    "hospital",
                    "feed",
                    "his",
                    "key",
                    key.toPublicJWK().toJSONString())
                .statusCode())
        .as("a feed that another node takes")
        .isEqualTo(409);
    String audience = centre().url() + "oauth2/token";
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(),
            new JWTClaimsSet.Builder()
                .issuer("edge.second")
                .subject("edge.second")
                .audience(audience)
                .expirationTime(Date.from(Instant.now().plusSeconds(120)))
                .jwtID("one")
                .build());
    jwt.sign(new ECDSASigner(key));
    try (HttpClient client = HttpClient.newBuilder().sslContext(trust).build()) {
      HttpResponse<String> given =
          client.send(
              HttpRequest.newBuilder(URI.create(audience))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "grant_type=client_credentials&scope=system%2Fedge&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion="
                              + jwt.serialize()))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      ok(given);
      String token = JSON.readTree(given.body()).path("access_token").asString("");
      String epoch = "?epoch=0123456789abcdef0123456789abcdef";
      assertThat(ask(client, "GET", "edge/position/lis" + epoch, token)).isEqualTo(200);
      assertThat(ask(client, "GET", "edge/position/his" + epoch, token)).isEqualTo(403);
      assertThat(ask(client, "POST", "hl7v2/his", token)).isEqualTo(403);
      assertThat(ask(client, "POST", "fhir/Patient", token)).isEqualTo(403);
      assertThat(ask(client, "GET", "fhir/Patient", token)).isIn(200, 403);
      assertThat(ask(client, "GET", "fhir/$edge-nodes", token)).isEqualTo(403);
      assertThat(ask(client, "GET", "edge/position/his" + epoch, "nonsense")).isEqualTo(401);
      ok(operation(centre(), "edge-node", "name", "second", "active", "false"));
      assertThat(ask(client, "GET", "edge/position/lis" + epoch, token)).isIn(401, 403);
    }
    assertThat(centre().get("edge/position/his").statusCode()).as("root is no node").isEqualTo(403);
    // The node itself keeps no records and changes no settings.
    assertThat(
            edge()
                .send(
                    "POST",
                    "fhir/Patient",
                    "{\"resourceType\":\"Patient\"}",
                    "application/fhir+json",
                    true)
                .statusCode())
        .isEqualTo(403);
    assertThat(operation(edge(), "gateway-feed", "name", "his").statusCode()).isEqualTo(403);
    assertThat(operation(edge(), "gateway-replay", "feed", "his").statusCode()).isEqualTo(403);
    assertThat(edge().get("edge/position/his").statusCode()).isEqualTo(403);
    assertThat(edge().get("fhir/$gateway-messages").statusCode()).isEqualTo(200);
    refusesWhatCannotBe();
  }

  private int ask(HttpClient client, String method, String path, String token) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(centre().url() + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/fhir+json")
                .method(
                    method,
                    method.equals("GET")
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString("{\"resourceType\":\"Patient\"}"))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  /** Starts that would lead nowhere. */
  private void refusesWhatCannotBe() throws Exception {
    String data = folder.resolve("other").toString();
    Map<String, List<String>> wrong =
        Map.of(
            "https://",
            List.of("edge", "--data", data, "--node", "x1", "--centre", "http://192.0.2.1/"),
            "--centre",
            List.of("edge", "--data", data, "--node", "x1"),
            "--node",
            List.of("edge", "--data", data, "--centre", "https://192.0.2.1/"),
            "kbit/s",
            List.of(
                "edge", "--data", data, "--node", "x1", "--centre", "https://x/", "--kbits", "no"),
            "demo region",
            List.of("edge", "--seed", "3"));
    for (var each : wrong.entrySet()) {
      Ended ended = RunningPlatform.run(Map.of(), each.getValue());
      assertThat(ended.exitCode()).as(ended.output()).isEqualTo(2);
      assertThat(ended.output()).contains(each.getKey());
    }
  }

  private void survives() throws Exception {
    long seed = System.nanoTime();
    System.err.println("Edge drill: seed " + seed);
    var failures = new ArrayList<Integer>();
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      var each = new ArrayList<>(List.of(0, 1, 2, 3, 4));
      Collections.shuffle(each, random);
      failures.addAll(each.subList(0, FAILURES));
    }
    try (Hl7Senders senders = Hl7Senders.ofPatients(mllp, PATIENCE, PATIENTS, EACH)) {
      for (int i = 0; i < failures.size(); i++) {
        senders.await(PATIENTS * EACH * (i + 1) / (failures.size() + 1));
        Thread.sleep(random.nextInt(400));
        fail(failures.get(i));
      }
      senders.join();
      assertThat(senders.sent()).isEqualTo(PATIENTS * EACH);
    }
  }

  private void fail(int what) throws Exception {
    switch (what) {
      case 0 -> {
        edge().kill();
        startEdge();
      }
      case 1 -> {
        centre().kill();
        startCentre();
      }
      case 2 -> RunningPlatform.postgres(folder.resolve("edge")).destroyForcibly();
      case 3 -> RunningPlatform.postgres(folder.resolve("centre")).destroyForcibly();
      default -> {
        line.cut();
        Thread.sleep(1_500);
        line.mend();
      }
    }
  }

  private boolean isDrained() throws Exception {
    String status = status(edge(), "edge-status");
    return status.contains("waiting=0 ") && !status.contains("refused=");
  }

  private void aWeekWithoutTheCentre() throws Exception {
    await("what came so far is delivered", this::isDrained);
    centre().stop();
    long begun = System.nanoTime();
    long there = line.there.get();
    long back = line.back.get();
    long disk = bytesOnDisk();
    var next = new AtomicInteger();
    try (Hl7Senders senders =
        Hl7Senders.start(
            mllp,
            PATIENCE,
            sender ->
                () -> {
                  int number = next.getAndIncrement();
                  return number < WEEK ? oru(number) : null;
                })) {
      if (FULL) {
        Thread.sleep(1_000);
        edge().kill();
        startEdge();
      }
      senders.join();
    }
    double kept = (System.nanoTime() - begun) / 1e9;
    disk = bytesOnDisk() - disk;
    // The node looks now and then whether the centre is there: few messages may come faster.
    await("the link is seen to be down", () -> status(edge(), "edge-status").contains("link=down"));
    assertThat(status(edge(), "edge-status")).contains("waiting=" + WEEK + " ", "trouble=");
    assertThat(line.there.get() - there).as("nobody was there").isLessThan(WEEK * 10L);
    startCentre();
    await("the link is up", () -> status(edge(), "edge-status").contains("link=up"));
    there = line.there.get();
    back = line.back.get();
    begun = System.nanoTime();
    await("drained", this::isDrained);
    double drained = (System.nanoTime() - begun) / 1e9;
    double bytes = (line.there.get() - there) / (double) WEEK;
    System.err.printf(
        "Edge drill: %d messages of %d bytes; kept at %.0f/s (a kill included, if any), %.0f bytes each on the node's disk; delivered at %.0f/s, %.0f bytes each with TLS and HTTP (answers %.0f), so a line of 20 Mbit/s carries %.0f/s%n",
        WEEK,
        oru(7).getBytes(StandardCharsets.UTF_8).length,
        WEEK / kept,
        disk / (double) WEEK,
        WEEK / drained,
        bytes,
        (line.back.get() - back) / (double) WEEK,
        20e6 / 8 / bytes);
    // A week of a county hospital, 50,000 messages a day, at 20 Mbit/s within the hour.
    assertThat(350_000 * bytes * 8 / 20e6).as("seconds for a week's messages").isLessThan(3_600);
  }

  private long bytesOnDisk() throws Exception {
    Path data = folder.resolve("edge");
    try (Connection connection = RunningPlatform.database(data);
        var statement = connection.createStatement();
        var row = statement.executeQuery("select pg_database_size('helan')")) {
      row.next();
      return row.getLong(1);
    }
  }

  private void everythingIsThere() throws Exception {
    Hl7Senders.checkEachOnceInOrder(centre(), PATIENTS, EACH);
    JsonNode reports = JSON.readTree(centre().get("fhir/DiagnosticReport?_summary=count").body());
    assertThat(reports.path("total").asInt()).isEqualTo(WEEK);
    await(
        "the node has heard of all verdicts",
        () ->
            !JSON.readTree(
                    edge().get("fhir/$gateway-messages?state=received,dead,refused,parked").body())
                .has("parameter"));
    for (String data : List.of("edge", "centre")) {
      assertThat(
              RunningPlatform.run(
                      Map.of(), List.of("verify", "--data", folder.resolve(data).toString()))
                  .output())
          .contains("The audit is whole");
    }
    String log = Files.readString(folder.resolve("edge/logs/helan.log"));
    assertThat(log).doesNotContain("PID|").doesNotContain("MSH|").doesNotContain("D7^^^HOSP");
    assertThat(status(centre(), "edge-nodes")).contains("name=county", "skew=0");
    // A silent node is seen, told and shown.
    edge().stop();
    Ended asAPlatform =
        RunningPlatform.run(
            Map.of(),
            List.of(
                "run", "--port", "0", "--no-demo", "--data", folder.resolve("edge").toString()));
    assertThat(asAPlatform.exitCode()).isEqualTo(2);
    assertThat(asAPlatform.output()).contains("that of the edge node county");
    await(
        "silence is seen",
        () ->
            status(centre(), "edge-nodes")
                .contains("name=county institution=Organization/hospital state=silent"));
    await(
        "and told",
        () -> {
          String alerts = centre().get("fhir/AuditEvent/$alerts?_count=50").body();
          return alerts.contains("edge-silent") && alerts.contains("edge.county");
        });
    assertThat(status(centre(), "link-health")).contains("endpoint=edge/county name=county");
  }
}
