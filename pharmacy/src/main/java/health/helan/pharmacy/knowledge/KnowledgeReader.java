package health.helan.pharmacy.knowledge;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a knowledge base in the format that docs/guide/prescription-review.md tells, version 1. All
 * faults are looked for, so that a supplier mends a file in one go; a base with any is not taken,
 * since half a base would be silent where somebody relies on it.
 */
public final class KnowledgeReader {
  private static final String FORMAT = "helan-drug-knowledge";
  private static final int VERSION = 1;
  private static final int MOST_FAULTS = 100;
  private static final String ID = "[a-z0-9][a-z0-9.-]{0,63}";
  private static final Set<String> ROUTES =
      Set.of(
          "oral",
          "sublingual",
          "injection",
          "inhaled",
          "nasal",
          "eye",
          "ear",
          "skin",
          "rectal",
          "vaginal");
  private static final Set<String> HEAD =
      Set.of(
          "format",
          "formatVersion",
          "id",
          "version",
          "title",
          "verified",
          "source",
          "licence",
          "classes",
          "allergens",
          "drugs",
          "interactions");
  private static final Set<String> DRUG =
      Set.of(
          "id",
          "name",
          "kind",
          "atc",
          "classes",
          "contains",
          "products",
          "doses",
          "notBefore",
          "pregnancy",
          "lactation",
          "contraindicated",
          "allergens",
          "renal",
          "control",
          "storage");

  private static final class Shipped {
    static final Knowledge BASE = load();

