package health.helan.foundation.gateway.mapping;

import health.helan.foundation.gateway.CodeTranslation;
import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Finding;
import health.helan.foundation.gateway.Format;
import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** A mapping file, compiled. Immutable. */
public final class Mapping {
  private static final int MAX_BYTES = 1 << 20;

  /** Definitions and tables that the files share. */
  private static final Map<String, Object> SHARED = shared();

  /**
   * What a message became.
   *
   * @param plans resources, those that others refer to first
   * @param unknown codes of which nothing was known
   */
  public record Mapped(
      List<Plan> plans, List<Finding> findings, Set<CodeTranslation.Code> unknown) {}

  /** Where a version's number stands, for the next one to compare. */
  public static final String NUMBER =
      "https://helan.health/fhir/StructureDefinition/document-version";

  private record Definition(
      String type,
      String name,
      @Nullable String each,
      @Nullable Condition when,
      @Nullable KeyRule key,
      boolean isRequired,
      boolean isLoose,
      Plan.Write write,
      boolean isGuarded,
      List<String> added,
      List<String> taken,
      @Nullable KeyRule series,
      @Nullable String number,
      boolean isHistory,
      @Nullable Template body,
      List<Definition> inner) {}

  private final String name;
  private final int version;
  private final String format;
  private final List<String> types;
  private final Groups groups;
  private final Map<String, Map<String, String>> tables;
  private final Map<?, ?> parts;
  private final Columns columns;
  private final @Nullable Embedded documents;
  private final List<Definition> definitions;

  private Mapping(Map<?, ?> file) {
    name = text(file, "mapping", "");
    if (!name.matches("[a-z0-9][a-z0-9-]{0,62}")) {
      throw new MappingFault(name, "mapping");
    }
    if (!(file.get("version") instanceof Integer number)) {
      throw new MappingFault(name, "version");
    }
    for (Object key : file.keySet()) {
      if (!List.of(
              "mapping",
              "version",
              "format",
              "for",
              "groups",
              "tables",
              "parts",
              "table",
              "columns",
              "documents",
              "resources")
          .contains(String.valueOf(key))) {
        throw new MappingFault(name, String.valueOf(key));
      }
    }
    version = number;
    format = text(file, "format", "hl7v2");
    types = texts(file.get("for"));
    groups = new Groups("", List.of(), groups(file.get("groups")));
    var known = new LinkedHashMap<String, Map<String, String>>();
    tables(SHARED.get("tables"), known);
    tables(file.get("tables"), known);
    tables = known;
    columns = columns(file);
    documents = embedded(file.get("documents"));
    parts = file.get("parts") instanceof Map<?, ?> own ? own : Map.of();
    definitions = definitions(file.get("resources"));
  }

  /**
   * @throws MappingFault naming the place that is wrong
   */
  public static Mapping parse(String text) {
    if (text.length() > MAX_BYTES) {
      throw new MappingFault("?", "size");
    }
    return new Mapping(yaml(text));
  }

  private static Map<?, ?> yaml(String text) {
    var options = new LoaderOptions();
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(40);
    options.setAllowDuplicateKeys(false);
    try {
      if (new Yaml(new SafeConstructor(options)).load(text) instanceof Map<?, ?> map) {
        return map;
      }
      throw new MappingFault("?", "YAML");
    } catch (YAMLException e) {
      String problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new MappingFault("?", "YAML: " + problem);
    }
  }

