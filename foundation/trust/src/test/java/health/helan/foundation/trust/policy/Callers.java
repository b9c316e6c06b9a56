package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import java.util.Set;
import java.util.UUID;

/** Callers as sign-in would make them. */
final class Callers {
  static final Caller ROOT = Caller.operator("root");

  private Callers() {}

  static Caller resident(String... patients) {
    return of(Role.RESIDENT, "", new Binding("", Set.of(), Set.of(patients), Binding.ALL_SCOPES));
  }

  static Caller practitioner(String id, String institution, String... teams) {
    return of(
        Role.PRACTITIONER,
        institution,
        new Binding(id, Set.of(teams), Set.of(), Binding.ALL_SCOPES));
  }

  static Caller system(String institution) {
    return of(
        Role.SYSTEM, institution, new Binding("", Set.of(), Set.of(), Set.of("system/*.cruds")));
  }

  static Caller regulator() {
    return of(Role.REGULATOR, "", Binding.NONE);
  }

  static Caller operator() {
    return of(Role.OPERATOR, "", Binding.NONE);
  }

  static Caller of(Role role, String institution, Binding binding) {
    String name = role + "-" + UUID.randomUUID();
    return new Caller(name, role, institution, Set.of(), name, binding);
  }

  /** The same caller with a token of these scopes. */
  static Caller with(Caller caller, String... scopes) {
    Binding old = caller.binding();
    return of(
        caller.role(),
        caller.institution(),
        new Binding(old.practitioner(), old.teams(), old.patients(), Set.of(scopes)));
  }
}
