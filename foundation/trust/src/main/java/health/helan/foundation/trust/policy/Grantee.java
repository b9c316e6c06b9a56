package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Under which names grants reach a caller. */
final class Grantee {
  /** Everybody: only rows that close have it. */
  static final String EVERYBODY = "*";

  private static final String ACCOUNT = "Account/";

  private Grantee() {}

  /** A regulator, to whom a case opens a record. */
  static String account(String subject) {
    return ACCOUNT + subject;
  }

  /** The account behind a grantee of {@link #account}; null for every other. */
  static @Nullable String accountOf(String grantee) {
    return grantee.startsWith(ACCOUNT) ? grantee.substring(ACCOUNT.length()) : null;
  }

  /** All that the caller is; empty when no grant can reach it. */
  static List<String> of(Caller caller) {
    List<String> own = own(caller);
    if (own.isEmpty()) {
      return own;
    }
    List<String> all = new ArrayList<>(own);
    all.add(EVERYBODY);
    return all;
  }

  /** The same without everybody: whoever is among them gives itself no grant. */
  static List<String> own(Caller caller) {
    List<String> own = new ArrayList<>();
    if (caller.role() == Role.REGULATOR) {
      own.add(account(caller.subject()));
    }
    if (caller.role() == Role.PRACTITIONER || caller.role() == Role.SYSTEM) {
      if (!caller.binding().practitioner().isEmpty()) {
        own.add("Practitioner/" + caller.binding().practitioner());
      }
      for (String team : caller.binding().teams()) {
        // Departments are said by their ids; ids of teams are chosen by systems and could be equal.
        own.add(team.startsWith("CareTeam/") ? team : "Organization/" + team);
      }
      if (!caller.institution().isEmpty()) {
        own.add("Organization/" + caller.institution());
      }
    }
    return own;
  }
}
