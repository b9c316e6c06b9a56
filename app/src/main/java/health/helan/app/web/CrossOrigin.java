package health.helan.app.web;

import health.helan.app.start.StartRefused;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Which pages of other origins may call the API from a browser: those that {@code
 * HELAN_CORS_ORIGINS} lists, none without it. Origins are compared as a whole; there is no
 * wildcard. Credentials of the browser (cookies) never come along: callers send a token.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 70)
final class CrossOrigin extends OncePerRequestFilter {
  private static final Pattern ORIGIN = Pattern.compile("https?://[A-Za-z0-9.\\-\\[\\]:]+");

  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
  private static final String REQUEST_HEADERS =
      "Authorization, Accept, Accept-Language, Content-Type, Content-Encoding, If-Match,"
          + " If-Modified-Since, If-None-Exist, If-None-Match, If-Range, Prefer, Range,"
          + " X-Request-Id";
  private static final String ANSWER_HEADERS =
      "Content-Disposition, Content-Location, Content-Range, ETag, Last-Modified, Location,"
          + " Retry-After, WWW-Authenticate, X-Request-Id";

  private final Set<String> origins;

  @Autowired
  CrossOrigin() {
    this(System.getenv("HELAN_CORS_ORIGINS"));
  }

  /**
   * @param listed origins, separated by commas; null for none
   * @throws StartRefused for what is no origin
   */
  CrossOrigin(@Nullable String listed) {
    origins = new LinkedHashSet<>();
    if (listed == null || listed.isBlank()) {
      return;
    }
    for (String origin : listed.split(",")) {
      if (!ORIGIN.matcher(origin.strip()).matches()) {
        throw new StartRefused(
            "HELAN_CORS_ORIGINS 要求以逗号分隔的来源，例如 https://app.example，不能有通配符，收到的是 "
                + origin.strip()
                + "。",
            "HELAN_CORS_ORIGINS takes origins such as https://app.example, separated by commas and without wildcards, not "
                + origin.strip()
                + ".");
      }
      origins.add(origin.strip());
    }
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (origins.isEmpty()) {
      chain.doFilter(request, response);
      return;
    }
    response.addHeader("Vary", "Origin");
    String origin = request.getHeader("Origin");
    if (origin == null || !origins.contains(origin)) {
      // The browser keeps the answer from a page that we did not name.
      chain.doFilter(request, response);
      return;
    }
    response.setHeader("Access-Control-Allow-Origin", origin);
    if (request.getMethod().equals("OPTIONS")
        && request.getHeader("Access-Control-Request-Method") != null) {
      response.setHeader("Access-Control-Allow-Methods", METHODS);
      response.setHeader("Access-Control-Allow-Headers", REQUEST_HEADERS);
      response.setHeader("Access-Control-Max-Age", "600");
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      return;
    }
    response.setHeader("Access-Control-Expose-Headers", ANSWER_HEADERS);
    chain.doFilter(request, response);
  }
}
