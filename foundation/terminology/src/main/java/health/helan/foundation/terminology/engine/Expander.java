package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * From a value set to what it selects (FHIR R4, ValueSet 4.9.5 to 4.9.8): includes united, several
 * conditions of one include cut, excludes taken away.
 */
public final class Expander {
  /** Value sets within value sets, so deep. */
  private static final int DEEPEST = 20;

  /** Includes, filters and values of filters of a value set that was sent along. */
  private static final int MOST_CONDITIONS = 1_000;

  /** Regular expressions of one: each may take some seconds over a large code system. */
  private static final int MOST_EXPRESSIONS = 3;

  private final Catalogue catalogue;

  public Expander(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /** A value set by its canonical URL; null when it is not known. */
  public @Nullable Selection select(String canonical) {
    return select(catalogue.now(), canonical, 0);
  }

  /**
   * A value set that was sent along, by anybody.
   *
   * @throws Refusal TOO_COSTLY for one with more conditions than anybody writes
   */
  public Selection select(JsonNode valueSet) {
    int conditions = 0;
    int expressions = 0;
    for (String side : List.of("include", "exclude")) {
      for (JsonNode include : valueSet.path("compose").path(side)) {
        conditions += 1 + include.path("valueSet").size();
        for (JsonNode filter : include.path("filter")) {
          conditions += values(filter).size();
          expressions += filter.path("op").asString("").equals("regex") ? 1 : 0;
        }
      }
    }
    limit(conditions, MOST_CONDITIONS);
    limit(expressions, MOST_EXPRESSIONS);
    return compose(catalogue.now(), valueSet, 0);
  }

  private static void limit(int count, int most) {
    if (count > most) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.too-many", count, most);
    }
  }

  /** A stored or shipped one. */
  public Selection select(Header header) {
    return select(catalogue.now(), header, 0);
  }

