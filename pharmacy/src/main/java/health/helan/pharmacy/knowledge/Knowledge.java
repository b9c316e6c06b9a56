package health.helan.pharmacy.knowledge;

import health.helan.foundation.terminology.engine.SearchText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A whole knowledge base, ready to be asked. Immutable; lookups are by hash, so that a base of a
 * hundred thousand interactions answers as quickly as the demonstration.
 */
public final class Knowledge {
  /** System of the ids of drugs, in a MedicationRequest. */
  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/drug-knowledge";

  public static final String ATC = "http://www.whocc.no/atc";

  private static final Pattern STRENGTH =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(mg|g|μg|µg|ug|mcg|毫克|克|微克)(?![a-zA-Z])");

  /** After a product's name nothing but its strength, or a remark in brackets. */
  private static final Pattern AFTER_NAME = Pattern.compile("^$|^[\\s\\d（(，,].*");

  /**
   * What a base says of itself.
   *
   * @param verified whether somebody answers for it; false shows on every page
   */
  public record Head(
      String id, String version, Term title, Term source, String licence, boolean verified) {}

  private record Named(Drug drug, Drug.Product product) {}

  /** A product, and the drug that it is one of. */
  public record Found(Drug drug, Drug.Product product) {}

  /** Names as they are typed: whole, and by the first letters of their pinyin. */
  private record Sought(Found found, List<String> names, List<String> initials) {
    /** The lower, the likelier; -1 for not at all. */
    int rank(String typed) {
      return names.stream().anyMatch(name -> name.startsWith(typed))
          ? 0
          : initials.stream().anyMatch(letters -> letters.startsWith(typed))
              ? 1
              : names.stream().anyMatch(name -> name.contains(typed))
                  ? 2
                  : initials.stream().anyMatch(letters -> letters.contains(typed)) ? 3 : -1;
    }
  }

  private final Head head;
  private final Map<String, Drug> drugs = new LinkedHashMap<>();
  private final Map<String, Drug> byAtc = new HashMap<>();
  private final Set<String> ambiguousAtc = new LinkedHashSet<>();
  private final Map<String, Named> byName = new HashMap<>();
  private final Map<String, Drug> bySubstance = new HashMap<>();
  private final Map<String, Map<String, Interaction>> interactions = new HashMap<>();
  private final Map<String, DrugClass> classes = new LinkedHashMap<>();
  private final Map<String, Allergen> allergens = new LinkedHashMap<>();
  private final Map<String, Set<String>> keys = new HashMap<>();
  private final List<Sought> sought = new ArrayList<>();
  private final int longestName;
  private final int pairs;

  Knowledge(
      Head head,
      List<Drug> all,
      List<Interaction> pairs,
      List<DrugClass> groups,
      List<Allergen> reactions) {
    this.head = head;
    int longest = 0;
    for (Drug drug : all) {
      drugs.put(drug.id(), drug);
      for (String code : drug.atc()) {
        if (byAtc.put(code, drug) != null) {
          ambiguousAtc.add(code);
        }
      }
      bySubstance.put(drug.name().zh(), drug);
      longest = Math.max(longest, drug.name().zh().length());
      for (Drug.Product product : drug.products()) {
        byName.put(product.name(), new Named(drug, product));
        longest = Math.max(longest, product.name().length());
        sought.add(
            new Sought(
                new Found(drug, product),
                List.of(SearchText.normal(product.name()), SearchText.normal(drug.name().zh())),
                List.of(
                    SearchText.initials(product.name()), SearchText.initials(drug.name().zh()))));
      }
    }
    longestName = longest;
    ambiguousAtc.forEach(byAtc::remove);
    for (Drug drug : all) {
      keys.put(drug.id(), keysOf(drug));
    }
    this.pairs = pairs.size();
    for (Interaction one : pairs) {
      interactions.computeIfAbsent(one.a(), _ -> new HashMap<>()).put(one.b(), one);
      interactions.computeIfAbsent(one.b(), _ -> new HashMap<>()).put(one.a(), one);
    }
    groups.forEach(group -> classes.put(group.id(), group));
    reactions.forEach(group -> allergens.put(group.id(), group));
  }

  private Set<String> keysOf(Drug drug) {
    var all = new LinkedHashSet<String>();
    all.add("drug:" + drug.id());
    drug.classes().forEach(name -> all.add("class:" + name));
    for (String part : drug.contains()) {
      Drug inside = drugs.get(part);
      if (inside != null) {
        all.add("drug:" + part);
        inside.classes().forEach(name -> all.add("class:" + name));
      }
    }
    return all;
  }

  public Head head() {
    return head;
  }

  public Collection<Drug> drugs() {
    return drugs.values();
  }

