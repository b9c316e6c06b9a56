package health.helan.app.access;

import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.app.Client;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Turns the token of a request into a {@link Caller}, and lets nobody without one through. Open
 * without a token are the capability statement, health, where sign-in is to be found, and the
 * static pages, all for reading only; the sign-in pages and OAuth's endpoints have a guard of their
 * own ({@link SignInDoor}). Whatever is added later under a servlet of its own, or below one of the
 * closed prefixes, is closed until it is named here.
 */
@Component
@Order(AccessFilter.ORDER)
public final class AccessFilter extends OncePerRequestFilter {
  /** After measuring and logging, so that a refusal is counted too; before everything else. */
  public static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

  /** Request attribute that holds what is known of the token ({@link Callers.Holder}). */
  static final String HOLDER = Callers.Holder.class.getName();

  private static final String SCHEME = "Bearer ";
  private static final Set<String> READING = Set.of("GET", "HEAD");

  /** Read by anyone. */
  static final Set<String> OPEN =
      Set.of(
          "/fhir/metadata",
          "/fhir/.well-known/smart-configuration",
          "/health",
          "/health/ready",
          AccessFilter.PUBLIC_LIST,
          AccessFilter.SOCKET,
          AccessFilter.VISIT_SOCKET);

  /**
   * What anyone may know of online care (docs/adr/0085): holds nothing about any person, is kept
   * ready, limited in rate, and traced.
   */
  public static final String PUBLIC_LIST = "/public/online-services";

  /** Opened by anyone; what comes over it is for who binds with a token. */
  static final String SOCKET = "/subscription-socket";

  /** Likewise: of conversations in visits on line. */
  static final String VISIT_SOCKET = "/visit-socket";

  /**
   * What screens in halls show (docs/guide/queue.md): for the token of a screen, which opens
   * nothing else and is asked for by the servlet there. Nobody gets anything there without one.
   */
  public static final String HALL = "/hall";

  /**
   * Where payment channels tell what has happened (docs/guide/payment.md): each proves by its
   * signature who it is, and learns nothing.
   */
  public static final String CHANNELS = "/pay";

  /** Nothing below these is open, but what {@link #OPEN} names. */
  static final Set<String> CLOSED_PREFIXES =
      Set.of(
          "/fhir",
          "/hl7v2",
          "/intake",
          "/edge",
          "/statements",
          "/metrics",
          "/health",
          "/error",
          "/access",
          "/public",
          HALL,
          CHANNELS,
          "/userinfo");

  /** Guarded by {@link SignInDoor}. */
  static final Set<String> GUARDED_PREFIXES =
      Set.of("/oauth2", "/sign-in", "/sign-out", "/account", "/.well-known");

  /** What people who are no operators may use beside the records. */
  private static final Set<String> FOR_EVERYONE =
      Set.of("/fhir", "/hl7v2", "/intake", "/edge", "/statements", "/access", "/userinfo");

  /** Made-up residents and messages for trying out (docs/guide/onboarding.md). */
  private static final Set<String> SANDBOX =
      Set.of("/fhir/sandbox", "/hl7v2/sandbox", "/intake/sandbox");

  private final OperatorToken token;
  private final Callers callers;
  private final Transport transport;
  private final AccessPolicy policy;
  private final @Nullable OutsideTokens outside;

  AccessFilter(
      OperatorToken token,
      Callers callers,
      Transport transport,
      AccessPolicy policy,
      org.springframework.beans.factory.ObjectProvider<OutsideTokens> outside) {
    this.token = token;
    this.callers = callers;
    this.transport = transport;
    this.policy = policy;
    this.outside = outside.getIfAvailable();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String path = path(request);
    if (isBelow(path, GUARDED_PREFIXES)) {
      chain.doFilter(request, response);
      return;
    }
    String presented = presented(request);
    // What comes over a socket is as private as a token.
    boolean isSecret = presented != null || path.equals(SOCKET) || path.equals(VISIT_SOCKET);
    if (isSecret && !transport.isPrivate(request)) {
      refuse(
          response,
          HttpServletResponse.SC_FORBIDDEN,
          "security",
          "访问令牌不得经未加密的连接传送：请使用 TLS，并更换这个令牌。"
              + " A token must not travel unencrypted: use TLS, and replace this token.");
      return;
    }
    if (path.equals(HALL) || isBelow(path, Set.of(CHANNELS))) {
      chain.doFilter(request, response);
      return;
    }
    Caller caller = presented == null ? null : caller(request, presented);
    if (caller == null) {
      if (presented != null && callers.isSwitchedOff(presented)) {
        refuse(
            response,
            HttpServletResponse.SC_FORBIDDEN,
            "forbidden",
            "该系统的接入已暂停或停用，请联系平台运维。 This system is suspended or switched off; ask the platform's operators.");
      } else if (isOpen(request, path)) {
        chain.doFilter(request, response);
      } else {
        response.setHeader("WWW-Authenticate", "Bearer realm=\"helan\"");
        refuse(
            response,
            HttpServletResponse.SC_UNAUTHORIZED,
            "login",
            "需要有效的访问令牌：Authorization: Bearer …。"
                + " A valid access token is needed: Authorization: Bearer ….");
      }
    } else if (mayGoOn(request, caller, path)) {
      request.setAttribute(FhirServlet.CALLER, caller);
      chain.doFilter(request, response);
    } else {
      refuse(
          response,
          HttpServletResponse.SC_FORBIDDEN,
          "forbidden",
          "您的账户无权使用此功能。 Your account may not use this.");
    }
  }

