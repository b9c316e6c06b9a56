package health.helan.foundation.store.validation;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.definitions.R4.ElementDef;
import health.helan.foundation.definitions.R4.Kind;
import health.helan.foundation.definitions.R4.TypeDef;
import health.helan.foundation.store.validation.Property.Form;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks objects of one type: a resource, a data type or a backbone element. */
final class TypeChecker {
  private final TypeDef definition;
  private final Map<String, Property> properties = new HashMap<>();
  private final List<String> required = new ArrayList<>();
  private long requiredBits;
  private long extensionBit;
  private long valueBit;

  private TypeChecker(TypeDef definition) {
    this.definition = definition;
  }

  /** All checkers, knowing one another. */
  static final class Linked {
    private final Map<String, TypeChecker> byName = new HashMap<>();
    private final Map<String, TypeChecker> resources = new HashMap<>();
    private final Map<String, Binding> bindings = new HashMap<>();
    private final References references;

    Linked(R4 r4) {
      references = new References(r4.resourceTypes());
      r4.resourceTypes().forEach(name -> resources.put(name, of(name, r4)));
    }

    private TypeChecker of(String name, R4 r4) {
      TypeChecker known = byName.get(name);
      if (known != null) {
        return known;
      }
      TypeDef definition = r4.type(name);
      if (definition == null) {
        throw new IllegalStateException("R4 refers to a type it does not have: " + name);
      }
      var checker = new TypeChecker(definition);
      byName.put(name, checker); // before its elements: types contain themselves
      checker.link(this, r4);
      return checker;
    }

    /** Null where there is no required binding or its codes are not known. */
    private @Nullable Binding binding(ElementDef element, R4 r4) {
      String valueSet = element.requiredBinding();
      Set<String> codes = valueSet == null ? null : r4.codes(valueSet);
      if (valueSet == null) {
        return null;
      }
      if (codes == null) {
        return Binding.byForm(valueSet, element.type());
      }
      return bindings.computeIfAbsent(
          element.type() + " " + valueSet, _ -> new Binding(valueSet, element.type(), codes));
    }

    References references() {
      return references;
    }

    @Nullable TypeChecker resource(String type) {
      return resources.get(type);
    }

    /** A resource inside another; {@code run} stands at it. */
    void resource(JsonNode resource, boolean contained, Run run) {
      if (contained && run.inContained) {
        run.fault("invariant", "contained.nested");
        return;
      }
      TypeChecker checker = ofResource(resource, run);
      if (checker == null) {
        return;
      }
      JsonNode outerContainer = run.container;
      boolean outer = run.inContained;
      if (contained) {
        run.inContained = true;
      } else {
        run.container = resource;
        run.inContained = false;
      }
      checker.check(resource, this, run);
      run.container = outerContainer;
      run.inContained = outer;
    }

    /** By {@code resourceType}; null, with an issue, if that is missing or unknown. */
    @Nullable TypeChecker ofResource(JsonNode resource, Run run) {
      JsonNode type = resource.get("resourceType");
      if (type == null || !type.isString()) {
        run.fault("structure", "resource.no-type");
        return null;
      }
      TypeChecker checker = resources.get(type.stringValue());
      if (checker == null) {
        run.fault("structure", "resource.unknown-type", type.stringValue());
      }
      return checker;
    }
  }

  private void link(Linked linked, R4 r4) {
    Map<String, Long> bits = new HashMap<>();
    for (ElementDef element : definition.elements().values()) {
      boolean extensionRule = isExtension() && element.name().equals("extension");
      long bit = 0;
      if (element.min() > 0 || element.isChoice() || extensionRule) {
        Long known = bits.get(element.name());
        bit = known != null ? known : 1L << bits.size();
        bits.put(element.name(), bit);
        if (element.min() > 0 && (requiredBits & bit) == 0) {
          requiredBits |= bit;
          required.add(element.name());
        }
      }
      add(element, bit, linked, r4);
    }
    if (bits.size() > 63) {
      throw new IllegalStateException(definition.name() + " has too many required elements");
    }
    if (isExtension()) {
      extensionBit = bits.getOrDefault("extension", 0L);
      valueBit = bits.getOrDefault("value", 0L);
    }
    if (definition.kind() == Kind.RESOURCE) {
      properties.put(
          "resourceType",
          new Property(
              "resourceType",
              "resourceType",
              Form.TYPE_NAME,
              false,
              0,
              false,
              "",
              null,
              null,
              null,
              List.of()));
    }
  }

