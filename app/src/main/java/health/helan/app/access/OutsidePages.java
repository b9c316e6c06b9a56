package health.helan.app.access;

import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.SignIn.Outcome;
import health.helan.foundation.trust.account.SignInKey;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoders;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Signing in with an outside OpenID Connect provider: authorization code with PKCE, state and
 * nonce. What has to be remembered in between lies sealed in a cookie of ten minutes. Who comes
 * back must have an account here: the provider vouches for a person, it does not make one.
 */
@Controller
class OutsidePages {
  private static final Logger log = LoggerFactory.getLogger(OutsidePages.class);
  private static final String COOKIE = "helan-outside";
  private static final String BACK = "/sign-in/outside/back";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration IN_BETWEEN = Duration.ofMinutes(10);

  private final AccessSettings settings;
  private final SignIn signIn;
  private final SignInKey key;
  private final BrowserSessions browser;
  private final SignInPages pages;
  private final Transport transport;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  OutsidePages(
      AccessSettings settings,
      SignIn signIn,
      SignInKey key,
      BrowserSessions browser,
      SignInPages pages,
      Transport transport) {
    this.settings = settings;
    this.signIn = signIn;
    this.key = key;
    this.browser = browser;
    this.pages = pages;
    this.transport = transport;
  }

  private String back(HttpServletRequest request) {
    String base = settings.base();
    return (base == null ? SmartConfiguration.origin(request) : base) + BACK;
  }

  @GetMapping("/sign-in/outside")
  void go(HttpServletRequest request, HttpServletResponse response) throws IOException {
    AccessSettings.Outside provider = settings.outside();
    if (provider == null) {
      SignInPages.redirect(response, "/sign-in");
      return;
    }
    JsonNode endpoints = discover(provider);
    if (endpoints == null) {
      pages.failure(request, response, "outside.refused", 502);
      return;
    }
    Map<String, String> kept = new LinkedHashMap<>();
    kept.put("state", SignInKey.token());
    kept.put("nonce", SignInKey.token());
    kept.put("verifier", SignInKey.token());
    kept.put("way", SignInPages.wayBack(request.getParameter(SignInPages.CONTINUE)));
    byte[] sealed = key.seal(Json.MAPPER.writeValueAsBytes(kept), COOKIE);
    cookie(
        request,
        response,
        Base64.getUrlEncoder().withoutPadding().encodeToString(sealed),
        IN_BETWEEN);
    Map<String, String> query = new LinkedHashMap<>();
    query.put("response_type", "code");
    query.put("client_id", provider.clientId());
    query.put("redirect_uri", back(request));
    query.put("scope", "openid profile");
    query.put("state", kept.getOrDefault("state", ""));
    query.put("nonce", kept.getOrDefault("nonce", ""));
    query.put("code_challenge", challenge(kept.getOrDefault("verifier", "")));
    query.put("code_challenge_method", "S256");
    String endpoint = endpoints.path("authorization_endpoint").asString("");
    SignInPages.redirect(response, endpoint + (endpoint.contains("?") ? "&" : "?") + form(query));
  }

  @GetMapping(BACK)
  void back(HttpServletRequest request, HttpServletResponse response) throws IOException {
    AccessSettings.Outside provider = settings.outside();
    JsonNode kept = kept(request);
    cookie(request, response, "", Duration.ZERO);
    String code = SignInPages.text(request, "code");
    if (provider == null
        || kept == null
        || code.isEmpty()
        || !kept.path("state").asString("-").equals(SignInPages.text(request, "state"))) {
      pages.failure(request, response, "outside.refused", HttpServletResponse.SC_BAD_REQUEST);
      return;
    }
    Jwt identity = exchange(provider, code, kept, back(request));
    Account account =
        identity == null
            ? null
            : OutsideTokens.account(
                provider, signIn, identity.getSubject(), identity::getClaimAsString);
    if (account != null
        && signIn.vouched(account, browser.visitor(request)) instanceof Outcome.In in) {
      browser.keep(request, response, in.begun(), in.deviceToken());
      SignInPages.redirect(response, SignInPages.wayBack(kept.path("way").asString("")));
      return;
    }
    pages.failure(request, response, "outside.refused", HttpServletResponse.SC_FORBIDDEN);
  }

  private @Nullable JsonNode kept(HttpServletRequest request) {
    String cookie = BrowserSessions.cookie(request, COOKIE);
    if (cookie == null || cookie.length() < 40) {
      return null;
    }
    try {
      return Json.MAPPER.readTree(key.open(Base64.getUrlDecoder().decode(cookie), COOKIE));
    } catch (SignInKey.WrongKey | IllegalArgumentException | JacksonException altered) {
      return null;
    }
  }

  private void cookie(
      HttpServletRequest request, HttpServletResponse response, String value, Duration life) {
    response.addHeader(
        "Set-Cookie",
        ResponseCookie.from(COOKIE, value)
            .path("/sign-in/outside")
            .httpOnly(true)
            .sameSite("Lax")
            .secure(transport.isTls(request))
            .maxAge(life)
            .build()
            .toString());
  }

  private @Nullable JsonNode discover(AccessSettings.Outside provider) {
    return ask(
        HttpRequest.newBuilder(
                URI.create(
                    provider.issuer().replaceAll("/+$", "") + "/.well-known/openid-configuration"))
            .build());
  }

  private @Nullable JsonNode ask(HttpRequest request) {
    try {
      HttpResponse<String> answer =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return answer.statusCode() == 200 ? Json.MAPPER.readTree(answer.body()) : null;
    } catch (IOException | JacksonException failed) {
      log.warn("The outside provider did not answer: {}", failed.toString());
      return null;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private @Nullable Jwt exchange(
      AccessSettings.Outside provider, String code, JsonNode kept, String back) {
    JsonNode endpoints = discover(provider);
    if (endpoints == null) {
      return null;
    }
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", back);
    form.put("client_id", provider.clientId());
    form.put("code_verifier", kept.path("verifier").asString(""));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(endpoints.path("token_endpoint").asString("")))
            .timeout(PATIENCE)
            .header("Content-Type", "application/x-www-form-urlencoded");
    String secret = provider.clientSecret();
    if (secret != null) {
      // RFC 6749, 2.3.1: both parts are form-encoded before they are put together.
      String both = encode(provider.clientId()) + ":" + encode(secret);
      request.header(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
    }
    JsonNode answer = ask(request.POST(HttpRequest.BodyPublishers.ofString(form(form))).build());
    if (answer == null) {
      return null;
    }
    try {
      NimbusJwtDecoder decoder = JwtDecoders.fromIssuerLocation(provider.issuer());
      decoder.setJwtValidator(
          new DelegatingOAuth2TokenValidator<>(
              JwtValidators.createDefaultWithIssuer(provider.issuer()),
              new JwtClaimValidator<List<String>>(
                  "aud", audience -> audience != null && audience.contains(provider.clientId())),
              new JwtClaimValidator<String>(
                  "nonce", nonce -> kept.path("nonce").asString("").equals(nonce))));
      return decoder.decode(answer.path("id_token").asString(""));
    } catch (JwtException | IllegalArgumentException | IllegalStateException refused) {
      log.warn("The outside provider's identity was refused: {}", refused.getMessage());
      return null;
    }
  }

  private static String challenge(String verifier) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String form(Map<String, String> values) {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
        .collect(Collectors.joining("&"));
  }
}
