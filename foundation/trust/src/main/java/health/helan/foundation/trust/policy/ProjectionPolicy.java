package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.sql.SqlText;
import java.util.Set;

/**
 * Who sees the pseudonymised projection: regulators, as far as their token goes, and the operator
 * token; the current state only. Nobody writes it but the platform itself, not even the operator
 * token.
 */
public final class ProjectionPolicy implements AccessPolicy {
  private final RolePolicy roles;
  private final Set<String> types;

  /**
   * @param roles for what a token's scopes leave
   * @param types those that stand in the projection
   */
  public ProjectionPolicy(RolePolicy roles, Set<String> types) {
    this.roles = roles;
    this.types = Set.copyOf(types);
  }

  @Override
  public void bind(ParameterRegistry registry) {
    roles.bind(registry);
  }

  @Override
  public boolean isUnlimited(Caller caller) {
    return caller.isRoot();
  }

  @Override
  public boolean may(Caller caller, Action action, String type) {
    boolean reads = action == Action.READ || action == Action.SEARCH;
    if (!reads) {
      return caller.isRoot() && caller.role() == Caller.Role.SYSTEM;
    }
    return (type.isEmpty() || types.contains(type))
        && (caller.isRoot()
            || caller.role() == Caller.Role.REGULATOR
                && Scopes.reach(caller, action, type) != Scopes.Reach.NOTHING);
  }

  @Override
  public boolean mayOperate(Caller caller, String operation) {
    return false;
  }

  @Override
  public void restrict(SqlText sql, Caller caller, String type, String alias) {
    if (!caller.isRoot()) {
      if (caller.role() != Caller.Role.REGULATOR) {
        sql.add(" and false");
      }
      roles.narrow(sql, caller, type, alias);
    }
  }

  @Override
  public void restrictHistory(SqlText sql, Caller caller, String type, String alias) {
    if (!caller.isRoot()) {
      sql.add(" and false");
    }
  }

  @Override
  public boolean showsVersions() {
    return false;
  }
}