    private static Knowledge load() {
      try (InputStream in =
          Objects.requireNonNull(
              KnowledgeReader.class.getResourceAsStream("/knowledge/demonstration.json"))) {
        return read(in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final List<Fault> faults = new ArrayList<>();

  private KnowledgeReader() {}

  /** The shipped demonstration: from general knowledge, unverified. */
  public static Knowledge demonstration() {
    return Shipped.BASE;
  }

  /**
   * Reads a base.
   *
   * @throws KnowledgeRefused with all that is wrong
   */
  public static Knowledge read(byte[] file) {
    var reader = new KnowledgeReader();
    JsonNode root;
    try {
      root = Json.MAPPER.readTree(file);
    } catch (JacksonException e) {
      throw new KnowledgeRefused(List.of(new Fault("", "knowledge.json", List.of())));
    }
    Knowledge knowledge = reader.base(root);
    if (!reader.faults.isEmpty()) {
      throw new KnowledgeRefused(reader.faults);
    }
    return knowledge;
  }

  private void fault(String place, String key, Object... arguments) {
    if (faults.size() < MOST_FAULTS) {
      faults.add(new Fault(place, key, List.of(arguments)));
    }
  }

  private Knowledge base(JsonNode root) {
    if (!root.isObject() || !FORMAT.equals(root.path("format").asString(""))) {
      throw new KnowledgeRefused(List.of(new Fault("format", "knowledge.format", List.of(FORMAT))));
    }
    if (root.path("formatVersion").asInt(0) != VERSION) {
      throw new KnowledgeRefused(
          List.of(new Fault("formatVersion", "knowledge.format-version", List.of(VERSION))));
    }
    members("", root, HEAD);
    String id = id("id", root.path("id"));
    String version = root.path("version").asString("");
    if (version.isBlank() || version.length() > 64) {
      fault("version", "knowledge.missing", "version");
    }
    var head =
        new Knowledge.Head(
            id,
            version,
            term("title", root.path("title")),
            term("source", root.path("source")),
            root.path("licence").asString(""),
            root.path("verified").asBoolean(false));
    if (head.licence().isBlank()) {
      fault("licence", "knowledge.missing", "licence");
    }
    List<DrugClass> classes = new ArrayList<>();
    each(
        root,
        "classes",
        (place, node) -> {
          members(place, node, Set.of("id", "name", "together"));
          classes.add(
              new DrugClass(
                  id(place + ".id", node.path("id")),
                  term(place + ".name", node.path("name")),
                  Math.max(0, node.path("together").asInt(0))));
        });
    List<Allergen> allergens = new ArrayList<>();
    each(
        root,
        "allergens",
        (place, node) -> {
          members(place, node, Set.of("id", "name", "atc", "words", "cross"));
          allergens.add(
              new Allergen(
                  id(place + ".id", node.path("id")),
                  term(place + ".name", node.path("name")),
                  texts(place + ".atc", node.path("atc"), "[A-Z][A-Z0-9]{0,6}"),
                  texts(place + ".words", node.path("words"), ".{1,64}").stream()
                      .map(word -> word.toLowerCase(Locale.ROOT))
                      .toList(),
                  Set.copyOf(texts(place + ".cross", node.path("cross"), ID))));
        });
    List<Drug> drugs = new ArrayList<>();
    each(root, "drugs", (place, node) -> drugs.add(drug(place, node)));
    if (drugs.isEmpty()) {
      fault("drugs", "knowledge.missing", "drugs");
    }
    List<Interaction> interactions = new ArrayList<>();
    each(
        root,
        "interactions",
        (place, node) -> {
          Interaction one = interaction(place, node);
          if (one != null) {
            interactions.add(one);
          }
        });
    names(classes, allergens, drugs, interactions);
    return new Knowledge(head, drugs, interactions, classes, allergens);
  }

  /** What one part says of another must be there, and ids stand once. */
  private void names(
      List<DrugClass> classes,
      List<Allergen> allergens,
      List<Drug> drugs,
      List<Interaction> interactions) {
    var known = new HashSet<String>();
    var productOf = new HashMap<String, String>();
    var usedClasses = new HashSet<String>();
    for (int i = 0; i < drugs.size(); i++) {
      Drug drug = drugs.get(i);
      String place = "drugs[" + i + "]";
      if (!known.add("drug:" + drug.id())) {
        fault(place + ".id", "knowledge.twice", drug.id());
      }
      usedClasses.addAll(drug.classes());
      for (Drug.Product product : drug.products()) {
        if (productOf.put(product.name(), drug.id()) != null) {
          fault(place + ".products", "knowledge.twice", product.name());
        }
      }
    }
    usedClasses.forEach(name -> known.add("class:" + name));
    var groups = new HashSet<String>();
    for (int i = 0; i < allergens.size(); i++) {
      if (!groups.add(allergens.get(i).id())) {
        fault("allergens[" + i + "].id", "knowledge.twice", allergens.get(i).id());
      }
    }
    for (int i = 0; i < allergens.size(); i++) {
      for (String other : allergens.get(i).cross()) {
        if (!groups.contains(other)) {
          fault("allergens[" + i + "].cross", "knowledge.unknown", other);
        }
      }
    }
    for (int i = 0; i < drugs.size(); i++) {
      for (String part : drugs.get(i).contains()) {
        if (!known.contains("drug:" + part)) {
          fault("drugs[" + i + "].contains", "knowledge.unknown", part);
        }
      }
      for (String group : drugs.get(i).allergens()) {
        if (!groups.contains(group)) {
          fault("drugs[" + i + "].allergens", "knowledge.unknown", group);
        }
      }
    }
    var twice = new HashSet<String>();
    for (int i = 0; i < classes.size(); i++) {
      if (!usedClasses.contains(classes.get(i).id())) {
        fault("classes[" + i + "].id", "knowledge.unknown", classes.get(i).id());
      }
      if (!twice.add(classes.get(i).id())) {
        fault("classes[" + i + "].id", "knowledge.twice", classes.get(i).id());
      }
    }
    for (int i = 0; i < interactions.size(); i++) {
      Interaction one = interactions.get(i);
      for (String side : List.of(one.a(), one.b())) {
        if (!known.contains(side)) {
          fault("interactions[" + i + "]", "knowledge.unknown", side);
        }
      }
    }
  }

  private Drug drug(String place, JsonNode node) {
    members(place, node, DRUG);
    Drug.Kind kind = Drug.Kind.WESTERN;
    String told = node.path("kind").asString("");
    boolean isKind = false;
    for (Drug.Kind each : Drug.Kind.values()) {
      if (each.code().equals(told)) {
        kind = each;
        isKind = true;
      }
    }
    if (!isKind) {
      fault(place + ".kind", "knowledge.word", told, "western, patent, herbal");
    }
    Drug.Control control = Drug.Control.of(node.path("control").asString("none"));
    if (control == null) {
      fault(
          place + ".control",
          "knowledge.word",
          node.path("control").asString(""),
          "narcotic, psychotropic-1, psychotropic-2, toxic, radioactive, precursor");
      control = Drug.Control.NONE;
    }
    Drug.Storage storage = Drug.Storage.of(node.path("storage").asString(""));
    if (storage == null && node.has("storage")) {
      fault(place + ".storage", "knowledge.word", node.path("storage").asString(""), "cold");
    }
    List<Drug.Product> products = new ArrayList<>();
    each(place + ".", node, "products", (at, one) -> products.add(product(at, one)));
    List<Drug.Dose> doses = new ArrayList<>();
    each(place + ".", node, "doses", (at, one) -> doses.add(dose(at, one)));
    List<Drug.RenalBand> renal = new ArrayList<>();
    each(place + ".", node, "renal", (at, one) -> renal.add(band(at, one)));
    for (int i = 1; i < renal.size(); i++) {
      if (renal.get(i).below() <= renal.get(i - 1).below()) {
        fault(place + ".renal[" + i + "].below", "knowledge.order");
      }
    }
    return new Drug(
        id(place + ".id", node.path("id")),
        term(place + ".name", node.path("name")),
        kind,
        texts(place + ".atc", node.path("atc"), "[A-Z][A-Z0-9]{2,6}"),
        new LinkedHashSet<>(texts(place + ".classes", node.path("classes"), ID)),
        texts(place + ".contains", node.path("contains"), ID),
        List.copyOf(products),
        List.copyOf(doses),
        node.has("notBefore") ? age(place + ".notBefore", node.path("notBefore")) : 0,
        caution(place + ".pregnancy", node.path("pregnancy")),
        caution(place + ".lactation", node.path("lactation")),
        texts(
            place + ".contraindicated",
            node.path("contraindicated"),
            "[A-Z][0-9]{2}(\\.[0-9A-Za-z]{1,4})?"),
        new LinkedHashSet<>(texts(place + ".allergens", node.path("allergens"), ID)),
        List.copyOf(renal),
        control,
        storage);
  }

  private Drug.Product product(String place, JsonNode node) {
    members(place, node, Set.of("name", "form", "route", "unit", "strengths"));
    String name = node.path("name").asString("").strip();
    if (name.isEmpty() || name.length() > 100) {
      fault(place + ".name", "knowledge.missing", "name");
    }
    List<Double> strengths = new ArrayList<>();
    each(
        place + ".",
        node,
        "strengths",
        (at, one) -> {
          members(at, one, Set.of("value", "unit"));
          Double mg = Masses.inMg(one.path("unit").asString(""));
          Double value = positive(at + ".value", one.path("value"));
          if (mg == null) {
            fault(at + ".unit", "knowledge.word", one.path("unit").asString(""), "g, mg, ug");
          } else if (value != null) {
            strengths.add(value * mg);
          }
        });
    return new Drug.Product(
        name,
        node.path("form").asString(""),
        route(place + ".route", node.path("route")),
        node.path("unit").asString(""),
        strengths);
  }

  private Drug.Dose dose(String place, JsonNode node) {
    members(place, node, Set.of("route", "from", "to", "single", "daily", "unit", "perKg"));
    members(place + ".single", node.path("single"), Set.of("min", "max"));
    members(place + ".daily", node.path("daily"), Set.of("max"));
    int from = age(place + ".from", node.path("from"));
    int to = node.has("to") ? age(place + ".to", node.path("to")) : Integer.MAX_VALUE;
    if (to <= from) {
      fault(place + ".to", "knowledge.order");
    }
    Double unit = Masses.inMg(node.path("unit").asString(""));
    if (unit == null) {
      fault(place + ".unit", "knowledge.word", node.path("unit").asString(""), "g, mg, ug");
      unit = 1.0;
    }
    Double min = amount(place + ".single.min", node.path("single").path("min"), unit);
    Double max = amount(place + ".single.max", node.path("single").path("max"), unit);
    Double daily = amount(place + ".daily.max", node.path("daily").path("max"), unit);
    if (min != null && max != null && min > max) {
      fault(place + ".single", "knowledge.order");
    }
    if (min == null && max == null && daily == null) {
      fault(place, "knowledge.missing", "single, daily");
    }
    return new Drug.Dose(
        route(place + ".route", node.path("route")),
        from,
        to,
        min,
        max,
        daily,
        node.path("perKg").asBoolean(false));
  }

  private Drug.RenalBand band(String place, JsonNode node) {
    members(place, node, Set.of("below", "avoid", "daily", "unit"));
    int below = node.path("below").asInt(0);
    if (below < 1 || below > 150) {
      fault(place + ".below", "knowledge.number");
    }
    if (node.path("avoid").asBoolean(false)) {
      return new Drug.RenalBand(below, null);
    }
    Double unit = Masses.inMg(node.path("unit").asString(""));
    if (unit == null) {
      fault(place + ".unit", "knowledge.word", node.path("unit").asString(""), "g, mg, ug");
      unit = 1.0;
    }
    Double daily = amount(place + ".daily.max", node.path("daily").path("max"), unit);
    if (daily == null) {
      fault(place, "knowledge.missing", "avoid, daily.max");
    }
    return new Drug.RenalBand(below, daily);
  }

  private @Nullable Interaction interaction(String place, JsonNode node) {
    members(place, node, Set.of("id", "a", "b", "severity", "effect"));
    Interaction.Severity severity = Interaction.Severity.of(node.path("severity").asString(""));
    if (severity == null) {
      fault(
          place + ".severity",
          "knowledge.word",
          node.path("severity").asString(""),
          "contraindicated, major, moderate");
      return null;
    }
    return new Interaction(
        id(place + ".id", node.path("id")),
        side(place + ".a", node.path("a")),
        side(place + ".b", node.path("b")),
        severity,
        term(place + ".effect", node.path("effect")));
  }

  private String side(String place, JsonNode node) {
    members(place, node, Set.of("drug", "class"));
    if (node.has("drug") == node.has("class")) {
      fault(place, "knowledge.missing", "drug | class");
    }
    return node.has("drug")
        ? "drug:" + node.path("drug").asString("")
        : "class:" + node.path("class").asString("");
  }

  // ------------------------------------------------------------------ the small things

  private interface One {
    void read(String place, JsonNode node);
  }

  private void each(JsonNode of, String name, One one) {
    each("", of, name, one);
  }

  private void each(String before, JsonNode of, String name, One one) {
    JsonNode list = of.path(name);
    if (list.isMissingNode()) {
      return;
    }
    if (!list.isArray()) {
      fault(before + name, "knowledge.list");
      return;
    }
    int i = 0;
    for (JsonNode node : list) {
      String place = before + name + "[" + i++ + "]";
      if (node instanceof ObjectNode) {
        one.read(place, node);
      } else {
        fault(place, "knowledge.object");
      }
    }
  }

  /** A word that nobody reads is a mistake: {@code dayly} would silently limit nothing. */
  private void members(String place, JsonNode node, Set<String> known) {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      if (!known.contains(member.getKey())) {
        fault(
            place.isEmpty() ? member.getKey() : place + "." + member.getKey(),
            "knowledge.member",
            member.getKey());
      }
    }
  }

  private String id(String place, JsonNode node) {
    String id = node.asString("");
    if (!id.matches(ID)) {
      fault(place, "knowledge.id", id);
    }
    return id;
  }

  private Term term(String place, JsonNode node) {
    Term term = Term.of(node);
    if (term.zh().isBlank() || term.en().isBlank()) {
      fault(place, "knowledge.both-languages");
    }
    return term;
  }

  private List<String> texts(String place, JsonNode node, String pattern) {
    List<String> all = new ArrayList<>();
    if (!node.isMissingNode() && !node.isArray()) {
      fault(place, "knowledge.list");
    }
    for (JsonNode one : node) {
      String text = one.asString("");
      if (!text.matches(pattern)) {
        fault(place, "knowledge.id", text);
      }
      all.add(text);
    }
    return List.copyOf(all);
  }

  private String route(String place, JsonNode node) {
    String route = node.asString("");
    if (!ROUTES.contains(route)) {
      fault(place, "knowledge.word", route, String.join(", ", ROUTES.stream().sorted().toList()));
    }
    return route;
  }

  private Drug.Caution caution(String place, JsonNode node) {
    return switch (node.asString("")) {
      case "" -> Drug.Caution.NOTHING;
      case "caution" -> Drug.Caution.CAUTION;
      case "contraindicated" -> Drug.Caution.CONTRAINDICATED;
      default -> {
        fault(place, "knowledge.word", node.asString(""), "caution, contraindicated");
        yield Drug.Caution.NOTHING;
      }
    };
  }

  private @Nullable Double positive(String place, JsonNode node) {
    if (!node.isNumber() || node.asDouble() <= 0) {
      fault(place, "knowledge.number");
      return null;
    }
    return node.asDouble();
  }

  private @Nullable Double amount(String place, JsonNode node, double unit) {
    if (node.isMissingNode()) {
      return null;
    }
    Double value = positive(place, node);
    return value == null ? null : value * unit;
  }

  /** Months. */
  private int age(String place, JsonNode node) {
    members(place, node, Set.of("value", "unit"));
    int value = node.path("value").asInt(-1);
    String unit = node.path("unit").asString("");
    if (value < 0 || value > 150 || !unit.equals("a") && !unit.equals("mo")) {
      fault(place, "knowledge.age");
      return 0;
    }
    return unit.equals("a") ? value * 12 : value;
  }
}
