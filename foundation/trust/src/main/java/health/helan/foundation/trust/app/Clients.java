package health.helan.foundation.trust.app;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.SignInKey;
import health.helan.foundation.trust.account.Sql;
import java.net.URI;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Registered apps and systems. Read often, changed rarely: kept in memory for some seconds. */
public final class Clients {
  private static final Duration REMEMBERED = Duration.ofSeconds(10);
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{2,63}");

  private final Sql sql;
  private final SignInKey key;
  private final Clock clock;
  private final Map<String, Kept> kept = new ConcurrentHashMap<>();

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  private record Kept(@Nullable Client client, Instant until) {}

  public Clients(Sql sql, SignInKey key, Clock clock) {
    this.sql = sql;
    this.key = key;
    this.clock = clock;
  }

  /**
   * Registers a client, or changes one.
   *
   * @return its secret, shown this once; null for clients without one
   * @throws Refusal with a sentence on what is wrong
   */
  public @Nullable String register(Client client) {
    check(client);
    String secret = client.kind() == Client.Kind.SECRET ? SignInKey.token() : null;
    sql.update(
        """
        insert into app_client
          (id, name, kind, redirects, scopes, jwks_uri, jwks, secret, institution, enabled, created)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (id) do update
        set name = excluded.name, kind = excluded.kind, redirects = excluded.redirects,
            scopes = excluded.scopes, jwks_uri = excluded.jwks_uri, jwks = excluded.jwks,
            secret = excluded.secret, institution = excluded.institution,
            enabled = excluded.enabled""",
        client.id(),
        client.name(),
        client.kind().code(),
        client.redirects(),
        client.scopes(),
        client.jwksUri(),
        client.jwks(),
        secret == null ? null : digest(client.id(), secret),
        client.institution(),
        client.enabled(),
        clock.instant());
    kept.remove(client.id());
    listeners.forEach(Runnable::run);
    return secret;
  }

  /** Told each time a client was registered, changed or switched off here. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Whether there is such a client and it is switched off. */
  public boolean isSwitchedOff(String id) {
    Client client = sql.one("select * from app_client where id = ?", Clients::client, id);
    return client != null && !client.enabled();
  }

  /**
   * Whether a client could be registered.
   *
   * @throws Refusal with a sentence on what is wrong
   */
  public static void check(Client client) {
    if (!ID.matcher(client.id()).matches() || client.name().isBlank()) {
      throw new Refusal(Refusal.Kind.INVALID, "access.client-id");
    }
    boolean system = client.kind() == Client.Kind.SYSTEM;
    if (system != client.redirects().isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "access.client-redirects");
    }
    client.redirects().forEach(Clients::checkRedirect);
    for (String scope : client.scopes()) {
      Scope parsed = Scope.parse(scope);
      boolean forSystems =
          parsed == null ? scope.equals(Scope.EDGE) : parsed.level().equals("system");
      boolean fits = system == forSystems;
      if (!Scope.isKnown(scope) || !fits) {
        throw new Refusal(Refusal.Kind.INVALID, "access.client-scope", scope);
      }
    }
    boolean needsKeys = system || client.kind() == Client.Kind.KEY;
    boolean hasKeys = client.jwksUri() != null || client.jwks() != null;
    if (needsKeys != hasKeys || client.jwksUri() != null && client.jwks() != null) {
      throw new Refusal(Refusal.Kind.INVALID, "access.client-keys");
    }
    if (client.jwks() != null) {
      checkKeys(client.jwks());
    }
    if (client.jwksUri() != null && !isHttps(client.jwksUri()) && !isLoopback(client.jwksUri())) {
      throw new Refusal(Refusal.Kind.INVALID, "access.client-keys");
    }
  }

  private static void checkKeys(String jwks) {
    try {
      for (JWK key : JWKSet.parse(jwks).getKeys()) {
        if (key.isPrivate() || key.getKeyType().getValue().equals("oct")) {
          throw new Refusal(Refusal.Kind.INVALID, "access.client-private-key");
        }
      }
    } catch (ParseException broken) {
      throw new Refusal(Refusal.Kind.INVALID, "access.client-keys");
    }
  }

  /** https, or http on this machine (RFC 8252, 7.3), or a scheme of an app's own; no fragment. */
  private static void checkRedirect(String redirect) {
    try {
      URI address = URI.create(redirect);
      boolean fits =
          address.isAbsolute()
              && address.getFragment() == null
              && !redirect.contains("*")
              && (isHttps(redirect) || isLoopback(redirect) || address.getScheme().contains("."));
      if (fits) {
        return;
      }
    } catch (IllegalArgumentException notAnAddress) {
      // Refused below.
    }
    throw new Refusal(Refusal.Kind.INVALID, "access.client-redirect", redirect);
  }

  private static boolean isHttps(String address) {
    return address.startsWith("https://");
  }

  private static boolean isLoopback(String address) {
    try {
      URI uri = URI.create(address);
      String host = uri.getHost();
      return "http".equals(uri.getScheme())
          && host != null
          && (host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]"));
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  /** Null if there is none, or it was switched off. */
  public @Nullable Client find(String id) {
    Instant now = clock.instant();
    Kept known = kept.get(id);
    if (known == null || known.until().isBefore(now)) {
      Client client = sql.one("select * from app_client where id = ?", Clients::client, id);
      known = new Kept(client, now.plus(REMEMBERED));
      if (client != null) {
        kept.put(id, known); // Ids of clients that do not exist are anyone's to invent.
      }
    }
    Client client = known.client();
    return client == null || !client.enabled() ? null : client;
  }

  public List<Client> all() {
    return sql.list("select * from app_client order by id", Clients::client);
  }

  /** Digest of its secret; null for none. */
  public @Nullable String secretOf(String id) {
    return sql.one(
        "select secret from app_client where id = ? and secret is not null",
        row -> row.getString(1),
        id);
  }

  /** Whether it is the secret that the digest was made of. */
  public static boolean isSecret(SignInKey key, String id, String presented, String digest) {
    return MessageDigest.isEqual(
        digest(key, id, presented).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
        digest.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private String digest(String id, String secret) {
    return digest(key, id, secret);
  }

  /** Secrets have 256 bits, so a keyed digest keeps them as well as a slow hash would. */
  private static String digest(SignInKey key, String id, String secret) {
    return HexFormat.of().formatHex(key.digest("client", id + "|" + secret).mac());
  }

  private static Client client(ResultSet row) throws SQLException {
    return new Client(
        row.getString("id"),
        row.getString("name"),
        Client.Kind.of(row.getInt("kind")),
        Sql.texts(row, "redirects"),
        Sql.texts(row, "scopes"),
        row.getString("jwks_uri"),
        row.getString("jwks"),
        row.getString("institution"),
        row.getBoolean("enabled"),
        Sql.instant(row, "created"));
  }
}
