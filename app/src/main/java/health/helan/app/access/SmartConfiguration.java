package health.helan.app.access;

import health.helan.foundation.store.Json;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /fhir/.well-known/smart-configuration} (SMART App Launch 2.x, Conformance): where sign-in
 * is and what it can do.
 */
final class SmartConfiguration extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final String[] CAPABILITIES = {
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2"
  };

  private static final String[] SCOPES = {
    "openid",
    "profile",
    "fhirUser",
    "launch",
    "launch/patient",
    "offline_access",
    "online_access",
    "patient/*.rs",
    "user/*.cruds",
    "system/*.cruds"
  };

  private final transient AccessSettings settings;

  SmartConfiguration(AccessSettings settings) {
    this.settings = settings;
  }

  /** By which address the request came. */
  static String origin(HttpServletRequest request) {
    int port = request.getServerPort();
    boolean usual =
        request.getScheme().equals("http") && port == 80
            || request.getScheme().equals("https") && port == 443;
    return request.getScheme() + "://" + request.getServerName() + (usual ? "" : ":" + port);
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String base = settings.base() == null ? origin(request) : settings.base();
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("issuer", base);
    node.put("jwks_uri", base + "/oauth2/jwks");
    node.put("authorization_endpoint", base + "/oauth2/authorize");
    node.put("token_endpoint", base + "/oauth2/token");
    node.put("introspection_endpoint", base + "/oauth2/introspect");
    node.put("revocation_endpoint", base + "/oauth2/revoke");
    node.put("management_endpoint", base + "/account");
    texts(
        node.putArray("grant_types_supported"),
        "authorization_code",
        "client_credentials",
        "refresh_token");
    texts(
        node.putArray("token_endpoint_auth_methods_supported"),
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt");
    texts(
        node.putArray("token_endpoint_auth_signing_alg_values_supported"),
        RegisteredClients.signatures().stream().sorted().toArray(String[]::new));
    texts(node.putArray("scopes_supported"), SCOPES);
    texts(node.putArray("response_types_supported"), "code");
    texts(node.putArray("code_challenge_methods_supported"), "S256");
    texts(node.putArray("capabilities"), CAPABILITIES);
    byte[] bytes = Json.MAPPER.writeValueAsBytes(node);
    response.setContentType("application/json;charset=UTF-8");
    response.setHeader("Cache-Control", "max-age=300");
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }

  private static void texts(ArrayNode array, String... texts) {
    for (String text : texts) {
      array.add(text);
    }
  }
}
