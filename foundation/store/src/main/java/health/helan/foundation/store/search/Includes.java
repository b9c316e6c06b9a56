package health.helan.foundation.store.search;

import static health.helan.foundation.store.search.ParameterPredicates.invalid;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.index.Indexer;
import health.helan.foundation.store.index.Parameter;
import health.helan.foundation.store.index.Parameter.Kind;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.index.ReferenceFinder;
import health.helan.foundation.store.index.TypeIndex;
import health.helan.foundation.store.sql.SqlText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code _include} and {@code _revinclude}: what the matches of a page point to, or is pointing to
 * them.
 */
final class Includes {
  /** A page with more than this beside its matches is refused. */
  static final int MOST = 5_000;

  private static final int ROUNDS = 10;

  private final ParameterRegistry registry;
  private final ParameterPredicates predicates;
  private final AccessPolicy policy;
  private final HomeOf homes;
  private final Rows rows;
  private final Criteria.Run run;
  private final Map<String, ResourceVersion> included = new LinkedHashMap<>();
  private final Set<String> known = new HashSet<>();

  Includes(
      ParameterRegistry registry,
      ParameterPredicates predicates,
      AccessPolicy policy,
      HomeOf homes,
      Rows rows,
      Criteria.Run run) {
    this.registry = registry;
    this.predicates = predicates;
    this.policy = policy;
    this.homes = homes;
    this.rows = rows;
    this.run = run;
  }

  /** Checks names before anything is searched. */
  void check(List<SearchOptions.Include> includes) {
    Set<String> types = registry.definitions().resourceTypes();
    for (SearchOptions.Include include : includes) {
      String target = include.target();
      if (target != null && !types.contains(target)) {
        throw invalid("search.not-a-target", include.parameter(), target);
      }
      if (include.type().equals("*")) {
        if (!include.parameter().equals("*")) {
          throw invalid("search.include-has-parts", "_include");
        }
        continue;
      }
      if (!types.contains(include.type())) {
        throw invalid("search.not-a-target", "_include", include.type());
      }
      if (include.parameter().equals("*")) {
        continue;
      }
      Parameter p = registry.type(include.type()).searchable().get(include.parameter());
      if (p == null) {
        throw new Criteria.UnknownParameter(include.type(), include.parameter());
      }
      if (p.type() != Parameter.Type.REFERENCE) {
        throw invalid("search.chain-needs-reference", include.parameter());
      }
    }
  }

  /** Resources that belong to the matches by the includes; none of the matches itself. */
  List<ResourceVersion> of(List<ResourceVersion> matches, List<SearchOptions.Include> includes)
      throws SQLException {
    for (ResourceVersion match : matches) {
      known.add(match.type() + "/" + match.id());
    }
    List<ResourceVersion> frontier = matches;
    List<SearchOptions.Include> active = includes;
    for (int round = 0; round < ROUNDS && !frontier.isEmpty() && !active.isEmpty(); round++) {
      List<ResourceVersion> found = new ArrayList<>();
      found.addAll(forward(frontier, active));
      for (SearchOptions.Include include : active) {
        if (include.reverse()) {
          found.addAll(reverse(frontier, include));
        }
      }
      frontier = found;
      active = includes.stream().filter(SearchOptions.Include::iterate).toList();
    }
    return List.copyOf(included.values());
  }

  private List<ResourceVersion> forward(
      List<ResourceVersion> from, List<SearchOptions.Include> includes) throws SQLException {
    Map<String, Set<String>> wanted = new LinkedHashMap<>();
    Set<String> canonicals = new LinkedHashSet<>();
    Set<String> canonicalTypes = new LinkedHashSet<>();
    for (ResourceVersion resource : from) {
      TypeIndex index = registry.type(resource.type());
      ObjectNode tree = null;
      for (SearchOptions.Include include : includes) {
        if (include.reverse()
            || !include.type().equals("*") && !include.type().equals(resource.type())) {
          continue;
        }
        if (tree == null) {
          tree = (ObjectNode) Json.MAPPER.readTree(resource.content());
        }
        for (Parameter p : index.searchable().values()) {
          if (p.type() != Parameter.Type.REFERENCE
              || !include.parameter().equals("*") && !include.parameter().equals(p.code())) {
            continue;
          }
          for (String reference : ReferenceFinder.find(index, p.code(), tree)) {
            String local = Indexer.local(reference);
            if (local != null) {
              want(local, include, wanted);
            } else if (isCanonical(p) && canonicals.size() < 1_000) {
              int bar = reference.indexOf('|');
              canonicals.add(bar < 0 ? reference : reference.substring(0, bar));
              String target = include.target();
              canonicalTypes.addAll(target == null ? p.targets() : List.of(target));
            }
          }
        }
      }
    }
    List<ResourceVersion> found = fetch(wanted);
    for (String type : canonicalTypes) {
      found.addAll(byUrl(type, canonicals));
    }
    return found;
  }

