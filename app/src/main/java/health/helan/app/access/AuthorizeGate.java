package health.helan.app.access;

import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.SignIn;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Before a request for authorization is answered, the person signs in, chooses the post to act in,
 * and whose record it is about. Each of these pages leads back to the request.
 */
final class AuthorizeGate extends OncePerRequestFilter {
  private final SignIn signIn;
  private final Launches launches;

  AuthorizeGate(SignIn signIn, Launches launches) {
    this.signIn = signIn;
    this.launches = launches;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (request.getServletPath().equals("/oauth2/authorize")
        && request.getMethod().equals("POST")
        && request.getParameter("response_type") != null) {
      // A request by POST goes on as one by GET, so that the pages can lead back to it.
      response.setStatus(HttpServletResponse.SC_SEE_OTHER);
      response.setHeader("Location", asQuery(request));
      return;
    }
    String page =
        request.getServletPath().equals("/oauth2/authorize") && request.getMethod().equals("GET")
            ? pageBefore(request)
            : null;
    if (page == null) {
      chain.doFilter(request, response);
    } else {
      response.setStatus(HttpServletResponse.SC_SEE_OTHER);
      response.setHeader("Location", page);
    }
  }

  private static String asQuery(HttpServletRequest request) {
    StringBuilder query = new StringBuilder();
    request
        .getParameterMap()
        .forEach(
            (name, values) -> {
              for (String value : values) {
                query
                    .append(query.isEmpty() ? "" : "&")
                    .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                    .append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
              }
            });
    return "/oauth2/authorize?" + query;
  }

  private @Nullable String pageBefore(HttpServletRequest request) {
    List<String> prompts = List.of(text(request, "prompt").split(" "));
    boolean silent = prompts.contains("none");
    var authentication = SecurityContextHolder.getContext().getAuthentication();
    if (silent) {
      return null; // The server answers with an error that the app understands.
    }
    if (!(authentication instanceof SignedIn person) || !person.isAuthenticated()) {
      return to("/sign-in", request, "");
    }
    if (prompts.contains("login") || prompts.contains("select_account")) {
      return to("/sign-in", request, "prompt");
    }
    Account account = signIn.accounts().byId(person.session().account());
    if (account == null) {
      return to("/sign-in", request, "");
    }
    if (!account.isActive()) {
      return "/account";
    }
    if (account.kind() == Account.Kind.PRACTITIONER
        && signIn.post(account, person.session().role()) == null
        && !signIn.registry().posts(account.person()).isEmpty()) {
      return to("/sign-in/role", request, "");
    }
    List<String> scopes = Arrays.asList(text(request, "scope").split(" "));
    boolean chosen = !text(request, Launches.PARAMETER).isEmpty();
    if (!chosen
        && Launches.needsPatient(scopes)
        && launches
            .contextOf(person.session(), text(request, "client_id"), scopes, null)
            .patient()
            .isEmpty()) {
      return to("/sign-in/patient", request, "");
    }
    return null;
  }

  private static String text(HttpServletRequest request, String name) {
    String value = request.getParameter(name);
    return value == null ? "" : value;
  }

  private static String to(String page, HttpServletRequest request, String without) {
    String query = request.getQueryString() == null ? "" : request.getQueryString();
    if (!without.isEmpty()) {
      query =
          String.join(
              "&",
              Arrays.stream(query.split("&"))
                  .filter(part -> !part.startsWith(without + "="))
                  .toList());
    }
    return page
        + "?continue="
        + URLEncoder.encode("/oauth2/authorize?" + query, StandardCharsets.UTF_8);
  }
}