  /** A file of this module. */
  static String file(String name) {
    try (InputStream in =
        Mapping.class.getResourceAsStream(
            "/health/helan/foundation/gateway/mappings/" + name + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("no mapping file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> shared() {
    var shared = new LinkedHashMap<String, Object>();
    for (String name : List.of("shared", "shared-documents")) {
      yaml(file(name))
          .forEach(
              (key, value) -> {
                Map<Object, Object> whole = new LinkedHashMap<>();
                if (shared.get(String.valueOf(key)) instanceof Map<?, ?> before) {
                  whole.putAll(before);
                }
                if (value instanceof Map<?, ?> more) {
                  whole.putAll(more);
                }
                shared.put(String.valueOf(key), whole);
              });
    }
    return shared;
  }

  // ------------------------------------------------------------------ reading

  private static String text(Map<?, ?> map, String key, String otherwise) {
    Object value = map.get(key);
    return value == null ? otherwise : String.valueOf(value);
  }

  private static List<String> texts(@Nullable Object value) {
    var texts = new ArrayList<String>();
    if (value instanceof List<?> list) {
      list.forEach(each -> texts.add(String.valueOf(each)));
    } else if (value != null) {
      texts.add(String.valueOf(value));
    }
    return texts;
  }

  private List<Groups> groups(@Nullable Object value) {
    var groups = new ArrayList<Groups>();
    if (value instanceof List<?> list) {
      for (Object each : list) {
        if (!(each instanceof Map<?, ?> map)) {
          throw new MappingFault(name, "groups");
        }
        String groupName = null;
        List<String> starts = List.of();
        List<Groups> children = List.of();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          if (entry.getKey().equals("holds")) {
            children = groups(entry.getValue());
          } else {
            groupName = String.valueOf(entry.getKey());
            starts = texts(entry.getValue());
          }
        }
        if (groupName == null || starts.isEmpty()) {
          throw new MappingFault(name, "groups");
        }
        groups.add(new Groups(groupName, starts, children));
      }
    }
    return groups;
  }

  private Columns columns(Map<?, ?> file) {
    if (!(file.get("columns") instanceof Map<?, ?> declared)) {
      return Columns.NONE;
    }
    var known = new LinkedHashMap<String, Columns.Column>();
    for (Map.Entry<?, ?> entry : declared.entrySet()) {
      String path = String.valueOf(entry.getKey());
      boolean isDetailed = entry.getValue() instanceof Map<?, ?>;
      Map<?, ?> details = entry.getValue() instanceof Map<?, ?> map ? map : Map.of();
      List<String> names = texts(isDetailed ? details.get("of") : entry.getValue());
      if (names.isEmpty() || !path.matches("[\\p{L}_][\\p{L}\\p{N}_]*")) {
        throw new MappingFault(name, "columns." + path);
      }
      known.put(
          path,
          new Columns.Column(
              names,
              Boolean.TRUE.equals(details.get("required")),
              Boolean.TRUE.equals(details.get("patient"))));
    }
    Map<?, ?> table = file.get("table") instanceof Map<?, ?> map ? map : Map.of();
    String delimiter = text(table, "delimiter", "");
    return new Columns(
        known,
        table.get("sheet") == null ? null : text(table, "sheet", ""),
        table.get("header") instanceof Integer row ? row : 0,
        delimiter.isEmpty() ? null : delimiter.equals("tab") ? '\t' : delimiter.charAt(0));
  }

  /** Where documents of their own lie in a message. */
  private record Embedded(List<String> within, String each, @Nullable Condition when) {}

  private @Nullable Embedded embedded(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (!(value instanceof Map<?, ?> map) || map.get("each") == null) {
      throw new MappingFault(name, "documents");
    }
    Object when = map.get("when");
    return new Embedded(
        texts(map.get("within")),
        String.valueOf(map.get("each")),
        when == null ? null : Condition.parse(name, String.valueOf(when)));
  }

  /** Its tables, and those that the files share. */
  Map<String, Map<String, String>> tables() {
    return tables;
  }

  private void tables(@Nullable Object value, Map<String, Map<String, String>> into) {
    if (!(value instanceof Map<?, ?> map)) {
      return;
    }
    for (Map.Entry<?, ?> table : map.entrySet()) {
      if (!(table.getValue() instanceof Map<?, ?> entries)) {
        throw new MappingFault(name, "tables." + table.getKey());
      }
      var known = new LinkedHashMap<String, String>();
      entries.forEach((code, meant) -> known.put(String.valueOf(code), String.valueOf(meant)));
      into.put(String.valueOf(table.getKey()), known);
    }
  }

  private List<Definition> definitions(@Nullable Object value) {
    var read = new ArrayList<Definition>();
    if (value instanceof List<?> list) {
      for (Object each : list) {
        if (!(each instanceof Map<?, ?> map)) {
          throw new MappingFault(name, "resources");
        }
        read.add(definition(map));
      }
    }
    return read;
  }

  private Definition definition(Map<?, ?> given) {
    Map<Object, Object> map = new LinkedHashMap<>();
    Object included = given.get("include");
    if (included != null) {
      Object part = parts.get(String.valueOf(included));
      if (part == null && SHARED.get("parts") instanceof Map<?, ?> shared) {
        part = shared.get(String.valueOf(included));
      }
      if (!(part instanceof Map<?, ?> known)) {
        throw new MappingFault(name, "include " + included);
      }
      map.putAll(known);
    }
    map.putAll(given);
    map.remove("include");
    if (map.remove("more") instanceof Map<?, ?> more && map.get("body") instanceof Map<?, ?> own) {
      Map<Object, Object> whole = new LinkedHashMap<>(own);
      whole.putAll(more);
      map.put("body", whole);
    }
    for (Object key : map.keySet()) {
      if (!KNOWN.contains(String.valueOf(key))) {
        throw new MappingFault(name, String.valueOf(key));
      }
    }
    String type = text(map, "resource", "");
    Object when = map.get("when");
    Object key = map.get("key");
    Object body = map.get("body");
    Plan.Write write =
        switch (text(map, "write", key == null ? "create" : "update")) {
          case "update" -> Plan.Write.UPDATE;
          case "ensure" -> Plan.Write.ENSURE;
          case "create" -> Plan.Write.CREATE;
          case "existing" -> Plan.Write.EXISTING;
          default -> throw new MappingFault(name, "write");
        };
    if (!type.isEmpty() && body == null || write != Plan.Write.CREATE && key == null) {
      throw new MappingFault(name, type);
    }
    return new Definition(
        type,
        text(map, "as", type),
        map.get("each") == null ? null : String.valueOf(map.get("each")),
        when == null ? null : Condition.parse(name, String.valueOf(when)),
        key == null ? null : KeyRule.parse(name, String.valueOf(key)),
        Boolean.TRUE.equals(map.get("required")),
        Boolean.TRUE.equals(map.get("loose")),
        write,
        !Boolean.FALSE.equals(map.get("guarded")),
        texts(map.get("add")),
        texts(map.get("take")),
        map.get("series") == null ? null : KeyRule.parse(name, String.valueOf(map.get("series"))),
        map.get("number") == null ? null : String.valueOf(map.get("number")),
        Boolean.TRUE.equals(map.get("history")),
        body == null ? null : Template.parse(name, body),
        definitions(map.get("resources")));
  }

  private static final List<String> KNOWN =
      List.of(
          "resource",
          "as",
          "each",
          "when",
          "key",
          "required",
          "loose",
          "write",
          "guarded",
          "add",
          "take",
          "series",
          "number",
          "history",
          "body",
          "resources");

  // ------------------------------------------------------------------ what it is

  public String name() {
    return name;
  }

  public int version() {
    return version;
  }

  public String format() {
    return format;
  }

  /** Types it is for: {@code ADT^A01}, {@code ADT^*}. */
  public List<String> types() {
    return types;
  }

  public Columns columns() {
    return columns;
  }

  // ------------------------------------------------------------------ running

  /** The bytes of documents that lie in a message (ED of HL7 v2), as they came. */
  public List<byte[]> documents(Format.Read message) {
    if (documents == null) {
      return List.of();
    }
    List<Node> at = List.of(message.root(groups));
    for (String group : documents.within) {
      var next = new ArrayList<Node>();
      at.forEach(node -> next.addAll(node.select(group)));
      at = next;
    }
    var found = new ArrayList<byte[]>();
    for (Node group : at) {
      for (Node node : group.select(documents.each)) {
        if (documents.when == null || documents.when.holds(node)) {
          byte[] bytes = Functions.embedded(node);
          if (bytes != null) {
            found.add(bytes);
          }
        }
      }
    }
    return found;
  }

  /**
   * Makes resources of a message.
   *
   * @throws Refusal when the message lacks what it cannot do without
   */
  public Mapped map(Format.Read message, Feed feed, CodeTranslation codes) {
    var run = new Run(feed, codes, tables);
    Node root = message.root(groups, columns);
    var bodies = new ArrayList<Definition>();
    for (Definition definition : definitions) {
      plan(run, definition, root, bodies);
    }
    if (run.plans().isEmpty()) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "gateway.nothing-mapped", name);
    }
    // Bodies come when every resource is known: references go both ways.
    String label = message.confidentiality();
    for (int i = 0; i < bodies.size(); i++) {
      Plan plan = run.plans().get(i);
      body(run, bodies.get(i), plan);
      if (!label.isEmpty() && !plan.type().equals("Patient")) {
        label(plan.body(), label);
      }
    }
    var findings = new ArrayList<>(message.findings());
    findings.addAll(run.findings());
    return new Mapped(List.copyOf(run.plans()), findings, run.unknown());
  }

