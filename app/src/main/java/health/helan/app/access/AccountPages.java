package health.helan.app.access;

import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Accounts;
import health.helan.foundation.trust.account.History;
import health.helan.foundation.trust.account.Presence;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.Session;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.SignIn.Outcome;
import health.helan.foundation.trust.account.SignIn.PasswordChange;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Grants;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;

/** What an owner sees of its account, and changes. */
@Controller
class AccountPages {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
          .withZone(ZoneId.of("Asia/Shanghai"));

  private final SignIn signIn;
  private final BrowserSessions browser;
  private final Clients clients;
  private final Grants grants;
  private final Presence presence;

  AccountPages(
      SignIn signIn, BrowserSessions browser, Clients clients, Grants grants, Presence presence) {
    this.signIn = signIn;
    this.browser = browser;
    this.clients = clients;
    this.grants = grants;
    this.presence = presence;
  }

  private record Owner(Session session, Account account) {}

  /** Redirects to the sign-in where there is none. */
  private @Nullable Owner owner(
      HttpServletRequest request, HttpServletResponse response, boolean mayEnrol) {
    Session session = browser.session(request);
    boolean in =
        session != null
            && (session.isSignedIn() || mayEnrol && session.stage() == Session.Stage.ENROL);
    Account account = session == null || !in ? null : signIn.accounts().byId(session.account());
    if (session == null || account == null) {
      SignInPages.redirect(response, "/sign-in?continue=/account");
      return null;
    }
    return new Owner(session, account);
  }

  @GetMapping("/account")
  void account(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Owner owner = owner(request, response, false);
    if (owner != null) {
      page(request, response, owner, null, null, HttpServletResponse.SC_OK);
    }
  }

  private void page(
      HttpServletRequest request,
      HttpServletResponse response,
      Owner owner,
      @Nullable String problem,
      @Nullable String done,
      int status)
      throws IOException {
    Texts texts = Texts.of(request);
    Account account = owner.account();
    Page page = new Page(request, texts, "account.title").wide();
    page.html("<h1>").text(account.name()).html("</h1>");
    page.html("<p class=\"muted\">")
        .text(
            texts.get("kind." + account.kind().name().toLowerCase(Locale.ROOT))
                + " · "
                + texts.get("state." + account.state().name().toLowerCase(Locale.ROOT)))
        .html("</p>")
        .problem(problem)
        .done(done);
    if (account.state() == Account.State.PENDING || account.state() == Account.State.VERIFIED) {
      page.paragraph(
              account.state() == Account.State.PENDING ? "account.pending" : "account.verified")
          .html("<p>")
          .link("/sign-in/activate", "signin.activate")
          .html("</p>");
    }
    role(page, texts, owner);
    page.html("<p class=\"actions\">");
    switch (account.kind()) {
      case RESIDENT -> page.link("/resident/", "account.resident");
      case PRACTITIONER ->
          page.link("/workbench/", "account.workbench").link("/", "account.console");
      default -> page.link("/", "account.console");
    }
    page.html("</p>");
    page.form("/sign-out").quietButton("signout.submit").end();
    dependants(page, texts, account);
    apps(page, texts, account);
    sessions(page, texts, owner);
    secondFactor(page, texts, account);
    password(page, texts);
    history(page, texts, account);
    page.send(response, status);
  }

  private void role(Page page, Texts texts, Owner owner) {
    if (owner.account().kind() != Account.Kind.PRACTITIONER) {
      return;
    }
    Registry.Post post = signIn.post(owner.account(), owner.session().role());
    page.html("<p>")
        .text(
            post == null
                ? texts.get("account.no-role")
                : texts.get(
                    "account.role", post.institutionName(), post.departmentName(), post.title()))
        .html(" ")
        .link("/sign-in/role?continue=/account", "account.switch")
        .html("</p>");
  }

  private void dependants(Page page, Texts texts, Account account) {
    if (account.kind() != Account.Kind.RESIDENT || !account.isActive()) {
      return;
    }
    page.html("<h2>").text(texts.get("dependants.title")).html("</h2>");
    List<Accounts.Dependant> dependants = signIn.accounts().dependants(account.id());
    if (!dependants.isEmpty()) {
      page.html("<ul>");
      for (Accounts.Dependant dependant : dependants) {
        Instant until = dependant.until();
        page.html("<li>")
            .text(dependant.name())
            .text(
                until == null
                    ? ""
                    : " · " + texts.get("dependants.until", TIME.format(until).substring(0, 10)))
            .html("</li>");
      }
      page.html("</ul>");
    }
    page.muted("dependants.how")
        .form("/account/dependants")
        .field(
            "name", "dependants.name", "text", "", "autocomplete=\"off\" required maxlength=\"50\"")
        .field(
            "number",
            "dependants.number",
            "text",
            "",
            "autocomplete=\"off\" required maxlength=\"18\"")
        .quietButton("dependants.submit")
        .end();
  }

