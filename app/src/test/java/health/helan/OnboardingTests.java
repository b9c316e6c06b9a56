package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import health.helan.foundation.store.Json;
import java.io.ByteArrayOutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** From the application of a hospital to its suspension, over HTTPS and MLLP with TLS. */
class OnboardingTests {
  private static final String PASSPHRASE = "for-this-test-only";
  private static final String PASSWORD = "korrekt-Pferd-7";
  private static final String CODE = "12640122MB0000001T";
  private static RunningPlatform platform;
  private static String base;
  private static SSLContext tls;
  private static HttpClient http;
  private static RSAKey key;
  private static String root;
  private static String regulator;
  private static String doctor;
  private static Path work;
  private static int sandboxPort;
  private static int livePort;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    work = folder;
    Path p12 = TlsForTests.p12(folder.resolve("tls.p12"), PASSPHRASE);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "platform", TlsForTests.load(p12, PASSPHRASE).getCertificate("tls"));
    var managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(trusted);
    tls = SSLContext.getInstance("TLS");
    tls.init(null, managers.getTrustManagers(), null);
    http = HttpClient.newBuilder().sslContext(tls).build();
    key = new RSAKeyGenerator(2048).keyID("1").generate();
    platform =
        RunningPlatform.start(
            Map.of("HELAN_TLS_P12", p12.toString(), "HELAN_TLS_PASSPHRASE", PASSPHRASE),
            PreparedData.in(folder.resolve("data")),
            "--no-demo");
    base = platform.url().replaceAll("/$", "");
    root = platform.token();
    sandboxPort = freePort();
    livePort = freePort();
    for (String resource :
        List.of(
            "{\"resourceType\":\"Organization\",\"id\":\"clinic\",\"name\":\"卫生院\"}",
            "{\"resourceType\":\"Practitioner\",\"id\":\"doctor\",\"name\":[{\"text\":\"李医生\"}]}",
            "{\"resourceType\":\"PractitionerRole\",\"id\":\"post\",\"active\":true,\"practitioner\":{\"reference\":\"Practitioner/doctor\"},\"organization\":{\"reference\":\"Organization/clinic\"}}",
            "{\"resourceType\":\"Patient\",\"id\":\"real\",\"name\":[{\"text\":\"某人\"}]}")) {
      JsonNode tree = Json.MAPPER.readTree(resource);
      String path =
          "/fhir/" + tree.path("resourceType").asString() + "/" + tree.path("id").asString();
      assertThat(send("PUT", path, root, resource).statusCode()).isEqualTo(201);
    }
    regulator =
        account(
            "{\"kind\":\"regulator\",\"login\":\"hu.min\",\"name\":\"胡敏\",\"institution\":\"clinic\"}",
            "hu.min");
    doctor =
        account(
            "{\"kind\":\"practitioner\",\"login\":\"li.wei\",\"name\":\"李伟\",\"practitioner\":\"doctor\"}",
            "li.wei");
  }

  @AfterAll
  static void stop() throws Exception {
    if (platform != null) {
      platform.close();
    }
    http.close();
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  // ------------------------------------------------------------------ people and systems

  private static String account(String json, String login) throws Exception {
    HttpResponse<String> made = send("POST", "/access/accounts", root, json);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    try (var visit =
        new Visit(
            base,
            HttpClient.newBuilder()
                .sslContext(tls)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build())) {
      visit.get("/sign-in/activate");
      HttpResponse<String> done =
          visit.submit(
              "/sign-in/activate",
              Map.of(
                  "code",
                  Json.MAPPER.readTree(made.body()).path("activationCode").asString(),
                  "password",
                  PASSWORD,
                  "again",
                  PASSWORD));
      assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
      var query = new LinkedHashMap<String, String>();
      query.put("response_type", "code");
      query.put("client_id", "helan-console");
      query.put("redirect_uri", base + "/");
      query.put("scope", "openid profile");
      query.put("state", "s");
      query.put("code_challenge", Visit.challenge(Visit.VERIFIER));
      query.put("code_challenge_method", "S256");
      HttpResponse<String> in =
          visit.signIn("/oauth2/authorize?" + Visit.form(query), login, PASSWORD);
      String back = Visit.location(visit.get(Visit.location(in)));
      HttpResponse<String> token =
          form(
              Map.of(
                  "grant_type",
                  "authorization_code",
                  "client_id",
                  "helan-console",
                  "redirect_uri",
                  base + "/",
                  "code",
                  Visit.parameter(back, "code"),
                  "code_verifier",
                  Visit.VERIFIER));
      assertThat(token.statusCode()).as(token.body()).isEqualTo(200);
      return Json.MAPPER.readTree(token.body()).path("access_token").asString();
    }
  }

  private static HttpResponse<String> form(Map<String, String> values) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(base + "/oauth2/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(Visit.form(values)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> askToken(String client) throws Exception {
    var jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS384).keyID("1").build(),
            new JWTClaimsSet.Builder()
                .issuer(client)
                .subject(client)
                .audience(base + "/oauth2/token")
                .expirationTime(Date.from(Instant.now().plusSeconds(240)))
                .jwtID(UUID.randomUUID().toString())
                .build());
    jwt.sign(new RSASSASigner(key));
    return form(
        Map.of(
            "grant_type",
            "client_credentials",
            "scope",
            "system/*.cruds",
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion",
            jwt.serialize()));
  }

  private static String token(String client) throws Exception {
    HttpResponse<String> answer = askToken(client);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.MAPPER.readTree(answer.body()).path("access_token").asString();
  }

  // ------------------------------------------------------------------ the API

  private static HttpResponse<String> send(
      String method, String path, @Nullable String token, @Nullable String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header(
                "Content-Type",
                path.startsWith("/hl7v2") ? "application/hl7-v2+er7" : "application/fhir+json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> operate(
      String token, String name, Map<String, String> parameters) throws Exception {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    var list = body.putArray("parameter");
    parameters.forEach(
        (parameter, value) -> list.addObject().put("name", parameter).put("valueString", value));
    return send("POST", "/fhir/$" + name, token, body.toString());
  }

  private static HttpResponse<String> step(String token, String id, String step, String... more)
      throws Exception {
    var parameters = new LinkedHashMap<String, String>();
    parameters.put("id", id);
    parameters.put("step", step);
    parameters.put("reason", "按接入流程办理");
    for (int i = 0; i < more.length; i += 2) {
      parameters.put(more[i], more[i + 1]);
    }
    return operate(token, "onboarding-step", parameters);
  }

  private static JsonNode ok(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.MAPPER.readTree(answer.body());
  }

  private static void refused(HttpResponse<String> answer, int status, String... words) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(Json.MAPPER.readTree(answer.body()).path("resourceType").asString())
        .isEqualTo("OperationOutcome");
    for (String word : words) {
      assertThat(answer.body()).contains(word);
    }
  }

  private static String value(JsonNode list, String name) {
    for (JsonNode each : list) {
      if (each.path("name").asString("").equals(name)) {
        for (var property : each.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue().asString("");
          }
        }
      }
    }
    return "";
  }

  private static List<JsonNode> groups(JsonNode parameters, String name) {
    var found = new ArrayList<JsonNode>();
    for (JsonNode each : parameters.path("parameter")) {
      if (each.path("name").asString("").equals(name)) {
        found.add(each.path("part"));
      }
    }
    return found;
  }

  private static Set<String> may(JsonNode parameters) {
    var may = new TreeSet<String>();
    for (JsonNode each : parameters.path("parameter")) {
      if (each.path("name").asString("").equals("may")) {
        may.add(each.path("valueCode").asString());
      }
    }
    return may;
  }

  private static JsonNode look(String token, String id) throws Exception {
    return ok(send("GET", "/fhir/$onboarding?id=" + id, token, null));
  }

  private static Set<String> open(JsonNode onboarding) {
    var open = new TreeSet<String>();
    for (JsonNode line : groups(onboarding, "line")) {
      if (value(line, "proved").equals("false")) {
        open.add(value(line, "code") + "/" + value(line, "of") + "/" + value(line, "what"));
      }
    }
    return open;
  }

  private static ObjectNode application() {
    ObjectNode json =
        (ObjectNode)
            Json.MAPPER.readTree(
                """
                {"organization":{"code":"%s","name":"贺兰县人民医院","level":"secondary","contact":"王工","phone":"0951-1234567"},
                 "systems":[{"id":"his","name":"医院信息系统","vendor":"某软件公司"}],
                 "feeds":[{"name":"adt","system":"his","transport":"mllp","structures":["ADT^A01"],"sender":"HIS|HOSP"},
                          {"name":"lab","system":"his","transport":"http","structures":["ORU^R01"]},
                          {"name":"api","system":"his","transport":"fhir","resources":["Observation"]}]}"""
                    .formatted(CODE));
    ((ObjectNode) json.at("/systems/0"))
        .set("jwks", Json.MAPPER.readTree(new JWKSet(key.toPublicJWK()).toString()));
    return json;
  }

  private static String apply(String token, ObjectNode application) throws Exception {
    JsonNode made =
        ok(
            operate(
                token,
                "onboarding-apply",
                Map.of("application", application.toString(), "reason", "县医院接入区域平台")));
    assertThat(value(made.path("parameter"), "state")).isEqualTo("applied");
    return value(made.path("parameter"), "id");
  }

  // ------------------------------------------------------------------ messages

  private static String adt(String control, String patient) {
    return "MSH|^~\\&|HIS|HOSP|||20261101080000||ADT^A01^ADT_A01|%s|P|2.5\rEVN||20261101080000\rPID|1||%s^^^HOSP^MR||测试^甲||19800101|F\rPV1|1|I|W1\r"
        .formatted(control, patient);
  }

  private static String oru(String control, String patient) {
    return "MSH|^~\\&|LIS|HOSP|||20261101080000||ORU^R01^ORU_R01|%s|P|2.5\rPID|1||%s^^^HOSP^MR||测试^乙\rOBR|1||R%s|718-7^Hb^LN\rOBX|1|NM|718-7^Hb^LN||132|g/L|||||F\r"
        .formatted(control, patient, control);
  }

  private static String mllp(int port, String message) throws Exception {
    long until = System.nanoTime() + 30_000_000_000L;
    while (true) {
      try (var socket = tls.getSocketFactory().createSocket("127.0.0.1", port)) {
        socket.setSoTimeout(30_000);
        var block = new ByteArrayOutputStream();
        block.write(0x0B);
        block.writeBytes(message.getBytes(StandardCharsets.UTF_8));
        block.write(0x1C);
        block.write('\r');
        socket.getOutputStream().write(block.toByteArray());
        var answer = new ByteArrayOutputStream();
        for (int b = socket.getInputStream().read();
            b >= 0 && b != 0x1C;
            b = socket.getInputStream().read()) {
          answer.write(b);
        }
        return answer.toString(StandardCharsets.UTF_8);
      } catch (java.net.ConnectException notYetOpen) {
        if (System.nanoTime() > until) {
          throw notYetOpen;
        }
        Thread.sleep(100);
      }
    }
  }

  private static final String OBSERVATION =
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"血红蛋白\"},\"subject\":{\"reference\":\"Patient/%s\"}}";

  private static Set<String> patients(String path, String token) throws Exception {
    JsonNode found = ok(send("GET", path + "/Patient?_count=100", token, null));
    var ids = new TreeSet<String>();
    found.path("entry").forEach(entry -> ids.add(entry.at("/resource/id").asString()));
    return ids;
  }

  // ------------------------------------------------------------------ what has to hold

  @Test
  void aHospitalComesToThePlatformAndIsSuspended() throws Exception {
    // It applies.
    String id = apply(root, application());
    assertThat(may(look(root, id))).containsExactly("amend", "open-sandbox", "withdraw");
    assertThat(may(look(regulator, id))).isEmpty();
    refused(send("GET", "/fhir/$onboarding?id=" + id, doctor, null), 404);
    refused(step(root, id, "certify"), 422, "applied");
    refused(step(regulator, id, "open-sandbox"), 403);
    refused(askToken("sandbox." + id + ".his"), id);

    // It gets a sandbox.
    refused(step(root, id, "open-sandbox"), 400, "adt");
    String settings = "{\"adt\":{\"port\":%d,\"tls\":\"server\"}}";
    refused(
        step(root, id, "open-sandbox", "settings", "{\"adt\":{\"institution\":\"clinic\"}}"),
        400,
        "institution");
    JsonNode testing =
        ok(step(root, id, "open-sandbox", "settings", settings.formatted(sandboxPort)));
    assertThat(value(testing.path("parameter"), "state")).isEqualTo("testing");
    assertThat(open(testing)).hasSize(15);

    // Made-up residents, and nothing that is real; nor does another applicant's appear.
    String tryingOut = token("sandbox." + id + ".his");
    Set<String> residents = patients("/fhir/sandbox", tryingOut);
    assertThat(residents).hasSize(10).doesNotContain("real");
    JsonNode named =
        ok(send("GET", "/fhir/sandbox/Patient?identifier=649100195803120002", tryingOut, null));
    assertThat(named.path("entry")).hasSize(1);
    String resident = named.at("/entry/0/resource/id").asString();
    assertThat(
            ok(send("GET", "/fhir/sandbox/Observation?patient=" + resident, tryingOut, null))
                .path("entry"))
        .isNotEmpty();
    for (String path :
        List.of("/fhir/Patient", "/fhir/metadata/x", "/hl7v2/" + id + "-lab", "/access/clients")) {
      refused(send("GET", path, tryingOut, null), 403);
    }
    refused(send("GET", "/fhir/sandbox/Patient", doctor, null), 403);
    assertThat(send("GET", "/fhir/sandbox/Patient", null, null).statusCode()).isEqualTo(401);
    refused(
        send(
            "PUT",
            "/access/clients/sandbox." + id + ".his",
            root,
            "{\"kind\":\"system\",\"name\":\"x\",\"scopes\":[],\"jwksUri\":\"https://x.example\"}"),
        409);

    // The check list is proved by what it sends, not by anybody's word.
    refused(step(regulator, id, "certify"), 422, "13");
    assertThat(mllp(sandboxPort, adt("1", "P1"))).contains("MSA|AA|1");
    assertThat(mllp(sandboxPort, adt("1", "P1"))).contains("MSA|AA|1");
    assertThat(mllp(sandboxPort, adt("2", "P1").replace("P1^^^HOSP^MR", "")))
        .containsAnyOf("MSA|AE|2", "MSA|AR|2");
    // The door of documents and tables is there for it too, but this feed is one of messages.
    refused(send("POST", "/intake/sandbox/" + id + "-lab", tryingOut, "{}"), 404);
    refused(send("POST", "/intake/sandbox/" + id + "-lab", doctor, "{}"), 403);
    String door = "/hl7v2/sandbox/" + id + "-lab";
    assertThat(send("POST", door, tryingOut, oru("3", "P1")).body()).contains("MSA|AA|3");
    assertThat(send("POST", door, tryingOut, oru("3", "P1")).body()).contains("MSA|AA|3");
    assertThat(send("POST", door, tryingOut, oru("4", "").replace("^^^HOSP^MR", "")).body())
        .containsAnyOf("MSA|AE|4", "MSA|AR|4");
    assertThat(
            send("POST", "/fhir/sandbox/Observation", tryingOut, OBSERVATION.formatted(resident))
                .statusCode())
        .isEqualTo(201);
    assertThat(open(look(root, id))).containsExactly("invalid/api/Observation");
    refused(step(regulator, id, "certify"), 422, "invalid/api/Observation");
    assertThat(
            send(
                    "POST",
                    "/fhir/sandbox/Observation",
                    tryingOut,
                    OBSERVATION.formatted(resident).replace("final", "over"))
                .statusCode())
        .isIn(400, 422);
    JsonNode proved = ok(send("GET", "/fhir/sandbox/$onboarding?id=" + id, tryingOut, null));
    assertThat(open(proved)).isEmpty();
    for (JsonNode line : groups(proved, "line")) {
      assertThat(value(line, "at")).isNotEmpty();
      assertThat(value(line, "message") + value(line, "request")).isNotEmpty();
      if (value(line, "code").equals("refused")) {
        assertThat(value(line, "reason")).isNotEmpty();
      }
    }

    // Nothing of it is among the records.
    assertThat(patients("/fhir", root)).containsExactly("real");

    // Who applied does not certify.
    refused(step(root, id, "certify"), 403, "认证");
    refused(step(regulator, id, "certify", "reason", "好"), 400);
    assertThat(value(ok(step(regulator, id, "certify")).path("parameter"), "state"))
        .isEqualTo("certified");
    refused(askToken(id + ".his"), id);
    refused(step(regulator, id, "go-live"), 403);

    // It goes live.
    JsonNode live = ok(step(root, id, "go-live", "settings", settings.formatted(livePort)));
    String institution =
        groups(ok(send("GET", "/fhir/$onboarding?state=live", regulator, null)), "onboarding")
            .getFirst()
            .toString();
    assertThat(institution).contains("Organization/");
    assertThat(value(live.path("parameter"), "state")).isEqualTo("live");
    assertThat(
            ok(send("GET", "/fhir/Organization?identifier=" + CODE, regulator, null)).path("entry"))
        .hasSize(1);
    String system = token(id + ".his");
    assertThat(mllp(livePort, adt("1", "P9"))).contains("MSA|AA|1");
    Set<String> own = patients("/fhir", system);
    assertThat(own).hasSize(1).doesNotContain("real");
    refused(send("GET", "/fhir/sandbox/Patient", system, null), 403);
    assertThat(send("POST", "/hl7v2/" + id + "-lab", system, oru("5", "P9")).body())
        .contains("MSA|AA|5");

    // It is suspended: at once, and nothing is lost.
    refused(step(doctor, id, "suspend"), 404);
    ok(step(regulator, id, "suspend", "reason", "接口连续报错，暂停整改"));
    refused(send("GET", "/fhir/Patient", system, null), 403, "暂停");
    assertThat(askToken(id + ".his").statusCode()).isEqualTo(401);
    refused(send("POST", "/hl7v2/" + id + "-lab", root, oru("6", "P9")), 403, "暂停");
    assertThat(mllp(livePort, adt("7", "P9"))).contains("MSA|AR|7", "暂停");
    assertThat(mllp(livePort, adt("1", "P9"))).as("taken before").contains("MSA|AA|1");
    JsonNode kept =
        ok(send("GET", "/fhir/$gateway-messages?feed=" + id + "-adt&state=refused", root, null));
    assertThat(kept.toString()).contains("gateway.suspended");
    assertThat(send("GET", "/fhir/sandbox/Patient", tryingOut, null).statusCode()).isEqualTo(200);

    // It is resumed, and the sender sends again.
    ok(step(root, id, "resume", "reason", "整改完成，恢复接入"));
    assertThat(mllp(livePort, adt("7", "P9"))).contains("MSA|AA|7");
    assertThat(send("GET", "/fhir/Patient", token(id + ".his"), null).statusCode()).isEqualTo(200);

    // Every step is kept, by whom and why.
    JsonNode whole = look(regulator, id);
    assertThat(groups(whole, "act").stream().map(act -> value(act, "step")))
        .containsExactly("apply", "open-sandbox", "certify", "go-live", "suspend", "resume");
    assertThat(groups(whole, "act"))
        .allSatisfy(
            act -> {
              assertThat(value(act, "by")).isNotEmpty();
              assertThat(value(act, "at")).isNotEmpty();
              assertThat(value(act, "reason")).hasSizeGreaterThan(4);
            });
    assertThat(
            ok(send("GET", "/fhir/AuditEvent?date=ge2026-01-01&_count=500", regulator, null))
                .toString())
        .contains("onboarding-step", "onboarding-apply");

    // It leaves for good.
    ok(step(root, id, "withdraw", "reason", "医院合并，接入终止"));
    assertThat(askToken(id + ".his").statusCode()).isEqualTo(401);
    assertThat(askToken("sandbox." + id + ".his").statusCode()).isEqualTo(401);
    refused(step(root, id, "resume"), 422, "withdrawn");
  }

  @Test
  void applicantsDoNotSeeOneAnothersSandbox() throws Exception {
    ObjectNode first = application();
    ((tools.jackson.databind.node.ArrayNode) first.path("feeds")).remove(0);
    String one = apply(root, first);
    String other = apply(root, first);
    ok(step(root, one, "open-sandbox"));
    ok(step(root, other, "open-sandbox"));
    String oneToken = token("sandbox." + one + ".his");
    String otherToken = token("sandbox." + other + ".his");
    Set<String> own = patients("/fhir/sandbox", oneToken);
    Set<String> others = patients("/fhir/sandbox", otherToken);
    assertThat(own).hasSize(10).doesNotContainAnyElementsOf(others);
    refused(send("GET", "/fhir/sandbox/Patient/" + others.iterator().next(), oneToken, null), 404);
    refused(send("GET", "/fhir/sandbox/$onboarding?id=" + other, oneToken, null), 404);
    refused(send("POST", "/hl7v2/sandbox/" + other + "-lab", oneToken, oru("1", "P")), 403);
  }

  @Test
  void aPractitionerAppliesForTheOwnInstitutionOnly() throws Exception {
    ObjectNode application = application();
    application.put("institution", "elsewhere");
    refused(
        operate(
            doctor,
            "onboarding-apply",
            Map.of("application", application.toString(), "reason", "卫生院接入")),
        403);
    application.remove("institution");
    String id = apply(doctor, application);
    assertThat(look(doctor, id).toString()).contains("Organization/clinic");
    assertThat(may(look(doctor, id))).containsExactly("amend", "withdraw");
    refused(step(doctor, id, "open-sandbox"), 403);
    refused(step(doctor, id, "amend"), 400);
    ((tools.jackson.databind.node.ArrayNode) application.path("feeds")).remove(0);
    assertThat(open(ok(step(doctor, id, "amend", "application", application.toString()))))
        .doesNotContain("tls/adt/")
        .hasSize(9);
    ok(step(doctor, id, "withdraw"));
    String byOperator = apply(root, application.put("institution", "clinic"));
    refused(step(doctor, byOperator, "withdraw"), 403);
  }

  @Test
  void whatIsWrongIsNamedAndChangesNothing() throws Exception {
    ObjectNode wrong = application();
    ((ObjectNode) wrong.path("organization")).put("code", "12640122MB0000001A");
    HttpResponse<String> answer =
        operate(
            root, "onboarding-apply", Map.of("application", wrong.toString(), "reason", "县医院接入"));
    refused(answer, 400, "统一社会信用代码");
    ObjectNode withKey = application();
    ((ObjectNode) withKey.at("/systems/0"))
        .set("jwks", Json.MAPPER.readTree(new JWKSet(key).toString(false)));
    refused(
        operate(
            root, "onboarding-apply", Map.of("application", withKey.toString(), "reason", "县医院接入")),
        400,
        "私钥");
    refused(operate(root, "onboarding-apply", Map.of("reason", "县医院接入")), 400);
    refused(
        operate(root, "onboarding-apply", Map.of("application", application().toString())), 400);
    refused(
        operate(
            regulator,
            "onboarding-apply",
            Map.of("application", application().toString(), "reason", "县医院接入")),
        403);
    refused(step(root, "nobody", "certify"), 404);
    refused(send("GET", "/fhir/$onboarding?state=lost", root, null), 400);
    assertThat(send("GET", "/fhir/$onboarding", null, null).statusCode()).isEqualTo(401);
  }

  // ------------------------------------------------------------------ the kit

  private static Path download(String name) throws Exception {
    HttpResponse<byte[]> file =
        http.send(
            HttpRequest.newBuilder(URI.create(base + "/fhir/$kit?file=" + name))
                .header("Authorization", "Bearer " + regulator)
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(file.statusCode()).isEqualTo(200);
    return Files.write(work.resolve(name), file.body());
  }

  private static String run(int exit, Map<String, String> environment, String... words)
      throws Exception {
    var builder = new ProcessBuilder(words).directory(work.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(exit);
    return said;
  }

  @Test
  void theSampleSendersOfTheKitBringAnApplicantThroughTheCheckList() throws Exception {
    Path script = download("helan-send.sh");
    Path sender = download("HelanSender.java");
    KeyStore store = TlsForTests.load(work.resolve("tls.p12"), PASSPHRASE);
    Path pem =
        Files.writeString(
            work.resolve("platform.pem"),
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(store.getCertificate("tls").getEncoded())
                + "\n-----END CERTIFICATE-----\n");
    run(0, Map.of(), "bash", script.toString(), "keys");
    ObjectNode application = application();
    ((ObjectNode) application.at("/systems/0"))
        .set("jwks", Json.MAPPER.readTree(Files.readString(work.resolve("jwks.json"))));
    ((ObjectNode) application.at("/feeds/0")).put("sender", "HIS|KIT");
    String id = apply(root, application);
    int port = freePort();
    ok(
        step(
            root,
            id,
            "open-sandbox",
            "settings",
            "{\"adt\":{\"port\":%d,\"tls\":\"server\"}}".formatted(port)));
    Map<String, String> environment =
        Map.of(
            "HELAN_BASE",
            base,
            "HELAN_CLIENT",
            "sandbox." + id + ".his",
            "HELAN_CA",
            pem.toString());
    Path right =
        Files.writeString(
            work.resolve("right.json"),
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"血红蛋白\"}}");
    Path wrong =
        Files.writeString(
            work.resolve("wrong.json"), Files.readString(right).replace("final", "over"));
    run(0, environment, "bash", script.toString(), "fhir", right.toString());
    assertThat(run(22, environment, "bash", script.toString(), "fhir", wrong.toString()))
        .contains("OperationOutcome");
    Path report = Files.writeString(work.resolve("oru.hl7"), oru("K1", "KP"));
    Path broken =
        Files.writeString(work.resolve("broken.hl7"), oru("K2", "KP").replace("KP^^^HOSP^MR", ""));
    for (int i = 0; i < 2; i++) {
      assertThat(
              run(
                  0,
                  environment,
                  "bash",
                  script.toString(),
                  "hl7v2",
                  id + "-lab",
                  report.toString()))
          .contains("MSA|AA|K1");
    }
    run(0, environment, "bash", script.toString(), "hl7v2", id + "-lab", broken.toString());

    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("platform", store.getCertificate("tls"));
    Path trust = work.resolve("trust.p12");
    try (var out = Files.newOutputStream(trust)) {
      trusted.store(out, PASSPHRASE.toCharArray());
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String[] begin = {
      java,
      "-Djavax.net.ssl.trustStore=" + trust,
      "-Djavax.net.ssl.trustStorePassword=" + PASSPHRASE,
      sender.toString()
    };
    Path admission =
        Files.writeString(
            work.resolve("adt.hl7"),
            adt("K3", "KP").replace("|HOSP|", "|KIT|").replace('\r', '\n'));
    Path nobody =
        Files.writeString(
            work.resolve("nobody.hl7"),
            adt("K4", "KP").replace("|HOSP|", "|KIT|").replace("KP^^^HOSP^MR", ""));
    String target = "127.0.0.1:" + port;
    mllp(port, "MSH|^~\\&|HIS|KIT|||20261101||ADT^A01|K0|P|2.5\r");
    assertThat(
            run(
                1,
                Map.of(),
                words(
                    begin,
                    "mllp",
                    target,
                    admission.toString(),
                    admission.toString(),
                    nobody.toString())))
        .contains("MSA|AA|K3");
    assertThat(
            run(
                0,
                Map.of(),
                words(begin, "fhir", base, "sandbox." + id + ".his", right.toString())))
        .startsWith("201");
    String list = run(0, environment, "bash", script.toString(), "checks");
    assertThat(open(Json.MAPPER.readTree(list))).isEmpty();
  }

  private static String[] words(String[] begin, String... more) {
    var all = new ArrayList<>(List.of(begin));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void theKitListsWhatItHolds() throws Exception {
    JsonNode kit = ok(send("GET", "/fhir/$kit", doctor, null));
    assertThat(groups(kit, "file").stream().map(file -> value(file, "name")))
        .containsExactly("package.tgz", "openapi.json", "helan-send.sh", "HelanSender.java");
    JsonNode openApi = Json.MAPPER.readTree(Files.readString(download("openapi.json")));
    assertThat(openApi.path("paths").has("/$onboarding-step")).isTrue();
    refused(send("GET", "/fhir/$kit?file=private-key.pem", doctor, null), 404);
    assertThat(send("GET", "/fhir/$kit", null, null).statusCode()).isEqualTo(401);
  }

  private static void refused(HttpResponse<String> answer, String id) {
    assertThat(answer.statusCode()).as(id + answer.body()).isEqualTo(401);
    assertThat(answer.body()).contains("invalid_client");
  }
}
