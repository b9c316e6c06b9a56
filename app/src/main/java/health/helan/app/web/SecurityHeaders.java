package health.helan.app.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** What browsers are told not to do with our answers. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 60)
final class SecurityHeaders extends OncePerRequestFilter {
  /**
   * The component library of the pages writes style elements, hence inline styles; no inline
   * scripts. PDF documents are shown in a frame from memory, hence blob frames.
   */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
          + "img-src 'self' data: blob:; frame-src 'self' blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
          + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

  /** Behind a proxy that ends TLS, browsers know the platform by an https address. */
  private final boolean overTls;

  @Autowired
  SecurityHeaders() {
    this(System.getenv("HELAN_BASE_URL"));
  }

  /**
   * @param base address by which browsers know the platform; null to take it from each request
   */
  SecurityHeaders(@Nullable String base) {
    overTls = base != null && base.strip().startsWith("https://");
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (overTls || request.isSecure()) {
      response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    }
    response.setHeader(
        "Permissions-Policy", "geolocation=(self), camera=(self), microphone=(self)");
    chain.doFilter(request, response);
  }
}
