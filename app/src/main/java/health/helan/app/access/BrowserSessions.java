package health.helan.app.access;

import health.helan.foundation.trust.account.Session;
import health.helan.foundation.trust.account.Sessions;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.Visitor;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;

/**
 * What a browser keeps: its session (until it is closed), and that it is a device that has signed
 * in before (for a year). Both are HttpOnly, SameSite=Lax, and Secure where the platform is reached
 * by TLS. Lax and not Strict, because an app's request for authorization comes from another site.
 */
final class BrowserSessions implements SecurityContextRepository {
  static final String SESSION = "helan-session";
  static final String DEVICE = "helan-device";
  private static final Duration DEVICE_KEPT = Duration.ofDays(365);
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final SignIn signIn;
  private final Transport transport;

  BrowserSessions(SignIn signIn, Transport transport) {
    this.signIn = signIn;
    this.transport = transport;
  }

  /** The session of the request, in whatever stage; null for none. */
  @Nullable Session session(HttpServletRequest request) {
    return signIn.sessions().find(cookie(request, SESSION));
  }

  Visitor visitor(HttpServletRequest request) {
    String device = cookie(request, DEVICE);
    return new Visitor(
        transport.address(request),
        Devices.name(request.getHeader("User-Agent")),
        device != null && TOKEN.matcher(device).matches() ? device : null);
  }

  void keep(
      HttpServletRequest request,
      HttpServletResponse response,
      Sessions.Begun begun,
      @Nullable String deviceToken) {
    set(request, response, SESSION, begun.cookie(), null);
    if (deviceToken != null) {
      set(request, response, DEVICE, deviceToken, DEVICE_KEPT);
    }
  }

  void forget(HttpServletRequest request, HttpServletResponse response) {
    set(request, response, SESSION, "", Duration.ZERO);
  }

  private void set(
      HttpServletRequest request,
      HttpServletResponse response,
      String name,
      String value,
      @Nullable Duration life) {
    ResponseCookie.ResponseCookieBuilder cookie =
        ResponseCookie.from(name, value)
            .path("/")
            .httpOnly(true)
            .sameSite("Lax")
            .secure(transport.isTls(request));
    if (life != null) {
      cookie.maxAge(life);
    }
    response.addHeader("Set-Cookie", cookie.build().toString());
  }

  static @Nullable String cookie(HttpServletRequest request, String name) {
    Cookie[] cookies = request.getCookies();
    if (cookies != null) {
      for (Cookie cookie : cookies) {
        if (cookie.getName().equals(name)) {
          return cookie.getValue();
        }
      }
    }
    return null;
  }

  @Override
  @Deprecated
  public SecurityContext loadContext(HttpRequestResponseHolder holder) {
    return load(holder.getRequest());
  }

  @Override
  public org.springframework.security.core.context.DeferredSecurityContext loadDeferredContext(
      HttpServletRequest request) {
    return new org.springframework.security.core.context.DeferredSecurityContext() {
      private @Nullable SecurityContext context;

      @Override
      public SecurityContext get() {
        if (context == null) {
          context = load(request);
        }
        return context;
      }

      @Override
      public boolean isGenerated() {
        return get().getAuthentication() == null;
      }
    };
  }

  private SecurityContext load(HttpServletRequest request) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    Session session = session(request);
    if (session != null && session.isSignedIn()) {
      context.setAuthentication(new SignedIn(session));
    }
    return context;
  }

  @Override
  public void saveContext(
      SecurityContext context, HttpServletRequest request, HttpServletResponse response) {
    // Sessions begin and end on the pages, nowhere else.
  }

  @Override
  public boolean containsContext(HttpServletRequest request) {
    return session(request) != null;
  }
}
