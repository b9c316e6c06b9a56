package health.helan.app.access;

import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Passwords;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.Session;
import health.helan.foundation.trust.account.Sessions;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.SignIn.Outcome;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Grants;
import health.helan.foundation.trust.app.Scope;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * The pages between a person and an app: sign-in, second factor, post, whose record, consent,
 * registration, activation. Small, server-made, without script; every form carries a token against
 * forgery. What is typed is kept but for secrets.
 */
@Controller
class SignInPages {
  /** Parameter that says where to go on. */
  static final String CONTINUE = "continue";

  private static final int LONGEST_WAY_BACK = 4000;

  private final SignIn signIn;
  private final BrowserSessions browser;
  private final Launches launches;
  private final Clients clients;
  private final Grants grants;
  private final StoreRegistry registry;
  private final AccessSettings settings;

  SignInPages(
      SignIn signIn,
      BrowserSessions browser,
      Launches launches,
      Clients clients,
      Grants grants,
      StoreRegistry registry,
      AccessSettings settings) {
    this.signIn = signIn;
    this.browser = browser;
    this.launches = launches;
    this.clients = clients;
    this.grants = grants;
    this.registry = registry;
    this.settings = settings;
  }

  // --- Where to go on
  // -----------------------------------------------------------------------------

  /** A path of ours, as it was sent; the account page where it is none. */
  static String wayBack(@Nullable String wanted) {
    boolean ours =
        wanted != null
            && wanted.length() <= LONGEST_WAY_BACK
            && wanted.matches("/[\\x21-\\x7e]*")
            && !wanted.startsWith("//")
            && !wanted.contains("\\")
            && (RegisteredClients.isEntry(wanted)
                || wanted.startsWith("/oauth2/authorize?")
                || wanted.startsWith("/account")
                || wanted.startsWith("/sign-in"));
    return ours && wanted != null ? wanted : "/account";
  }

  static String text(HttpServletRequest request, String name) {
    String value = request.getParameter(name);
    return value == null ? "" : value;
  }

  static void redirect(HttpServletResponse response, String address) {
    response.setStatus(HttpServletResponse.SC_SEE_OTHER);
    response.setHeader("Location", address);
  }

  private static String with(String page, String way) {
    return page + "?" + CONTINUE + "=" + URLEncoder.encode(way, StandardCharsets.UTF_8);
  }

