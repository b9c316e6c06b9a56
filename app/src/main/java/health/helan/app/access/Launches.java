package health.helan.app.access;

import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Accounts;
import health.helan.foundation.trust.account.Session;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.app.Grants;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which patient an app is about (SMART App Launch 2.x, launch context): from the system that
 * launched it, by the person's choice, or, for a resident who looks after nobody else, its own.
 */
final class Launches {
  /** Parameter of the authorization request. */
  static final String PARAMETER = "launch";

  private final SignIn signIn;
  private final Grants grants;

  Launches(SignIn signIn, Grants grants) {
    this.signIn = signIn;
    this.grants = grants;
  }

  /** Ids of Patient and Encounter; empty for none. */
  record Context(String patient, String encounter) {
    static final Context NONE = new Context("", "");
  }

  /** Someone whose record a resident may choose. */
  record Choice(String patient, String name) {}

  /** Whether an app that asks for these scopes has to be about one patient. */
  static boolean needsPatient(Collection<String> scopes) {
    return scopes.contains("launch/patient")
        || scopes.stream().anyMatch(scope -> scope.startsWith("patient/"));
  }

  /** The records of a resident: its own, then those it looks after. */
  List<Choice> choices(Account account) {
    if (account.kind() != Account.Kind.RESIDENT || account.person().isEmpty()) {
      return List.of();
    }
    List<Choice> choices = new java.util.ArrayList<>();
    choices.add(new Choice(account.person(), account.name()));
    for (Accounts.Dependant dependant : signIn.accounts().dependants(account.id())) {
      choices.add(new Choice(dependant.patient(), dependant.name()));
    }
    return choices;
  }

  /**
   * Context of a request by this person's session.
   *
   * @param launch token of the launch; null for none
   */
  Context contextOf(
      Session session, String client, Collection<String> scopes, @Nullable String launch) {
    if (launch != null) {
      Grants.Launch launched = grants.launched(launch);
      return launched != null && isFor(launched, session, client)
          ? new Context(launched.patient(), launched.encounter())
          : Context.NONE;
    }
    if (!needsPatient(scopes)) {
      return Context.NONE;
    }
    Account account = signIn.accounts().byId(session.account());
    List<Choice> choices = account == null ? List.of() : choices(account);
    return choices.size() == 1 ? new Context(choices.getFirst().patient(), "") : Context.NONE;
  }

  /** Whether a launch token was made for this account and client. */
  boolean isValid(String launch, Session session, String client) {
    Grants.Launch launched = grants.launched(launch);
    return launched != null && isFor(launched, session, client);
  }

  private static boolean isFor(Grants.Launch launched, Session session, String client) {
    return launched.account().equals(session.account())
        && (launched.client().isEmpty() || launched.client().equals(client));
  }

  /** Notes a person's choice; the token goes into the authorization request. */
  String choose(Session session, String client, String patient) {
    return grants.launch(new Grants.Launch(session.account(), client, patient, ""));
  }
}