  /**
   * Products by a piece of their name or of the substance's, or by first letters of its pinyin. The
   * likeliest first, among these the shorter names.
   */
  public List<Found> products(String typed, int most) {
    String words = SearchText.normal(typed);
    if (words.isEmpty()) {
      return List.of();
    }
    return sought.stream()
        .filter(one -> one.rank(words) >= 0)
        .sorted(
            Comparator.comparingInt((Sought one) -> one.rank(words))
                .thenComparingInt(one -> one.names.getFirst().length()))
        .limit(most)
        .map(Sought::found)
        .toList();
  }

  public int interactions() {
    return pairs;
  }

  public @Nullable Drug drug(String id) {
    return drugs.get(id);
  }

  public @Nullable DrugClass drugClass(String id) {
    return classes.get(id);
  }

  public Collection<DrugClass> classes() {
    return classes.values();
  }

  public Collection<Allergen> allergens() {
    return allergens.values();
  }

  public @Nullable Allergen allergen(String id) {
    return allergens.get(id);
  }

  /** Name of a class; its id where it has none. */
  public Term className(String id) {
    DrugClass group = classes.get(id);
    return group == null ? Term.same(id) : group.name();
  }

  /** Substances that somebody takes with a drug: itself, and what a compound contains. */
  public Set<String> substances(Drug drug) {
    var all = new LinkedHashSet<String>();
    all.add(drug.id());
    all.addAll(drug.contains());
    return all;
  }

  /** Classes of a drug and of what it contains. */
  public Set<String> classesOf(Drug drug) {
    var all = new LinkedHashSet<String>();
    for (String key : keys.getOrDefault(drug.id(), Set.of())) {
      if (key.startsWith("class:")) {
        all.add(key.substring("class:".length()));
      }
    }
    return all;
  }

  /** Groups in which a drug, or a part of it, may make somebody react. */
  public Set<String> allergensOf(Drug drug) {
    var all = new LinkedHashSet<>(drug.allergens());
    for (String part : drug.contains()) {
      Drug inside = drugs.get(part);
      if (inside != null) {
        all.addAll(inside.allergens());
      }
    }
    return all;
  }

  /** Interactions of two different drugs, each once. */
  public List<Interaction> between(Drug one, Drug other) {
    if (one.id().equals(other.id())) {
      return List.of();
    }
    var found = new LinkedHashSet<Interaction>();
    Set<String> others = keys.getOrDefault(other.id(), Set.of());
    for (String key : keys.getOrDefault(one.id(), Set.of())) {
      Map<String, Interaction> with = interactions.get(key);
      if (with != null) {
        for (String their : others) {
          Interaction interaction = with.get(their);
          if (interaction != null) {
            found.add(interaction);
          }
        }
      }
    }
    return List.copyOf(found);
  }

  /**
   * The drug that a CodeableConcept names: by the base's own id, by the name of a product with its
   * strength, by an ATC code that one drug alone has.
   *
   * @return null for none: what is not known is not judged
   */
  public @Nullable Known find(JsonNode concept) {
    List<String> names = new ArrayList<>();
    String text = concept.path("text").asString("");
    if (!text.isBlank()) {
      names.add(text);
    }
    Drug drug = null;
    Drug byCode = null;
    for (JsonNode coding : concept.path("coding")) {
      String system = coding.path("system").asString("");
      String code = coding.path("code").asString("");
      if (SYSTEM.equals(system)) {
        drug = drugs.get(code);
      } else if (ATC.equals(system)) {
        byCode = byAtc.get(code);
      }
      String display = coding.path("display").asString("");
      if (!display.isBlank()) {
        names.add(display);
      }
    }
    for (String name : names) {
      Known found = named(name);
      if (found != null && (drug == null || drug == found.drug())) {
        return found;
      }
    }
    Drug found = drug == null ? byCode : drug;
    return found == null ? null : new Known(found, null, null);
  }

  /** The drug of that name; a strength may follow it. Null for none. */
  public @Nullable Known named(String written) {
    String text = written.strip();
    for (int end = Math.min(text.length(), longestName); end >= 2; end--) {
      String name = text.substring(0, end);
      Named product = byName.get(name);
      Drug drug = product == null ? bySubstance.get(name) : product.drug();
      if (drug != null && AFTER_NAME.matcher(text.substring(end)).matches()) {
        return new Known(
            drug,
            product == null ? null : product.product(),
            strength(text.substring(end), product == null ? null : product.product()));
      }
    }
    return null;
  }

  private static @Nullable Double strength(String rest, Drug.@Nullable Product product) {
    Matcher told = STRENGTH.matcher(rest);
    if (told.find()) {
      Double mg = Masses.inMg(told.group(2));
      return mg == null ? null : Double.parseDouble(told.group(1)) * mg;
    }
    return product == null || product.strengthsMg().size() != 1
        ? null
        : product.strengthsMg().getFirst();
  }
}
