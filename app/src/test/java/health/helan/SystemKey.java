package health.helan;

import com.nimbusds.jose.JOSEException;
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
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.UUID;

/** A system's key, by which it gets tokens (SMART Backend Services). */
record SystemKey(String client, ECKey key) {
  static SystemKey of(String client) throws JOSEException {
    return new SystemKey(client, new ECKeyGenerator(Curve.P_384).keyID("1").generate());
  }

  /** Body of {@code PUT /access/clients/[id]}. */
  String registration(String institution) {
    var body = Json.MAPPER.createObjectNode().put("name", "系统 " + client).put("kind", "system");
    body.putArray("redirects");
    body.putArray("scopes").add("system/*.cruds");
    body.put("institution", institution);
    body.set("jwks", Json.MAPPER.readTree(new JWKSet(key.toPublicJWK()).toString()));
    return body.toString();
  }

  /**
   * The form that asks for a token.
   *
   * @param base address of the platform, without a slash at its end
   */
  Map<String, String> asks(String base, String scope) throws JOSEException {
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
    return Map.of(
        "grant_type",
        "client_credentials",
        "scope",
        scope,
        "client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion",
        jwt.serialize());
  }
}
