package health.helan.app.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.ClientAbortException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * One line per request: method, shape of the path, status, milliseconds. Never the path itself, the
 * query or a body, which name residents. Ordinary requests are logged at DEBUG, because at
 * thousands a second the line costs more than it tells; refusals by the server (5xx) and slow ones
 * at WARN.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 50)
final class RequestLog extends OncePerRequestFilter {
  private static final Logger log = LoggerFactory.getLogger("health.helan.requests");
  private static final long SLOW_MS = 5_000;

  /** As nginx writes a client that went before its answer was there: no fault of the server. */
  private static final int LEFT = 499;

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    long start = System.nanoTime();
    int ended = HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
    try {
      chain.doFilter(request, response);
      ended = response.getStatus();
    } catch (IOException e) {
      if (hasLeft(e)) {
        ended = LEFT;
      }
      throw e;
    } finally {
      long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      int status = ended;
      Level level = status >= 500 || ms >= SLOW_MS ? Level.WARN : Level.DEBUG;
      if (log.isEnabledForLevel(level)) {
        String method = method(request);
        String route = RouteTemplate.of(path(request));
        // Once as fields for the structured log, once as text for the plain one.
        log.atLevel(level)
            .addKeyValue("method", method)
            .addKeyValue("route", route)
            .addKeyValue("status", status)
            .addKeyValue("ms", ms)
            .log("{} {} {} {} ms", method, route, status, ms);
      }
    }
  }

  private static boolean hasLeft(IOException e) {
    return e instanceof ClientAbortException || e.getCause() instanceof ClientAbortException;
  }

  static String path(HttpServletRequest request) {
    return request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
  }

  /** The client's word is kept only where HTTP knows it. */
  private static String method(HttpServletRequest request) {
    return switch (request.getMethod()) {
      case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> request.getMethod();
      default -> "OTHER";
    };
  }
}
