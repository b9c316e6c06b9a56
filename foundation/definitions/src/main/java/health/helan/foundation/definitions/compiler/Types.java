package health.helan.foundation.definitions.compiler;

import health.helan.foundation.definitions.R4.ElementDef;
import health.helan.foundation.definitions.R4.Kind;
import health.helan.foundation.definitions.R4.TypeDef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** StructureDefinitions to types. */
final class Types {
  private static final String STRUCTURE = "http://hl7.org/fhir/StructureDefinition/";
  private static final String FHIR_TYPE = STRUCTURE + "structuredefinition-fhir-type";
  private static final String REGEX = STRUCTURE + "regex";

  final Map<String, TypeDef> byName = new LinkedHashMap<>();

  /** Takes a StructureDefinition; profiles (constraints) and logical models are passed over. */
  void add(Xml definition) {
    String kind = definition.need("kind");
    if ("constraint".equals(definition.text("derivation")) || kind.equals("logical")) {
      return;
    }
    String name = definition.need("type");
    String base = definition.text("baseDefinition");
    if (base != null) {
      base = base.substring(base.lastIndexOf('/') + 1);
    }
    boolean isAbstract = "true".equals(definition.text("abstract"));
    Xml snapshot = definition.first("snapshot");
    if (snapshot == null) {
      throw new IllegalStateException(name + " has no snapshot");
    }
    List<Xml> elements = snapshot.all("element");
    if (kind.equals("primitive-type")) {
      byName.put(
          name,
          new TypeDef(
              name, Kind.PRIMITIVE, base, isAbstract, Map.of(), Map.of(), pattern(name, elements)));
      return;
    }
    boolean isResource = kind.equals("resource");
    Map<String, Block> blocks = new LinkedHashMap<>();
    blocks.put(name, new Block(isResource ? Kind.RESOURCE : Kind.COMPLEX, base));
    for (Xml element : elements.subList(1, elements.size())) {
      add(element, isResource, blocks);
    }
    blocks.forEach(
        (path, block) ->
            byName.put(
                path,
                new TypeDef(
                    path,
                    block.kind,
                    block.base,
                    isAbstract,
                    block.elements,
                    block.choices,
                    /* pattern= */ null)));
  }

  private static @Nullable String pattern(String name, List<Xml> elements) {
    for (Xml element : elements) {
      if (element.need("path").equals(name + ".value")) {
        Xml type = element.first("type");
        return type == null ? null : type.extension(REGEX);
      }
    }
    return null;
  }

  /** A type being built: the resource or data type itself or one of its inline elements. */
  private record Block(
      Kind kind,
      @Nullable String base,
      Map<String, ElementDef> elements,
      Map<String, List<String>> choices) {
    Block(Kind kind, @Nullable String base) {
      this(kind, base, new LinkedHashMap<>(), new LinkedHashMap<>());
    }
  }

  private static void add(Xml element, boolean inResource, Map<String, Block> blocks) {
    String path = element.need("path");
    int dot = path.lastIndexOf('.');
    Block parent = blocks.get(path.substring(0, dot));
    if (parent == null) {
      throw new IllegalStateException(path + " has no parent");
    }
    String name = path.substring(dot + 1);
    int min = Integer.parseInt(element.need("min"));
    String most = element.need("max");
    int max = most.equals("*") ? Integer.MAX_VALUE : Integer.parseInt(most);
    String binding = requiredBinding(element);
    boolean isSummary = "true".equals(element.text("isSummary"));
    String reference = element.text("contentReference");
    if (reference != null) {
      String type = reference.substring(reference.indexOf('#') + 1);
      parent.elements.put(
          name, new ElementDef(name, name, type, min, max, List.of(), binding, isSummary));
      return;
    }
    boolean choice = name.endsWith("[x]");
    String stem = choice ? name.substring(0, name.length() - 3) : name;
    List<String> names = new ArrayList<>();
    for (Xml type : element.all("type")) {
      String code = typeName(path, type, inResource);
      if (code.equals("BackboneElement") || code.equals("Element")) {
        // Timing.repeat and the like are plain Elements; an element that only happens to be typed
        // so has no children and would leave an empty block, which R4 does not have.
        blocks.put(path, new Block(Kind.BACKBONE, code));
        code = path;
      }
      String json =
          choice ? stem + Character.toUpperCase(code.charAt(0)) + code.substring(1) : stem;
      names.add(json);
      parent.elements.put(
          json, new ElementDef(json, stem, code, min, max, targets(type), binding, isSummary));
    }
    if (names.isEmpty()) {
      throw new IllegalStateException(path + " has no type");
    }
    if (choice) {
      parent.choices.put(stem, names);
    }
  }

  private static String typeName(String path, Xml type, boolean inResource) {
    String code = type.need("code");
    if (!code.startsWith("http://hl7.org/fhirpath/")) {
      return code;
    }
    // 4.0.1 says string for Resource.id; the text of the specification (and 4.3) says id.
    if (inResource && path.indexOf('.') == path.lastIndexOf('.') && path.endsWith(".id")) {
      return "id";
    }
    String fhirType = type.extension(FHIR_TYPE);
    if (fhirType == null) {
      throw new IllegalStateException(path + " has the type " + code + " and no FHIR type");
    }
    return fhirType;
  }

  private static List<String> targets(Xml type) {
    List<String> targets =
        type.texts("targetProfile").stream()
            .map(url -> url.startsWith(STRUCTURE) ? url.substring(STRUCTURE.length()) : "Resource")
            .toList();
    return targets.contains("Resource") ? List.of() : targets;
  }

  private static @Nullable String requiredBinding(Xml element) {
    Xml binding = element.first("binding");
    if (binding == null || !"required".equals(binding.text("strength"))) {
      return null;
    }
    String url = binding.text("valueSet");
    return url == null ? null : ValueSets.withoutVersion(url);
  }
}
