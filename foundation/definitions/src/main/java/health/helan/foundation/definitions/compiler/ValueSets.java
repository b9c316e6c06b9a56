package health.helan.foundation.definitions.compiler;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Code systems and value sets, to be expanded where that is possible from what is in the jar. */
final class ValueSets {
  /**
   * A code system's codes, each with its parents' codes.
   *
   * @param isHierarchy false when the nesting of its concepts means something else than is-a
   */
  private record Codes(Map<String, Set<String>> parents, boolean isHierarchy) {
    boolean isA(String code, String ancestor) {
      if (code.equals(ancestor)) {
        return true;
      }
      for (String parent : parents.getOrDefault(code, Set.of())) {
        if (!parent.equals(code) && isA(parent, ancestor)) {
          return true;
        }
      }
      return false;
    }
  }

  private final Map<String, Codes> systems = new HashMap<>();
  private final Map<String, Xml> valueSets = new HashMap<>();

  static String withoutVersion(String canonical) {
    int bar = canonical.indexOf('|');
    return bar < 0 ? canonical : canonical.substring(0, bar);
  }

  void add(Xml resource) {
    String url = resource.text("url");
    if (url == null) {
      return;
    }
    if (resource.name.equals("ValueSet")) {
      valueSets.put(url, resource);
    } else if (resource.name.equals("CodeSystem") && "complete".equals(resource.text("content"))) {
      String meaning = resource.text("hierarchyMeaning");
      var codes = new Codes(new LinkedHashMap<>(), meaning == null || meaning.equals("is-a"));
      addConcepts(resource.all("concept"), null, codes);
      systems.put(url, codes);
    }
  }

  private static void addConcepts(List<Xml> concepts, @Nullable String parent, Codes codes) {
    for (Xml concept : concepts) {
      String code = concept.need("code");
      Set<String> parents = codes.parents.computeIfAbsent(code, _ -> new TreeSet<>());
      if (parent != null) {
        parents.add(parent);
      }
      for (Xml property : concept.all("property")) {
        if (property.need("code").equals("subsumedBy")) {
          String above = property.text("valueCode");
          if (above != null) {
            parents.add(above);
          }
        }
      }
      addConcepts(concept.all("concept"), code, codes);
    }
  }

  /** All that can be enumerated, for {@code CompiledCodes}. */
  void write(DataOutputStream out, Strings table) throws IOException {
    var hierarchies = new TreeMap<String, Codes>();
    systems.forEach(
        (url, codes) -> {
          if (codes.isHierarchy) {
            hierarchies.put(url, codes);
          }
        });
    out.writeInt(hierarchies.size());
    for (var entry : hierarchies.entrySet()) {
      table.string(out, entry.getKey());
      table.lists(out, lists(entry.getValue().parents));
    }
    var expansions = new TreeMap<String, Map<String, Set<String>>>();
    for (String url : valueSets.keySet()) {
      Map<String, Set<String>> expansion = expand(url);
      if (expansion != null) {
        expansions.put(url, expansion);
      }
    }
    out.writeInt(expansions.size());
    for (var entry : expansions.entrySet()) {
      table.string(out, entry.getKey());
      String version = Objects.requireNonNull(valueSets.get(entry.getKey())).text("version");
      table.string(out, version == null ? "" : version);
      table.lists(out, lists(entry.getValue()));
    }
    System.out.println(
        "R4: "
            + hierarchies.size()
            + " code systems, "
            + expansions.size()
            + " of "
            + valueSets.size()
            + " value sets can be enumerated");
  }

  private static Map<String, List<String>> lists(Map<String, Set<String>> sets) {
    var lists = new LinkedHashMap<String, List<String>>();
    sets.forEach((key, set) -> lists.put(key, List.copyOf(set)));
    return lists;
  }

  /** Codes by system; null where the value set or a system it draws on cannot be enumerated. */
  @Nullable Map<String, Set<String>> expand(String url) {
    Xml valueSet = valueSets.get(withoutVersion(url));
    Xml compose = valueSet == null ? null : valueSet.first("compose");
    if (compose == null) {
      return null;
    }
    Map<String, Set<String>> all = new TreeMap<>();
    for (Xml include : compose.all("include")) {
      Map<String, Set<String>> part = part(include);
      if (part == null) {
        return null;
      }
      part.forEach(
          (system, codes) -> all.computeIfAbsent(system, _ -> new LinkedHashSet<>()).addAll(codes));
    }
    for (Xml exclude : compose.all("exclude")) {
      Map<String, Set<String>> part = part(exclude);
      if (part == null) {
        return null;
      }
      part.forEach((system, codes) -> all.getOrDefault(system, new TreeSet<>()).removeAll(codes));
    }
    return all;
  }

  private @Nullable Map<String, Set<String>> part(Xml include) {
    Map<String, Set<String>> part = null;
    String system = include.text("system");
    if (system != null) {
      Set<String> codes = ofSystem(system, include);
      if (codes == null) {
        return null;
      }
      part = new TreeMap<>(Map.of(system, codes));
    }
    for (String imported : include.texts("valueSet")) {
      Map<String, Set<String>> other = expand(imported);
      if (other == null) {
        return null;
      }
      if (part == null) {
        part = other;
      } else { // an include with several sources means what is in all of them
        part.forEach((s, codes) -> codes.retainAll(other.getOrDefault(s, Set.of())));
      }
    }
    return part;
  }

  private @Nullable Set<String> ofSystem(String system, Xml include) {
    List<Xml> concepts = include.all("concept");
    if (!concepts.isEmpty()) {
      Set<String> codes = new LinkedHashSet<>();
      concepts.forEach(c -> codes.add(c.need("code")));
      return codes;
    }
    Codes known = systems.get(system);
    if (known == null) {
      return null;
    }
    Set<String> codes = new LinkedHashSet<>(known.parents.keySet());
    for (Xml filter : include.all("filter")) {
      String value = filter.need("value");
      String property = filter.need("property");
      if (!property.equals("concept") && !property.equals("code")) {
        return null;
      }
      switch (filter.need("op")) {
        case "is-a" -> codes.removeIf(code -> !known.isA(code, value));
        case "descendent-of" ->
            codes.removeIf(code -> code.equals(value) || !known.isA(code, value));
        case "in" -> codes.retainAll(List.of(value.split("\\s*,\\s*")));
        case "not-in" -> codes.removeAll(List.of(value.split("\\s*,\\s*")));
        case "is-not-a" -> codes.removeIf(code -> known.isA(code, value));
        default -> {
          return null;
        }
      }
    }
    return codes;
  }
}
