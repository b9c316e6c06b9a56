package health.helan.app.access;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Grants;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.authorization.authentication.JwtClientAssertionDecoderFactory;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * Checks the JWT by which a client proves who it is (RFC 7523; SMART App Launch 2.x, Client
 * Authentication: Asymmetric): signed with a key of the client's, for this server, good for five
 * minutes at most, and used once.
 */
final class ClientAssertions implements JwtDecoderFactory<RegisteredClient> {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final Duration SKEW = Duration.ofSeconds(60);
  private static final int FETCH_MS = 5_000;
  private static final int FETCH_BYTES = 200_000;

  private final Clients clients;
  private final Grants grants;
  private final Clock clock;

  /** Keys that lie elsewhere, so that they are fetched now and then only; by address. */
  private final Map<String, JWKSource<SecurityContext>> remote = new ConcurrentHashMap<>();

  ClientAssertions(Clients clients, Grants grants, Clock clock) {
    this.clients = clients;
    this.grants = grants;
    this.clock = clock;
  }

  @Override
  public JwtDecoder createDecoder(RegisteredClient registered) {
    Client client = clients.find(registered.getClientId());
    if (client == null) {
      throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
    }
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            RegisteredClients.signatures().stream()
                .map(JWSAlgorithm::parse)
                .collect(Collectors.toSet()),
            keys(client)));
    // Claims are checked below.
    processor.setJWTClaimsSetVerifier((claims, context) -> {});
    NimbusJwtDecoder decoder = new NimbusJwtDecoder(processor);
    // Once is checked last, so that a refused assertion is not used up.
    decoder.setJwtValidator(
        new DelegatingOAuth2TokenValidator<>(
            List.of(
                JwtClientAssertionDecoderFactory.DEFAULT_JWT_VALIDATOR_FACTORY.apply(registered),
                shortLived())));
    return token -> {
      Jwt assertion = decoder.decode(token);
      Instant end = Objects.requireNonNull(assertion.getExpiresAt());
      if (!grants.isFirstUse(
          client.id(), Objects.requireNonNull(assertion.getId()), end.plus(SKEW))) {
        throw new org.springframework.security.oauth2.jwt.BadJwtException("jti was used before");
      }
      return assertion;
    };
  }

  private OAuth2TokenValidator<Jwt> shortLived() {
    return assertion -> {
      Instant end = assertion.getExpiresAt();
      boolean fits =
          assertion.getId() != null
              && !assertion.getId().isBlank()
              && end != null
              && end.isBefore(clock.instant().plus(LONGEST).plus(SKEW));
      return fits
          ? OAuth2TokenValidatorResult.success()
          : OAuth2TokenValidatorResult.failure(
              new OAuth2Error(
                  OAuth2ErrorCodes.INVALID_CLIENT, "jti, and exp within five minutes", null));
    };
  }

  private JWKSource<SecurityContext> keys(Client client) {
    try {
      String uri = client.jwksUri();
      if (uri == null) {
        return new ImmutableJWKSet<>(JWKSet.parse(Objects.requireNonNull(client.jwks())));
      }
      return remote.computeIfAbsent(uri, ClientAssertions::fetching);
    } catch (ParseException broken) {
      throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
    }
  }

  private static JWKSource<SecurityContext> fetching(String uri) {
    try {
      return JWKSourceBuilder.<SecurityContext>create(URI.create(uri).toURL(), new Fetching())
          .retrying(true)
          .build();
    } catch (MalformedURLException broken) {
      throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
    }
  }

  /** From the address that an operator wrote down, and from no other that it points to. */
  private static final class Fetching extends DefaultResourceRetriever {
    Fetching() {
      super(FETCH_MS, FETCH_MS, FETCH_BYTES);
    }

    @Override
    protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
      HttpURLConnection connection = super.openHTTPConnection(url);
      connection.setInstanceFollowRedirects(false);
      return connection;
    }
  }
}
