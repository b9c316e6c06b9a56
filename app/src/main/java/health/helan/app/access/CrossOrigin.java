package health.helan.app.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets pages of the origins that an operator names call the API and OAuth's endpoints. Never with
 * cookies: a page elsewhere has a token of its own or nothing. The sign-in pages are for no other
 * page.
 */
final class CrossOrigin extends OncePerRequestFilter {
  private static final List<String> SERVED =
      List.of(
          "/fhir",
          "/oauth2/token",
          "/oauth2/revoke",
          "/oauth2/introspect",
          "/oauth2/jwks",
          "/.well-known",
          "/userinfo",
          "/access/me");

  private final Set<String> origins;

  CrossOrigin(Set<String> origins) {
    this.origins = origins;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String origin = request.getHeader("Origin");
    String path = request.getRequestURI();
    boolean served =
        SERVED.stream()
            .anyMatch(prefix -> path.equals(prefix) || path.startsWith(prefix + "/"));
    if (origin != null && served && !origins.isEmpty()) {
      response.addHeader("Vary", "Origin");
      if (origins.contains(origin)) {
        response.setHeader("Access-Control-Allow-Origin", origin);
        response.setHeader(
            "Access-Control-Expose-Headers", "ETag, Location, Last-Modified, Retry-After");
        if (request.getMethod().equals("OPTIONS")
            && request.getHeader("Access-Control-Request-Method") != null) {
          response.setHeader(
              "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
          response.setHeader(
              "Access-Control-Allow-Headers",
              "Authorization, Content-Type, Accept, Accept-Language, If-Match, If-None-Match, If-None-Exist, Prefer, X-Request-Id");
          response.setHeader("Access-Control-Max-Age", "600");
          response.setStatus(HttpServletResponse.SC_NO_CONTENT);
          return;
        }
      }
    }
    chain.doFilter(request, response);
  }
}
