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
import health.helan.app.start.Console;
import health.helan.app.start.RunArguments;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Accounts;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.Totp;
import health.helan.foundation.trust.account.Visitor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** Sign-in over HTTP, on a running platform: people, apps, systems, and who attacks them. */
class SigningInTests {
  private static final String PASSWORD = "river stone moss";
  private static final String CALLBACK = "https://app.example/callback";
  private static final String MOTHER = "649100195803120002";
  private static final String CHILD = "649104202106210019";

  private static Platform platform;
  private static String base;
  private static String operator;
  private static HttpClient http;
  private static ECKey systemKey;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    // One data folder for all: accounts of different tests have different names.
    platform =
        Platform.start(
            RunArguments.parse(
                List.of("--no-demo", "--port", "0", "--data", folder.resolve("data").toString())),
            Map.of("HELAN_PG_SHARED_BUFFERS_MB", "64", "HELAN_MIN_FREE_MB", "100"),
            Console.of(Map.of()));
    base = platform.url().replaceAll("/$", "");
    operator = platform.data().secret("operator-token");
    http = HttpClient.newHttpClient();
    for (String resource : RESOURCES) {
      JsonNode node = Json.MAPPER.readTree(resource);
      HttpResponse<String> put =
          call(
              "PUT",
              "/fhir/" + node.path("resourceType").asString() + "/" + node.path("id").asString(),
              operator,
              resource);
      assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
    }
    systemKey = new ECKeyGenerator(Curve.P_384).keyID("1").generate();
    client(
        "app",
        "public",
        List.of(CALLBACK),
        List.of(
            "openid",
            "profile",
            "fhirUser",
            "launch",
            "launch/patient",
            "offline_access",
            "patient/*.rs",
            "user/*.rs"),
        null);
    client(
        "lab",
        "system",
        List.of(),
        List.of("system/Observation.cruds", "system/Patient.rs"),
        new JWKSet(systemKey.toPublicJWK()).toString());
  }

  private static final List<String> RESOURCES =
      List.of(
          "{\"resourceType\":\"Organization\",\"id\":\"hospital\",\"name\":\"县医院\"}",
          "{\"resourceType\":\"Organization\",\"id\":\"dept\",\"name\":\"县医院内科\",\"type\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/organization-type\",\"code\":\"dept\"}]}],\"partOf\":{\"reference\":\"Organization/hospital\"}}",
          "{\"resourceType\":\"Organization\",\"id\":\"clinic\",\"name\":\"卫生院\"}",
          "{\"resourceType\":\"Practitioner\",\"id\":\"doctor\",\"name\":[{\"text\":\"李医生\"}]}",
          "{\"resourceType\":\"PractitionerRole\",\"id\":\"role-1\",\"active\":true,\"practitioner\":{\"reference\":\"Practitioner/doctor\"},\"organization\":{\"reference\":\"Organization/dept\"},\"code\":[{\"text\":\"主治医师\"}]}",
          "{\"resourceType\":\"PractitionerRole\",\"id\":\"role-2\",\"active\":true,\"practitioner\":{\"reference\":\"Practitioner/doctor\"},\"organization\":{\"reference\":\"Organization/clinic\"}}",
          "{\"resourceType\":\"PractitionerRole\",\"id\":\"role-old\",\"active\":false,\"practitioner\":{\"reference\":\"Practitioner/doctor\"},\"organization\":{\"reference\":\"Organization/clinic\"}}",
          "{\"resourceType\":\"CareTeam\",\"id\":\"managed\",\"status\":\"active\",\"participant\":[{\"member\":{\"reference\":\"Practitioner/doctor\"}}],\"managingOrganization\":[{\"reference\":\"Organization/hospital\"}]}",
          "{\"resourceType\":\"CareTeam\",\"id\":\"of-the-clinic\",\"status\":\"active\",\"participant\":[{\"member\":{\"reference\":\"Practitioner/doctor\"}}],\"managingOrganization\":[{\"reference\":\"Organization/clinic\"}]}",
          "{\"resourceType\":\"CareTeam\",\"id\":\"own\",\"status\":\"active\",\"participant\":[{\"member\":{\"reference\":\"Practitioner/doctor\"}}]}",
          "{\"resourceType\":\"CareTeam\",\"id\":\"past\",\"status\":\"active\",\"participant\":[{\"member\":{\"reference\":\"Practitioner/doctor\"},\"period\":{\"end\":\"2020-01-01\"}}],\"managingOrganization\":[{\"reference\":\"Organization/hospital\"}]}",
          "{\"resourceType\":\"Patient\",\"id\":\"mother\",\"identifier\":[{\"system\":\"urn:oid:2.16.156.10011.1.3\",\"value\":\""
              + MOTHER
              + "\"}],\"name\":[{\"text\":\"马秀兰\"}],\"birthDate\":\"1958-03-12\"}",
          "{\"resourceType\":\"Patient\",\"id\":\"child\",\"identifier\":[{\"system\":\"urn:oid:2.16.156.10011.1.3\",\"value\":\""
              + CHILD
              + "\"}],\"name\":[{\"text\":\"李子轩\"}],\"birthDate\":\"2021-06-21\"}",
          "{\"resourceType\":\"Patient\",\"id\":\"father\",\"identifier\":[{\"system\":\"urn:oid:2.16.156.10011.1.3\",\"value\":\"649101195509300017\"}],\"name\":[{\"text\":\"马建国\"}],\"birthDate\":\"1955-09-30\"}",
          "{\"resourceType\":\"RelatedPerson\",\"id\":\"proof\",\"active\":true,\"identifier\":[{\"system\":\"urn:oid:2.16.156.10011.1.3\",\"value\":\""
              + MOTHER
              + "\"}],\"patient\":{\"reference\":\"Patient/child\"},\"relationship\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-RoleCode\",\"code\":\"GUARD\"}]}]}");

  @AfterAll
  static void stop() {
    if (platform != null) {
      platform.close();
      http.close();
    }
  }

  private static SignIn signIn() {
    return platform.context().getBean(SignIn.class);
  }

  private static Account account(Account.Kind kind, String login, String person) {
    return signIn()
        .accounts()
        .create(
            new Accounts.New(
                kind,
                Account.State.ACTIVE,
                login,
                "账户" + login.replaceAll("[0-9]{18}", "居民"),
                person,
                "",
                signIn().passwords().hash(PASSWORD),
                false));
  }

  private static void client(
      String id, String kind, List<String> redirects, List<String> scopes, @Nullable String jwks)
      throws Exception {
    var body = Json.MAPPER.createObjectNode().put("name", "应用 " + id).put("kind", kind);
    redirects.forEach(body.putArray("redirects")::add);
    scopes.forEach(body.putArray("scopes")::add);
    if (jwks != null) {
      body.set("jwks", Json.MAPPER.readTree(jwks));
    }
    HttpResponse<String> put = call("PUT", "/access/clients/" + id, operator, body.toString());
    assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
  }

  private static HttpResponse<String> call(
      String method, String path, @Nullable String token, @Nullable String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", "application/fhir+json")
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

  private static JsonNode json(HttpResponse<String> response) {
    return Json.MAPPER.readTree(response.body());
  }

  private static HttpResponse<String> token(Map<String, String> form) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(base + "/oauth2/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(Visit.form(form)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String authorize(
      String client, String redirect, String scope, Map<String, String> more) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("response_type", "code");
    query.put("client_id", client);
    query.put("redirect_uri", redirect);
    query.put("scope", scope);
    query.put("state", "my-state");
    query.put("code_challenge", Visit.challenge(Visit.VERIFIER));
    query.put("code_challenge_method", "S256");
    query.put("aud", base + "/fhir");
    query.putAll(more);
    query.values().removeIf(String::isEmpty);
    return "/oauth2/authorize?" + Visit.form(query);
  }

  private static Map<String, String> exchange(
      String client, String redirect, String code, String verifier) {
    return Map.of(
        "grant_type",
        "authorization_code",
        "client_id",
        client,
        "redirect_uri",
        redirect,
        "code",
        code,
        "code_verifier",
        verifier);
  }

  /** The console's pages: sign in, take a code home, exchange it. */
  private static JsonNode console(Visit visit, String login) throws Exception {
    String way =
        authorize("helan-console", base + "/", "openid profile fhirUser online_access", Map.of());
    HttpResponse<String> in = visit.signIn(way, login, PASSWORD);
    assertThat(in.statusCode()).as(in.body()).isEqualTo(303);
    return consoleCode(visit, Visit.location(in));
  }

  private static JsonNode consoleCode(Visit visit, String way) throws Exception {
    HttpResponse<String> back = visit.get(way);
    String answer = Visit.location(back);
    assertThat(answer).startsWith(base + "/?code=").contains("state=my-state");
    HttpResponse<String> token =
        token(
            exchange("helan-console", base + "/", Visit.parameter(answer, "code"), Visit.VERIFIER));
    assertThat(token.statusCode()).as(token.body()).isEqualTo(200);
    assertThat(token.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
    return json(token);
  }

  @Test
  void letsAnOperatorInThroughThePages() throws Exception {
    account(Account.Kind.OPERATOR, "op-1", "");
    try (Visit visit = new Visit(base)) {
      String way = authorize("helan-console", base + "/", "openid profile online_access", Map.of());
      HttpResponse<String> first = visit.get(way);
      assertThat(first.statusCode()).isEqualTo(303);
      assertThat(Visit.location(first)).startsWith("/sign-in?continue=%2Foauth2%2Fauthorize");
      HttpResponse<String> page = visit.get(Visit.location(first));
      assertThat(page.body())
          .contains("<html lang=\"zh-CN\">")
          .contains("登录")
          .doesNotContain("<script");
      assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
          .contains("default-src 'none'");
      HttpResponse<String> in =
          visit.submit("/sign-in", Map.of("login", "op-1", "password", PASSWORD));
      assertThat(in.statusCode()).isEqualTo(303);
      assertThat(in.headers().allValues("Set-Cookie"))
          .anySatisfy(
              cookie ->
                  assertThat(cookie)
                      .startsWith("helan-session=")
                      .contains("HttpOnly")
                      .contains("SameSite=Lax"))
          .noneSatisfy(cookie -> assertThat(cookie).startsWith("JSESSIONID"));
      JsonNode token = consoleCode(visit, Visit.location(in));
      assertThat(token.path("expires_in").asInt()).isBetween(595, 600);
      String access = token.path("access_token").asString();
      JsonNode me = json(call("GET", "/access/me", access, null));
      assertThat(me.path("role").asString()).isEqualTo("operator");
      assertThat(me.path("name").asString()).isEqualTo("账户op-1");
      assertThat(call("GET", "/metrics", access, null).statusCode()).isEqualTo(200);
      assertThat(call("GET", "/fhir/$region-figures", access, null).statusCode()).isEqualTo(200);
      assertThat(json(call("GET", "/userinfo", access, null)).path("name").asString())
          .isEqualTo("账户op-1");
      SignedJWT id = SignedJWT.parse(token.path("id_token").asString());
      assertThat(id.getJWTClaimsSet().getIssuer()).isEqualTo(base);
      assertThat(id.getJWTClaimsSet().getSubject()).isEqualTo(me.path("account").asString());
      assertThat(visit.cookies).doesNotContainKey("JSESSIONID");
    }
  }

  @Test
  void speaksEnglishToo() throws Exception {
    try (Visit visit = new Visit(base)) {
      visit.get("/sign-in/language?to=en&back=/sign-in");
      assertThat(visit.get("/sign-in").body())
          .contains("<html lang=\"en\">")
          .contains("User name or identity number");
    }
  }

  @Test
  void renewsOnceAndEndsTheGrantWhenARefreshTokenIsShownTwice() throws Exception {
    account(Account.Kind.OPERATOR, "op-2", "");
    try (Visit visit = new Visit(base)) {
      JsonNode first = console(visit, "op-2");
      Map<String, String> renew =
          Map.of(
              "grant_type",
              "refresh_token",
              "client_id",
              "helan-console",
              "refresh_token",
              first.path("refresh_token").asString());
      HttpResponse<String> answer = token(renew);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode second = json(answer);
      assertThat(second.path("refresh_token").asString())
          .isNotEqualTo(first.path("refresh_token").asString());
      String access = second.path("access_token").asString();
      assertThat(call("GET", "/access/me", access, null).statusCode()).isEqualTo(200);
      assertThat(
              call("GET", "/access/me", first.path("access_token").asString(), null).statusCode())
          .as("replaced")
          .isEqualTo(401);
      assertThat(json(token(renew)).path("error").asString()).isEqualTo("invalid_grant");
      assertThat(call("GET", "/access/me", access, null).statusCode())
          .as("stolen: all of it ends")
          .isEqualTo(401);
    }
  }

  @Test
  void endsTokensWithTheSessionAndOnRevocation() throws Exception {
    account(Account.Kind.OPERATOR, "op-3", "");
    try (Visit visit = new Visit(base)) {
      String access = console(visit, "op-3").path("access_token").asString();
      assertThat(call("GET", "/access/me", access, null).statusCode()).isEqualTo(200);
      HttpResponse<String> revoked =
          visit.post("/oauth2/revoke", Map.of("client_id", "helan-console", "token", access));
      assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
      assertThat(call("GET", "/access/me", access, null).statusCode()).isEqualTo(401);

      String again =
          consoleCode(visit, authorize("helan-console", base + "/", "openid", Map.of()))
              .path("access_token")
              .asString();
      assertThat(call("GET", "/access/me", again, null).statusCode()).isEqualTo(200);
      visit.get("/account");
      assertThat(Visit.location(visit.submit("/sign-out", Map.of()))).isEqualTo("/sign-in");
      assertThat(call("GET", "/access/me", again, null).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void endsTokensWhenAnOperatorLocksTheAccount() throws Exception {
    account(Account.Kind.OPERATOR, "op-4", "");
    try (Visit visit = new Visit(base)) {
      String access = console(visit, "op-4").path("access_token").asString();
      assertThat(
              call("POST", "/access/accounts/lock", operator, "{\"login\":\"op-4\"}").statusCode())
          .isEqualTo(200);
      assertThat(call("GET", "/access/me", access, null).statusCode()).isEqualTo(401);
      assertThat(visit.signIn("/account", "op-4", PASSWORD).statusCode()).isEqualTo(401);
      assertThat(
              call("POST", "/access/accounts/unlock", operator, "{\"login\":\"op-4\"}")
                  .statusCode())
          .isEqualTo(200);
      assertThat(visit.signIn("/account", "op-4", PASSWORD).statusCode()).isEqualTo(303);
    }
  }

  @Test
  void showsOwnersTheirSessionsOnTheirPagesAndToNoAppOfOthers() throws Exception {
    account(Account.Kind.OPERATOR, "op-own", "");
    account(Account.Kind.OPERATOR, "op-else", "");
    try (Visit phone = new Visit(base);
        Visit desk = new Visit(base);
        Visit stranger = new Visit(base)) {
      String here = onResidentPages(phone, "op-own");
      String there = onResidentPages(desk, "op-own");
      String strange = onResidentPages(stranger, "op-else");
      JsonNode sessions = json(call("GET", "/access/me/sessions", here, null));
      assertThat(sessions).hasSize(2);
      String other = "";
      for (JsonNode session : sessions) {
        if (!session.path("current").asBoolean()) {
          other = session.path("id").asString();
        }
      }
      assertThat(call("DELETE", "/access/me/sessions/" + other, strange, null).statusCode())
          .as("a stranger's hand")
          .isEqualTo(404);
      assertThat(call("GET", "/access/me", there, null).statusCode()).isEqualTo(200);
      assertThat(call("DELETE", "/access/me/sessions/" + other, here, null).statusCode())
          .isEqualTo(200);
      assertThat(call("GET", "/access/me", there, null).statusCode()).isEqualTo(401);
      assertThat(json(call("GET", "/access/me/sessions", here, null))).hasSize(1);
      assertThat(call("GET", "/access/me/history", here, null).body())
          .contains("signed-in", "session-ended");
      for (String path : List.of("/access/me/sessions", "/access/me/history")) {
        assertThat(call("GET", path, operator, null).statusCode())
            .as("the operator token is nobody's account")
            .isEqualTo(403);
        assertThat(call("GET", path, "made-up", null).statusCode()).isEqualTo(401);
      }
    }
  }

  @Test
  void provesAnOwnersPresenceOnOurPagesAndForNoAppOfOthers() throws Exception {
    account(Account.Kind.OPERATOR, "op-proof", "");
    try (Visit desk = new Visit(base)) {
      String here = onResidentPages(desk, "op-proof");
      JsonNode before = json(call("GET", "/access/me/proof", here, null));
      assertThat(before.path("by").asString()).isEqualTo("password");
      assertThat(before.path("minutes").asInt()).isEqualTo(30);
      var wrong = call("POST", "/access/me/proof", here, "{\"given\":\"guess\"}");
      assertThat(wrong.statusCode()).isEqualTo(422);
      assertThat(wrong.body()).doesNotContain("guess");
      JsonNode after =
          json(call("POST", "/access/me/proof", here, "{\"given\":\"" + PASSWORD + "\"}"));
      assertThat(Instant.parse(after.path("proved").asString()))
          .isAfter(Instant.parse(before.path("proved").asString()));
      assertThat(call("GET", "/access/me/history", here, null).body()).contains("proved-again");
      for (String method : List.of("GET", "POST")) {
        String body = method.equals("POST") ? "{\"given\":\"x\"}" : null;
        assertThat(call(method, "/access/me/proof", operator, body).statusCode()).isEqualTo(403);
        assertThat(call(method, "/access/me/proof", "made-up", body).statusCode()).isEqualTo(401);
      }
    }
  }

  /** A token of the residents' pages, as they get it. */
  private static String onResidentPages(Visit visit, String login) throws Exception {
    String pages = base + "/resident/";
    String way =
        authorize("helan-resident", pages, "openid profile fhirUser online_access", Map.of());
    visit.get(Visit.location(visit.signIn(way, login, PASSWORD)));
    String code = Visit.parameter(Visit.location(visit.get(way)), "code");
    return json(token(exchange("helan-resident", pages, code, Visit.VERIFIER)))
        .path("access_token")
        .asString();
  }

  @Test
  void leadsCliniciansBackToTheWorkbenchAndNowhereElse() throws Exception {
    account(Account.Kind.OPERATOR, "op-w", "");
    String pages = base + "/workbench/";
    try (Visit visit = new Visit(base)) {
      String way =
          authorize("helan-workbench", pages, "openid profile fhirUser online_access", Map.of());
      visit.get(Visit.location(visit.signIn(way, "op-w", PASSWORD)));
      String back = Visit.location(visit.get(way));
      assertThat(back).startsWith(pages + "?code=");
      String code = Visit.parameter(back, "code");
      assertThat(
              json(token(exchange("helan-workbench", pages, code, Visit.VERIFIER)))
                  .path("access_token")
                  .asString())
          .isNotEmpty();
      HttpResponse<String> elsewhere =
          visit.get(authorize("helan-workbench", base + "/", "openid", Map.of()));
      assertThat(elsewhere.statusCode()).isEqualTo(400);
    }
  }

  @Test
  void refusesWhatACodeThiefWouldTry() throws Exception {
    account(Account.Kind.OPERATOR, "op-5", "");
    try (Visit visit = new Visit(base)) {
      String way = authorize("helan-console", base + "/", "openid", Map.of());
      visit.get(Visit.location(visit.signIn(way, "op-5", PASSWORD)));
      String code = Visit.parameter(Visit.location(visit.get(way)), "code");
      assertThat(
              json(token(
                      exchange(
                          "helan-console",
                          base + "/",
                          code,
                          "another-verifier-of-forty-three-characters-01234")))
                  .path("error")
                  .asString())
          .isEqualTo("invalid_grant");

      String other = Visit.parameter(Visit.location(visit.get(way)), "code");
      assertThat(
              json(token(exchange("helan-console", base + "/elsewhere", other, Visit.VERIFIER)))
                  .path("error")
                  .asString())
          .isEqualTo("invalid_grant");
      assertThat(
              json(token(exchange("app", base + "/", other, Visit.VERIFIER)))
                  .path("error")
                  .asString())
          .as("another client")
          .isEqualTo("invalid_grant");

      String replayed = Visit.parameter(Visit.location(visit.get(way)), "code");
      JsonNode token = json(token(exchange("helan-console", base + "/", replayed, Visit.VERIFIER)));
      String access = token.path("access_token").asString();
      assertThat(call("GET", "/access/me", access, null).statusCode()).isEqualTo(200);
      assertThat(
              json(token(exchange("helan-console", base + "/", replayed, Visit.VERIFIER)))
                  .path("error")
                  .asString())
          .isEqualTo("invalid_grant");
      assertThat(call("GET", "/access/me", access, null).statusCode())
          .as("replayed: its tokens end")
          .isEqualTo(401);

      String late = Visit.parameter(Visit.location(visit.get(way)), "code");
      expireCodes();
      assertThat(
              json(token(exchange("helan-console", base + "/", late, Visit.VERIFIER)))
                  .path("error")
                  .asString())
          .isEqualTo("invalid_grant");
    }
  }

  /** As if a minute had passed: the end of each code is moved into the past. */
  private static void expireCodes() throws Exception {
    try (var connection = platform.context().getBean(DataSource.class).getConnection();
        var statement = connection.createStatement()) {
      int changed =
          statement.executeUpdate(
              "update app_grant set body = jsonb_set(jsonb_set(body::jsonb, '{tokens,CODE,from}',"
                  + " '1000'), '{tokens,CODE,to}', '2000')::text where body::jsonb #>"
                  + " '{tokens,CODE}' is not null");
      assertThat(changed).isPositive();
    }
  }

  @Test
  void refusesRequestsThatLeadElsewhere() throws Exception {
    account(Account.Kind.OPERATOR, "op-6", "");
    try (Visit visit = new Visit(base)) {
      visit.signIn("/account", "op-6", PASSWORD);
      for (String redirect :
          List.of(
              "https://evil.example/",
              CALLBACK + "/more",
              CALLBACK + "?x=1",
              "http://app.example/callback")) {
        HttpResponse<String> refused = visit.get(authorize("app", redirect, "openid", Map.of()));
        assertThat(refused.statusCode()).as(redirect).isEqualTo(400);
        assertThat(refused.headers().firstValue("Location")).isEmpty();
        assertThat(refused.body()).contains("没有完成");
      }
      assertThat(visit.get(authorize("nobody", CALLBACK, "openid", Map.of())).statusCode())
          .isEqualTo(400);
      assertThat(error(visit, "openid", Map.of("code_challenge", "", "code_challenge_method", "")))
          .isEqualTo("invalid_request");
      assertThat(error(visit, "openid", Map.of("code_challenge_method", "plain")))
          .isEqualTo("invalid_request");
      assertThat(error(visit, "openid patient/*.cruds", Map.of())).isEqualTo("invalid_scope");
      assertThat(error(visit, "openid system/*.rs", Map.of())).isEqualTo("invalid_scope");
      assertThat(error(visit, "user/*.rs", Map.of("aud", "https://evil.example/fhir")))
          .isEqualTo("invalid_request");
      assertThat(error(visit, "user/*.rs", Map.of("aud", ""))).isEqualTo("invalid_request");
      assertThat(error(visit, "launch openid", Map.of("launch", "made-up")))
          .isEqualTo("invalid_request");
      try (Visit nobody = new Visit(base)) {
        assertThat(error(nobody, "openid", Map.of("prompt", "none"))).isEqualTo("login_required");
      }
    }
    for (String way :
        List.of(
            "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)")) {
      try (Visit visit = new Visit(base)) {
        assertThat(Visit.location(visit.signIn(way, "op-6", PASSWORD)))
            .as(way)
            .isEqualTo("/account");
      }
    }
  }

  private static String error(Visit visit, String scope, Map<String, String> more)
      throws Exception {
    String answer = Visit.location(visit.get(authorize("app", CALLBACK, scope, more)));
    assertThat(answer).startsWith(CALLBACK).contains("state=my-state");
    return Visit.parameter(answer, "error");
  }

  @Test
  void asksAResidentBeforeAnAppSeesARecord() throws Exception {
    Account resident = account(Account.Kind.RESIDENT, MOTHER, "mother");
    try (Visit visit = new Visit(base)) {
      String way =
          authorize(
              "app",
              CALLBACK,
              "openid fhirUser launch/patient offline_access patient/*.rs",
              Map.of());
      HttpResponse<String> asked = visit.get(Visit.location(visit.signIn(way, MOTHER, PASSWORD)));
      HttpResponse<String> consent = visit.get(Visit.location(asked));
      assertThat(consent.body())
          .contains("应用 app")
          .contains("马秀兰")
          .contains("您不在线时继续访问")
          .contains("app.example");
      assertThat(consent.headers().firstValue("Content-Security-Policy").orElse(""))
          .contains("form-action 'self' https://app.example;");

      // Not allowed.
      String no = Visit.location(visit.submit("/oauth2/authorize", Map.of()));
      assertThat(Visit.parameter(no, "error")).isEqualTo("access_denied");

      // Allowed in part.
      visit.get(Visit.location(visit.get(way)));
      Map<String, String> allowed = new LinkedHashMap<>();
      allowed.put("scope", "patient/*.rs");
      String yes = Visit.location(visit.submit("/oauth2/authorize", allowed));
      JsonNode token =
          json(token(exchange("app", CALLBACK, Visit.parameter(yes, "code"), Visit.VERIFIER)));
      assertThat(token.path("patient").asString()).isEqualTo("mother");
      assertThat(Set.of(token.path("scope").asString().split(" ")))
          .containsExactlyInAnyOrder("openid", "patient/*.rs");
      assertThat(token.has("refresh_token")).as("offline_access was not allowed").isFalse();
      String access = token.path("access_token").asString();
      JsonNode me = json(call("GET", "/access/me", access, null));
      assertThat(me.path("role").asString()).isEqualTo("resident");
      assertThat(me.path("scopes")).extracting(JsonNode::asString).containsExactly("patient/*.rs");
      assertThat(me.path("patients")).extracting(JsonNode::asString).containsExactly("mother");
      assertThat(call("GET", "/fhir/Patient/mother", access, null).statusCode()).isEqualTo(200);
      assertThat(call("GET", "/fhir/Patient/father", access, null).statusCode())
          .as("another's")
          .isIn(403, 404);
      assertThat(call("GET", "/metrics", access, null).statusCode()).isEqualTo(403);
      assertThat(call("GET", "/access/clients", access, null).statusCode()).isEqualTo(403);
      for (String own : List.of("/access/me/sessions", "/access/me/history", "/access/me/proof")) {
        assertThat(call("GET", own, access, null).statusCode())
            .as("the owner's sign-ins are no app's")
            .isEqualTo(403);
      }

      // Taken back.
      visit.get("/account");
      visit.submit("/account/apps", Map.of("client", "app"));
      assertThat(call("GET", "/access/me", access, null).statusCode()).isEqualTo(401);
    }
    guardianChooses(resident);
  }

  @Test
  void showsAHealthCodeOfTheOwnerAndOfAWardAsLongAsTheGuardianshipLasts() throws Exception {
    String number = "649107197604250019";
    for (String patient : List.of("uncle", "ward")) {
      String resource =
          "{\"resourceType\":\"Patient\",\"id\":\""
              + patient
              + "\",\"identifier\":[{\"system\":\"urn:oid:2.16.156.10011.1.3\",\"value\":\""
              + (patient.equals("uncle") ? number : "649108200408150003")
              + "\"}],\"name\":[{\"text\":\"丁\"}],\"birthDate\":\"1976-04-25\"}";
      assertThat(call("PUT", "/fhir/Patient/" + patient, operator, resource).statusCode())
          .isEqualTo(201);
    }
    Account uncle = account(Account.Kind.RESIDENT, number, "uncle");
    var soon = new Accounts.Dependant("ward", "丁", "", "法院判决", Instant.now().plusSeconds(3600));
    signIn().accounts().addDependant(uncle.id(), soon);
    String apply =
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"step\",\"valueCode\":\"apply\"}]}";
    String nothing = "{\"resourceType\":\"Parameters\"}";
    try (Visit visit = new Visit(base)) {
      String token = onResidentPages(visit, number);
      for (String patient : List.of("uncle", "ward")) {
        String of = "/fhir/Patient/" + patient;
        HttpResponse<String> card = call("POST", of + "/$health-card-step", token, apply);
        assertThat(card.statusCode()).as(card.body()).isEqualTo(200);
        assertThat(card.body()).contains("\"active\"");
        assertThat(call("POST", of + "/$health-code", token, nothing).body()).contains("HLN1:");
      }
      assertThat(call("POST", "/fhir/Patient/mother/$health-code", token, nothing).statusCode())
          .isEqualTo(404);
      hearsOfAReportOnAnOpenPage(token);
    }
    signIn()
        .accounts()
        .addDependant(
            uncle.id(),
            new Accounts.Dependant("ward", "丁", "", "法院判决", Instant.now().minusSeconds(1)));
    try (Visit visit = new Visit(base)) {
      String token = onResidentPages(visit, number);
      assertThat(call("POST", "/fhir/Patient/uncle/$health-code", token, nothing).statusCode())
          .isEqualTo(200);
      for (String operation : List.of("$health-code", "$health-card-step")) {
        assertThat(call("POST", "/fhir/Patient/ward/" + operation, token, apply).statusCode())
            .isEqualTo(404);
      }
    }
    long before = cardsKept();
    HttpResponse<String> erased =
        call("POST", "/fhir/Patient/ward/$erase?ground=law&document=file+7", operator, null);
    assertThat(erased.statusCode()).as(erased.body()).isEqualTo(200);
    assertThat(cardsKept()).isEqualTo(before - 1);
  }

  /** Issued, pushed, read: of the ward, on the guardian's open page. */
  private static void hearsOfAReportOnAnOpenPage(String token) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(base + "/access/notices"))
            .header("Authorization", "Bearer " + token)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      var stream = client.send(request, HttpResponse.BodyHandlers.ofLines());
      assertThat(stream.statusCode()).isEqualTo(200);
      assertThat(stream.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      var heard = new java.util.concurrent.LinkedBlockingQueue<String>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  stream.body().forEach(heard::add);
                } catch (java.io.UncheckedIOException closed) {
                  heard.add("closed");
                }
              });
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("event: open");
      String report =
          "{\"resourceType\":\"DiagnosticReport\",\"status\":\"final\",\"code\":{\"text\":\"血常规\"},\"issued\":\""
              + Instant.now()
              + "\",\"subject\":{\"reference\":\"Patient/ward\"}}";
      assertThat(call("POST", "/fhir/DiagnosticReport", operator, report).statusCode())
          .isEqualTo(201);
      String line = "";
      while (line != null && !line.equals("event: news")) {
        line = heard.poll(60, TimeUnit.SECONDS);
      }
      assertThat(line).isEqualTo("event: news");
      String messages = "/fhir/Communication?subject=Patient/ward&received:missing=true";
      assertThat(call("GET", messages, token, null).body()).contains("检查检验报告已出：血常规");
      String all =
          "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"patient\",\"valueString\":\"Patient/ward\"}]}";
      assertThat(call("POST", "/fhir/Communication/$mark-read", token, all).statusCode())
          .isEqualTo(200);
      assertThat(call("GET", messages, token, null).body()).doesNotContain("血常规");
      client.shutdownNow(); // Else closing waits until the stream ends by itself.
    }
  }

  private static long cardsKept() throws Exception {
    try (var connection = platform.context().getBean(javax.sql.DataSource.class).getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from health_card")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void countsAPractitionerIntoTheTeamsThatTheInstitutionOfThePostManages() {
    var teams = new java.util.HashMap<String, List<String>>();
    signIn().registry().posts("doctor").forEach(post -> teams.put(post.id(), post.teams()));
    assertThat(teams)
        .isEqualTo(
            Map.of(
                "role-1",
                List.of("dept", "CareTeam/managed"),
                "role-2",
                List.of("clinic", "CareTeam/of-the-clinic")));
  }

  private static void guardianChooses(Account resident) throws Exception {
    try (Visit visit = new Visit(base)) {
      visit.signIn("/account", MOTHER, PASSWORD);
      visit.get("/account");
      assertThat(
              visit
                  .submit("/account/dependants", Map.of("name", "李子轩", "number", MOTHER))
                  .statusCode())
          .isEqualTo(400);
      assertThat(visit.submit("/account/dependants", Map.of("name", "李子轩", "number", CHILD)).body())
          .contains("已添加");
      assertThat(signIn().accounts().dependants(resident.id())).hasSize(1);
      String way = authorize("app", CALLBACK, "openid launch/patient patient/*.rs", Map.of());
      HttpResponse<String> choose = visit.get(way);
      assertThat(Visit.location(choose)).startsWith("/sign-in/patient?continue=");
      visit.get(Visit.location(choose));
      assertThat(visit.submit("/sign-in/patient", Map.of("patient", "somebody-else")).statusCode())
          .isEqualTo(404);
      HttpResponse<String> chosen = visit.submit("/sign-in/patient", Map.of("patient", "child"));
      visit.get(Visit.location(visit.get(Visit.location(chosen))));
      String yes =
          Visit.location(visit.submit("/oauth2/authorize", Map.of("scope", "patient/*.rs")));
      JsonNode token =
          json(token(exchange("app", CALLBACK, Visit.parameter(yes, "code"), Visit.VERIFIER)));
      assertThat(token.path("patient").asString()).isEqualTo("child");
      JsonNode me = json(call("GET", "/access/me", token.path("access_token").asString(), null));
      assertThat(me.path("patients"))
          .extracting(JsonNode::asString)
          .as("and not the mother's own")
          .containsExactly("child");
    }
  }

  @Test
  void letsAClinicianActInOnePostAtATime() throws Exception {
    account(Account.Kind.PRACTITIONER, "dr-li", "doctor");
    try (Visit visit = new Visit(base)) {
      String way =
          authorize("helan-console", base + "/", "openid fhirUser online_access", Map.of());
      HttpResponse<String> choose = visit.get(Visit.location(visit.signIn(way, "dr-li", PASSWORD)));
      assertThat(Visit.location(choose)).startsWith("/sign-in/role?continue=");
      HttpResponse<String> posts = visit.get(Visit.location(choose));
      assertThat(posts.body())
          .contains("县医院")
          .contains("主治医师")
          .contains("卫生院")
          .doesNotContain("role-old");
      assertThat(visit.submit("/sign-in/role", Map.of("role", "role-old")).statusCode())
          .isEqualTo(403);
      visit.get(Visit.location(choose));
      String on = Visit.location(visit.submit("/sign-in/role", Map.of("role", "role-1")));
      String first = consoleCode(visit, on).path("access_token").asString();
      JsonNode me = json(call("GET", "/access/me", first, null));
      assertThat(me.path("institution").asString()).isEqualTo("hospital");
      assertThat(me.path("post").path("departmentName").asString()).isEqualTo("县医院内科");
      assertThat(me.path("fhirUser").asString()).isEqualTo("Practitioner/doctor");

      // Figures of the own institution, and not those of the region or of another.
      for (String figures : List.of("$booking-figures", "$queue-figures")) {
        String path = "/fhir/" + figures;
        assertThat(call("GET", path, first, null).statusCode()).isEqualTo(200);
        assertThat(call("GET", path + "?institution=clinic", first, null).statusCode())
            .isEqualTo(403);
      }
      assertThat(call("GET", "/fhir/$region-figures", first, null).statusCode()).isEqualTo(403);

      visit.get("/sign-in/role?continue=/account");
      visit.submit("/sign-in/role", Map.of("role", "role-2"));
      assertThat(call("GET", "/access/me", first, null).statusCode())
          .as("of the other post")
          .isEqualTo(401);
      String second = consoleCode(visit, way).path("access_token").asString();
      assertThat(json(call("GET", "/access/me", second, null)).path("institution").asString())
          .isEqualTo("clinic");

      // A system of the clinician's opens an app on a patient.
      HttpResponse<String> launched =
          call(
              "POST",
              "/access/launches",
              second,
              "{\"client\":\"app\",\"patient\":\"mother\",\"encounter\":\"e1\"}");
      assertThat(launched.statusCode()).as(launched.body()).isEqualTo(201);
      String launch = json(launched).path("launch").asString();
      String appWay =
          authorize("app", CALLBACK, "openid launch user/*.rs", Map.of("launch", launch));
      HttpResponse<String> consent = visit.get(appWay);
      assertThat(visit.get(Visit.location(consent)).body()).contains("马秀兰");
      String yes = Visit.location(visit.submit("/oauth2/authorize", Map.of("scope", "user/*.rs")));
      JsonNode token =
          json(token(exchange("app", CALLBACK, Visit.parameter(yes, "code"), Visit.VERIFIER)));
      assertThat(token.path("patient").asString()).isEqualTo("mother");
      assertThat(token.path("encounter").asString()).isEqualTo("e1");
      try (Visit other = new Visit(base)) {
        account(Account.Kind.OPERATOR, "op-7", "");
        other.signIn("/account", "op-7", PASSWORD);
        assertThat(error(other, "openid launch", Map.of("launch", launch)))
            .as("someone else's launch")
            .isEqualTo("invalid_request");
      }
    }
  }

  private static String assertion(
      String client, ECKey key, Instant until, String jti, String audience) throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES384).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer(client)
                .subject(client)
                .audience(audience)
                .expirationTime(Date.from(until))
                .jwtID(jti)
                .build());
    jwt.sign(new ECDSASigner(key));
    return jwt.serialize();
  }

  private static HttpResponse<String> system(String assertion, String scope) throws Exception {
    return token(
        Map.of(
            "grant_type",
            "client_credentials",
            "scope",
            scope,
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion",
            assertion));
  }

  @Test
  void letsASystemInByItsKey() throws Exception {
    Instant soon = Instant.now().plusSeconds(240);
    String audience = base + "/oauth2/token";
    String once = assertion("lab", systemKey, soon, "one", audience);
    HttpResponse<String> answer = system(once, "system/Observation.rs system/Patient.read");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode token = json(answer);
    assertThat(token.path("expires_in").asInt()).isLessThanOrEqualTo(300);
    assertThat(token.has("refresh_token")).isFalse();
    JsonNode me = json(call("GET", "/access/me", token.path("access_token").asString(), null));
    assertThat(me.path("role").asString()).isEqualTo("system");
    assertThat(me.path("scopes"))
        .extracting(JsonNode::asString)
        .containsExactlyInAnyOrder("system/Observation.rs", "system/Patient.rs");

    assertThat(system(once, "system/Observation.rs").statusCode()).as("used twice").isEqualTo(401);
    assertThat(
            json(system(
                    assertion("lab", systemKey, soon, "two", audience),
                    "system/Observation.rs system/Condition.rs"))
                .path("error")
                .asString())
        .isEqualTo("invalid_scope");
    assertThat(
            json(system(assertion("lab", systemKey, soon, "3", audience), "user/Observation.rs"))
                .path("error")
                .asString())
        .isEqualTo("invalid_scope");
    ECKey other = new ECKeyGenerator(Curve.P_384).keyID("1").generate();
    var refused = new ArrayList<HttpResponse<String>>();
    refused.add(system(assertion("lab", other, soon, "4", audience), "system/Observation.rs"));
    refused.add(
        system(
            assertion("lab", systemKey, Instant.now().plusSeconds(3600), "5", audience),
            "system/Observation.rs"));
    refused.add(
        system(
            assertion("lab", systemKey, Instant.now().minusSeconds(120), "6", audience),
            "system/Observation.rs"));
    refused.add(
        system(
            assertion("lab", systemKey, soon, "7", "https://other.example/token"),
            "system/Observation.rs"));
    refused.add(
        system(assertion("nobody", systemKey, soon, "8", audience), "system/Observation.rs"));
    refused.add(
        token(
            Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                "lab",
                "scope",
                "system/Observation.rs")));
    assertThat(refused)
        .allSatisfy(
            response -> assertThat(response.statusCode()).as(response.body()).isEqualTo(401));
  }

  @Test
  void tellsNobodyWhichAccountsExist() throws Exception {
    account(Account.Kind.OPERATOR, "op-8", "");
    try (Visit one = new Visit(base);
        Visit two = new Visit(base)) {
      HttpResponse<String> known = one.signIn("/account", "op-8", "wrong, wrong");
      HttpResponse<String> unknown = two.signIn("/account", "op-nobody", "wrong, wrong");
      assertThat(known.statusCode()).isEqualTo(401).isEqualTo(unknown.statusCode());
      assertThat(shape(known.body())).isEqualTo(shape(unknown.body()));
      one.get("/sign-in/register");
      two.get("/sign-in/register");
      Map<String, String> first =
          Map.of(
              "name",
              "马建国",
              "number",
              "649101195509300017",
              "password",
              PASSWORD,
              "again",
              PASSWORD);
      Map<String, String> second =
          Map.of(
              "name",
              "无此人",
              "number",
              "649107197604250019",
              "password",
              PASSWORD,
              "again",
              PASSWORD);
      assertThat(shape(one.submit("/sign-in/register", first).body()))
          .isEqualTo(shape(two.submit("/sign-in/register", second).body()));
    }
  }

  /** Without what differs in any case: the token of the form and what was typed. */
  private static String shape(String page) {
    return page.replaceAll("value=\"[^\"]*\"", "");
  }

  @Test
  void refusesFormsThatOtherSitesSend() throws Exception {
    account(Account.Kind.OPERATOR, "op-9", "");
    try (Visit visit = new Visit(base)) {
      assertThat(visit.post("/sign-in", Map.of("login", "op-9", "password", PASSWORD)).statusCode())
          .isEqualTo(403);
      visit.signIn("/account", "op-9", PASSWORD);
      for (String path :
          List.of(
              "/sign-out",
              "/account/password",
              "/account/sessions",
              "/account/second-factor",
              "/sign-in/role",
              "/sign-in/register")) {
        assertThat(visit.post(path, Map.of()).statusCode()).as(path).isEqualTo(403);
      }
      assertThat(visit.get("/account").statusCode()).as("still signed in").isEqualTo(200);
    }
  }

  @Test
  void bringsStaffInWithACodeHandedOver() throws Exception {
    HttpResponse<String> made =
        call(
            "POST",
            "/access/accounts",
            operator,
            "{\"kind\":\"practitioner\",\"login\":\"dr-new\",\"name\":\"新医生\",\"practitioner\":\"doctor\"}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    assertThat(
            call(
                    "POST",
                    "/access/accounts",
                    operator,
                    "{\"kind\":\"operator\",\"login\":\"DR-NEW\",\"name\":\"x\"}")
                .statusCode())
        .isEqualTo(409);
    assertThat(
            call(
                    "POST",
                    "/access/accounts",
                    operator,
                    "{\"kind\":\"practitioner\",\"login\":\"dr-x\",\"name\":\"x\",\"practitioner\":\"nobody\"}")
                .statusCode())
        .isEqualTo(400);
    assertThat(call("POST", "/access/accounts", operator, "[").statusCode()).isEqualTo(400);
    String code = json(made).path("activationCode").asString();
    try (Visit visit = new Visit(base)) {
      visit.get("/sign-in/activate");
      assertThat(
              visit
                  .submit(
                      "/sign-in/activate",
                      Map.of("code", code, "password", "short", "again", "short"))
                  .statusCode())
          .isEqualTo(400);
      assertThat(
              visit
                  .submit(
                      "/sign-in/activate",
                      Map.of("code", code, "password", PASSWORD, "again", PASSWORD))
                  .body())
          .contains("账户已激活");
      visit.get("/sign-in/activate");
      assertThat(
              visit
                  .submit(
                      "/sign-in/activate",
                      Map.of("code", code, "password", PASSWORD, "again", PASSWORD))
                  .statusCode())
          .isEqualTo(400);
      assertThat(visit.signIn("/account", "dr-new", PASSWORD).statusCode()).isEqualTo(303);
      // A second factor, from the page.
      String page = visit.get("/account/second-factor").body();
      assertThat(page).contains("<svg class=\"qr\"");
      assertThat(page).contains("name=\"present\"");
      byte[] secret =
          signIn()
              .draftSecondFactor(Objects.requireNonNull(signIn().accounts().byLogin("dr-new")))
              .secret();
      // Who sits at the open screen has the code of a device of his own, and not the password.
      for (Map<String, String> without :
          List.of(Map.<String, String>of(), Map.of("present", "guess"))) {
        Map<String, String> form = new LinkedHashMap<>(without);
        form.put("code", Totp.code(secret, Instant.now()));
        HttpResponse<String> refused = visit.submit("/account/second-factor", form);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
      }
      assertThat(
              visit
                  .submit("/account/second-factor", Map.of("present", PASSWORD, "code", "no code"))
                  .statusCode())
          .isEqualTo(400);
      assertThat(Objects.requireNonNull(signIn().accounts().byLogin("dr-new")).secondFactor())
          .isFalse();
      assertThat(
              visit
                  .submit(
                      "/account/second-factor",
                      Map.of("present", PASSWORD, "code", Totp.code(secret, Instant.now())))
                  .statusCode())
          .isEqualTo(200);
      assertThat(Objects.requireNonNull(signIn().accounts().byLogin("dr-new")).secondFactor())
          .isTrue();
    }
  }

  /** Whom an outside provider vouches for has no password that could be asked for. */
  @Test
  void setsASecondFactorWithoutAPasswordOnlySoonAfterASignIn() throws Exception {
    Account vouched =
        signIn()
            .accounts()
            .create(
                new Accounts.New(
                    Account.Kind.OPERATOR,
                    Account.State.ACTIVE,
                    "op-vouched",
                    "被担保的账户",
                    "",
                    "",
                    null,
                    false));
    try (Visit visit = new Visit(base)) {
      var in =
          (SignIn.Outcome.In) signIn().vouched(vouched, new Visitor("192.0.2.7", "Firefox", null));
      visit.cookies.put("helan-session", in.begun().cookie());
      String page = visit.get("/account/second-factor").body();
      assertThat(page).contains("<svg class=\"qr\"").doesNotContain("name=\"present\"");
      byte[] secret = signIn().draftSecondFactor(vouched).secret();
      try (var connection = platform.context().getBean(DataSource.class).getConnection();
          var older =
              connection.prepareStatement(
                  "update account_session set proved = proved - interval '31 minutes' where account = ?")) {
        older.setString(1, vouched.id());
        assertThat(older.executeUpdate()).isEqualTo(1);
      }
      HttpResponse<String> refused =
          visit.submit("/account/second-factor", Map.of("code", Totp.code(secret, Instant.now())));
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
      assertThat(refused.body()).contains("/sign-in?continue=/account/second-factor");
      assertThat(visit.get("/account/second-factor").body())
          .contains("/sign-in?continue=/account/second-factor")
          .doesNotContain("<svg class=\"qr\"");
      assertThat(Objects.requireNonNull(signIn().accounts().byId(vouched.id())).secondFactor())
          .isFalse();
      var again =
          (SignIn.Outcome.In) signIn().vouched(vouched, new Visitor("192.0.2.7", "Firefox", null));
      visit.cookies.put("helan-session", again.begun().cookie());
      visit.get("/account/second-factor");
      assertThat(
              visit
                  .submit(
                      "/account/second-factor", Map.of("code", Totp.code(secret, Instant.now())))
                  .statusCode())
          .isEqualTo(200);
      assertThat(Objects.requireNonNull(signIn().accounts().byId(vouched.id())).secondFactor())
          .isTrue();
    }
  }

  @Test
  void publishesWhereSignInIs() throws Exception {
    JsonNode smart = json(call("GET", "/fhir/.well-known/smart-configuration", null, null));
    assertThat(smart.path("token_endpoint").asString()).isEqualTo(base + "/oauth2/token");
    assertThat(smart.path("capabilities"))
        .extracting(JsonNode::asString)
        .contains("launch-standalone", "client-confidential-asymmetric", "permission-v2");
    JsonNode discovery = json(call("GET", "/.well-known/openid-configuration", null, null));
    assertThat(discovery.path("issuer").asString())
        .isEqualTo(base)
        .isEqualTo(smart.path("issuer").asString());
    assertThat(discovery.path("userinfo_endpoint").asString()).isEqualTo(base + "/userinfo");
    HttpResponse<String> keys = call("GET", "/oauth2/jwks", null, null);
    assertThat(json(keys).path("keys").path(0).path("kty").asString()).isEqualTo("RSA");
    assertThat(keys.body()).doesNotContain("\"d\"");
    JsonNode security =
        json(call("GET", "/fhir/metadata", null, null)).path("rest").path(0).path("security");
    assertThat(security.path("service").path(0).path("coding").path(0).path("code").asString())
        .isEqualTo("SMART-on-FHIR");
    assertThat(security.path("extension").path(0).path("extension"))
        .extracting(e -> e.path("valueUri").asString())
        .contains(base + "/oauth2/authorize");
  }

  @Test
  void leavesNoRouteOpenThatIsNotNamed() throws Exception {
    Set<String> openPages =
        Set.of(
            "/sign-in",
            "/sign-in/language",
            "/sign-in/register",
            "/sign-in/activate",
            "/sign-in/outside",
            "/sign-in/outside/back",
            "/sign-out");
    var paths = new ArrayList<String>();
    for (RequestMappingHandlerMapping mapping :
        platform.context().getBeansOfType(RequestMappingHandlerMapping.class).values()) {
      mapping.getHandlerMethods().keySet().forEach(info -> paths.addAll(info.getPatternValues()));
    }
    paths.addAll(
        List.of(
            "/metrics",
            "/health/db",
            "/health/liveness",
            "/error",
            "/fhir",
            "/fhir/Patient",
            "/fhir/$loads",
            "/fhir/$statistics",
            "/userinfo",
            "/actuator"));
    assertThat(paths).contains("/access/me", "/account", "/sign-in/role");
    for (String path : paths) {
      String concrete = path.replaceAll("\\{[^}]*}", "x");
      HttpResponse<String> answer = call("GET", concrete, null, null);
      boolean named = openPages.contains(path) || answer.statusCode() == 404;
      boolean toSignIn =
          answer.statusCode() == 303 && Visit.location(answer).startsWith("/sign-in");
      boolean page = concrete.equals("/actuator"); // A place inside the pages, for all we know.
      assertThat(
              named || page || toSignIn || answer.statusCode() == 401 || answer.statusCode() == 405)
          .as(path + " " + answer.statusCode())
          .isTrue();
    }
    for (String header : List.of("Bearer x", "Bearer " + operator + "x", "Basic eDp5", "bearer")) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(base + "/fhir/Patient"))
                  .header("Authorization", header)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(header).isEqualTo(401);
    }
  }

  @Test
  void keepsItsTablesFreeOfSecrets() throws Exception {
    account(Account.Kind.OPERATOR, "op-10", "");
    try (Visit visit = new Visit(base)) {
      JsonNode token = console(visit, "op-10");
      var everything = new StringBuilder();
      try (var connection = platform.context().getBean(DataSource.class).getConnection();
          var statement = connection.createStatement()) {
        for (String table :
            List.of(
                "account",
                "account_login",
                "account_session",
                "account_event",
                "app_grant",
                "app_token",
                "app_client",
                "signing_key")) {
          try (var rows = statement.executeQuery("select t::text from " + table + " t")) {
            while (rows.next()) {
              everything.append(rows.getString(1)).append('\n');
            }
          }
        }
      }
      assertThat(everything.toString())
          .contains("helan-console")
          .doesNotContain(
              token.path("access_token").asString(),
              token.path("refresh_token").asString(),
              token.path("id_token").asString())
          .doesNotContain(
              PASSWORD,
              MOTHER,
              operator,
              visit.cookies.getOrDefault("helan-session", ".?").split("\\.")[1])
          .doesNotContain("PRIVATE", "\"d\":");
    }
  }
}
