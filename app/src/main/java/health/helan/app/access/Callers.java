package health.helan.app.access;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Accounts;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Grants;
import health.helan.foundation.trust.app.Scope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who an access token speaks for. What was found out is remembered for some seconds, so that most
 * requests cost a look into memory; what ends on this instance is forgotten at once, on another
 * within these seconds.
 */
final class Callers {
  static final Duration REMEMBERED = Duration.ofSeconds(5);
  private static final int MOST_REMEMBERED = 50_000;

  private final SignIn signIn;
  private final Grants grants;
  private final Clients clients;
  private final Clock clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(Holder holder, Instant until) {}

  /**
   * What a token says.
   *
   * @param caller without the request's id
   * @param account null for a system
   * @param session empty for a system, or where the app goes on without one
   * @param role id of the PractitionerRole acted in; empty for none
   */
  record Holder(
      Caller caller,
      @Nullable Account account,
      String session,
      String role,
      String client,
      String grant,
      Set<String> scopes,
      Instant until) {}

  Callers(SignIn signIn, Grants grants, Clients clients, Clock clock) {
    this.signIn = signIn;
    this.grants = grants;
    this.clients = clients;
    this.clock = clock;
    grants.onChange(
        grant -> known.values().removeIf(entry -> entry.holder().grant().equals(grant)));
    clients.onChange(this::forget);
  }

  /** Forgets everything: an account was locked, a role taken away. */
  void forget() {
    known.clear();
  }

  /** Null if the token is none, has ended, or its holder may not act. */
  @Nullable Holder holder(String token) {
    Instant now = clock.instant();
    Known remembered = known.get(token);
    if (remembered != null && remembered.until().isAfter(now)) {
      return remembered.holder();
    }
    Holder holder = find(token, now);
    if (holder == null) {
      known.remove(token);
      return null;
    }
    if (known.size() >= MOST_REMEMBERED) {
      known.clear();
    }
    Instant until = now.plus(REMEMBERED);
    known.put(token, new Known(holder, holder.until().isBefore(until) ? holder.until() : until));
    return holder;
  }

  /** Whether a token is refused because its system was suspended or switched off. */
  boolean isSwitchedOff(String token) {
    Grants.Found found = grants.find(Grants.Kind.ACCESS, token);
    return found != null
        && found.grant().account().isEmpty()
        && clients.isSwitchedOff(found.grant().client());
  }

  private @Nullable Holder find(String token, Instant now) {
    Grants.Found found = grants.find(Grants.Kind.ACCESS, token);
    if (found == null) {
      return null;
    }
    Grants.Grant grant = found.grant();
    JsonNode body = Json.MAPPER.readTree(grant.body());
    JsonNode access = body.path("tokens").path("ACCESS");
    Instant until = Instant.ofEpochMilli(access.path("to").asLong());
    boolean revoked = access.path("metadata").path("metadata.token.invalidated").asBoolean(false);
    if (revoked || !until.isAfter(now)) {
      return null;
    }
    Set<String> scopes = new LinkedHashSet<>();
    access.path("scopes").forEach(scope -> scopes.add(scope.asString()));
    if (grant.account().isEmpty()) {
      Client client = clients.find(grant.client());
      return client == null ? null : system(grant, client, scopes, until);
    }
    Account account = signIn.accounts().byId(grant.account());
    return account == null ? null : person(grant, account, body, scopes, until);
  }

  private static Holder system(
      Grants.Grant grant, Client client, Set<String> scopes, Instant until) {
    Caller caller =
        new Caller(
            client.id(),
            Caller.Role.SYSTEM,
            client.institution(),
            Set.of(),
            "",
            new Caller.Binding("", Set.of(), Set.of(), Scope.onResources(scopes)));
    return new Holder(caller, null, "", "", client.id(), grant.id(), scopes, until);
  }

  private @Nullable Holder person(
      Grants.Grant grant, Account account, JsonNode body, Set<String> scopes, Instant until) {
    if (!account.isActive()
        || !signIn.isAdmitted(account)
        || !RegisteredClients.isOurs(grant.client()) && clients.find(grant.client()) == null) {
      return null;
    }
    String role = body.path("person").path("role").asString("");
    Set<String> resourceScopes =
        RegisteredClients.isOurs(grant.client())
            ? Caller.Binding.ALL_SCOPES
            : Scope.onResources(scopes);
    Caller caller =
        caller(account, role, body.path("patient").asString(""), resourceScopes, grant.session());
    return new Holder(
        caller, account, grant.session(), role, grant.client(), grant.id(), scopes, until);
  }

  /**
   * The caller that an account is.
   *
   * @param role id of the PractitionerRole to act in
   * @param patient of the launch; an app with scopes of the level patient sees no other
   * @param session of the account; empty where there is none
   */
  Caller caller(Account account, String role, String patient, Set<String> scopes, String session) {
    return switch (account.kind()) {
      case RESIDENT -> {
        Set<String> patients = new LinkedHashSet<>();
        if (!account.person().isEmpty()) {
          patients.add(account.person());
        }
        for (Accounts.Dependant dependant : signIn.accounts().dependants(account.id())) {
          patients.add(dependant.patient());
        }
        // An app that was given one record by its scopes must not reach the others.
        if (!patient.isEmpty() && scopes.stream().noneMatch(s -> s.startsWith("user/"))) {
          patients.retainAll(Set.of(patient));
        }
        yield new Caller(
            account.id(),
            Caller.Role.RESIDENT,
            "",
            Set.of("PATRQT"),
            "",
            new Caller.Binding("", Set.of(), Set.copyOf(patients), scopes, session));
      }
      case PRACTITIONER -> {
        Registry.Post post = signIn.post(account, role);
        yield new Caller(
            account.id(),
            Caller.Role.PRACTITIONER,
            post == null ? "" : post.institution(),
            Set.of("TREAT"),
            "",
            new Caller.Binding(
                // Records that were opened to somebody stay closed while the licence does not hold.
                post != null || signIn.mayPractise(account) ? account.person() : "",
                post == null ? Set.of() : Set.copyOf(post.teams()),
                patient.isEmpty() ? Set.of() : Set.of(patient),
                scopes,
                session));
      }
      case REGULATOR ->
          new Caller(
              account.id(),
              Caller.Role.REGULATOR,
              account.institution(),
              Set.of(),
              "",
              new Caller.Binding("", Set.of(), Set.of(), scopes, session));
      case OPERATOR ->
          new Caller(
              account.id(),
              Caller.Role.OPERATOR,
              account.institution(),
              Set.of(),
              "",
              new Caller.Binding("", Set.of(), Set.of(), scopes, session));
    };
  }
}
