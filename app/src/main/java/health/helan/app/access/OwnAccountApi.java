package health.helan.app.access;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.History;
import health.helan.foundation.trust.account.Presence;
import health.helan.foundation.trust.account.Session;
import health.helan.foundation.trust.account.SignIn;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the owner of an account sees of its sign-ins on the platform's own pages: sessions, which
 * can be ended, and history. JSON. An app of somebody else has no business here, whatever its
 * scopes: it could end the session in which its owner would withdraw it.
 */
@Controller
class OwnAccountApi {
  private final SignIn signIn;
  private final BrowserSessions browser;
  private final Presence presence;

  OwnAccountApi(SignIn signIn, BrowserSessions browser, Presence presence) {
    this.signIn = signIn;
    this.browser = browser;
    this.presence = presence;
  }

  private record Owner(Account person, String session) {
    String account() {
      return person.id();
    }
  }

  /**
   * @throws Refusal FORBIDDEN for the operator token, systems, and apps that are not ours
   */
  private static Owner owner(HttpServletRequest request) {
    Callers.Holder holder = AccessApi.holder(request);
    if (holder == null || holder.account() == null || !RegisteredClients.isOurs(holder.client())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.own-pages-only");
    }
    return new Owner(holder.account(), holder.session());
  }

  /**
   * The living sessions, the newest first: id, device, masked source, times, whether it is this.
   */
  @GetMapping("/access/me/sessions")
  void sessions(HttpServletRequest request, HttpServletResponse response) throws IOException {
    AccessApi.answer(
        request,
        response,
        200,
        () -> {
          Owner owner = owner(request);
          ArrayNode list = Json.MAPPER.createArrayNode();
          for (Session session : signIn.sessions().of(owner.account())) {
            ObjectNode one = list.addObject();
            one.put("id", session.id());
            one.put("device", session.device());
            one.put("source", session.source());
            one.put("created", session.created().toString());
            one.put("seen", session.seen().toString());
            one.put("until", session.until().toString());
            one.put("current", session.id().equals(owner.session()));
          }
          return list;
        });
  }

  /** Ends a session of one's own with all its tokens; 404 for any other id. */
  @DeleteMapping("/access/me/sessions/{id}")
  void endSession(HttpServletRequest request, HttpServletResponse response, @PathVariable String id)
      throws IOException {
    AccessApi.answer(
        request,
        response,
        200,
        () -> {
          Owner owner = owner(request);
          if (!signIn.sessions().end(owner.account(), id)) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "access.session-unknown");
          }
          signIn
              .history()
              .note(owner.account(), History.What.SESSION_ENDED, browser.visitor(request));
          return Json.MAPPER.createObjectNode().put("ended", true);
        });
  }

  /**
   * By what the owner proves to be it ({@code by}: {@code code}, {@code password}, {@code
   * sign-in}), when it last did ({@code proved}), and how old a proof may be ({@code minutes}).
   */
  @GetMapping("/access/me/proof")
  void proof(HttpServletRequest request, HttpServletResponse response) throws IOException {
    AccessApi.answer(request, response, 200, () -> proof(owner(request)));
  }

  private ObjectNode proof(Owner owner) {
    ObjectNode proof = Json.MAPPER.createObjectNode();
    proof.put(
        "by", signIn.proofBy(owner.person()).name().toLowerCase(Locale.ROOT).replace('_', '-'));
    Instant proved = signIn.sessions().proved(owner.session());
    if (proved != null) {
      proof.put("proved", proved.toString());
    }
    return proof.put("minutes", presence.within().toMinutes());
  }

  /** Proves it by {@code given}, the code or the password. */
  @PostMapping("/access/me/proof")
  void prove(HttpServletRequest request, HttpServletResponse response) throws IOException {
    AccessApi.answer(
        request,
        response,
        200,
        () -> {
          Owner owner = owner(request);
          String given = AccessApi.body(request).path("given").asString("");
          SignIn.Proof proof =
              signIn.proveAgain(owner.person(), owner.session(), given, browser.visitor(request));
          return switch (proof) {
            case SignIn.Proof.Proved _ -> proof(owner);
            case SignIn.Proof.Wrong _ ->
                throw new Refusal(
                    Refusal.Kind.BUSINESS_RULE,
                    signIn.proofBy(owner.person()) == SignIn.ProofBy.SIGN_IN
                        ? "access.proof-sign-in"
                        : "access.proof-wrong");
            case SignIn.Proof.Wait wait ->
                throw new Refusal(
                    Refusal.Kind.THROTTLED,
                    "access.proof-wait",
                    Math.max(1, wait.patience().toSeconds()));
          };
        });
  }

  /** The last hundred events of the account, the newest first. */
  @GetMapping("/access/me/history")
  void history(HttpServletRequest request, HttpServletResponse response) throws IOException {
    AccessApi.answer(
        request,
        response,
        200,
        () -> {
          ArrayNode list = Json.MAPPER.createArrayNode();
          for (History.Entry entry : signIn.history().of(owner(request).account())) {
            list.addObject()
                .put("at", entry.at().toString())
                .put("what", entry.what().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .put("device", entry.device())
                .put("source", entry.source());
          }
          return list;
        });
  }
}
