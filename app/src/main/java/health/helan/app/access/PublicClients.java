package health.helan.app.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Lets public clients renew and revoke. They have nothing to prove who they are; what they show is
 * a refresh token that is good once, so that a stolen one ends the grant (RFC 9700, 4.14.2). Spring
 * Authorization Server lets them in with a code verifier only.
 */
final class PublicClients implements AuthenticationConverter, AuthenticationProvider {
  private final RegisteredClientRepository clients;

  PublicClients(RegisteredClientRepository clients) {
    this.clients = clients;
  }

  /** Marks what this converter made. */
  private static final class Claim extends OAuth2ClientAuthenticationToken {
    private static final long serialVersionUID = 1L;

    Claim(String clientId) {
      super(clientId, ClientAuthenticationMethod.NONE, null, Map.of());
    }
  }

  @Override
  public @Nullable Authentication convert(HttpServletRequest request) {
    boolean renews =
        request.getRequestURI().endsWith("/oauth2/token")
            && "refresh_token".equals(request.getParameter("grant_type"));
    boolean revokes = request.getRequestURI().endsWith("/oauth2/revoke");
    String client = request.getParameter("client_id");
    boolean provesMore =
        request.getHeader("Authorization") != null
            || request.getParameter("client_secret") != null
            || request.getParameter("client_assertion") != null;
    return (renews || revokes) && client != null && !provesMore ? new Claim(client) : null;
  }

  @Override
  public @Nullable Authentication authenticate(Authentication authentication) {
    if (!(authentication instanceof Claim claim)) {
      return null;
    }
    RegisteredClient client = clients.findByClientId(claim.getPrincipal().toString());
    if (client == null
        || !client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)) {
      throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
    }
    return new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null);
  }

  @Override
  public boolean supports(Class<?> authentication) {
    return OAuth2ClientAuthenticationToken.class.isAssignableFrom(authentication);
  }
}
