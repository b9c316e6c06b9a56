package health.helan.app.access;

import health.helan.foundation.trust.app.Scope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationValidator;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContextHolder;

/**
 * What is asked of requests for authorization beyond OAuth's own rules: scopes within what the
 * client was registered for (SMART's wildcards count), {@code aud} that names this server, a launch
 * that was made for this person and client.
 */
final class AuthorizationRequests
    implements Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> {
  private static final Set<String> ABOUT_RESOURCES = Set.of("patient/", "user/");

  private final Launches launches;

  AuthorizationRequests(Launches launches) {
    this.launches = launches;
  }

  @Override
  public void accept(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
    OAuth2AuthorizationCodeRequestAuthenticationValidator.DEFAULT_REDIRECT_URI_VALIDATOR.accept(
        context);
    OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
    RegisteredClient client = context.getRegisteredClient();
    for (String scope : request.getScopes()) {
      if (!Scope.isWithin(client.getScopes(), scope) || scope.startsWith("system/")) {
        throw refused(OAuth2ErrorCodes.INVALID_SCOPE, scope, request);
      }
    }
    Map<String, Object> parameters = request.getAdditionalParameters();
    checkAudience(request, client, parameters.get("aud"));
    checkLaunch(request, client, parameters.get(Launches.PARAMETER));
  }

  /** SMART App Launch 2.x: an app says which server it means, so that no other gets its token. */
  private static void checkAudience(
      OAuth2AuthorizationCodeRequestAuthenticationToken request,
      RegisteredClient client,
      @Nullable Object audience) {
    String expected = AuthorizationServerContextHolder.getContext().getIssuer() + "/fhir";
    boolean needed =
        !RegisteredClients.isOurs(client.getClientId())
            && request.getScopes().stream()
                .anyMatch(scope -> ABOUT_RESOURCES.stream().anyMatch(scope::startsWith));
    boolean right =
        audience == null
            ? !needed
            : audience instanceof String text && text.replaceAll("/+$", "").equals(expected);
    if (!right) {
      throw refused(OAuth2ErrorCodes.INVALID_REQUEST, "aud", request);
    }
  }

  private void checkLaunch(
      OAuth2AuthorizationCodeRequestAuthenticationToken request,
      RegisteredClient client,
      @Nullable Object launch) {
    if (!(request.getPrincipal() instanceof Authentication principal)
        || !(principal instanceof SignedIn person)) {
      return; // Comes again once the person has signed in.
    }
    if (launch == null) {
      if (request.getScopes().contains("launch")) {
        throw refused(OAuth2ErrorCodes.INVALID_REQUEST, "launch", request);
      }
      // Else the person is asked (AuthorizeGate).
      boolean silent =
          String.valueOf(request.getAdditionalParameters().get("prompt")).contains("none");
      boolean missing =
          silent
              && Launches.needsPatient(request.getScopes())
              && launches
                  .contextOf(person.session(), client.getClientId(), request.getScopes(), null)
                  .patient()
                  .isEmpty();
      if (missing) {
        throw refused("interaction_required", Launches.PARAMETER, request);
      }
    } else if (!(launch instanceof String token)
        || !launches.isValid(token, person.session(), client.getClientId())) {
      throw refused(OAuth2ErrorCodes.INVALID_REQUEST, Launches.PARAMETER, request);
    }
  }

  private static OAuth2AuthorizationCodeRequestAuthenticationException refused(
      String code, String parameter, OAuth2AuthorizationCodeRequestAuthenticationToken request) {
    OAuth2AuthorizationCodeRequestAuthenticationToken answered =
        new OAuth2AuthorizationCodeRequestAuthenticationToken(
            request.getAuthorizationUri(),
            request.getClientId(),
            (Authentication) request.getPrincipal(),
            request.getRedirectUri(),
            request.getState(),
            request.getScopes(),
            request.getAdditionalParameters());
    answered.setAuthenticated(true);
    return new OAuth2AuthorizationCodeRequestAuthenticationException(
        new OAuth2Error(code, "OAuth 2.0 Parameter: " + parameter, null), answered);
  }

  /** Systems say what they want (SMART Backend Services), within what they were registered for. */
  static void checkSystem(OAuth2ClientCredentialsAuthenticationContext context) {
    OAuth2ClientCredentialsAuthenticationToken request = context.getAuthentication();
    List<String> asked = List.copyOf(request.getScopes());
    boolean within =
        !asked.isEmpty()
            && asked.stream()
                .allMatch(
                    scope ->
                        scope.startsWith("system/")
                            && Scope.isWithin(context.getRegisteredClient().getScopes(), scope));
    if (!within) {
      throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_SCOPE);
    }
  }
}
