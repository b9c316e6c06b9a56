package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Totp;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A platform in production mode: staff without a second factor get no further than its page. */
class SecondFactorInProductionTests {
  private static final String PASSWORD = "river stone moss";
  private static final Pattern SECRET = Pattern.compile("\\b((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})\\b");
  private static final Pattern RECOVERY = Pattern.compile("<li>(?:<code>)?([^<]{11})<");

  private static RunningPlatform platform;
  private static String base;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    platform =
        RunningPlatform.start(
            Map.of("HELAN_MODE", "production", "HELAN_KEYSTORE_PASSPHRASE", "of a test, and long"),
            folder.resolve("data"),
            "--no-demo");
    base = platform.url().replaceAll("/$", "");
    assertThat(
            platform
                .send(
                    "PUT",
                    "fhir/Practitioner/doctor",
                    "{\"resourceType\":\"Practitioner\",\"id\":\"doctor\"}",
                    "application/fhir+json",
                    true)
                .statusCode())
        .isEqualTo(201);
  }

  @AfterAll
  static void stop() throws Exception {
    platform.close();
  }

  /** An account whose owner has set the password. */
  private static void account(Visit visit, String json) throws Exception {
    HttpResponse<String> made =
        platform.send("POST", "access/accounts", json, "application/json", true);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
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
  }

  private static String authorize() {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("response_type", "code");
    query.put("client_id", "helan-console");
    query.put("redirect_uri", base + "/");
    query.put("scope", "openid profile");
    query.put("state", "my-state");
    query.put("code_challenge", Visit.challenge(Visit.VERIFIER));
    query.put("code_challenge_method", "S256");
    return "/oauth2/authorize?" + Visit.form(query);
  }

  private static int me(String token) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(base + "/access/me"))
                  .header("Authorization", "Bearer " + token)
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  /** What a half-open session must not reach: no code, no page of the account, no post. */
  private static void isNotIn(Visit visit) throws Exception {
    assertThat(Visit.location(visit.get(authorize()))).startsWith("/sign-in?continue=");
    HttpResponse<String> silent = visit.get(authorize() + "&prompt=none");
    assertThat(Visit.parameter(Visit.location(silent), "error")).isEqualTo("login_required");
    for (String page : List.of("/account", "/sign-in/role", "/sign-in/patient")) {
      HttpResponse<String> answer = visit.get(page);
      assertThat(answer.statusCode()).as(page).isEqualTo(303);
      assertThat(Visit.location(answer)).as(page).startsWith("/sign-in");
    }
  }

  private static byte[] secret(String page) {
    Matcher shown = SECRET.matcher(page);
    assertThat(shown.find()).as(page).isTrue();
    var bytes = new ByteArrayOutputStream();
    int buffer = 0;
    int bits = 0;
    for (char c : shown.group(1).replace(" ", "").toCharArray()) {
      buffer = buffer << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c);
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes.write(buffer >> bits);
      }
    }
    return bytes.toByteArray();
  }

  /** A code that is right for none of the steps that are taken. */
  private static String wrong(byte[] secret, Instant now) {
    String code = "123456";
    for (int step = -2; step <= 2; step++) {
      if (Totp.code(secret, now.plusSeconds(30L * step)).equals(code)) {
        return "654321";
      }
    }
    return code;
  }

  @Test
  void isSetUpBeforeAnythingElseAndAskedForEachTime() throws Exception {
    byte[] secret;
    String recovery;
    try (Visit visit = new Visit(base)) {
      account(visit, "{\"kind\":\"operator\",\"login\":\"op\",\"name\":\"值班员\"}");
      HttpResponse<String> in = visit.signIn(authorize(), "op", PASSWORD);
      assertThat(Visit.location(in)).startsWith("/account/second-factor?continue=");
      isNotIn(visit);

      secret = secret(visit.get("/account/second-factor").body());
      assertThat(
              visit
                  .submit("/account/second-factor", Map.of("code", wrong(secret, Instant.now())))
                  .statusCode())
          .isEqualTo(400);
      isNotIn(visit);
      visit.get("/account/second-factor");
      HttpResponse<String> set =
          visit.submit("/account/second-factor", Map.of("code", Totp.code(secret, Instant.now())));
      assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
      Matcher codes = RECOVERY.matcher(set.body());
      assertThat(codes.find()).as(set.body()).isTrue();
      recovery = codes.group(1);
      assertThat(visit.get("/account").statusCode()).isEqualTo(200);
    }
    String used;
    try (Visit visit = new Visit(base)) {
      HttpResponse<String> in = visit.signIn(authorize(), "op", PASSWORD);
      assertThat(Visit.location(in)).startsWith("/sign-in/second?continue=");
      isNotIn(visit);
      visit.get(Visit.location(in));
      assertThat(
              visit
                  .submit("/sign-in/second", Map.of("code", wrong(secret, Instant.now())))
                  .statusCode())
          .isEqualTo(401);
      isNotIn(visit);
      visit.get(Visit.location(in));
      // The step of the set-up is used: the next one, which an app of a fast clock shows.
      used = Totp.code(secret, Instant.now().plusSeconds(30));
      HttpResponse<String> through = visit.submit("/sign-in/second", Map.of("code", used));
      assertThat(through.statusCode()).as(through.body()).isEqualTo(303);
      String code = Visit.parameter(Visit.location(visit.get(Visit.location(through))), "code");
      HttpResponse<String> token =
          visit.post(
              "/oauth2/token",
              Map.of(
                  "grant_type",
                  "authorization_code",
                  "client_id",
                  "helan-console",
                  "redirect_uri",
                  base + "/",
                  "code",
                  code,
                  "code_verifier",
                  Visit.VERIFIER));
      assertThat(token.statusCode()).as(token.body()).isEqualTo(200);
      JsonNode answer = Json.MAPPER.readTree(token.body());
      assertThat(me(answer.path("access_token").asString())).isEqualTo(200);
    }
    try (Visit thief = new Visit(base)) {
      HttpResponse<String> in = thief.signIn("/account", "op", PASSWORD);
      thief.get(Visit.location(in));
      assertThat(thief.submit("/sign-in/second", Map.of("code", used)).statusCode())
          .as("a code that was seen over the shoulder")
          .isEqualTo(401);
      isNotIn(thief);
    }
    try (Visit visit = new Visit(base)) {
      HttpResponse<String> in = visit.signIn("/account", "op", PASSWORD);
      visit.get(Visit.location(in));
      assertThat(visit.submit("/sign-in/second", Map.of("code", recovery)).statusCode())
          .isEqualTo(303);
      assertThat(visit.get("/account").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void isDemandedOfCliniciansTooAndCannotBePassedByAForm() throws Exception {
    try (Visit visit = new Visit(base)) {
      account(
          visit,
          "{\"kind\":\"practitioner\",\"login\":\"dr\",\"name\":\"医生\",\"practitioner\":\"doctor\"}");
      HttpResponse<String> in = visit.signIn(authorize(), "dr", PASSWORD);
      assertThat(Visit.location(in)).startsWith("/account/second-factor?continue=");
      isNotIn(visit);
      visit.get("/account/second-factor");
      // With the form's token in hand, straight to what lies behind.
      assertThat(visit.submit("/sign-in/second", Map.of("code", "123456")).statusCode())
          .isNotEqualTo(200);
      isNotIn(visit);
      visit.get("/account/second-factor");
      assertThat(visit.submit("/sign-in/role", Map.of("role", "any")).statusCode()).isEqualTo(303);
      visit.get("/account/second-factor");
      HttpResponse<String> consent = visit.submit("/oauth2/authorize", Map.of("scope", "openid"));
      assertThat(consent.body()).doesNotContain("code=");
      isNotIn(visit);
    }
  }
}