  private void apps(Page page, Texts texts, Account account) {
    List<String> allowed = grants.allowedClients(account.id());
    page.html("<h2>").text(texts.get("apps.title")).html("</h2>");
    if (allowed.isEmpty()) {
      page.muted("apps.none");
      return;
    }
    page.html("<ul class=\"rows\">");
    for (String id : allowed) {
      Client client = clients.find(id);
      page.html("<li><span>").text(client == null ? id : client.name()).html("</span>");
      page.form("/account/apps").hidden("client", id).quietButton("apps.withdraw").end();
      page.html("</li>");
    }
    page.html("</ul>");
  }

  private void sessions(Page page, Texts texts, Owner owner) {
    page.html("<h2>").text(texts.get("sessions.title")).html("</h2><ul class=\"rows\">");
    for (Session session : signIn.sessions().of(owner.account().id())) {
      boolean here = session.id().equals(owner.session().id());
      page.html("<li><span>")
          .text(session.device() + " · " + session.source() + " · ")
          .text(TIME.format(session.created()))
          .html("</span>");
      if (here) {
        page.html("<em>").text(texts.get("sessions.here")).html("</em>");
      } else {
        page.form("/account/sessions")
            .hidden("session", session.id())
            .quietButton("sessions.end")
            .end();
      }
      page.html("</li>");
    }
    page.html("</ul>");
  }

  private void secondFactor(Page page, Texts texts, Account account) {
    page.html("<h2>").text(texts.get("factor.title")).html("</h2><p>");
    page.text(texts.get(account.secondFactor() ? "factor.on" : "factor.off"))
        .html(" ")
        .link("/account/second-factor", account.secondFactor() ? "factor.renew" : "factor.set")
        .html("</p>");
  }

  private void password(Page page, Texts texts) {
    page.html("<h2>")
        .text(texts.get("change.title"))
        .html("</h2>")
        .form("/account/password")
        .field(
            "present",
            "change.present",
            "password",
            "",
            "autocomplete=\"current-password\" required maxlength=\"256\"")
        .newPassword("change.new", true, null)
        .quietButton("change.submit")
        .end();
  }

  private void history(Page page, Texts texts, Account account) {
    page.html("<h2>")
        .text(texts.get("history.title"))
        .html("</h2><div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>")
        .text(texts.get("history.when"))
        .html("</th><th>")
        .text(texts.get("history.what"))
        .html("</th><th>")
        .text(texts.get("history.where"))
        .html("</th></tr></thead><tbody>");
    for (History.Entry entry : signIn.history().of(account.id())) {
      page.html("<tr><td>")
          .text(TIME.format(entry.at()))
          .html("</td><td>")
          .text(texts.get("what." + entry.what().name().toLowerCase(Locale.ROOT).replace('_', '-')))
          .html("</td><td>")
          .text(entry.device() + " · " + entry.source())
          .html("</td></tr>");
    }
    page.html("</tbody></table></div>");
  }

  @PostMapping("/account/password")
  void changePassword(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Owner owner = owner(request, response, false);
    if (owner == null) {
      return;
    }
    Texts texts = Texts.of(request);
    String wanted = SignInPages.text(request, "password");
    if (!wanted.equals(SignInPages.text(request, "again"))) {
      page(request, response, owner, texts.get("password.differ"), null, 400);
      return;
    }
    PasswordChange change =
        signIn.changePassword(
            owner.session(),
            SignInPages.text(request, "present"),
            wanted,
            browser.visitor(request));
    switch (change) {
      case PasswordChange.Done done ->
          page(request, response, owner, null, texts.get("change.done"), 200);
      case PasswordChange.WrongPresent wrong ->
          page(request, response, owner, texts.get("change.wrong"), null, 400);
      case PasswordChange.Wait wait ->
          page(
              request,
              response,
              owner,
              SignInPages.patience(texts, response, wait.patience()),
              null,
              429);
      case PasswordChange.Weak weak ->
          page(request, response, owner, SignInPages.weak(texts, weak.why()), null, 400);
    }
  }

  @PostMapping("/account/sessions")
  void endSession(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Owner owner = owner(request, response, false);
    if (owner == null) {
      return;
    }
    if (signIn.sessions().end(owner.account().id(), SignInPages.text(request, "session"))) {
      signIn
          .history()
          .note(owner.account().id(), History.What.SESSION_ENDED, browser.visitor(request));
    }
    SignInPages.redirect(response, "/account");
  }

  @PostMapping("/account/apps")
  void withdraw(HttpServletRequest request, HttpServletResponse response) {
    Owner owner = owner(request, response, false);
    if (owner != null) {
      grants.allow(owner.account().id(), SignInPages.text(request, "client"), Set.of());
      SignInPages.redirect(response, "/account");
    }
  }

