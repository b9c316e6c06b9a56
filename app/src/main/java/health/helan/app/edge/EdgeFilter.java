package health.helan.app.edge;

import health.helan.app.access.AccessFilter;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * What an edge node does not do: it keeps no records, and feeds, mappings and replays are the
 * centre's. Reading, messages, sign-in and the node's own keys are left as they are.
 */
final class EdgeFilter extends OncePerRequestFilter implements Ordered {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  private static final Set<String> CLOSED =
      Set.of(
          "$gateway-feed",
          "$gateway-mapping",
          "$gateway-replay",
          "$gateway-rehearse",
          "$edge-node",
          "$import",
          "$import-concepts",
          "$map-local-code",
          "$onboarding-apply",
          "$onboarding-step",
          "$validate");

  @Override
  public int getOrder() {
    return AccessFilter.ORDER + 20;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (isClosed(request)) {
      var refusal = new Refusal(Refusal.Kind.FORBIDDEN, "edge.no-records");
      byte[] body =
          Outcomes.bytes(
              Outcomes.of(refusal, Messages.language(request.getHeader("Accept-Language"))));
      response.setStatus(refusal.kind().status());
      response.setHeader("Cache-Control", "no-store");
      response.setContentType("application/fhir+json;charset=UTF-8");
      response.setContentLength(body.length);
      response.getOutputStream().write(body);
    } else {
      chain.doFilter(request, response);
    }
  }

  static boolean isClosed(HttpServletRequest request) {
    String door = request.getServletPath();
    if (door.equals("/edge")) {
      return true;
    }
    if (!door.startsWith("/fhir")) {
      return false;
    }
    String path = door + (request.getPathInfo() == null ? "" : request.getPathInfo());
    String last = path.substring(path.lastIndexOf('/') + 1);
    if (CLOSED.contains(last)) {
      return true;
    }
    return !READING.contains(request.getMethod())
        && !last.startsWith("$")
        && !last.equals("_search");
  }
}
