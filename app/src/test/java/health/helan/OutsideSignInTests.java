package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** One platform signs its people in at another, which is an OpenID Connect provider like any. */
class OutsideSignInTests {
  private static final String PASSWORD = "river stone moss";

  @Test
  void bringsInWhomTheProviderVouchesForAndNobodyElse(@TempDir Path folder) throws Exception {
    try (RunningPlatform provider = RunningPlatform.start(folder.resolve("provider"), "--no-demo");
        RunningPlatform platform =
            RunningPlatform.start(
                Map.of(
                    "HELAN_OIDC_ISSUER",
                    provider.url().replaceAll("/$", ""),
                    "HELAN_OIDC_CLIENT_ID",
                    "other-platform"),
                folder.resolve("platform"),
                "--no-demo");
        Visit there = new Visit(provider.url().replaceAll("/$", ""));
        Visit here = new Visit(platform.url().replaceAll("/$", ""))) {
      String home = platform.url().replaceAll("/$", "");
      ask(
          provider,
          "PUT",
          "access/clients/other-platform",
          """
          {"name":"另一个平台","kind":"public","redirects":["%s/sign-in/outside/back"],"scopes":["openid","profile"]}"""
              .formatted(home));
      String subject = operator(provider, there, "op");
      operator(provider, there, "stranger");
      operator(platform, here, "op-here");
      ask(
          platform,
          "POST",
          "access/accounts/outside",
          "{\"login\":\"op-here\",\"issuer\":\"%s\",\"subject\":\"%s\"}"
              .formatted(provider.url().replaceAll("/$", ""), subject));

      assertThat(here.get("/sign-in").body()).contains("/sign-in/outside?continue=");
      assertThat(back(here, there, "stranger").statusCode()).as("no account here").isEqualTo(403);
      HttpResponse<String> in = back(here, there, "op");
      assertThat(in.statusCode()).as(in.body()).isEqualTo(303);
      assertThat(Visit.location(in)).isEqualTo("/account");
      assertThat(here.get("/account").body()).contains("op-here");

      // An answer that was not asked for, as an attacker would bring it.
      try (Visit victim = new Visit(home)) {
        assertThat(victim.get("/sign-in/outside/back?code=x&state=y").statusCode()).isEqualTo(400);
        victim.get("/sign-in/outside");
        assertThat(victim.get("/sign-in/outside/back?code=x&state=y").statusCode()).isEqualTo(400);
      }
    }
  }

  /** From our sign-in page to the provider's, through it, and back to us. */
  private static HttpResponse<String> back(Visit here, Visit there, String login) throws Exception {
    String away = Visit.location(here.get("/sign-in/outside?continue=/account"));
    there.cookies.clear();
    String way = away.substring(away.indexOf("/oauth2/authorize"));
    HttpResponse<String> signedIn = there.signIn(way, login, PASSWORD);
    assertThat(signedIn.statusCode()).as(signedIn.body()).isEqualTo(303);
    HttpResponse<String> consent = there.get(Visit.location(signedIn));
    String answer = Visit.location(consent);
    if (answer.contains("/sign-in/consent")) {
      there.get(answer);
      answer = Visit.location(there.submit("/oauth2/authorize", Map.of("scope", "profile")));
    }
    return here.get(answer);
  }

  private static String operator(RunningPlatform platform, Visit visit, String login)
      throws Exception {
    JsonNode made =
        ask(
            platform,
            "POST",
            "access/accounts",
            "{\"kind\":\"operator\",\"login\":\"%s\",\"name\":\"%s\"}".formatted(login, login));
    visit.get("/sign-in/activate");
    HttpResponse<String> done =
        visit.submit(
            "/sign-in/activate",
            Map.of(
                "code", made.path("activationCode").asString(),
                "password", PASSWORD,
                "again", PASSWORD));
    assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    return made.path("id").asString();
  }

  private static JsonNode ask(RunningPlatform platform, String method, String path, String body)
      throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(platform.url() + path))
                  .header("Authorization", "Bearer " + platform.token())
                  .header("Content-Type", "application/json")
                  .method(method, HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
      return Json.MAPPER.readTree(answer.body());
    }
  }
}
