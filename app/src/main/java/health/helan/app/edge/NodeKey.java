package health.helan.app.edge;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.impl.ECDSA;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/**
 * The key by which a node says who it is. Made in the node's vault on its first start; the private
 * part is used there and never leaves it.
 */
final class NodeKey {
  private static final String NAME = "edge-node";
  private static final Duration HOLDS = Duration.ofMinutes(2);

  /** Of a signature by P-256: r and s. */
  private static final int SIGNATURE_BYTES = 64;

  private final KeyVault vault;
  private final ECKey key;

  NodeKey(KeyVault vault) {
    this.vault = vault;
    if (!vault.has(NAME)) {
      vault.generate(NAME, SignatureAlgorithm.ECDSA_SHA256);
    }
    var open = (ECPublicKey) vault.chain(NAME).getFirst().getPublicKey();
    try {
      key = new ECKey.Builder(Curve.P_256, open).keyIDFromThumbprint().build();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The public part (RFC 7517). */
  String jwk() {
    return key.toPublicJWK().toJSONString();
  }

  /** Of the public part (RFC 7638). */
  String thumbprint() {
    return key.getKeyID();
  }

  /**
   * A JWT for the token endpoint (RFC 7523).
   *
   * @param now by the centre's clock
   */
  String assertion(String client, String audience, Instant now) {
    ObjectNode header = Json.MAPPER.createObjectNode();
    header.put("alg", "ES256").put("typ", "JWT").put("kid", key.getKeyID());
    ObjectNode claims = Json.MAPPER.createObjectNode();
    claims.put("iss", client).put("sub", client).put("aud", audience);
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(HOLDS).getEpochSecond());
    claims.put("jti", UUID.randomUUID().toString());
    String signed = encoded(header.toString()) + "." + encoded(claims.toString());
    byte[] der = vault.signer(NAME).sign(signed.getBytes(StandardCharsets.US_ASCII));
    try {
      return signed + "." + encoded(ECDSA.transcodeSignatureToConcat(der, SIGNATURE_BYTES));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String text) {
    return encoded(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
