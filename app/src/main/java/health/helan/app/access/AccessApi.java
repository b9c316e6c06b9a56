package health.helan.app.access;

import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Accounts;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.Visitor;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Grants;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sign-in for programs, with a token: who am I, launching an app, and what operators do with
 * accounts and clients (docs/guide/sign-in.md). JSON; refusals are OperationOutcomes.
 */
@Controller
class AccessApi {
  private static final int LARGEST = 100_000;

  private final SignIn signIn;
  private final Clients clients;
  private final Grants grants;
  private final Callers callers;
  private final BrowserSessions browser;
  private final AccessSettings settings;
  private final StoreRegistry registry;
  private final health.helan.foundation.registry.Registry providers;

  AccessApi(
      SignIn signIn,
      Clients clients,
      Grants grants,
      Callers callers,
      BrowserSessions browser,
      AccessSettings settings,
      StoreRegistry registry,
      health.helan.foundation.registry.Registry providers) {
    this.signIn = signIn;
    this.clients = clients;
    this.grants = grants;
    this.callers = callers;
    this.browser = browser;
    this.settings = settings;
    this.registry = registry;
    this.providers = providers;
  }

  /** What is answered, or why not. */
  interface Work {
    JsonNode answer() throws IOException;
  }

  static void answer(
      HttpServletRequest request, HttpServletResponse response, int status, Work work)
      throws IOException {
    try {
      send(response, status, "application/json;charset=UTF-8", work.answer());
    } catch (Refusal refusal) {
      refuse(request, response, refusal);
    } catch (JacksonException broken) {
      refuse(request, response, new Refusal(Refusal.Kind.INVALID, "access.json"));
    } catch (Accounts.LoginTaken taken) {
      refuse(request, response, new Refusal(Refusal.Kind.CONFLICT, "access.login-taken"));
    }
  }

  /**
   * With all of an operator's rights: the token of the data folder, or a session of an operator's.
   */
  private static void byOperator(
      HttpServletRequest request, HttpServletResponse response, int status, Work work)
      throws IOException {
    answer(
        request,
        response,
        status,
        () -> {
          if (!AccessFilter.isOperator(request, caller(request))) {
            throw new Refusal(Refusal.Kind.FORBIDDEN, "access.operators-only");
          }
          return work.answer();
        });
  }

  private static void refuse(
      HttpServletRequest request, HttpServletResponse response, Refusal refusal)
      throws IOException {
    ObjectNode outcome = Json.MAPPER.createObjectNode().put("resourceType", "OperationOutcome");
    outcome
        .putArray("issue")
        .addObject()
        .put("severity", "error")
        .put("code", refusal.kind().issueType())
        .put(
            "diagnostics",
            Texts.of(request).get(refusal.messageKey(), refusal.arguments().toArray()));
    send(response, refusal.kind().status(), "application/fhir+json;charset=UTF-8", outcome);
  }

  private static void send(HttpServletResponse response, int status, String type, JsonNode body)
      throws IOException {
    byte[] bytes = Json.MAPPER.writeValueAsBytes(body);
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType(type);
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }

  private static Caller caller(HttpServletRequest request) {
    if (request.getAttribute(FhirServlet.CALLER) instanceof Caller caller) {
      return caller;
    }
    throw new Refusal(Refusal.Kind.LOGIN, "access.login");
  }

  static Callers.@Nullable Holder holder(HttpServletRequest request) {
    return request.getAttribute(AccessFilter.HOLDER) instanceof Callers.Holder holder
        ? holder
        : null;
  }

