package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy.Action;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a role may see and do, as {@link Roles} declares it. Read a declaration aloud. */
final class RoleRules {
  /**
   * Rows that a role sees.
   *
   * @param types null for every type
   * @param upTo highest data level seen by this relation
   * @param sensitive true when sensitive categories are seen too
   * @param masked true when the row is only seen masked, unless another rule shows it in full
   */
  record Sight(
      Relation relation, @Nullable Set<String> types, int upTo, boolean sensitive, boolean masked) {
    boolean isAbout(String type) {
      return type.isEmpty() || types == null || types.contains(type);
    }
  }

  private final List<Sight> sights = new ArrayList<>();
  private final Map<Action, Set<String>> writes = new EnumMap<>(Action.class);
  private final Set<String> operations = new TreeSet<>();
  private final Set<String> signed = new TreeSet<>();
  private final Set<String> changing = new TreeSet<>();
  private final Set<String> narrowed = new TreeSet<>();
  private boolean choosesIds;

  private RoleRules() {}

  static RoleRules role() {
    return new RoleRules();
  }

  /** Sees rows of any type that stand in this relation, whatever their level. */
  RoleRules sees(Relation relation) {
    sights.add(new Sight(relation, null, 5, true, false));
    return this;
  }

  RoleRules sees(Relation relation, String... types) {
    sights.add(new Sight(relation, Set.of(types), 5, true, false));
    return this;
  }

  /** Sees them masked, and nothing above the level and nothing of the sensitive categories. */
  RoleRules seesMasked(Relation relation, int upTo) {
    sights.add(new Sight(relation, null, upTo, false, true));
    return this;
  }

  @SafeVarargs
  final RoleRules creates(Set<String>... types) {
    return allow(EnumSet.of(Action.CREATE), types);
  }

  @SafeVarargs
  final RoleRules changes(Set<String>... types) {
    return allow(EnumSet.of(Action.UPDATE), types);
  }

  @SafeVarargs
  final RoleRules deletes(Set<String>... types) {
    return allow(EnumSet.of(Action.DELETE), types);
  }

  @SafeVarargs
  private RoleRules allow(Set<Action> actions, Set<String>... types) {
    for (Action action : actions) {
      for (Set<String> some : types) {
        writes.computeIfAbsent(action, _ -> new TreeSet<>()).addAll(some);
      }
    }
    return this;
  }

  RoleRules choosesIds() {
    choosesIds = true;
    return this;
  }

  /**
   * Signs what it sees in full: residents what is about them, staff what their institution owns.
   */
  RoleRules signs(Set<String> types) {
    signed.addAll(types);
    return this;
  }

  boolean maySign(String type) {
    return signed.contains(type);
  }

  /** Operations that are not for everybody, by their names without the dollar sign. */
  RoleRules calls(String... named) {
    operations.addAll(Set.of(named));
    return this;
  }

  /** Operations that change something, which a token for reading does not run. */
  RoleRules runs(String... named) {
    changing.addAll(Set.of(named));
    return calls(named);
  }

  /** Operations that show what the token's scopes show, however few types those are of. */
  RoleRules callsWithin(String... named) {
    narrowed.addAll(Set.of(named));
    return calls(named);
  }

  boolean isNarrowedByScopes(String operation) {
    return narrowed.contains(operation);
  }

  boolean isChanging(String operation) {
    return changing.contains(operation);
  }

  boolean has(Relation relation) {
    return sights.stream().anyMatch(sight -> sight.relation() == relation);
  }

  List<Sight> sights() {
    return sights;
  }

  boolean may(Action action, String type) {
    return switch (action) {
      case READ, SEARCH -> sights.stream().anyMatch(sight -> sight.isAbout(type));
      case CREATE, UPDATE, DELETE -> writes.getOrDefault(action, Set.of()).contains(type);
    };
  }

  boolean mayChooseIds() {
    return choosesIds;
  }

  boolean mayCall(String operation) {
    return operations.contains(operation);
  }
}