  private static void plan(Run run, Definition definition, Node at, List<Definition> bodies) {
    if (definition.each == null) {
      planOne(run, definition, at, bodies);
    } else {
      for (Node node : at.select(definition.each)) {
        planOne(run, definition, node, bodies);
      }
    }
  }

  private static void planOne(Run run, Definition definition, Node at, List<Definition> bodies) {
    if (definition.when != null && !definition.when.holds(at)) {
      return;
    }
    if (!definition.type.isEmpty()) {
      List<Plan.Key> keys = definition.key == null ? List.of() : definition.key.find(run, at);
      if (keys.isEmpty() && definition.isRequired) {
        throw new Refusal(Refusal.Kind.UNPROCESSABLE, "gateway.no-identifier", definition.type);
      }
      Plan.Key key = null;
      for (Plan.Key each : keys) {
        if (!run.isPlanned(definition.type, each)) {
          key = each;
          break;
        }
      }
      boolean isLoose = definition.isLoose && key == null;
      if (isLoose) {
        run.find("gateway.found-loose", definition.type);
      }
      if (key == null && definition.write != Plan.Write.CREATE && !isLoose) {
        run.find(
            keys.isEmpty() ? "gateway.found-no-identifier" : "gateway.found-twice",
            definition.type);
      } else {
        var plan =
            new Plan(
                definition.type,
                definition.name,
                at,
                isLoose ? Plan.Write.CREATE : definition.write,
                key,
                definition.isGuarded,
                definition.added);
        plan.taken = definition.taken;
        plan.series = series(run, definition, at);
        plan.history = definition.isHistory;
        run.add(plan);
        bodies.add(definition);
      }
    }
    for (Definition inner : definition.inner) {
      plan(run, inner, at, bodies);
    }
  }

