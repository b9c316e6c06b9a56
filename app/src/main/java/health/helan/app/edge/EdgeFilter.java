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
 * centre's. Reading, messages, sign-in and what keeps the node itself stay.
 */
final class EdgeFilter extends OncePerRequestFilter implements Ordered {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  /**
   * What is sent by POST and changes no record of anybody. Whatever else a room of the centre
   * brings is closed here from its first day.
   */
  private static final Set<String> OPEN =
      Set.of(
          "_search",
          "$alerts",
          "$audit-seal",
          "$certificate",
          "$edge-status",
          "$encryption-status",
          "$gateway-discard",
          "$gateway-messages",
          "$handle-alert",
          "$renew-data-key",
          "$signer",
          "$trust-authority",
          "$trusted-authorities");

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
    return !READING.contains(request.getMethod()) && !OPEN.contains(last);
  }
}
