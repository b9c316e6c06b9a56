package health.helan.app.access;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.app.Scope;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoders;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Access tokens of the outside provider (JWTs, RFC 9068), where one is configured with an audience.
 * The account is the one that an operator bound to the provider's subject, or, where a login claim
 * is configured, the one of that login name. Its scopes are the token's; without any on resources
 * it has none.
 */
final class OutsideTokens {
  private final SignIn signIn;
  private final Callers callers;
  private final AccessSettings.Outside provider;
  private final Supplier<JwtDecoder> decoder;
  private volatile @Nullable JwtDecoder made;

  OutsideTokens(SignIn signIn, Callers callers, AccessSettings.Outside provider) {
    this.signIn = signIn;
    this.callers = callers;
    this.provider = provider;
    this.decoder = () -> decoder(provider);
  }

  /** Looks the provider up when the first token comes: it may start after us. */
  private static JwtDecoder decoder(AccessSettings.Outside provider) {
    NimbusJwtDecoder decoder = JwtDecoders.fromIssuerLocation(provider.issuer());
    // The type of RFC 9068, and what providers from before it write.
    var type = new JwtTypeValidator("at+jwt", "application/at+jwt", "JWT");
    type.setAllowEmpty(true);
    decoder.setJwtValidator(
        JwtValidators.createDefaultWithValidators(
            List.of(
                type,
                new JwtIssuerValidator(provider.issuer()),
                new JwtClaimValidator<List<String>>(
                    "aud", audience -> audience != null && audience.contains(provider.audience())),
                new JwtClaimValidator<Object>("exp", Objects::nonNull))));
    return decoder;
  }

  Callers.@Nullable Holder holder(String token) {
    // Ours have no dots; who sends anything else must not make us ask the provider.
    if (token.chars().filter(c -> c == '.').count() != 2) {
      return null;
    }
    try {
      JwtDecoder ready = made;
      if (ready == null) {
        ready = decoder.get();
        made = ready;
      }
      return holder(ready.decode(token));
    } catch (JwtException | IllegalArgumentException | IllegalStateException refused) {
      return null;
    }
  }

  private Callers.@Nullable Holder holder(Jwt token) {
    Account account = account(provider, signIn, token.getSubject(), token::getClaimAsString);
    if (account == null || !account.isActive() || !signIn.isAdmitted(account)) {
      return null;
    }
    Object claimed = token.getClaim("scope");
    Set<String> scopes = new LinkedHashSet<>();
    if (claimed instanceof String text) {
      scopes.addAll(Arrays.asList(text.split(" ")));
    } else if (claimed instanceof List<?> list) {
      list.forEach(scope -> scopes.add(scope.toString()));
    }
    String role = text(token, "helan_role");
    String patient = text(token, "patient");
    Caller caller = callers.caller(account, role, patient, Scope.onResources(scopes), "");
    Instant until = token.getExpiresAt();
    return new Callers.Holder(
        caller,
        account,
        "",
        role,
        text(token, "azp"),
        "",
        scopes,
        until == null ? Instant.EPOCH : until);
  }

  private static String text(Jwt token, String claim) {
    String value = token.getClaimAsString(claim);
    return value == null ? "" : value;
  }

  /** Claims of a token, by name. */
  interface Claims {
    @Nullable String text(String name);
  }

  static @Nullable Account account(
      AccessSettings.Outside provider, SignIn signIn, @Nullable String subject, Claims claims) {
    if (subject == null) {
      return null;
    }
    Account bound = signIn.accounts().byOutside(provider.issuer(), subject);
    if (bound != null || provider.loginClaim() == null) {
      return bound;
    }
    String login = claims.text(provider.loginClaim());
    return login == null ? null : signIn.accounts().byLogin(login);
  }
}
