package health.helan.app.access;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.SignInKey;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Grants;
import health.helan.foundation.trust.app.SigningKeys;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;
import org.springframework.security.oauth2.server.authorization.authentication.JwtClientAssertionAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;
import org.springframework.security.oauth2.server.authorization.web.OAuth2AuthorizationEndpointFilter;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2AccessTokenResponseAuthenticationSuccessHandler;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;

/**
 * OAuth 2.1 and OpenID Connect at {@code /oauth2/…} and the guard of the sign-in pages, by Spring
 * Authorization Server. A context of its own, made when the first request for it comes: it takes a
 * second of processor time that a start should not wait for (docs/adr/0029). Hence no annotation by
 * which the application's own context would find it.
 */
@EnableWebSecurity
class AuthorizationServer {
  static final String CSRF_COOKIE = "helan-form";

  @Bean
  AuthorizationServerSettings serverSettings(AccessSettings settings) {
    AuthorizationServerSettings.Builder builder = AuthorizationServerSettings.builder();
    if (settings.base() != null) {
      builder.issuer(settings.base());
    }
    return builder.build();
  }

  @Bean
  RegisteredClientRepository registeredClients(Clients clients) {
    return new RegisteredClients(clients);
  }

  @Bean
  GrantStore grantStore(
      Grants grants, RegisteredClientRepository clients, Launches launches, Clock clock) {
    return new GrantStore(grants, clients, launches, clock);
  }

  /** Secrets have 256 bits; see {@link Clients}. */
  @Bean
  PasswordEncoder clientSecrets(SignInKey key) {
    return new PasswordEncoder() {
      @Override
      public String encode(@Nullable CharSequence raw) {
        throw new UnsupportedOperationException("secrets are made by Clients");
      }

      @Override
      public boolean matches(@Nullable CharSequence raw, @Nullable String kept) {
        int bar = kept == null ? -1 : kept.lastIndexOf('|');
        return raw != null
            && kept != null
            && bar > 0
            && Clients.isSecret(
                key, kept.substring(0, bar), raw.toString(), kept.substring(bar + 1));
      }
    };
  }

  @Bean
  JWKSource<SecurityContext> tokenKeys(SigningKeys keys) {
    JWKSet set = keys.keys();
    return (selector, context) -> selector.select(set);
  }

  @Bean
  JwtEncoder jwtEncoder(JWKSource<SecurityContext> keys) {
    NimbusJwtEncoder encoder = new NimbusJwtEncoder(keys);
    // The newest of several.
    encoder.setJwkSelector(List::getFirst);
    return encoder;
  }

  /**
   * Access tokens are references; nothing of ours reads a JWT, but the configurer asks for this.
   */
  @Bean
  JwtDecoder noJwt() {
    return token -> {
      throw new org.springframework.security.oauth2.jwt.BadJwtException("access tokens are opaque");
    };
  }

  @Bean
  OAuth2TokenGenerator<OAuth2Token> tokenGenerator(SignIn signIn, JwtEncoder encoder) {
    return new Tokens(signIn).generator(encoder);
  }

  @Bean
  OAuth2AuthorizationConsentService consents(Grants grants) {
    return new OAuth2AuthorizationConsentService() {
      @Override
      public void save(OAuth2AuthorizationConsent consent) {
        grants.allow(
            consent.getPrincipalName(), consent.getRegisteredClientId(), consent.getScopes());
      }

      @Override
      public void remove(OAuth2AuthorizationConsent consent) {
        grants.allow(consent.getPrincipalName(), consent.getRegisteredClientId(), Set.of());
      }

      @Override
      public @Nullable OAuth2AuthorizationConsent findById(String client, String account) {
        Set<String> scopes = grants.allowed(account, client);
        if (scopes.isEmpty()) {
          return null;
        }
        var builder = OAuth2AuthorizationConsent.withId(client, account);
        scopes.forEach(builder::scope);
        return builder.build();
      }
    };
  }

  @Bean
  SecurityFilterChain chain(
      HttpSecurity http,
      SignIn signIn,
      Launches launches,
      Clients clients,
      Grants grants,
      GrantStore store,
      RegisteredClientRepository registered,
      BrowserSessions sessions,
      SignInPages pages,
      Clock clock)
      throws Exception {
    PublicClients publicClients = new PublicClients(registered);
    OAuth2AuthorizationServerConfigurer server = new OAuth2AuthorizationServerConfigurer();
    server.addObjectPostProcessor(
        new ObjectPostProcessor<OAuth2AuthorizationEndpointFilter>() {
          @Override
          public <O extends OAuth2AuthorizationEndpointFilter> O postProcess(O filter) {
            // Sessions are ours; the default would make an HTTP session for each.
            filter.setSessionAuthenticationStrategy((authentication, request, response) -> {});
            return filter;
          }
        });
    http.with(
        server,
        own ->
            own.authorizationService(store)
                .oidc(Customizer.withDefaults())
                .clientAuthentication(
                    client ->
                        client
                            .authenticationConverters(
                                all -> {
                                  all.addFirst(publicClients);
                                  all.addFirst(new SystemAssertions());
                                })
                            .authenticationProviders(
                                all -> {
                                  all.addFirst(publicClients);
                                  all.forEach(
                                      provider -> {
                                        if (provider
                                            instanceof
                                            JwtClientAssertionAuthenticationProvider assertions) {
                                          assertions.setJwtDecoderFactory(
                                              new ClientAssertions(clients, grants, clock));
                                        }
                                      });
                                }))
                .authorizationEndpoint(
                    endpoint ->
                        endpoint
                            .consentPage("/sign-in/consent")
                            .errorResponseHandler(pages::refused)
                            .authenticationProviders(
                                all ->
                                    all.forEach(
                                        provider -> {
                                          if (provider
                                              instanceof
                                              OAuth2AuthorizationCodeRequestAuthenticationProvider
                                                  requests) {
                                            requests.setAuthenticationValidator(
                                                new AuthorizationRequests(launches));
                                          }
                                        })))
                .tokenEndpoint(
                    endpoint -> {
                      var answers = new OAuth2AccessTokenResponseAuthenticationSuccessHandler();
                      answers.setAccessTokenResponseCustomizer(
                          context -> Tokens.answer(store, context));
                      endpoint
                          .accessTokenResponseHandler(answers)
                          .authenticationProviders(
                              all ->
                                  all.forEach(
                                      provider -> {
                                        if (provider
                                            instanceof
                                            OAuth2ClientCredentialsAuthenticationProvider systems) {
                                          systems.setAuthenticationValidator(
                                              AuthorizationRequests::checkSystem);
                                        }
                                      }));
                    }));
    CookieCsrfTokenRepository csrf = new CookieCsrfTokenRepository();
    csrf.setCookieName(CSRF_COOKIE);
    csrf.setCookieCustomizer(cookie -> cookie.httpOnly(true).sameSite("Lax").path("/"));
    return http.securityContext(context -> context.securityContextRepository(sessions))
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .headers(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .csrf(forms -> forms.csrfTokenRepository(csrf))
        .exceptionHandling(
            failures ->
                failures
                    .authenticationEntryPoint(new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED))
                    .accessDeniedHandler(
                        (request, response, denied) ->
                            pages.expired(request, (HttpServletResponse) response)))
        .authorizeHttpRequests(
            requests ->
                requests
                    .requestMatchers("/oauth2/token", "/oauth2/introspect", "/oauth2/revoke")
                    .authenticated()
                    .anyRequest()
                    .permitAll())
        .addFilterBefore(new AuthorizeGate(signIn, launches), AuthorizationFilter.class)
        .build();
  }
}