  @PostMapping("/account/dependants")
  void claimDependant(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Owner owner = owner(request, response, false);
    if (owner == null) {
      return;
    }
    Texts texts = Texts.of(request);
    boolean claimed =
        signIn.claimDependant(
            owner.account(),
            SignInPages.text(request, "name"),
            SignInPages.text(request, "number"));
    if (claimed) {
      page(request, response, owner, null, texts.get("dependants.done"), 200);
    } else {
      page(request, response, owner, texts.get("dependants.no-proof"), null, 400);
    }
  }

  @GetMapping("/account/second-factor")
  void secondFactor(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Owner owner = owner(request, response, true);
    if (owner != null && mustSignInAgain(owner)) {
      signInFirst(request, response, 200);
    } else if (owner != null) {
      factorPage(request, response, owner, null, 200);
    }
  }

  /**
   * Whether the password is asked for before a factor is set. Not where the sign-in has just asked
   * for it, and goes on only with a factor.
   */
  private boolean asksPassword(Owner owner) {
    return owner.session().stage() != Session.Stage.ENROL && signIn.hasPassword(owner.account());
  }

  /** Who has no password proves it at the outside provider, and that of late. */
  private boolean mustSignInAgain(Owner owner) {
    return owner.session().stage() != Session.Stage.ENROL
        && !signIn.hasPassword(owner.account())
        && !presence.isProved(owner.session().id());
  }

  private void signInFirst(HttpServletRequest request, HttpServletResponse response, int status)
      throws IOException {
    Texts texts = Texts.of(request);
    new Page(request, texts, "factor.title")
        .heading("factor.title")
        .problem(texts.get("factor.sign-in-first", presence.within().toMinutes()))
        .html("<p>")
        .link("/sign-in?continue=/account/second-factor", "signin.title")
        .html("</p>")
        .send(response, status);
  }

  private void factorPage(
      HttpServletRequest request,
      HttpServletResponse response,
      Owner owner,
      @Nullable String problem,
      int status)
      throws IOException {
    Texts texts = Texts.of(request);
    SignIn.Draft draft = signIn.draftSecondFactor(owner.account());
    String way = SignInPages.wayBack(request.getParameter(SignInPages.CONTINUE));
    Page page =
        new Page(request, texts, "factor.title")
            .heading("factor.title")
            .paragraph(
                owner.session().stage() == Session.Stage.ENROL ? "factor.needed" : "factor.how")
            .html(QrCode.svg(draft.address(), texts.get("factor.qr")))
            .html("<p>")
            .text(texts.get("factor.by-hand"))
            .html(" <code>")
            .text(draft.base32().replaceAll("(.{4})(?=.)", "$1 "))
            .html("</code></p>")
            .problem(problem)
            .form("/account/second-factor")
            .hidden(SignInPages.CONTINUE, way);
    if (asksPassword(owner)) {
      page.field(
          "present",
          "change.present",
          "password",
          "",
          "autocomplete=\"current-password\" required maxlength=\"256\"");
    }
    page.field(
            "code",
            "second.code",
            "text",
            "",
            "autocomplete=\"one-time-code\" inputmode=\"numeric\" required autofocus maxlength=\"10\"")
        .button("factor.confirm")
        .end()
        .send(response, status);
  }

  @PostMapping("/account/second-factor")
  void confirmSecondFactor(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Owner owner = owner(request, response, true);
    if (owner == null) {
      return;
    }
    Texts texts = Texts.of(request);
    // Who sits at an open screen must not be able to set a factor of his own: with it he would
    // prove
    // to be the owner from then on.
    if (mustSignInAgain(owner)) {
      signInFirst(request, response, 403);
      return;
    }
    if (asksPassword(owner)
        && !signIn.isPassword(
            owner.account(), SignInPages.text(request, "present"), browser.visitor(request))) {
      factorPage(request, response, owner, texts.get("change.wrong"), 400);
      return;
    }
    List<String> codes =
        signIn.confirmSecondFactor(
            owner.account(), SignInPages.text(request, "code"), browser.visitor(request));
    if (codes == null) {
      factorPage(request, response, owner, texts.get("second.refused"), 400);
      return;
    }
    if (owner.session().stage() == Session.Stage.ENROL
        && signIn.enrolled(owner.session(), browser.visitor(request)) instanceof Outcome.In in) {
      browser.keep(request, response, in.begun(), in.deviceToken());
    }
    Page page =
        new Page(request, texts, "factor.title")
            .heading("factor.codes")
            .paragraph("factor.codes-how")
            .html("<ul class=\"codes\">");
    codes.forEach(code -> page.html("<li><code>").text(code).html("</code></li>"));
    page.html("</ul><p>")
        .link(SignInPages.wayBack(request.getParameter(SignInPages.CONTINUE)), "factor.go-on")
        .html("</p>")
        .send(response, HttpServletResponse.SC_OK);
  }
}