  private Selection select(Catalogue.Snapshot at, Header header, int depth) {
    if (depth > DEEPEST) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "terms.value-set-in-itself", header.url());
    }
    String key = Long.toString(header.key());
    Selection known = at.selections.get(key);
    if (known == null) {
      known = compose(at, catalogue.body(header), depth);
      known.used.addFirst(header.canonical());
      at.selections.put(key, known);
    }
    return known;
  }

  private @Nullable Selection select(Catalogue.Snapshot at, String canonical, int depth) {
    Header header = catalogue.find(at, "ValueSet", canonical, null);
    if (header != null) {
      return select(at, header, depth);
    }
    int bar = canonical.indexOf('|');
    String url = bar < 0 ? canonical : canonical.substring(0, bar);
    Header system = catalogue.systemOfValueSet(at, url);
    if (system != null) {
      return whole(system);
    }
    int mark = url.indexOf("?fhir_vs");
    if (mark > 0) {
      Header of = catalogue.find(at, "CodeSystem", url.substring(0, mark), null);
      if (of == null) {
        return null;
      }
      String rest = url.substring(mark + "?fhir_vs".length());
      if (rest.isEmpty()) {
        return whole(of);
      }
      if (rest.startsWith("=isa/")) {
        Concepts concepts = catalogue.concepts(of);
        Concept concept = concepts.find(rest.substring(5));
        if (concept == null) {
          return null;
        }
        var part = new Selection.Part(of.url(), concepts);
        part.bits = concepts.tree().below(concept.nr());
        var selection = new Selection();
        selection.unite(part);
        selection.used.add(of.canonical());
        return selection;
      }
    }
    return null;
  }

  private Selection whole(Header system) {
    Concepts concepts = catalogue.concepts(system);
    var part = new Selection.Part(system.url(), concepts);
    part.bits = new BitSet();
    part.bits.set(0, concepts.size());
    var selection = new Selection();
    selection.unite(part);
    selection.used.add(system.canonical());
    return selection;
  }

  private Selection compose(Catalogue.Snapshot at, JsonNode valueSet, int depth) {
    var selection = new Selection();
    JsonNode compose = valueSet.path("compose");
    if (compose.isMissingNode()) {
      listed(at, valueSet.path("expansion").path("contains"), selection);
      return selection;
    }
    for (JsonNode include : compose.path("include")) {
      selection.unite(include(at, include, depth));
    }
    for (JsonNode exclude : compose.path("exclude")) {
      selection.remove(include(at, exclude, depth));
    }
    if (compose.path("inactive").isBoolean() && !compose.path("inactive").booleanValue()) {
      selection
          .parts()
          .forEach(
              part -> {
                if (part.concepts != null) {
                  part.bits.andNot(part.concepts.tree().inactive());
                }
              });
    }
    return selection;
  }

  /** A value set that was stored as its expansion only. */
  private void listed(Catalogue.Snapshot at, JsonNode contains, Selection into) {
    Map<String, ArrayNode> bySystem = new LinkedHashMap<>();
    gather(contains, bySystem);
    bySystem.forEach(
        (system, concepts) -> {
          ObjectNode include = Json.MAPPER.createObjectNode().put("system", system);
          include.set("concept", concepts);
          into.unite(include(at, include, 0));
        });
  }

  private static void gather(JsonNode contains, Map<String, ArrayNode> bySystem) {
    for (JsonNode one : contains) {
      if (one.path("code").isString() && !one.path("abstract").asBoolean(false)) {
        bySystem
            .computeIfAbsent(one.path("system").asString(""), _ -> Json.MAPPER.createArrayNode())
            .add(one);
      }
      gather(one.path("contains"), bySystem);
    }
  }

  private Selection include(Catalogue.Snapshot at, JsonNode include, int depth) {
    Selection all = null;
    if (include.path("system").isString()) {
      all = new Selection();
      Selection.Part part = ofSystem(at, include, all);
      all.unite(part);
    }
    for (JsonNode imported : include.path("valueSet")) {
      Selection other = select(at, imported.asString(""), depth + 1);
      if (other == null) {
        throw new Refusal(
            Refusal.Kind.NOT_FOUND, "terms.unknown", "ValueSet", imported.asString(""));
      }
      if (all == null) {
        all = new Selection();
        all.unite(other);
      } else {
        all.intersect(other);
      }
    }
    if (all == null) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "terms.include-of-nothing");
    }
    return all;
  }

  private Selection.Part ofSystem(Catalogue.Snapshot at, JsonNode include, Selection selection) {
    String system = include.path("system").asString("");
    if (system.equals(Ucum.SYSTEM)) {
      var units = new Selection.Part(system, null);
      if (include.path("concept").isEmpty()) {
        if (!include.path("filter").isEmpty()) {
          throw unknownFilter(
              include.path("filter").path(0).path("property").asString(""),
              include.path("filter").path(0).path("op").asString(""));
        }
        units.isOpen = true;
      } else {
        list(units, include.path("concept"));
      }
      return units;
    }
    Header header =
        catalogue.find(at, "CodeSystem", system, include.path("version").asString(null));
    JsonNode list = include.path("concept");
    Concepts concepts = header == null ? null : catalogue.concepts(header);
    if (concepts != null && concepts.size() == 0 && !list.isEmpty()) {
      concepts = null; // A system of which only the name is known.
    }
    var part = new Selection.Part(system, concepts);
    if (header != null) {
      selection.used.add(header.canonical());
    }
    if (!list.isEmpty()) {
      list(part, list);
      return part;
    }
    if (concepts == null || concepts.size() == 0 && !concepts.isComplete()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "terms.unknown", "CodeSystem", system);
    }
    BitSet bits = new BitSet();
    bits.set(0, concepts.size());
    for (JsonNode filter : include.path("filter")) {
      bits.and(filter(concepts, filter));
    }
    part.bits = bits;
    return part;
  }

  private static void list(Selection.Part part, JsonNode list) {
    Map<String, JsonNode> byCode = new LinkedHashMap<>();
    list.forEach(one -> byCode.putIfAbsent(one.path("code").asString(""), one));
    Map<String, Integer> numbers =
        part.concepts == null ? Map.of() : part.concepts.numbers(byCode.keySet());
    List<Integer> order = new ArrayList<>();
    byCode.forEach(
        (code, said) -> {
          Integer nr = numbers.get(code);
          if (nr != null) {
            part.bits.set(nr);
            order.add(nr);
            if (said.has("display") || said.has("designation")) {
              part.said.put(nr, said);
            }
          } else if (part.concepts == null || !part.concepts.isComplete()) {
            part.listed.put(code, said);
          }
        });
    part.order = order;
  }

  /** What a filter compares with: several values for {@code in} and {@code not-in}. */
  private static List<String> values(JsonNode filter) {
    String value = filter.path("value").asString("");
    return Set.of("in", "not-in").contains(filter.path("op").asString(""))
        ? List.of(value.strip().split("\\s*,\\s*"))
        : List.of(value);
  }

  private static final Set<String> HIERARCHICAL = Set.of("concept", "code", "parent", "child");

  private static BitSet filter(Concepts concepts, JsonNode filter) {
    String property = filter.path("property").asString("");
    String value = filter.path("value").asString("");
    String op = filter.path("op").asString("");
    return switch (op) {
      case "=" -> concepts.having(property, value);
      case "is-a", "descendent-of", "is-not-a", "generalizes" -> {
        if (!HIERARCHICAL.contains(property)) {
          throw unknownFilter(property, op);
        }
        Concept concept = concepts.find(value);
        if (concept == null) {
          throw new Refusal(Refusal.Kind.UNPROCESSABLE, "terms.filter-code-unknown", value, op);
        }
        BitSet bits =
            op.equals("generalizes")
                ? concepts.tree().above(concept.nr())
                : concepts.tree().below(concept.nr());
        if (op.equals("descendent-of")) {
          bits.clear(concept.nr());
        }
        if (op.equals("is-not-a")) {
          bits.flip(0, concepts.size());
        }
        yield bits;
      }
      case "in", "not-in" -> {
        var bits = new BitSet();
        Collection<String> values = values(filter);
        if (property.equals("concept") || property.equals("code")) {
          concepts.numbers(values).values().forEach(bits::set);
        } else {
          values.forEach(one -> bits.or(concepts.having(property, one)));
        }
        if (op.equals("not-in")) {
          bits.flip(0, concepts.size());
        }
        yield bits;
      }
      case "exists" -> {
        BitSet bits = concepts.having(property);
        if (value.equals("false")) {
          bits = (BitSet) bits.clone();
          bits.flip(0, concepts.size());
        }
        yield bits;
      }
      case "regex" -> concepts.matching(property, value);
      default -> throw unknownFilter(property, op);
    };
  }

  private static Refusal unknownFilter(String property, String op) {
    return new Refusal(Refusal.Kind.NOT_SUPPORTED, "terms.filter-unknown", property, op);
  }

  // ------------------------------------------------------------------ pages

  /**
   * What is asked of an expansion.
   *
   * @param filter words that texts, codes or first letters must hold; null for none
   * @param activeOnly without concepts that are inactive
   */
  public record Asked(
      @Nullable String filter,
      boolean activeOnly,
      boolean excludeNotForUi,
      int offset,
      int count) {}

  /** One code of an expansion. */
  public record Item(
      String system,
      String version,
      String code,
      @Nullable Concept concept,
      @Nullable JsonNode said) {}

  /** A page, and how many codes there are in all. */
  public record Page(int total, List<Item> items) {}

  /** The codes from {@code offset} on; the order is that of the includes, then of the system. */
  public static Page page(Selection selection, Asked asked) {
    if (selection.isOpen()) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.cannot-be-listed");
    }
    List<Item> items = new ArrayList<>();
    int total = 0;
    for (Selection.Part part : selection.parts()) {
      BitSet bits = part.bits;
      Concepts concepts = part.concepts;
      if (concepts != null && !bits.isEmpty()) {
        if (asked.filter != null) {
          bits = (BitSet) bits.clone();
          bits.and(concepts.holding(asked.filter));
        }
        if (asked.activeOnly) {
          bits = (BitSet) bits.clone();
          bits.andNot(concepts.tree().inactive());
        }
        if (asked.excludeNotForUi) {
          bits = (BitSet) bits.clone();
          bits.andNot(concepts.tree().notSelectable());
        }
        int size = bits.cardinality();
        int skip = Math.max(0, asked.offset - total);
        int take = asked.count - items.size();
        if (skip < size && take > 0) {
          take(part, concepts, numbers(part, bits, skip, take), items);
        }
        total += size;
      }
      for (Map.Entry<String, JsonNode> listed : part.listed.entrySet()) {
        if (asked.filter == null || holds(listed, asked.filter)) {
          if (total >= asked.offset && items.size() < asked.count) {
            items.add(
                new Item(
                    part.system,
                    concepts == null ? "" : concepts.header().version(),
                    listed.getKey(),
                    null,
                    listed.getValue()));
          }
          total++;
        }
      }
    }
    return new Page(total, items);
  }

  private static boolean holds(Map.Entry<String, JsonNode> listed, String filter) {
    String display = listed.getValue().path("display").asString("");
    String text = SearchText.of(listed.getKey(), List.of(display));
    for (String word : SearchText.normal(filter).split(" ")) {
      if (!text.contains(word)) {
        return false;
      }
    }
    return true;
  }

  private static List<Integer> numbers(Selection.Part part, BitSet bits, int skip, int take) {
    List<Integer> numbers = new ArrayList<>();
    if (part.order != null) {
      for (int nr : part.order) {
        if (bits.get(nr) && skip-- <= 0 && numbers.size() < take) {
          numbers.add(nr);
        }
      }
      return numbers;
    }
    for (int nr = bits.nextSetBit(0);
        nr >= 0 && numbers.size() < take;
        nr = bits.nextSetBit(nr + 1)) {
      if (skip-- <= 0) {
        numbers.add(nr);
      }
    }
    return numbers;
  }

  private static void take(
      Selection.Part part, Concepts concepts, List<Integer> numbers, List<Item> items) {
    Map<Integer, Concept> found = concepts.byNumber(numbers);
    for (int nr : numbers) {
      Concept concept = found.get(nr);
      if (concept != null) {
        items.add(
            new Item(
                part.system,
                concepts.header().version(),
                concept.code(),
                concept,
                part.said.get(nr)));
      }
    }
  }
}
