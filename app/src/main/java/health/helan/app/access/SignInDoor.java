package health.helan.app.access;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Guards the sign-in pages and serves OAuth. The server behind it is made for the first request;
 * see {@link AuthorizationServer}.
 */
final class SignInDoor extends OncePerRequestFilter {
  /** What it stands before; nothing else passes through it. */
  static final String[] PATHS = {
    "/oauth2/*",
    "/sign-in",
    "/sign-in/*",
    "/sign-out",
    "/account",
    "/account/*",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server"
  };

  private static final byte[] REFUSAL =
      """
      {"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"security","diagnostics":\
      "登录要求加密连接（TLS）。 Signing in takes an encrypted connection (TLS)."}]}"""
          .getBytes(java.nio.charset.StandardCharsets.UTF_8);

  private final ApplicationContext application;
  private final Transport transport;
  private @Nullable AnnotationConfigWebApplicationContext server;
  private volatile @Nullable Filter chain;

  SignInDoor(ApplicationContext application, Transport transport) {
    this.application = application;
    this.transport = transport;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain rest)
      throws ServletException, IOException {
    response.setHeader("Cache-Control", "no-store");
    if (!transport.isPrivate(request)) {
      AccessFilter.write(response, HttpServletResponse.SC_FORBIDDEN, REFUSAL);
      return;
    }
    chain().doFilter(request, response, rest);
  }

  /** Makes the server, if that has not been done. */
  Filter chain() {
    Filter made = chain;
    return made == null ? make() : made;
  }

  private synchronized Filter make() {
    Filter made = chain;
    if (made == null) {
      AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
      context.setParent(application);
      context.setServletContext(getServletContext());
      context.register(AuthorizationServer.class);
      context.refresh();
      made = context.getBean("springSecurityFilterChain", Filter.class);
      server = context;
      chain = made;
    }
    return made;
  }

  @Override
  public synchronized void destroy() {
    if (server != null) {
      server.close();
    }
  }
}
