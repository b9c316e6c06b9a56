package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Signatures whose keys the platform fetches from real servers: of systems with a {@code jwksUri},
 * and of an outside OpenID Connect provider's access tokens.
 */
class KeysFromElsewhereTests {
  private static final String PASSPHRASE = "of-the-file";
  private static final String AUDIENCE = "https://region.example/fhir";

  /** What the server answers, by path; changed while it runs. */
  private static final Map<String, byte[]> ANSWERS = new ConcurrentHashMap<>();

  private static final Map<String, Integer> ASKED = new ConcurrentHashMap<>();

  private static HttpServer plain;
  private static HttpsServer tls;
  private static String elsewhere;
  private static String issuer;
  private static RSAKey providerKey;
  private static RunningPlatform platform;
  private static String base;
  private static HttpClient http;
  private static String subject;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    http = HttpClient.newHttpClient();
    plain = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve(plain);
    elsewhere = "http://127.0.0.1:" + plain.getAddress().getPort();
    Path p12 = certificate(folder.resolve("keys.p12"));
    tls = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    tls.setHttpsConfigurator(new HttpsConfigurator(context(p12)));
    serve(tls);

    issuer = elsewhere + "/issuer";
    providerKey = new RSAKeyGenerator(2048).keyID("provider-1").generate();
    ANSWERS.put(
        "/issuer/.well-known/openid-configuration",
        Json.MAPPER.writeValueAsBytes(
            Map.of(
                "issuer", issuer,
                "jwks_uri", issuer + "/keys",
                "authorization_endpoint", issuer + "/authorize",
                "token_endpoint", issuer + "/token",
                "subject_types_supported", new String[] {"public"})));
    keys("/issuer/keys", providerKey);
    platform =
        RunningPlatform.start(
            Map.of(
                "HELAN_OIDC_ISSUER",
                issuer,
                "HELAN_OIDC_CLIENT_ID",
                "region",
                "HELAN_OIDC_AUDIENCE",
                AUDIENCE,
                "JAVA_TOOL_OPTIONS",
                "-Djavax.net.ssl.trustStore="
                    + p12
                    + " -Djavax.net.ssl.trustStorePassword="
                    + PASSPHRASE),
            PreparedData.in(folder.resolve("data")),
            "--no-demo");
    base = platform.url().replaceAll("/$", "");
    subject = "subject-of-op";
    ask("POST", "access/accounts", "{\"kind\":\"operator\",\"login\":\"op\",\"name\":\"值班员\"}");
    activate();
    ask(
        "POST",
        "access/accounts/outside",
        "{\"login\":\"op\",\"issuer\":\"%s\",\"subject\":\"%s\"}".formatted(issuer, subject));
  }

  @AfterAll
  static void stop() throws Exception {
    platform.close();
    plain.stop(0);
    tls.stop(0);
    http.close();
  }

  private static void serve(HttpServer server) {
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          ASKED.merge(path, 1, Integer::sum);
          byte[] answer = ANSWERS.get(path);
          if (path.startsWith("/moved")) {
            exchange.getResponseHeaders().set("Location", elsewhere + path.substring(6));
            exchange.sendResponseHeaders(302, -1);
          } else if (answer == null) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            try {
              exchange.getResponseBody().write(answer);
            } catch (IOException left) {
              // Who asked has had enough.
            }
          }
          exchange.close();
        });
    server.start();
  }

  private static void keys(String path, JWK... keys) {
    ANSWERS.put(
        path,
        new JWKSet(java.util.Arrays.stream(keys).map(JWK::toPublicJWK).toList())
            .toString()
            .getBytes(StandardCharsets.UTF_8));
  }

  private static Path certificate(Path file) throws Exception {
    TlsForTests.p12(file, PASSPHRASE);
    // The JVM trusts what stands as a certificate, not as a key: a copy of it does both.
    KeyStore store = TlsForTests.load(file, PASSPHRASE);
    store.setCertificateEntry("trusted", store.getCertificate("tls"));
    try (var out = Files.newOutputStream(file)) {
      store.store(out, PASSPHRASE.toCharArray());
    }
    return file;
  }

  private static SSLContext context(Path p12) throws Exception {
    KeyStore store = TlsForTests.load(p12, PASSPHRASE);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSPHRASE.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static JsonNode ask(String method, String path, String body) throws Exception {
    HttpResponse<String> answer = platform.send(method, path, body, "application/json", true);
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    return Json.MAPPER.readTree(answer.body());
  }

  private static void activate() throws Exception {
    JsonNode code = ask("POST", "access/accounts/activation-code", "{\"login\":\"op\"}");
    try (Visit visit = new Visit(base)) {
      visit.get("/sign-in/activate");
      HttpResponse<String> done =
          visit.submit(
              "/sign-in/activate",
              Map.of(
                  "code", code.path("activationCode").asString(),
                  "password", "river stone moss",
                  "again", "river stone moss"));
      assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    }
  }

  // ------------------------------------------------------------------ systems

  private static void system(String id, String jwksUri) throws Exception {
    ask(
        "PUT",
        "access/clients/" + id,
        """
        {"name":"检验系统","kind":"system","scopes":["system/Observation.rs"],"jwksUri":"%s"}"""
            .formatted(jwksUri));
  }

  private static HttpResponse<String> token(String client, ECKey key) throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES384).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer(client)
                .subject(client)
                .audience(base + "/oauth2/token")
                .expirationTime(Date.from(Instant.now().plusSeconds(240)))
                .jwtID(UUID.randomUUID().toString())
                .build());
    jwt.sign(new ECDSASigner(key));
    return http.send(
        HttpRequest.newBuilder(URI.create(base + "/oauth2/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    Visit.form(
                        Map.of(
                            "grant_type",
                            "client_credentials",
                            "scope",
                            "system/Observation.rs",
                            "client_assertion_type",
                            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                            "client_assertion",
                            jwt.serialize()))))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static ECKey key(String id) throws Exception {
    return new ECKeyGenerator(Curve.P_384).keyID(id).generate();
  }

  private static void isRefused(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
    assertThat(Json.MAPPER.readTree(answer.body()).path("error").asString())
        .isEqualTo("invalid_client");
    assertThat(answer.body()).doesNotContain("127.0.0.1").doesNotContain("Exception");
  }

  @Test
  void letASystemInAndItsNextKeyTooButNotTheOneTakenAway() throws Exception {
    ECKey first = key("1");
    ECKey second = key("2");
    keys("/rotating", first);
    system("rotating", elsewhere + "/rotating");
    assertThat(token("rotating", first).statusCode()).isEqualTo(200);
    assertThat(token("rotating", first).statusCode()).isEqualTo(200);
    assertThat(ASKED.get("/rotating")).as("remembered").isEqualTo(1);

    keys("/rotating", second);
    HttpResponse<String> rotated = token("rotating", second);
    assertThat(rotated.statusCode()).as(rotated.body()).isEqualTo(200);
    assertThat(ASKED.get("/rotating")).isEqualTo(2);
    isRefused(token("rotating", first));
    // Under the id of the key in use.
    isRefused(token("rotating", key("2")));
    // Whoever invents keys must not have us hammer the system's server.
    for (int i = 0; i < 10; i++) {
      isRefused(token("rotating", key("invented-" + i)));
    }
    assertThat(ASKED.get("/rotating")).isLessThanOrEqualTo(4);
    assertThat(token("rotating", second).statusCode()).isEqualTo(200);
  }

  @Test
  void comeOverTlsFromAServerThatIsTrusted() throws Exception {
    ECKey key = key("1");
    keys("/over-tls", key);
    system("over-tls", "https://127.0.0.1:" + tls.getAddress().getPort() + "/over-tls");
    HttpResponse<String> answer = token("over-tls", key);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    // Its certificate names 127.0.0.1 only.
    system("misnamed", "https://localhost:" + tls.getAddress().getPort() + "/over-tls");
    isRefused(token("misnamed", key));
  }

  @Test
  void thatDoNotComeOrAreNoneRefuseTheSystem() throws Exception {
    ECKey key = key("1");
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    system("unreachable", "http://127.0.0.1:" + nobody + "/keys");
    isRefused(token("unreachable", key));
    system("missing", elsewhere + "/missing");
    isRefused(token("missing", key));

    ANSWERS.put("/html", "<html>sign in first</html>".getBytes(StandardCharsets.UTF_8));
    system("html", elsewhere + "/html");
    isRefused(token("html", key));

    String set = new JWKSet(key.toPublicJWK()).toString();
    ANSWERS.put("/large", (set + " ".repeat(300_000)).getBytes(StandardCharsets.UTF_8));
    system("large", elsewhere + "/large");
    isRefused(token("large", key));

    // A key that was not registered as one for signatures, of the same id.
    ANSWERS.put(
        "/oct",
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"1\",\"k\":\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\"}]}"
            .getBytes(StandardCharsets.UTF_8));
    system("oct", elsewhere + "/oct");
    isRefused(token("oct", key));

    // Elsewhere again: the address that was registered is the one that is asked.
    keys("/target", key);
    system("moved", elsewhere + "/moved/target");
    isRefused(token("moved", key));
    assertThat(ASKED).doesNotContainKey("/target");
  }

  @Test
  void areNotTakenFromAnAddressWithoutTls() throws Exception {
    for (String address :
        new String[] {"http://keys.example/", "ftp://127.0.0.1/keys", "file:///etc/keys"}) {
      HttpResponse<String> answer =
          platform.send(
              "PUT",
              "access/clients/bad",
              """
              {"name":"x","kind":"system","scopes":["system/Observation.rs"],"jwksUri":"%s"}"""
                  .formatted(address),
              "application/json",
              true);
      assertThat(answer.statusCode()).as(address).isEqualTo(400);
    }
  }

  // ------------------------------------------------------------------ an outside provider

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(issuer)
        .subject(subject)
        .audience(AUDIENCE)
        .issueTime(new Date())
        .expirationTime(Date.from(Instant.now().plusSeconds(300)))
        .jwtID(UUID.randomUUID().toString());
  }

  private static String signed(JWSHeader header, JWSSigner signer, JWTClaimsSet claims)
      throws Exception {
    SignedJWT jwt = new SignedJWT(header, claims);
    jwt.sign(signer);
    return jwt.serialize();
  }

  private static String signed(RSAKey key, String type, JWTClaimsSet claims) throws Exception {
    return signed(
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID(key.getKeyID())
            .type(new JOSEObjectType(type))
            .build(),
        new RSASSASigner(key),
        claims);
  }

  private static String changed(Consumer<JWTClaimsSet.Builder> change) throws Exception {
    JWTClaimsSet.Builder claims = claims();
    change.accept(claims);
    return signed(providerKey, "at+jwt", claims.build());
  }

  private static HttpResponse<String> me(String token) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(base + "/access/me"))
            .header("Authorization", "Bearer " + token)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void letInWhomTheProviderVouchesForByTokensOfEitherType() throws Exception {
    for (String type : new String[] {"at+jwt", "application/at+jwt", "JWT"}) {
      HttpResponse<String> answer = me(signed(providerKey, type, claims().build()));
      assertThat(answer.statusCode()).as(type + " " + answer.body()).isEqualTo(200);
      JsonNode me = Json.MAPPER.readTree(answer.body());
      assertThat(me.path("role").asString()).isEqualTo("operator");
      assertThat(me.path("name").asString()).isEqualTo("值班员");
    }
    // No scope on resources, no resources.
    HttpResponse<String> read =
        http.send(
            HttpRequest.newBuilder(URI.create(base + "/fhir/Patient"))
                .header("Authorization", "Bearer " + signed(providerKey, "JWT", claims().build()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(read.statusCode()).as(read.body()).isEqualTo(403);
  }

  @Test
  void letNobodyInByATokenThatIsNotTheProvidersForUs() throws Exception {
    RSAKey stranger = new RSAKeyGenerator(2048).keyID("provider-1").generate();
    var refused =
        Map.ofEntries(
            Map.entry("issuer", changed(c -> c.issuer("https://other.example"))),
            Map.entry("no issuer", changed(c -> c.issuer(null))),
            Map.entry("audience", changed(c -> c.audience("https://other.example/fhir"))),
            Map.entry("no audience", changed(c -> c.audience((String) null))),
            Map.entry(
                "expired",
                changed(c -> c.expirationTime(Date.from(Instant.now().minusSeconds(120))))),
            Map.entry("endless", changed(c -> c.expirationTime(null))),
            Map.entry(
                "not yet",
                changed(c -> c.notBeforeTime(Date.from(Instant.now().plusSeconds(200))))),
            Map.entry("unknown subject", changed(c -> c.subject("somebody-else"))),
            Map.entry("no subject", changed(c -> c.subject(null))),
            Map.entry("another type", signed(providerKey, "logout+jwt", claims().build())),
            Map.entry("another key", signed(stranger, "at+jwt", claims().build())),
            Map.entry("none", new PlainJWT(claims().build()).serialize()),
            Map.entry(
                "none, typed by hand",
                "eyJhbGciOiJub25lIn0."
                    + java.util.Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                            claims().build().toString().getBytes(StandardCharsets.UTF_8))
                    + "."),
            Map.entry(
                "the public key as a password",
                signed(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("provider-1").build(),
                    new MACSigner(providerKey.toRSAPublicKey().getEncoded()),
                    claims().build())),
            Map.entry("cut", signed(providerKey, "JWT", claims().build()).replaceAll(".$", "")));
    for (var token : refused.entrySet()) {
      HttpResponse<String> answer = me(token.getValue());
      assertThat(answer.statusCode()).as(token.getKey()).isEqualTo(401);
      assertThat(answer.body()).as(token.getKey()).doesNotContain("Exception");
    }
    // And a locked account is not let in by its provider either.
    String good = signed(providerKey, "JWT", claims().build());
    assertThat(me(good).statusCode()).isEqualTo(200);
    ask("POST", "access/accounts/lock", "{\"login\":\"op\"}");
    assertThat(me(good).statusCode()).isEqualTo(401);
    ask("POST", "access/accounts/unlock", "{\"login\":\"op\"}");
    assertThat(me(good).statusCode()).isEqualTo(200);
  }
}
