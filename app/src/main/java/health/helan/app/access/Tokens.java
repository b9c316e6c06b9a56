package health.helan.app.access;

import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.SignIn;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.keygen.Base64StringKeyGenerator;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.DelegatingOAuth2TokenGenerator;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;
import org.springframework.security.oauth2.server.authorization.token.OAuth2AccessTokenGenerator;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;

/** What tokens say, and what is said beside them. */
final class Tokens {
  private final SignIn signIn;

  Tokens(SignIn signIn) {
    this.signIn = signIn;
  }

  OAuth2TokenGenerator<OAuth2Token> generator(JwtEncoder encoder) {
    JwtGenerator identity = new JwtGenerator(encoder);
    identity.setJwtCustomizer(
        context -> {
          if (context.getPrincipal() instanceof SignedIn person) {
            context
                .getClaims()
                .claim("auth_time", Date.from(person.session().created()))
                .claims(claims -> claims.putAll(aboutPerson(context, person)));
          }
        });
    OAuth2AccessTokenGenerator access = new OAuth2AccessTokenGenerator();
    access.setAccessTokenCustomizer(
        context ->
            context
                .getClaims()
                .claims(
                    claims -> {
                      if (context.getPrincipal() instanceof SignedIn person) {
                        claims.putAll(aboutPerson(context, person));
                        claims.putAll(aboutLaunch(context.getAuthorization()));
                      }
                    }));
    return new DelegatingOAuth2TokenGenerator(identity, access, new Refreshing());
  }

  /**
   * As far as the scopes go: openid says no more than who, profile the name, fhirUser the record.
   */
  private Map<String, Object> aboutPerson(OAuth2TokenContext context, SignedIn person) {
    Map<String, Object> claims = new LinkedHashMap<>();
    Account account = signIn.accounts().byId(person.session().account());
    if (account == null) {
      return claims;
    }
    if (context.getAuthorizedScopes().contains("profile")) {
      claims.put("name", account.name());
    }
    String user = fhirUser(account);
    if (context.getAuthorizedScopes().contains("fhirUser") && user != null) {
      claims.put("fhirUser", context.getAuthorizationServerContext().getIssuer() + "/fhir/" + user);
    }
    return claims;
  }

  /** Reference of the resource that stands for the person; null for none. */
  static @Nullable String fhirUser(Account account) {
    if (account.person().isEmpty() || !account.isActive()) {
      return null;
    }
    return switch (account.kind()) {
      case RESIDENT -> "Patient/" + account.person();
      case PRACTITIONER -> "Practitioner/" + account.person();
      case REGULATOR, OPERATOR -> null;
    };
  }

  private static Map<String, Object> aboutLaunch(@Nullable OAuth2Authorization authorization) {
    Map<String, Object> claims = new LinkedHashMap<>();
    if (authorization != null) {
      String patient = authorization.getAttribute(GrantStore.PATIENT);
      String encounter = authorization.getAttribute(GrantStore.ENCOUNTER);
      if (patient != null && !patient.isEmpty()) {
        claims.put("patient", patient);
      }
      if (encounter != null && !encounter.isEmpty()) {
        claims.put("encounter", encounter);
      }
    }
    return claims;
  }

  /** SMART's launch context beside the token: patient, encounter. */
  static void answer(GrantStore store, OAuth2AccessTokenAuthenticationContext context) {
    OAuth2AccessTokenAuthenticationToken answered = context.getAuthentication();
    Map<String, Object> launch =
        aboutLaunch(
            store.findByToken(
                answered.getAccessToken().getTokenValue(), OAuth2TokenType.ACCESS_TOKEN));
    if (!launch.isEmpty()) {
      launch.putAll(answered.getAdditionalParameters());
      context.getAccessTokenResponse().additionalParameters(launch);
    }
  }

  /** Only for whom {@code offline_access} or {@code online_access} was allowed. */
  private static final class Refreshing implements OAuth2TokenGenerator<OAuth2RefreshToken> {
    private final Base64StringKeyGenerator keys =
        new Base64StringKeyGenerator(Base64.getUrlEncoder().withoutPadding(), 48);

    @Override
    public @Nullable OAuth2RefreshToken generate(OAuth2TokenContext context) {
      if (!OAuth2TokenType.REFRESH_TOKEN.equals(context.getTokenType())
          || !RegisteredClients.mayRefresh(context.getAuthorizedScopes())) {
        return null;
      }
      Duration life =
          context.getAuthorizedScopes().contains("offline_access")
              ? RegisteredClients.OFFLINE_TOKEN
              : RegisteredClients.REFRESH_TOKEN;
      Instant now = Instant.now();
      return new OAuth2RefreshToken(keys.generateKey(), now, now.plus(life));
    }
  }
}
