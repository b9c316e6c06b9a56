package health.helan.app.access;

import com.nimbusds.jwt.JWTParser;
import jakarta.servlet.http.HttpServletRequest;
import java.text.ParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Systems say who they are in their assertion alone (SMART Backend Services; RFC 7521, 4.2 makes
 * {@code client_id} optional). Spring Authorization Server asks for it beside; so it is read from
 * the assertion here, unverified, and the assertion is verified with that client's keys afterwards.
 */
final class SystemAssertions implements AuthenticationConverter {
  private static final ClientAuthenticationMethod METHOD =
      new ClientAuthenticationMethod("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

  @Override
  public @Nullable Authentication convert(HttpServletRequest request) {
    String[] assertions = request.getParameterValues("client_assertion");
    if (assertions == null
        || assertions.length != 1
        || request.getParameter("client_id") != null
        || !METHOD.getValue().equals(request.getParameter("client_assertion_type"))
        || !"client_credentials".equals(request.getParameter("grant_type"))) {
      return null;
    }
    try {
      String client = JWTParser.parse(assertions[0]).getJWTClaimsSet().getSubject();
      return client == null
          ? null
          : new OAuth2ClientAuthenticationToken(client, METHOD, assertions[0], Map.of());
    } catch (ParseException broken) {
      return null;
    }
  }
}