  /** A parameter of the authorization request that is waiting; empty for none. */
  private static String waiting(String way, String name) {
    int query = way.indexOf('?');
    if (!way.startsWith("/oauth2/authorize") || query < 0) {
      return "";
    }
    return Arrays.stream(way.substring(query + 1).split("&"))
        .filter(part -> part.startsWith(name + "="))
        .map(part -> decode(part.substring(name.length() + 1)))
        .findFirst()
        .orElse("");
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException broken) {
      return "";
    }
  }

  /** Where the waiting app's answer goes; only if it was registered with this address. */
  private @Nullable String target(String way) {
    String client = waiting(way, "client_id");
    String redirect = waiting(way, "redirect_uri");
    Client registered = client.isEmpty() ? null : clients.find(client);
    return registered == null ? null : targetOf(registered, redirect);
  }

  static @Nullable String targetOf(Client client, String redirect) {
    try {
      URI address = URI.create(redirect);
      boolean known =
          client.redirects().contains(redirect)
              || "127.0.0.1".equals(address.getHost())
                  && client.redirects().stream().anyMatch(r -> r.startsWith("http://127.0.0.1"));
      if (!known || address.getScheme() == null) {
        return null;
      }
      return address.getScheme().startsWith("http")
          ? address.getScheme() + "://" + address.getRawAuthority()
          : address.getScheme() + ":";
    } catch (IllegalArgumentException broken) {
      return null;
    }
  }

  private String appName(String way, Texts texts) {
    String id = waiting(way, "client_id");
    if (id.isEmpty() || RegisteredClients.isOurs(id)) {
      return "";
    }
    Client client = clients.find(id);
    return client == null ? "" : texts.get("signin.for-app", client.name());
  }

  // --- Sign-in
  // ------------------------------------------------------------------------------------

  @GetMapping("/sign-in")
  void signIn(HttpServletRequest request, HttpServletResponse response) throws IOException {
    signInPage(request, response, null, HttpServletResponse.SC_OK);
  }

  private void signInPage(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable String problem,
      int status)
      throws IOException {
    Texts texts = Texts.of(request);
    String way = wayBack(request.getParameter(CONTINUE));
    Page page =
        new Page(request, texts, "signin.title").mayEndAt(target(way)).heading("signin.title");
    String app = appName(way, texts);
    if (!app.isEmpty()) {
      page.html("<p>").text(app).html("</p>");
    }
    page.problem(problem)
        .form("/sign-in")
        .hidden(CONTINUE, way)
        .field(
            "login",
            "signin.login",
            "text",
            text(request, "login"),
            "autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required autofocus maxlength=\"100\"")
        .field(
            "password",
            "signin.password",
            "password",
            "",
            "autocomplete=\"current-password\" required maxlength=\"256\"")
        .button("signin.submit")
        .end();
    if (settings.outside() != null) {
      page.other(with("/sign-in/outside", way), "signin.outside");
    }
    page.html("<p class=\"other\">")
        .link("/sign-in/register", "signin.register")
        .html(" · ")
        .link("/sign-in/activate", "signin.activate")
        .html("</p>")
        .send(response, status);
  }

  @PostMapping("/sign-in")
  void attempt(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Texts texts = Texts.of(request);
    Outcome outcome =
        signIn.attempt(text(request, "login"), text(request, "password"), browser.visitor(request));
    if (outcome instanceof Outcome.Refused) {
      signInPage(
          request, response, texts.get("signin.refused"), HttpServletResponse.SC_UNAUTHORIZED);
      return;
    }
    if (outcome instanceof Outcome.Wait wait) {
      signInPage(request, response, patience(texts, response, wait.patience()), 429);
      return;
    }
    goOn(request, response, (Outcome.In) outcome);
  }

  static String patience(Texts texts, HttpServletResponse response, Duration patience) {
    long seconds = Math.max(1, patience.toSeconds() + (patience.getNano() > 0 ? 1 : 0));
    response.setHeader("Retry-After", Long.toString(seconds));
    return texts.get("signin.wait", seconds);
  }

  private void goOn(HttpServletRequest request, HttpServletResponse response, Outcome.In in) {
    Session old = browser.session(request);
    if (old != null) {
      signIn.sessions().end(old.account(), old.id());
    }
    browser.keep(request, response, in.begun(), in.deviceToken());
    String way = wayBack(request.getParameter(CONTINUE));
    switch (in.begun().session().stage()) {
      case SECOND_FACTOR -> redirect(response, with("/sign-in/second", way));
      case ENROL -> redirect(response, with("/account/second-factor", way));
      case SIGNED_IN -> redirect(response, way);
    }
  }

  @GetMapping("/sign-in/language")
  void language(HttpServletRequest request, HttpServletResponse response) {
    String to = text(request, "to").equals("en") ? "en" : "zh";
    response.addHeader(
        "Set-Cookie",
        ResponseCookie.from(Texts.LANGUAGE, to)
            .path("/")
            .sameSite("Lax")
            .httpOnly(true)
            .maxAge(Duration.ofDays(365))
            .build()
            .toString());
    redirect(response, wayBack(request.getParameter("back")));
  }

  @GetMapping("/sign-in/second")
  void second(HttpServletRequest request, HttpServletResponse response) throws IOException {
    secondPage(request, response, null, HttpServletResponse.SC_OK);
  }

  private void secondPage(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable String problem,
      int status)
      throws IOException {
    Session half = browser.session(request);
    String way = wayBack(request.getParameter(CONTINUE));
    if (half == null || half.stage() != Session.Stage.SECOND_FACTOR) {
      redirect(response, with("/sign-in", way));
      return;
    }
    new Page(request, Texts.of(request), "second.title")
        .mayEndAt(target(way))
        .heading("second.title")
        .paragraph("second.how")
        .problem(problem)
        .form("/sign-in/second")
        .hidden(CONTINUE, way)
        .field(
            "code",
            "second.code",
            "text",
            "",
            "autocomplete=\"one-time-code\" autocapitalize=\"characters\" spellcheck=\"false\" required autofocus maxlength=\"20\"")
        .button("second.submit")
        .end()
        .muted("second.recovery")
        .send(response, status);
  }

  @PostMapping("/sign-in/second")
  void secondFactor(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Session half = browser.session(request);
    Texts texts = Texts.of(request);
    if (half == null) {
      redirect(response, with("/sign-in", wayBack(request.getParameter(CONTINUE))));
      return;
    }
    Outcome outcome = signIn.secondFactor(half, text(request, "code"), browser.visitor(request));
    switch (outcome) {
      case Outcome.Refused refused ->
          secondPage(
              request, response, texts.get("second.refused"), HttpServletResponse.SC_UNAUTHORIZED);
      case Outcome.Wait wait ->
          secondPage(request, response, patience(texts, response, wait.patience()), 429);
      case Outcome.In in -> goOn(request, response, in);
    }
  }

  @PostMapping("/sign-out")
  void signOut(HttpServletRequest request, HttpServletResponse response) {
    Session session = browser.session(request);
    if (session != null) {
      signIn.signOut(session, browser.visitor(request));
    }
    browser.forget(request, response);
    redirect(response, "/sign-in");
  }

  /** Asked before, because a link that signs out could be put anywhere. */
  @GetMapping("/sign-out")
  void askToSignOut(HttpServletRequest request, HttpServletResponse response) throws IOException {
    new Page(request, Texts.of(request), "signout.title")
        .heading("signout.title")
        .paragraph("signout.ask")
        .form("/sign-out")
        .button("signout.submit")
        .end()
        .other("/account", "signout.stay")
        .send(response, HttpServletResponse.SC_OK);
  }

  // --- Post, record, consent
  // ----------------------------------------------------------------------

  private @Nullable Session signedIn(HttpServletRequest request, HttpServletResponse response) {
    Session session = browser.session(request);
    if (session == null || !session.isSignedIn()) {
      redirect(
          response,
          with(
              "/sign-in",
              wayBack(
                  request.getMethod().equals("GET") && request.getQueryString() != null
                      ? request.getServletPath() + "?" + request.getQueryString()
                      : request.getServletPath())));
      return null;
    }
    return session;
  }

  @GetMapping("/sign-in/role")
  void role(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Session session = signedIn(request, response);
    Account account = session == null ? null : signIn.accounts().byId(session.account());
    if (session == null || account == null) {
      return;
    }
    String way = wayBack(request.getParameter(CONTINUE));
    Page page =
        new Page(request, Texts.of(request), "role.title")
            .mayEndAt(target(way))
            .heading("role.title")
            .paragraph("role.how");
    List<Registry.Post> posts = signIn.registry().posts(account.person());
    if (account.kind() != Account.Kind.PRACTITIONER || posts.isEmpty()) {
      page.muted("role.none");
    } else {
      page.form("/sign-in/role").hidden(CONTINUE, way).html("<div class=\"choices\">");
      for (Registry.Post post : posts) {
        boolean present = post.id().equals(session.role());
        page.html("<button type=\"submit\" class=\"choice\" name=\"role\" value=\"")
            .text(post.id())
            .html("\"")
            .html(present ? " aria-current=\"true\"" : "")
            .html("><strong>")
            .text(post.institutionName())
            .html("</strong><span>")
            .text((post.departmentName() + " " + post.title()).strip())
            .html("</span></button>");
      }
      page.html("</div>").end();
    }
    page.send(response, HttpServletResponse.SC_OK);
  }

  @PostMapping("/sign-in/role")
  void switchRole(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Session session = signedIn(request, response);
    if (session == null) {
      return;
    }
    Sessions.Begun begun =
        signIn.switchRole(session, text(request, "role"), browser.visitor(request));
    if (begun == null) {
      failure(request, response, "role.not-yours", HttpServletResponse.SC_FORBIDDEN);
      return;
    }
    browser.keep(request, response, begun, null);
    redirect(response, wayBack(request.getParameter(CONTINUE)));
  }

  @GetMapping("/sign-in/patient")
  void patient(HttpServletRequest request, HttpServletResponse response) throws IOException {
    patientPage(request, response, null, HttpServletResponse.SC_OK);
  }

  private void patientPage(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable String problem,
      int status)
      throws IOException {
    Session session = signedIn(request, response);
    Account account = session == null ? null : signIn.accounts().byId(session.account());
    if (session == null || account == null) {
      return;
    }
    String way = wayBack(request.getParameter(CONTINUE));
    Texts texts = Texts.of(request);
    Page page =
        new Page(request, texts, "patient.title")
            .mayEndAt(target(way))
            .heading("patient.title")
            .problem(problem);
    String app = appName(way, texts);
    if (!app.isEmpty()) {
      page.html("<p>").text(app).html("</p>");
    }
    List<Launches.Choice> choices = launches.choices(account);
    page.form("/sign-in/patient").hidden(CONTINUE, way);
    if (account.kind() == Account.Kind.RESIDENT) {
      page.html("<div class=\"choices\">");
      for (Launches.Choice choice : choices) {
        page.html("<button type=\"submit\" class=\"choice\" name=\"patient\" value=\"")
            .text(choice.patient())
            .html("\"><strong>")
            .text(choice.name())
            .html("</strong></button>");
      }
      page.html("</div>").end();
    } else {
      page.paragraph("patient.how")
          .field(
              "number",
              "patient.number",
              "text",
              "",
              "autocomplete=\"off\" required maxlength=\"18\" autofocus")
          .field(
              "name",
              "patient.name",
              "text",
              text(request, "name"),
              "autocomplete=\"off\" required maxlength=\"50\"")
          .button("patient.submit")
          .end();
    }
    page.send(response, status);
  }

  @PostMapping("/sign-in/patient")
  void choosePatient(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Session session = signedIn(request, response);
    Account account = session == null ? null : signIn.accounts().byId(session.account());
    if (session == null || account == null) {
      return;
    }
    String chosen = "";
    if (account.kind() == Account.Kind.RESIDENT) {
      String wanted = text(request, "patient");
      if (launches.choices(account).stream().anyMatch(c -> c.patient().equals(wanted))) {
        chosen = wanted;
      }
    } else {
      // Who stands before a clinician is named by both; what the app then sees is the policy's
      // matter.
      Registry.Resident found =
          registry.resident(
              text(request, "number").strip().toUpperCase(Locale.ROOT), text(request, "name"));
      chosen = found == null ? "" : found.patient();
    }
    if (chosen.isEmpty()) {
      patientPage(
          request,
          response,
          Texts.of(request).get("patient.unknown"),
          HttpServletResponse.SC_NOT_FOUND);
      return;
    }
    String way = wayBack(request.getParameter(CONTINUE));
    String launch = launches.choose(session, waiting(way, "client_id"), chosen);
    redirect(response, way + "&" + Launches.PARAMETER + "=" + launch);
  }

  @GetMapping("/sign-in/consent")
  void consent(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Session session = signedIn(request, response);
    if (session == null) {
      return;
    }
    Texts texts = Texts.of(request);
    Client client = clients.find(text(request, "client_id"));
    Grants.Found waiting = grants.find(Grants.Kind.STATE, text(request, "state"));
    if (client == null
        || waiting == null
        || !waiting.grant().account().equals(session.account())
        || !waiting.grant().client().equals(client.id())) {
      failure(request, response, "consent.over", HttpServletResponse.SC_BAD_REQUEST);
      return;
    }
    var asked = health.helan.foundation.store.Json.MAPPER.readTree(waiting.grant().body());
    String redirect = asked.path("request").path("redirect").asString("");
    String patient = asked.path("patient").asString("");
    Page page =
        new Page(request, texts, "consent.title")
            .mayEndAt(targetOf(client, redirect))
            .heading("consent.heading", client.name())
            .muted("consent.goes-to", redirect);
    Registry.Resident about = patient.isEmpty() ? null : registry.residentOf(patient);
    if (about != null) {
      page.paragraph("consent.about", about.name());
    }
    page.form("/oauth2/authorize")
        .hidden("client_id", client.id())
        .hidden("state", text(request, "state"))
        .html("<fieldset><legend>")
        .text(texts.get("consent.asks"))
        .html("</legend>");
    asked
        .path("request")
        .path("scopes")
        .forEach(
            node -> {
              String scope = node.asString();
              if (!scope.equals("openid")) {
                page.html(
                        "<label class=\"check\"><input type=\"checkbox\" name=\"scope\" checked value=\"")
                    .text(scope)
                    .html("\"><span>")
                    .text(words(texts, scope))
                    .html("</span></label>");
              }
            });
    page.html("</fieldset>")
        .button("consent.allow")
        .end()
        .form("/oauth2/authorize")
        .hidden("client_id", client.id())
        .hidden("state", text(request, "state"))
        .quietButton("consent.deny")
        .end()
        .muted("consent.later")
        .send(response, HttpServletResponse.SC_OK);
  }

  /** A scope in words. */
  static String words(Texts texts, String text) {
    Scope scope = Scope.parse(text);
    if (scope == null) {
      return texts.get("scope." + text.replace('/', '-'));
    }
    String what = scope.type().equals("*") ? texts.get("scope.everything") : scope.type();
    StringBuilder may = new StringBuilder();
    if (scope.permissions().contains("r") || scope.permissions().contains("s")) {
      may.append(texts.get("scope.read"));
    }
    if (scope.permissions().matches(".*[cud].*")) {
      may.append(may.isEmpty() ? "" : texts.get("scope.and")).append(texts.get("scope.write"));
    }
    return texts.get(
        "scope." + scope.level(),
        may.toString(),
        scope.query().isEmpty() ? what : what + " (" + scope.query() + ")");
  }

  // --- Registration and activation
  // ----------------------------------------------------------------

  @GetMapping("/sign-in/register")
  void register(HttpServletRequest request, HttpServletResponse response) throws IOException {
    registerPage(request, response, null, HttpServletResponse.SC_OK);
  }

  private void registerPage(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable String problem,
      int status)
      throws IOException {
    new Page(request, Texts.of(request), "register.title")
        .heading("register.title")
        .paragraph("register.how")
        .problem(problem)
        .form("/sign-in/register")
        .field(
            "name",
            "register.name",
            "text",
            text(request, "name"),
            "autocomplete=\"name\" required autofocus maxlength=\"50\"")
        .field(
            "number",
            "register.number",
            "text",
            text(request, "number"),
            "autocomplete=\"off\" inputmode=\"text\" spellcheck=\"false\" required maxlength=\"18\"")
        .newPassword("register.password", true, null)
        .button("register.submit")
        .end()
        .other("/sign-in", "register.back")
        .send(response, status);
  }

  @PostMapping("/sign-in/register")
  void registerResident(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Texts texts = Texts.of(request);
    String number = text(request, "number").strip().toUpperCase(Locale.ROOT);
    String name = text(request, "name").strip();
    String password = text(request, "password");
    String problem = null;
    if (name.isEmpty()) {
      problem = texts.get("register.no-name");
    } else if (!IdNumbers.isValid(number)) {
      problem = texts.get("register.bad-number");
    } else if (!password.equals(text(request, "again"))) {
      problem = texts.get("password.differ");
    }
    if (problem != null) {
      registerPage(request, response, problem, HttpServletResponse.SC_BAD_REQUEST);
      return;
    }
    Duration delay = signIn.registrationDelay(browser.visitor(request));
    if (delay.isPositive()) {
      registerPage(request, response, patience(texts, response, delay), 429);
      return;
    }
    Passwords.Weakness weakness = signIn.register(name, number, password, browser.visitor(request));
    if (weakness != null) {
      registerPage(request, response, weak(texts, weakness), HttpServletResponse.SC_BAD_REQUEST);
      return;
    }
    // The same for everyone: whether there was an account, and whether the record was found.
    new Page(request, texts, "register.title")
        .heading("register.noted")
        .paragraph("register.next")
        .html("<p>")
        .link("/sign-in", "register.back")
        .html("</p>")
        .send(response, HttpServletResponse.SC_OK);
  }

  static String weak(Texts texts, Passwords.Weakness weakness) {
    return texts.get(
        "password." + weakness.name().toLowerCase(Locale.ROOT).replace('_', '-'),
        Passwords.LEAST,
        Passwords.LEAST_FOR_STAFF);
  }

  @GetMapping("/sign-in/activate")
  void activate(HttpServletRequest request, HttpServletResponse response) throws IOException {
    activatePage(request, response, null, HttpServletResponse.SC_OK);
  }

  private void activatePage(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable String problem,
      int status)
      throws IOException {
    Texts texts = Texts.of(request);
    new Page(request, texts, "activate.title")
        .heading("activate.title")
        .paragraph("activate.how")
        .problem(problem)
        .form("/sign-in/activate")
        .field(
            "code",
            "activate.code",
            "text",
            text(request, "code"),
            "autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" required autofocus maxlength=\"20\"")
        .newPassword("activate.password", false, "activate.keep")
        .button("activate.submit")
        .end()
        .other("/sign-in", "register.back")
        .send(response, status);
  }

  @PostMapping("/sign-in/activate")
  void useCode(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Texts texts = Texts.of(request);
    String password = text(request, "password");
    if (!password.equals(text(request, "again"))) {
      activatePage(
          request, response, texts.get("password.differ"), HttpServletResponse.SC_BAD_REQUEST);
      return;
    }
    SignIn.Activation activation =
        signIn.activate(
            text(request, "code"), password.isEmpty() ? null : password, browser.visitor(request));
    switch (activation) {
      case SignIn.Activation.Done done ->
          new Page(request, texts, "activate.title")
              .heading("activate.done")
              .html("<p>")
              .link("/sign-in", "signin.submit")
              .html("</p>")
              .send(response, HttpServletResponse.SC_OK);
      case SignIn.Activation.WrongCode wrong ->
          activatePage(
              request, response, texts.get("activate.wrong"), HttpServletResponse.SC_BAD_REQUEST);
      case SignIn.Activation.Wait wait ->
          activatePage(request, response, patience(texts, response, wait.patience()), 429);
      case SignIn.Activation.Weak weak ->
          activatePage(
              request, response, weak(texts, weak.why()), HttpServletResponse.SC_BAD_REQUEST);
    }
  }

  // --- Failures
  // -----------------------------------------------------------------------------------

  void failure(HttpServletRequest request, HttpServletResponse response, String key, int status)
      throws IOException {
    new Page(request, Texts.of(request), "failure.title")
        .heading("failure.title")
        .problem(Texts.of(request).get(key))
        .html("<p>")
        .link("/sign-in", "register.back")
        .html("</p>")
        .send(response, status);
  }

  /** The form was not ours, or the page was open too long. */
  void expired(HttpServletRequest request, HttpServletResponse response) throws IOException {
    failure(request, response, "failure.expired", HttpServletResponse.SC_FORBIDDEN);
  }

  /** A request for authorization that cannot be carried out: told to the app, if that is safe. */
  void refused(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException failed)
      throws IOException {
    OAuth2AuthorizationCodeRequestAuthenticationToken asked =
        failed instanceof OAuth2AuthorizationCodeRequestAuthenticationException refused
            ? refused.getAuthorizationCodeRequestAuthentication()
            : null;
    String redirect = asked == null ? null : asked.getRedirectUri();
    if (asked == null || redirect == null || redirect.isBlank()) {
      failure(request, response, "failure.app", HttpServletResponse.SC_BAD_REQUEST);
      return;
    }
    var error = ((OAuth2AuthorizationCodeRequestAuthenticationException) failed).getError();
    UriComponentsBuilder answer =
        UriComponentsBuilder.fromUriString(redirect).queryParam("error", error.getErrorCode());
    if (error.getDescription() != null) {
      answer.queryParam(
          "error_description", UriUtils.encode(error.getDescription(), StandardCharsets.UTF_8));
    }
    if (asked.getState() != null) {
      answer.queryParam("state", UriUtils.encode(asked.getState(), StandardCharsets.UTF_8));
    }
    response.setStatus(HttpServletResponse.SC_FOUND);
    response.setHeader("Location", answer.build(true).toUriString());
  }
}