  private static Plan.@Nullable Series series(Run run, Definition definition, Node at) {
    if (definition.series == null || definition.number == null) {
      return null;
    }
    List<Plan.Key> keys = definition.series.find(run, at);
    List<? extends Node> numbers = at.select(definition.number);
    String number = numbers.isEmpty() ? "" : numbers.getFirst().text();
    return keys.isEmpty() || !number.matches("\\d{1,9}")
        ? null
        : new Plan.Series(keys.getFirst(), Integer.parseInt(number));
  }

  private void body(Run run, Definition definition, Plan plan) {
    JsonNode made = definition.body == null ? null : definition.body.make(run, plan.node);
    ObjectNode body = Run.object();
    body.put("resourceType", plan.type());
    if (made instanceof ObjectNode object) {
      object.properties().forEach(entry -> body.set(entry.getKey(), entry.getValue()));
    }
    Plan.Key key = plan.key();
    if (key != null) {
      identify(body, key);
    }
    Plan.Series series = plan.series();
    if (series != null) {
      identify(body, series.key());
      body.putArray("extension")
          .addObject()
          .put("url", NUMBER)
          .put("valueInteger", series.number());
    }
    plan.body = body;
  }

  /** Puts a key among a resource's identifiers, the first of them, if it is not there. */
  static void identify(ObjectNode body, Plan.Key key) {
    if (ONE_IDENTIFIER.contains(body.path("resourceType").asString(""))) {
      body.set("identifier", Identifiers.json(key));
    } else if (!hasIdentifier(body, key)) {
      ArrayNode identifiers =
          body.get("identifier") instanceof ArrayNode array ? array : Run.array();
      identifiers.insert(0, Identifiers.json(key));
      body.set("identifier", identifiers);
    }
  }

  /** Types whose identifier is a single one (FHIR R4). */
  private static final List<String> ONE_IDENTIFIER =
      List.of("Bundle", "Composition", "QuestionnaireResponse", "MessageHeader");

  /** What a restricted document says is restricted, too. */
  private static void label(ObjectNode body, String code) {
    body.putObject("meta")
        .putArray("security")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality")
        .put("code", code);
  }

  private static boolean hasIdentifier(ObjectNode body, Plan.Key key) {
    for (JsonNode identifier : body.path("identifier")) {
      if (identifier.path("value").asString("").equals(key.value())
          && identifier.path("system").asString("").equals(key.system())) {
        return true;
      }
    }
    return false;
  }

