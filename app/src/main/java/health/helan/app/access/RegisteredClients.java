package health.helan.app.access;

import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContext;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContextHolder;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.OAuth2TokenFormat;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/** Clients as Spring Authorization Server knows them; and the platform's own pages. */
final class RegisteredClients implements RegisteredClientRepository {
  /** The console's pages; they need nobody's consent. */
  static final String CONSOLE = "helan-console";

  /** The residents' pages. */
  static final String RESIDENT = "helan-resident";

  /** The clinicians' pages. */
  static final String WORKBENCH = "helan-workbench";

  /** Where the platform's own pages lie, and so where sign-in may lead back to. */
  private static final Map<String, String> PAGES =
      Map.of(CONSOLE, "/", RESIDENT, "/resident/", WORKBENCH, "/workbench/");

  static final Duration ACCESS_TOKEN = Duration.ofMinutes(10);

  /** SMART Backend Services: no more than five minutes. */
  static final Duration SYSTEM_TOKEN = Duration.ofMinutes(5);

  static final Duration REFRESH_TOKEN = Duration.ofHours(12);
  static final Duration OFFLINE_TOKEN = Duration.ofDays(90);
  private static final Duration CODE = Duration.ofMinutes(1);

  private final Clients clients;

  RegisteredClients(Clients clients) {
    this.clients = clients;
  }

  static boolean isOurs(String clientId) {
    return PAGES.containsKey(clientId);
  }

  /** Whether a path is the address of one of the platform's own entries. */
  static boolean isEntry(String path) {
    return PAGES.containsValue(path);
  }

  @Override
  public void save(RegisteredClient client) {
    throw new UnsupportedOperationException("clients are registered by operators");
  }

  @Override
  public @Nullable RegisteredClient findById(String id) {
    return findByClientId(id);
  }

  @Override
  public @Nullable RegisteredClient findByClientId(String clientId) {
    Client client = isOurs(clientId) ? ours(clientId) : clients.find(clientId);
    return client == null ? null : registered(client);
  }

  /** Their pages lie where the server does. */
  private static Client ours(String clientId) {
    AuthorizationServerContext context = AuthorizationServerContextHolder.getContext();
    String base = context == null ? "https://invalid.invalid" : context.getIssuer();
    return new Client(
        clientId,
        "贺兰 Helan",
        Client.Kind.PUBLIC,
        List.of(base + PAGES.getOrDefault(clientId, "/")),
        List.of("openid", "profile", "fhirUser", "online_access", "user/*.cruds"),
        null,
        null,
        "",
        true,
        Instant.EPOCH);
  }

  private RegisteredClient registered(Client client) {
    boolean system = client.kind() == Client.Kind.SYSTEM;
    RegisteredClient.Builder builder =
        RegisteredClient.withId(client.id())
            .clientId(client.id())
            .clientName(client.name())
            .clientIdIssuedAt(client.created())
            .scopes(all -> all.addAll(client.scopes()));
    switch (client.kind()) {
      case PUBLIC -> builder.clientAuthenticationMethod(ClientAuthenticationMethod.NONE);
      case SECRET ->
          builder
              .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
              .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST)
              .clientSecret(client.id() + "|" + clients.secretOf(client.id()));
      case KEY, SYSTEM ->
          builder.clientAuthenticationMethod(ClientAuthenticationMethod.PRIVATE_KEY_JWT);
    }
    if (system) {
      builder.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS);
    } else {
      builder
          .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
          .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
          .redirectUris(all -> all.addAll(client.redirects()));
    }
    return builder
        .clientSettings(
            ClientSettings.builder()
                .requireProofKey(!system)
                .requireAuthorizationConsent(!isOurs(client.id()))
                .tokenEndpointAuthenticationSigningAlgorithm(SignatureAlgorithm.ES384)
                .build())
        .tokenSettings(
            TokenSettings.builder()
                .authorizationCodeTimeToLive(CODE)
                .accessTokenTimeToLive(system ? SYSTEM_TOKEN : ACCESS_TOKEN)
                .accessTokenFormat(OAuth2TokenFormat.REFERENCE)
                .refreshTokenTimeToLive(REFRESH_TOKEN)
                .reuseRefreshTokens(false)
                .idTokenSignatureAlgorithm(SignatureAlgorithm.RS256)
                .build())
        .build();
  }

  /** Whether a refresh token may be given out. */
  static boolean mayRefresh(Collection<String> scopes) {
    return scopes.contains("offline_access") || scopes.contains("online_access");
  }

  static Set<String> signatures() {
    return Set.of("RS384", "ES384", "RS256", "ES256");
  }
}
