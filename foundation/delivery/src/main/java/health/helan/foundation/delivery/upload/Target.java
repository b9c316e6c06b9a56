package health.helan.foundation.delivery.upload;

import health.helan.foundation.delivery.upload.UploadTable.Destination;
import health.helan.foundation.delivery.wire.GuardedHttp;
import health.helan.foundation.delivery.wire.GuardedHttp.Reply;
import health.helan.foundation.store.Json;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API of a destination, with a sign-in by SMART Backend Services (SMART App Launch 2, "Backend
 * Services"; private_key_jwt with ES384) where it has a token endpoint.
 */
final class Target {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final int MOST = 16 << 20;
  private static final int FIELD_BYTES = 48;

  /** Seconds that an assertion is good for, and a token at least. */
  private static final int ASSERTION_SECONDS = 240;

  private static final int SPARE_SECONDS = 30;

  private record Token(String value, String of, Instant until) {}

  private final GuardedHttp http;
  private final Map<String, Token> tokens = new ConcurrentHashMap<>();

  Target(GuardedHttp http) {
    this.http = http;
  }

  static KeyPair newKey() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp384r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** RFC 7517, with the destination's id as the key's. */
  static ObjectNode jwk(String id, KeyPair pair) {
    var point = ((ECPublicKey) pair.getPublic()).getW();
    return Json.MAPPER
        .createObjectNode()
        .put("kty", "EC")
        .put("crv", "P-384")
        .put("use", "sig")
        .put("alg", "ES384")
        .put("kid", id)
        .put("x", BASE64.encodeToString(fixed(point.getAffineX())))
        .put("y", BASE64.encodeToString(fixed(point.getAffineY())));
  }

  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] all = new byte[FIELD_BYTES];
    int length = Math.min(bytes.length, FIELD_BYTES);
    System.arraycopy(bytes, bytes.length - length, all, FIELD_BYTES - length, length);
    return all;
  }

  /**
   * Sends a transaction.
   *
   * @return what became of it; of the token request where that failed
   */
  Reply post(Destination to, byte[] bundle, String request) {
    return call(to, "POST", "", bundle, Map.of("X-Request-Id", request));
  }

  /** Reads what is there. */
  Reply get(Destination to, String reference) {
    return call(to, "GET", reference, new byte[0], Map.of());
  }

  private Reply call(
      Destination to, String method, String suffix, byte[] body, Map<String, String> more) {
    Reply reply = none("token");
    for (int i = 0; i < 2; i++) {
      var headers = new TreeMap<String, String>(more);
      headers.put("Accept", "application/fhir+json");
      headers.put("Prefer", "return=minimal");
      if (!to.tokenUrl().isEmpty()) {
        Token token = tokens.get(to.id());
        if (token == null || !token.of().equals(key(to)) || token.until().isBefore(Instant.now())) {
          Reply asked = ask(to);
          token = asked.isTaken() ? token(to, asked) : null;
          if (token == null) {
            return asked.isTaken() ? none("token") : none("token " + asked.text());
          }
          tokens.put(to.id(), token);
        }
        headers.put("Authorization", "Bearer " + token.value());
      }
      reply =
          http.send(
              method,
              to.base(),
              suffix,
              headers,
              method.equals("GET") ? "" : "application/fhir+json",
              body,
              MOST);
      if (reply.status() != 401) {
        return reply;
      }
      // It may have been taken back: once more with a new one.
      tokens.remove(to.id());
    }
    return reply;
  }

  private static Reply none(String fault) {
    return new Reply(0, Map.of(), new byte[0], fault);
  }

  private static String key(Destination to) {
    return to.tokenUrl() + " " + to.client() + " " + to.scopes();
  }

  private Reply ask(Destination to) {
    String form =
        "grant_type=client_credentials"
            + (to.scopes().isEmpty() ? "" : "&scope=" + encoded(to.scopes()))
            + "&client_assertion_type="
            + encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            + "&client_assertion="
            + assertion(to, Instant.now());
    return http.send(
        "POST",
        to.tokenUrl(),
        "",
        Map.of("Accept", "application/json"),
        "application/x-www-form-urlencoded",
        form.getBytes(StandardCharsets.UTF_8),
        MOST);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  static String assertion(Destination to, Instant now) {
    ObjectNode header =
        Json.MAPPER.createObjectNode().put("alg", "ES384").put("typ", "JWT").put("kid", to.id());
    ObjectNode claims =
        Json.MAPPER
            .createObjectNode()
            .put("iss", to.client())
            .put("sub", to.client())
            .put("aud", to.tokenUrl())
            .put("iat", now.getEpochSecond())
            .put("exp", now.getEpochSecond() + ASSERTION_SECONDS)
            .put("jti", UUID.randomUUID().toString());
    String signed =
        BASE64.encodeToString(Json.MAPPER.writeValueAsBytes(header))
            + "."
            + BASE64.encodeToString(Json.MAPPER.writeValueAsBytes(claims));
    try {
      PrivateKey key =
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(to.privateKey()));
      Signature signature = Signature.getInstance("SHA384withECDSAinP1363Format");
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Token token(Destination to, Reply reply) {
    try {
      JsonNode tree = Json.MAPPER.readTree(reply.body());
      String value = tree.path("access_token").asString("");
      int seconds = tree.path("expires_in").asInt(300);
      return value.matches("[\\x21-\\x7e]{1,8000}")
          ? new Token(
              value, key(to), Instant.now().plusSeconds(Math.max(1, seconds - SPARE_SECONDS)))
          : null;
    } catch (JacksonException e) {
      return null;
    }
  }
}