  private @Nullable Caller caller(HttpServletRequest request, String presented) {
    // Ours, not the client's X-Request-Id: that one may repeat, and could say anything.
    String id = UUID.randomUUID().toString();
    if (token.matches(presented)) {
      return Caller.operator(id);
    }
    Callers.Holder holder = callers.holder(presented);
    if (holder == null && outside != null) {
      holder = outside.holder(presented);
    }
    if (holder == null) {
      return null;
    }
    request.setAttribute(HOLDER, holder);
    Caller caller = holder.caller();
    return new Caller(
        caller.subject(),
        caller.role(),
        caller.institution(),
        caller.purposes(),
        id,
        caller.binding());
  }

  /**
   * Metrics are the operators'. Records are for all as far as the access policy goes; while there
   * is none, they are the operators' too.
   */
  private boolean mayGoOn(HttpServletRequest request, Caller caller, String path) {
    if (isOperator(request, caller)) {
      return true;
    }
    if (OPEN.contains(path)) {
      return true;
    }
    boolean isOfSandbox =
        caller.role() == Caller.Role.SYSTEM && Client.isOfSandbox(caller.subject());
    if (isOfSandbox != isBelow(path, SANDBOX)) {
      // Who tries out reaches nothing real, and nobody else has business among the made-up.
      return isOfSandbox && path.equals("/access/me");
    }
    boolean everythingIsAllowed = policy == AccessPolicy.EVERYTHING;
    if (isBelow(path, Set.of("/fhir")) && everythingIsAllowed) {
      return false;
    }
    return isBelow(path, FOR_EVERYONE) || !isBelow(path, CLOSED_PREFIXES);
  }

  /** The holder of the operator token, or an operator's account on our own pages. */
  static boolean isOperator(HttpServletRequest request, Caller caller) {
    return caller.role() == Caller.Role.OPERATOR
        && (!(request.getAttribute(HOLDER) instanceof Callers.Holder holder)
            || holder.caller().binding().scopes().equals(Caller.Binding.ALL_SCOPES));
  }

  private static boolean isOpen(HttpServletRequest request, String path) {
    if (!READING.contains(request.getMethod())) {
      return false;
    }
    if (OPEN.contains(path)) {
      return true;
    }
    return "dispatcherServlet".equals(request.getHttpServletMapping().getServletName())
        && !isBelow(path, CLOSED_PREFIXES);
  }

  /** Decoded, normalised and without path parameters, as the mapping to a servlet saw it. */
  private static String path(HttpServletRequest request) {
    return request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
  }

  private static boolean isBelow(String path, Set<String> prefixes) {
    return prefixes.stream()
        .anyMatch(prefix -> path.equals(prefix) || path.startsWith(prefix + "/"));
  }

  private static @Nullable String presented(HttpServletRequest request) {
    String header = request.getHeader("Authorization");
    return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? header.substring(SCHEME.length()).strip()
        : null;
  }

  private static void refuse(HttpServletResponse response, int status, String code, String sentence)
      throws IOException {
    String body =
        "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\""
            + code
            + "\",\"diagnostics\":\""
            + sentence
            + "\"}]}";
    write(response, status, body.getBytes(StandardCharsets.UTF_8));
  }

  static void write(HttpServletResponse response, int status, byte[] outcome) throws IOException {
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(outcome.length);
    response.getOutputStream().write(outcome);
  }
}