  private void want(String local, SearchOptions.Include include, Map<String, Set<String>> wanted) {
    int slash = local.indexOf('/');
    String type = local.substring(0, slash);
    if (!registry.definitions().resourceTypes().contains(type)
        || include.target() != null && !include.target().equals(type)
        || known.contains(local)) {
      return;
    }
    wanted.computeIfAbsent(type, _ -> new LinkedHashSet<>()).add(local.substring(slash + 1));
  }

  private static boolean isCanonical(Parameter p) {
    return p.leafTypes().contains("canonical") || p.leafTypes().contains("uri");
  }

  /** Resources by type and id, as far as the caller may see them; those found are remembered. */
  List<ResourceVersion> fetch(Map<String, Set<String>> wanted) throws SQLException {
    List<ResourceVersion> found = new ArrayList<>();
    for (Map.Entry<String, Set<String>> entry : wanted.entrySet()) {
      String type = entry.getKey();
      if (!policy.may(run.caller(), AccessPolicy.Action.READ, type)) {
        continue;
      }
      List<String> ids = new ArrayList<>();
      Set<Integer> at = new TreeSet<>();
      for (String id : entry.getValue()) {
        Integer home = homes.of(run.connection(), type, id);
        if (home != null) {
          ids.add(id);
          at.add(home);
        }
      }
      if (ids.isEmpty()) {
        continue;
      }
      SqlText sql = rows.select(run.caller(), type);
      sql.add(" and r.home = any(").addArray(at, "int4").add(") and r.id = any(");
      sql.addArray(ids, "text").add(")");
      policy.restrict(sql, run.caller(), type, "r");
      take(type, sql, found);
    }
    return found;
  }

  private List<ResourceVersion> byUrl(String type, Set<String> urls) throws SQLException {
    List<ResourceVersion> found = new ArrayList<>();
    Parameter url = registry.type(type).searchable().get("url");
    if (url == null || !policy.may(run.caller(), AccessPolicy.Action.READ, type)) {
      return found;
    }
    long[] tokens =
        urls.stream().mapToLong(one -> url.space(Kind.URI) ^ registry.digests().of(one)).toArray();
    SqlText sql = rows.select(run.caller(), type);
    Predicate.append(sql, Predicate.token(tokens));
    policy.restrict(sql, run.caller(), type, "r");
    take(type, sql, found);
    return found;
  }

  private List<ResourceVersion> reverse(List<ResourceVersion> from, SearchOptions.Include include)
      throws SQLException {
    List<ResourceVersion> found = new ArrayList<>();
    String type = include.type();
    if (!policy.may(run.caller(), AccessPolicy.Action.READ, type)) {
      return found;
    }
    TypeIndex index = registry.type(type);
    Map<String, List<String>> byType = new HashMap<>();
    for (ResourceVersion resource : from) {
      if (include.target() == null || include.target().equals(resource.type())) {
        byType
            .computeIfAbsent(resource.type(), _ -> new ArrayList<>())
            .add(resource.type() + "/" + resource.id());
      }
    }
    List<Predicate> any = new ArrayList<>();
    for (Parameter p : index.searchable().values()) {
      if (p.type() != Parameter.Type.REFERENCE
          || !include.parameter().equals("*") && !include.parameter().equals(p.code())) {
        continue;
      }
      byType.forEach(
          (target, references) -> {
            if (p.targets().isEmpty() || p.targets().contains(target)) {
              any.add(predicates.references(p, references, LinkedPatients.NONE));
            }
          });
    }
    if (any.isEmpty()) {
      return found;
    }
    SqlText sql = rows.select(run.caller(), type);
    Predicate.append(sql, Predicate.or(any));
    policy.restrict(sql, run.caller(), type, "r");
    take(type, sql, found);
    return found;
  }

  private void take(String type, SqlText sql, List<ResourceVersion> found) throws SQLException {
    sql.add(" order by r.home, r.id limit ?", MOST + 1);
    for (ResourceVersion one : rows.read(run, type, sql)) {
      String reference = one.type() + "/" + one.id();
      if (known.add(reference)) {
        included.put(reference, one);
        found.add(one);
      }
    }
    if (included.size() > MOST) {
      throw new Refusal(
          Refusal.Kind.TOO_COSTLY, "search.too-many-included", Integer.toString(MOST));
    }
  }
}