  /** What a created resource holds: nothing that is only told to go. */
  public static ObjectNode forCreate(ObjectNode body) {
    ObjectNode created = body.objectNode();
    body.properties()
        .forEach(
            entry -> {
              String element = entry.getKey();
              JsonNode value = pruned(entry.getValue());
              if (value != null) {
                if (!element.startsWith("?")) {
                  created.set(element, value);
                } else if (!created.has(element.substring(1))) {
                  created.set(element.substring(1), value);
                }
              }
            });
    return created;
  }

  /** Without elements that are told to go; null when nothing is left. */
  private static @Nullable JsonNode pruned(JsonNode value) {
    if (value instanceof NullNode) {
      return null;
    }
    if (value instanceof ObjectNode object && object.has("reference")) {
      return object; // Filled in later: the very node has to stay.
    }
    if (value instanceof ObjectNode object) {
      ObjectNode kept = object.objectNode();
      object
          .properties()
          .forEach(
              entry -> {
                JsonNode inner = pruned(entry.getValue());
                if (inner != null) {
                  kept.set(entry.getKey(), inner);
                }
              });
      return kept.isEmpty() ? null : kept;
    }
    if (value instanceof ArrayNode array) {
      ArrayNode kept = array.arrayNode();
      for (JsonNode each : array) {
        JsonNode inner = pruned(each);
        if (inner != null) {
          kept.add(inner);
        }
      }
      return kept.isEmpty() ? null : kept;
    }
    return value;
  }

  /** Of these, what a message does not speak of stays, property by property. */
  private static final List<String> MERGED = List.of("period", "hospitalization");

  /**
   * What an existing resource becomes: what the message says replaces, what it does not speak of
   * stays; {@code ?element} counts only where there is none.
   *
   * @param plan says of which elements items are added or taken away
   */
  public static ObjectNode over(ObjectNode existing, ObjectNode body, Plan plan) {
    for (Map.Entry<String, JsonNode> entry : body.properties()) {
      if (plan.taken.contains(entry.getKey())) {
        take(existing, entry.getKey(), entry.getValue());
      } else {
        over(existing, entry.getKey(), entry.getValue(), plan.added);
      }
    }
    return existing;
  }

  private static void take(ObjectNode existing, String element, JsonNode given) {
    if (existing.get(element) instanceof ArrayNode there && given instanceof ArrayNode items) {
      for (int i = there.size() - 1; i >= 0; i--) {
        if (contains(items, there.get(i))) {
          there.remove(i);
        }
      }
      if (there.isEmpty()) {
        existing.remove(element);
      }
    }
  }

  private static void over(
      ObjectNode existing, String element, JsonNode given, List<String> added) {
    if (element.startsWith("?")) {
      JsonNode value = pruned(given);
      if (value != null && !existing.has(element.substring(1))) {
        existing.set(element.substring(1), value);
      }
      return;
    }
    if (MERGED.contains(element)
        && given instanceof ObjectNode properties
        && existing.get(element) instanceof ObjectNode there) {
      properties
          .properties()
          .forEach(
              inner -> {
                JsonNode value = pruned(inner.getValue());
                if (value != null) {
                  there.set(inner.getKey(), value);
                } else {
                  there.remove(inner.getKey());
                }
              });
      if (there.isEmpty()) {
        existing.remove(element);
      }
      return;
    }
    JsonNode value = pruned(given);
    if (value == null) {
      existing.remove(element);
    } else if (added.contains(element)
        && value instanceof ArrayNode items
        && existing.get(element) instanceof ArrayNode there) {
      for (JsonNode item : items) {
        if (!contains(there, item)) {
          there.add(item);
        }
      }
    } else {
      removeOtherChoice(existing, element);
      existing.set(element, value);
    }
  }

  private static boolean contains(ArrayNode array, JsonNode item) {
    for (JsonNode each : array) {
      if (each.equals(item)) {
        return true;
      }
    }
    return false;
  }

  /** {@code valueString} takes the place of {@code valueQuantity}. */
  private static void removeOtherChoice(ObjectNode existing, String element) {
    for (String choice :
        List.of("value", "effective", "deceased", "occurrence", "performed", "onset")) {
      if (element.startsWith(choice) && element.length() > choice.length()) {
        var others = new ArrayList<String>();
        for (String name : existing.propertyNames()) {
          if (name.startsWith(choice)
              && name.length() > choice.length()
              && Character.isUpperCase(name.charAt(choice.length()))
              && !name.equals(element)) {
            others.add(name);
          }
        }
        others.forEach(existing::remove);
      }
    }
  }
}