  private boolean isExtension() {
    return definition.name().equals("Extension");
  }

  private void add(ElementDef element, long bit, Linked linked, R4 r4) {
    String json = element.json();
    String path =
        element.isChoice() ? element.name() + ".ofType(" + element.type() + ")" : element.name();
    Primitive primitive = Primitive.BY_NAME.get(element.type());
    Binding binding = linked.binding(element, r4);
    if (primitive != null) {
      boolean sibling = mayHaveSibling(element);
      properties.put(
          json,
          new Property(
              json,
              path,
              Form.PRIMITIVE,
              element.repeats(),
              bit,
              element.isChoice(),
              sibling ? "_" + json : "",
              primitive,
              null,
              binding,
              List.of()));
      if (sibling) {
        properties.put(
            "_" + json,
            new Property(
                "_" + json,
                path,
                Form.SIBLING,
                element.repeats(),
                bit,
                element.isChoice(),
                json,
                null,
                linked.of("Element", r4),
                null,
                List.of()));
      }
      return;
    }
    Form form =
        switch (element.type()) {
          case "Resource" -> Form.RESOURCE;
          case "Reference" -> Form.REFERENCE;
          default -> Form.COMPLEX;
        };
    properties.put(
        json,
        new Property(
            json,
            path,
            form,
            element.repeats(),
            bit,
            element.isChoice(),
            "",
            null,
            form == Form.RESOURCE ? null : linked.of(element.type(), r4),
            binding,
            element.targets()));
  }

  /** Ids and URLs of extensions are attributes in XML, narratives are XHTML: no extensions. */
  private boolean mayHaveSibling(ElementDef element) {
    return !element.type().equals("xhtml")
        && !element.name().equals("id")
        && !(isExtension() && element.name().equals("url"));
  }

  /** Checks an object; {@code run} stands at it. */
  void check(JsonNode object, Linked linked, Run run) {
    if (object.isEmpty()) {
      run.fault("invariant", "shape.empty-object");
      return;
    }
    long seen = 0;
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      Property property = properties.get(entry.getKey());
      if (property == null) {
        run.fault("structure", "property.unknown", entry.getKey(), definition.name());
        continue;
      }
      long bit = property.bit;
      if (bit != 0) {
        if ((seen & bit) != 0 && property.choice) {
          checkOneForm(object, property, run);
        }
        seen |= bit;
      }
      property.check(entry.getValue(), object, linked, run);
      if (run.isFull()) {
        return;
      }
    }
    if ((seen & requiredBits) != requiredBits) {
      reportMissing(object, run);
    }
    if (valueBit != 0 && ((seen & valueBit) != 0) == ((seen & extensionBit) != 0)) {
      run.fault("invariant", "extension.value-or-extension");
    }
  }

  /** Seen twice: {@code valueCode} with {@code _valueCode} is fine, any other pair is not. */
  private void checkOneForm(JsonNode object, Property second, Run run) {
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      Property other = properties.get(entry.getKey());
      if (other == null || other == second) {
        if (other == second) {
          return; // only what stands before it: each doubled form is told once
        }
        continue;
      }
      if (other.bit == second.bit && !other.json.equals(second.partner)) {
        run.fault("structure", "choice.several", other.json, second.json);
        return;
      }
    }
  }

  private void reportMissing(JsonNode object, Run run) {
    for (String name : required) {
      boolean present = false;
      for (Map.Entry<String, JsonNode> entry : object.properties()) {
        Property property = properties.get(entry.getKey());
        if (property != null && nameOf(property).equals(name)) {
          present = true;
          break;
        }
      }
      if (!present) {
        run.fault("required", "cardinality.missing", name, definition.name());
      }
    }
  }

  private static String nameOf(Property property) {
    int dot = property.path.indexOf('.');
    return dot < 0 ? property.path : property.path.substring(0, dot);
  }
}
