package health.helan.foundation.trust.app;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import health.helan.foundation.store.Ids;
import health.helan.foundation.trust.account.SignInKey;
import health.helan.foundation.trust.account.Sql;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.util.List;

/**
 * Keys that ID tokens are signed with (RS256, which every OpenID Connect client knows), sealed in
 * the database, so that all instances share them. Access tokens are not signed: they are
 * references.
 */
public final class SigningKeys {
  private static final int BITS = 2048;

  private final Sql sql;
  private final SignInKey key;
  private final Clock clock;

  public SigningKeys(Sql sql, SignInKey key, Clock clock) {
    this.sql = sql;
    this.key = key;
    this.clock = clock;
  }

  /** All keys, the one to sign with first. Made on the first call. */
  public JWKSet keys() {
    List<JWK> found = read();
    if (found.isEmpty()) {
      add("1");
      found = read();
    }
    return new JWKSet(found);
  }

  /** Adds a key to sign with; the earlier ones still verify. */
  public void rotate() {
    add(Ids.next(0));
  }

  private void add(String id) {
    try {
      JWK made =
          new RSAKeyGenerator(BITS)
              .keyID(id)
              .keyUse(KeyUse.SIGNATURE)
              .algorithm(JWSAlgorithm.RS256)
              .generate();
      // Two instances that start at once agree on the first.
      sql.update(
          "insert into signing_key (id, sealed, created) values (?, ?, ?) on conflict (id) do nothing",
          id,
          key.seal(made.toJSONString().getBytes(StandardCharsets.UTF_8), "signing|" + id),
          clock.instant());
    } catch (JOSEException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private List<JWK> read() {
    record Row(String id, byte[] sealed) {}
    return sql
        .list(
            "select id, sealed from signing_key order by created desc, id desc",
            row -> new Row(row.getString("id"), row.getBytes("sealed")))
        .stream()
        .map(
            row ->
                parse(
                    new String(
                        key.open(row.sealed(), "signing|" + row.id()), StandardCharsets.UTF_8)))
        .toList();
  }

  private static JWK parse(String json) {
    try {
      return JWK.parse(json);
    } catch (ParseException broken) {
      throw new IllegalStateException("a signing key cannot be read", broken);
    }
  }
}
