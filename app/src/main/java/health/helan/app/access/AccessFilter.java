package health.helan.app.access;

import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets only holders of the operator token through. Open without it are the capability statement,
 * health, and the static pages, all for reading only. Whatever is added later under a servlet of
 * its own, or below one of the closed prefixes, is closed until it is named here.
 */
@Component
@Order(AccessFilter.ORDER)
public final class AccessFilter extends OncePerRequestFilter {
  /** After measuring and logging, so that a refusal is counted too; before everything else. */
  public static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

  private static final String SCHEME = "Bearer ";
  private static final Set<String> READING = Set.of("GET", "HEAD");
  private static final Set<String> OPEN = Set.of("/fhir/metadata", "/health", "/health/ready");
  private static final Set<String> CLOSED_PREFIXES =
      Set.of("/fhir", "/metrics", "/health", "/error");

  private static final String REFUSAL =
      """
      {"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login","diagnostics":\
      "需要有效的访问令牌：Authorization: Bearer …。 A valid access token is needed: Authorization: Bearer …."}]}""";

  private final OperatorToken token;

  AccessFilter(OperatorToken token) {
    this.token = token;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (hasToken(request)) {
      // Ours, not the client's X-Request-Id: that one may repeat, and could say anything.
      request.setAttribute(FhirServlet.CALLER, Caller.operator(UUID.randomUUID().toString()));
      chain.doFilter(request, response);
    } else if (isOpen(request)) {
      chain.doFilter(request, response);
    } else {
      refuse(response);
    }
  }

  private static boolean isOpen(HttpServletRequest request) {
    if (!READING.contains(request.getMethod())) {
      return false;
    }
    // Decoded, normalised and without path parameters, as the mapping to a servlet saw it.
    String path =
        request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
    if (OPEN.contains(path)) {
      return true;
    }
    return "dispatcherServlet".equals(request.getHttpServletMapping().getServletName())
        && CLOSED_PREFIXES.stream()
            .noneMatch(prefix -> path.equals(prefix) || path.startsWith(prefix + "/"));
  }

  private boolean hasToken(HttpServletRequest request) {
    String header = request.getHeader("Authorization");
    return header != null
        && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && token.matches(header.substring(SCHEME.length()).strip());
  }

  private static void refuse(HttpServletResponse response) throws IOException {
    byte[] body = REFUSAL.getBytes(StandardCharsets.UTF_8);
    response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
    response.setHeader("WWW-Authenticate", "Bearer realm=\"helan\"");
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