  static JsonNode body(HttpServletRequest request) throws IOException {
    byte[] bytes = request.getInputStream().readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "access.too-long");
    }
    JsonNode body = Json.MAPPER.readTree(bytes);
    if (!body.isObject()) {
      throw new Refusal(Refusal.Kind.INVALID, "access.json");
    }
    return body;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asString("")));
    return texts;
  }

  private Visitor visitor(HttpServletRequest request) {
    return browser.visitor(request);
  }

  // --- Who am I
  // -----------------------------------------------------------------------------------

  @GetMapping("/access/me")
  void me(HttpServletRequest request, HttpServletResponse response) throws IOException {
    answer(request, response, 200, () -> me(caller(request), holder(request)));
  }

  private ObjectNode me(Caller caller, Callers.@Nullable Holder holder) {
    ObjectNode me = Json.MAPPER.createObjectNode();
    me.put("role", caller.role().name().toLowerCase(Locale.ROOT));
    me.put("institution", caller.institution());
    Account account = holder == null ? null : holder.account();
    me.put("account", account == null ? caller.subject() : account.id());
    me.put("name", account == null ? caller.subject() : account.name());
    if (holder != null && account != null) {
      String user = Tokens.fhirUser(account);
      if (user != null) {
        me.put("fhirUser", user);
      }
      if (account.kind() == Account.Kind.PRACTITIONER) {
        Registry.Post present = signIn.post(account, holder.role());
        if (present != null) {
          me.set("post", post(present));
        }
        me.put("posts", signIn.registry().posts(account.person()).size());
        // What pages offer; each operation asks again.
        var licences = me.putArray("licences");
        providers.licences(account.person(), Instant.now()).forEach(licences::add);
      }
    }
    var patients = me.putArray("patients");
    caller.binding().patients().forEach(patients::add);
    var scopes = me.putArray("scopes");
    caller.binding().scopes().forEach(scopes::add);
    return me;
  }

  private static ObjectNode post(Registry.Post post) {
    ObjectNode told =
        Json.MAPPER
            .createObjectNode()
            .put("id", post.id())
            .put("institution", post.institution())
            .put("institutionName", post.institutionName())
            .put("departmentName", post.departmentName())
            .put("title", post.title());
    var codes = told.putArray("codes");
    post.codes().forEach(codes::add);
    return told;
  }

  /** OpenID Connect Core 1.0, 5.3. */
  @GetMapping("/userinfo")
  void userInfo(HttpServletRequest request, HttpServletResponse response) throws IOException {
    answer(
        request,
        response,
        200,
        () -> {
          Callers.Holder holder = holder(request);
          Account account = holder == null ? null : holder.account();
          if (holder == null || account == null || !holder.scopes().contains("openid")) {
            throw new Refusal(Refusal.Kind.FORBIDDEN, "access.openid");
          }
          ObjectNode info = Json.MAPPER.createObjectNode().put("sub", account.id());
          if (holder.scopes().contains("profile")) {
            info.put("name", account.name());
          }
          String user = Tokens.fhirUser(account);
          if (holder.scopes().contains("fhirUser") && user != null) {
            info.put("fhirUser", base(request) + "/fhir/" + user);
          }
          return info;
        });
  }

  String base(HttpServletRequest request) {
    String base = settings.base();
    return base == null ? SmartConfiguration.origin(request) : base;
  }

  // --- Launch
  // -------------------------------------------------------------------------------------

  /** SMART App Launch 2.x, EHR launch: a system of a clinician's opens an app on a patient. */
  @PostMapping("/access/launches")
  void launch(HttpServletRequest request, HttpServletResponse response) throws IOException {
    answer(
        request,
        response,
        201,
        () -> {
          Callers.Holder holder = holder(request);
          Account account = holder == null ? null : holder.account();
          if (account == null || account.kind() != Account.Kind.PRACTITIONER) {
            throw new Refusal(Refusal.Kind.FORBIDDEN, "access.practitioners-only");
          }
          JsonNode body = body(request);
          String client = body.path("client").asString("");
          if (clients.find(client) == null) {
            throw new Refusal(Refusal.Kind.INVALID, "access.client-unknown", client);
          }
          String patient = body.path("patient").asString("");
          if (patient.isEmpty() || registry.read("Patient", patient) == null) {
            throw new Refusal(Refusal.Kind.INVALID, "access.patient-unknown");
          }
          String token =
              grants.launch(
                  new Grants.Launch(
                      account.id(), client, patient, body.path("encounter").asString("")));
          return Json.MAPPER
              .createObjectNode()
              .put("launch", token)
              .put("iss", base(request) + "/fhir")
              .put("expires_in", 600);
        });
  }

  // --- Clients
  // ------------------------------------------------------------------------------------

  @GetMapping("/access/clients")
  void clients(HttpServletRequest request, HttpServletResponse response) throws IOException {
    byOperator(
        request,
        response,
        200,
        () -> {
          var list = Json.MAPPER.createArrayNode();
          clients.all().forEach(client -> list.add(client(client)));
          return list;
        });
  }

  @PutMapping("/access/clients/{id}")
  void register(HttpServletRequest request, HttpServletResponse response, @PathVariable String id)
      throws IOException {
    byOperator(
        request,
        response,
        200,
        () -> {
          if (RegisteredClients.isOurs(id) || Client.isOfSandbox(id)) {
            throw new Refusal(Refusal.Kind.CONFLICT, "access.client-ours");
          }
          Client client = read(id, body(request));
          String secret = clients.register(client);
          ObjectNode answer = client(client);
          if (secret != null) {
            answer.put("secret", secret);
          }
          return answer;
        });
  }

  @DeleteMapping("/access/clients/{id}")
  void disable(HttpServletRequest request, HttpServletResponse response, @PathVariable String id)
      throws IOException {
    byOperator(
        request,
        response,
        200,
        () -> {
          Client client = clients.find(id);
          if (client == null) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "access.client-unknown", id);
          }
          Client off =
              new Client(
                  client.id(),
                  client.name(),
                  client.kind(),
                  client.redirects(),
                  client.scopes(),
                  client.jwksUri(),
                  client.jwks(),
                  client.institution(),
                  false,
                  client.created());
          clients.register(off);
          callers.forget();
          return client(off);
        });
  }

  private static Client read(String id, JsonNode body) {
    Client.Kind kind =
        switch (body.path("kind").asString("")) {
          case "public" -> Client.Kind.PUBLIC;
          case "secret" -> Client.Kind.SECRET;
          case "key" -> Client.Kind.KEY;
          case "system" -> Client.Kind.SYSTEM;
          default -> throw new Refusal(Refusal.Kind.INVALID, "access.client-kind");
        };
    return new Client(
        id,
        body.path("name").asString("").strip(),
        kind,
        texts(body.path("redirects")),
        texts(body.path("scopes")),
        body.path("jwksUri").isString() ? body.path("jwksUri").asString() : null,
        body.path("jwks").isObject() ? body.path("jwks").toString() : null,
        body.path("institution").asString(""),
        true,
        Instant.now());
  }

  private static ObjectNode client(Client client) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("id", client.id());
    node.put("name", client.name());
    node.put("kind", client.kind().name().toLowerCase(Locale.ROOT));
    var redirects = node.putArray("redirects");
    client.redirects().forEach(redirects::add);
    var scopes = node.putArray("scopes");
    client.scopes().forEach(scopes::add);
    if (client.jwksUri() != null) {
      node.put("jwksUri", client.jwksUri());
    }
    if (client.jwks() != null) {
      node.set("jwks", Json.MAPPER.readTree(client.jwks()));
    }
    node.put("institution", client.institution());
    node.put("enabled", client.enabled());
    return node;
  }

  // --- Accounts
  // -----------------------------------------------------------------------------------

  /** Makes an account of staff; its owner sets the password with the code that is answered. */
  @PostMapping("/access/accounts")
  void create(HttpServletRequest request, HttpServletResponse response) throws IOException {
    byOperator(
        request,
        response,
        201,
        () -> {
          JsonNode body = body(request);
          Account.Kind kind =
              switch (body.path("kind").asString("")) {
                case "practitioner" -> Account.Kind.PRACTITIONER;
                case "regulator" -> Account.Kind.REGULATOR;
                case "operator" -> Account.Kind.OPERATOR;
                default -> throw new Refusal(Refusal.Kind.INVALID, "access.account-kind");
              };
          String login = body.path("login").asString("").strip();
          String name = body.path("name").asString("").strip();
          String practitioner = body.path("practitioner").asString("");
          if (!login.matches("[\\p{L}\\p{N}][\\p{L}\\p{N}._@-]{1,63}") || name.isEmpty()) {
            throw new Refusal(Refusal.Kind.INVALID, "access.account-names");
          }
          if (kind == Account.Kind.PRACTITIONER
              && registry.read("Practitioner", practitioner) == null) {
            throw new Refusal(Refusal.Kind.INVALID, "access.practitioner-unknown");
          }
          Account account =
              signIn
                  .accounts()
                  .create(
                      new Accounts.New(
                          kind,
                          Account.State.PENDING,
                          login,
                          name,
                          practitioner,
                          body.path("institution").asString(""),
                          null,
                          false));
          return account(account)
              .put("activationCode", signIn.accounts().activationCode(account.id()));
        });
  }

  private static ObjectNode account(Account account) {
    return Json.MAPPER
        .createObjectNode()
        .put("id", account.id())
        .put("kind", account.kind().name().toLowerCase(Locale.ROOT))
        .put("state", account.state().name().toLowerCase(Locale.ROOT))
        .put("name", account.name())
        .put("person", account.person())
        .put("secondFactor", account.secondFactor());
  }

  private Account found(String login) {
    Account account = signIn.accounts().byLogin(login);
    if (account == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "access.account-unknown");
    }
    return account;
  }

  /** What an operator does to one account; the login name is in the body, so that no log has it. */
  @PostMapping("/access/accounts/{act}")
  void act(HttpServletRequest request, HttpServletResponse response, @PathVariable String act)
      throws IOException {
    byOperator(
        request,
        response,
        200,
        () -> {
          JsonNode body = body(request);
          Account account = found(body.path("login").asString(""));
          ObjectNode more = Json.MAPPER.createObjectNode();
          switch (act) {
            case "find" -> {
              // Nothing to change.
            }
            case "lock" -> signIn.lock(account, true, visitor(request));
            case "unlock" -> signIn.lock(account, false, visitor(request));
            case "activation-code" ->
                more.put("activationCode", signIn.accounts().activationCode(account.id()));
            case "reset-second-factor" -> signIn.resetSecondFactor(account, visitor(request));
            case "bind" -> bind(account, body);
            case "dependant" -> dependant(account, body);
            case "outside" ->
                signIn
                    .accounts()
                    .bindOutside(
                        account.id(),
                        body.path("issuer").asString(""),
                        body.path("subject").asString(""));
            default -> throw new Refusal(Refusal.Kind.NOT_FOUND, "access.act-unknown", act);
          }
          callers.forget();
          Account now = signIn.accounts().byId(account.id());
          return account(now == null ? account : now).setAll(more);
        });
  }

  private void bind(Account account, JsonNode body) {
    String type =
        account.kind() == Account.Kind.RESIDENT
            ? "Patient"
            : account.kind() == Account.Kind.PRACTITIONER ? "Practitioner" : "";
    String person = body.path("person").asString("");
    if (type.isEmpty() || registry.read(type, person) == null) {
      throw new Refusal(Refusal.Kind.INVALID, "access.person-unknown");
    }
    signIn.bind(account, person);
  }

  /** A guardianship that an operator has proof of, such as a court's decision. */
  private void dependant(Account account, JsonNode body) {
    Registry.Resident ward = registry.residentOf(body.path("patient").asString(""));
    String basis = body.path("basis").asString("").strip();
    if (account.kind() != Account.Kind.RESIDENT || ward == null || basis.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "access.dependant");
    }
    String until = body.path("until").asString("");
    try {
      signIn
          .accounts()
          .addDependant(
              account.id(),
              new Accounts.Dependant(
                  ward.patient(),
                  ward.name(),
                  body.path("relatedPerson").asString(""),
                  basis,
                  until.isEmpty()
                      ? signIn.accounts().endOfChildhood(ward.birth())
                      : Instant.parse(until)));
    } catch (java.time.format.DateTimeParseException wrong) {
      throw new Refusal(Refusal.Kind.INVALID, "access.dependant");
    }
  }
}
