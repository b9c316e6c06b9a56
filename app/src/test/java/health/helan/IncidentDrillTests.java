package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import health.helan.foundation.store.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The drill of docs/guide/oversight.md: a hospital's system whose key was stolen reads residents
 * one by one, tries doors and floods. It is noticed, held, switched off and proved.
 */
class IncidentDrillTests {
  private static final String FHIR = "application/fhir+json";
  private static final int STOLEN = 40;

  private Path data;
  private RunningPlatform platform;
  private HttpClient http;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    data = PreparedData.in(folder.resolve("data"));
    platform =
        RunningPlatform.start(
            Map.of(
                "HELAN_ALERT_SECONDS", "1",
                "HELAN_ALERT_SETTLED_SECONDS", "1",
                "HELAN_ALERT_RESIDENTS", "2",
                "HELAN_ALERT_REFUSALS", "10",
                "HELAN_QUOTAS", "hospital=150"),
            data,
            "--no-demo");
    http = HttpClient.newHttpClient();
  }

  @AfterEach
  void end() throws Exception {
    platform.close();
    http.close();
  }

  private HttpResponse<String> ask(@Nullable String token, String method, String path, String body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(platform.url() + path))
            .header("Content-Type", FHIR)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String token(ECKey key) throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES384).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer("lab")
                .subject("lab")
                .audience(platform.url() + "oauth2/token")
                .expirationTime(Date.from(Instant.now().plusSeconds(240)))
                .jwtID(UUID.randomUUID().toString())
                .build());
    jwt.sign(new ECDSASigner(key));
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(platform.url() + "oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Visit.form(
                            Map.of(
                                "grant_type",
                                "client_credentials",
                                "scope",
                                "system/Patient.cruds",
                                "client_assertion_type",
                                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                "client_assertion",
                                jwt.serialize()))))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.MAPPER.readTree(answer.body()).path("access_token").asString();
  }

  private static String part(JsonNode alert, String name) {
    for (JsonNode part : alert.path("part")) {
      if (part.path("name").asString("").equals(name)) {
        for (var property : part.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue().asString("");
          }
        }
      }
    }
    return "";
  }

  private List<JsonNode> alerts(String query) throws Exception {
    HttpResponse<String> answer = platform.get("fhir/AuditEvent/$alerts" + query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var alerts = new ArrayList<JsonNode>();
    Json.MAPPER.readTree(answer.body()).path("parameter").forEach(alerts::add);
    return alerts;
  }

  @Test
  void ofAStolenKeyEndsWithTheKeySwitchedOffAndTheProof() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_384).keyID("1").generate();
    assertThat(
            platform
                .send(
                    "PUT",
                    "fhir/Organization/hospital",
                    "{\"resourceType\":\"Organization\",\"id\":\"hospital\",\"name\":\"县医院\"}",
                    FHIR,
                    true)
                .statusCode())
        .isEqualTo(201);
    HttpResponse<String> registered =
        platform.send(
            "PUT",
            "access/clients/lab",
            """
              {"name":"检验系统","kind":"system","scopes":["system/Patient.cruds"],"institution":"hospital","jwks":%s}"""
                .formatted(new JWKSet(key.toPublicJWK())),
            "application/json",
            true);
    assertThat(registered.statusCode()).as(registered.body()).isEqualTo(200);
    String stolen = token(key);
    var residents = new ArrayList<String>();
    for (int i = 0; i < STOLEN; i++) {
      HttpResponse<String> made =
          ask(stolen, "POST", "fhir/Patient", "{\"resourceType\":\"Patient\",\"active\":true}");
      assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
      residents.add(Json.MAPPER.readTree(made.body()).path("id").asString());
    }

    // The thief reads them one after the other, and tries doors without a key.
    for (String resident : residents) {
      assertThat(ask(stolen, "GET", "fhir/Patient/" + resident, "").statusCode()).isEqualTo(200);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(ask(null, "GET", "fhir/Patient/" + residents.get(i), "").statusCode())
          .isEqualTo(401);
    }
    // And floods, until the quota holds.
    HttpResponse<String> answer = ask(stolen, "GET", "fhir/Patient/" + residents.getFirst(), "");
    for (int i = 0; i < 400 && answer.statusCode() == 200; i++) {
      answer = ask(stolen, "GET", "fhir/Patient/" + residents.getFirst(), "");
    }
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 60);
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.body()).contains("throttled").contains("限额");
    assertThat(platform.get("fhir/Patient/" + residents.getFirst()).statusCode())
        .as("the operator is not held")
        .isEqualTo(200);
    assertThat(platform.get("metrics").body())
        .contains("helan_quota_refused_total{part=\"requests\",tenant=\"hospital\"");

    // Who is watched does not see the watch.
    assertThat(ask(stolen, "GET", "fhir/AuditEvent/$alerts", "").statusCode()).isIn(403, 429);
    assertThat(ask(null, "GET", "fhir/AuditEvent/$alerts", "").statusCode()).isEqualTo(401);

    // Noticed.
    long until = System.nanoTime() + 60_000_000_000L;
    while (alerts("?state=detected").size() < 2 && System.nanoTime() < until) {
      Thread.sleep(200);
    }
    JsonNode many = alerts("?kind=many-residents").getFirst();
    assertThat(part(many, "caller")).isEqualTo("lab");
    assertThat(part(many, "role")).isEqualTo("system");
    assertThat(Double.parseDouble(part(many, "count"))).isGreaterThanOrEqualTo(20);
    JsonNode tries = alerts("?kind=many-refusals").getFirst();
    assertThat(part(tries, "caller")).isEqualTo("remote:127.0.0.1");
    assertThat(platform.get("metrics").body()).containsPattern("helan_alerts_open [1-9]");

    // Triaged, contained, closed; each with a word.
    String id = part(many, "id");
    handle(id, "contain", "想跳过核查", 422);
    handle(id, "triage", "", 400);
    handle(id, "triage", "不是检验科的业务", 200);
    assertThat(
            platform
                .send("DELETE", "access/clients/lab", "", "application/json", true)
                .statusCode())
        .isEqualTo(200);
    assertThat(ask(stolen, "GET", "fhir/Patient/" + residents.getFirst(), "").statusCode())
        .isEqualTo(403);
    handle(id, "contain", "已停用检验系统的密钥", 200);
    handle(id, "close", "已更换密钥并通知县医院", 200);
    assertThat(part(alerts("?state=closed").getFirst(), "note")).contains("已更换密钥");

    // What happened to one record, for the report.
    HttpResponse<String> trace =
        platform.get(
            "fhir/Patient/"
                + residents.get(7)
                + "/$trace?case="
                + java.net.URLEncoder.encode(
                    "事件 2026-01", java.nio.charset.StandardCharsets.UTF_8));
    assertThat(trace.statusCode()).as(trace.body()).isEqualTo(200);
    assertThat(trace.body())
        .contains("\"version\"")
        .contains("\"lab\"")
        .contains("Organization/hospital")
        .contains("\"valueCode\":\"read\"");
    platform.stop();
    var proved = RunningPlatform.run(Map.of(), List.of("verify", "--data", data.toString()));
    assertThat(proved.output()).contains("The audit is whole");
    assertThat(proved.exitCode()).isZero();
  }

  private void handle(String id, String step, String note, int status) throws Exception {
    var parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    var list = parameters.putArray("parameter");
    list.addObject().put("name", "id").put("valueString", id);
    list.addObject().put("name", "step").put("valueString", step);
    if (!note.isEmpty()) {
      list.addObject().put("name", "note").put("valueString", note);
    }
    HttpResponse<String> answer =
        platform.send("POST", "fhir/AuditEvent/$handle-alert", parameters.toString(), FHIR, true);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }
}
