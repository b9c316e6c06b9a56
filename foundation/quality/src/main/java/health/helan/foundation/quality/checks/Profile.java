package health.helan.foundation.quality.checks;

import health.helan.foundation.fhirpath.FhirPath;
import health.helan.foundation.fhirpath.FhirPathException;
import health.helan.foundation.fhirpath.FhirPathExpression;
import health.helan.foundation.fhirpath.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A profile of a resource type (FHIR R4, profiling.html): cardinalities, fixed values and patterns,
 * types of choices, required bindings that the terminology service knows, invariants of severity
 * error, and slices told apart by value, pattern or existence (extensions by their URL). Not looked
 * at: slices told apart otherwise, profiles of data types and of what references lead to. What R4
 * itself says of the type has been checked at the door.
 *
 * @param type resource type
 * @param base canonical URL of what it constrains
 * @param isWhole true for a snapshot, which holds what its bases say
 */
record Profile(
    String type, String base, boolean isWhole, Element root, List<Invariant> invariants) {

  /** Kept by every value that R4's own check lets pass. */
  private static final Set<String> AT_THE_DOOR = Set.of("ele-1", "ext-1");

  /** {@code where} finds the elements that {@code holds} must be true of. */
  record Invariant(FhirPathExpression where, FhirPathExpression holds) {}

  /** An element or a slice of one, with what stands below it. */
  static final class Element {
    final String name;
    final Map<String, Element> children = new LinkedHashMap<>();
    final Map<String, Element> slices = new LinkedHashMap<>();
    final List<String[]> discriminators = new ArrayList<>();
    boolean closed;
    int min;
    int max = Integer.MAX_VALUE;
    @Nullable JsonNode fixed;
    @Nullable JsonNode pattern;
    @Nullable String binding;
    final List<String> types = new ArrayList<>();
    @Nullable String extension;

    Element(String name) {
      this.name = name;
    }

    boolean isChoice() {
      return name.endsWith("[x]");
    }
  }

  static Profile of(ObjectNode definition) {
    String type = definition.path("type").asString("");
    if (!Checks.isType(type)) {
      throw new IllegalArgumentException("no profile of a resource");
    }
    JsonNode snapshot = definition.path("snapshot").path("element");
    boolean isWhole = !snapshot.isEmpty();
    var root = new Element(type);
    var invariants = new ArrayList<Invariant>();
    for (JsonNode element : isWhole ? snapshot : definition.path("differential").path("element")) {
      String id = element.path("id").asString(element.path("path").asString(""));
      place(root, id, element);
      if (!id.contains(":")) {
        invariants(element, type, invariants);
      }
    }
    return new Profile(
        type, definition.path("baseDefinition").asString(""), isWhole, root, invariants);
  }

  private static void place(Element root, String id, JsonNode definition) {
    Element at = root;
    String[] steps = id.split("\\.");
    for (int i = 1; i < steps.length; i++) {
      String[] step = steps[i].split(":", 2);
      at = at.children.computeIfAbsent(step[0], Element::new);
      if (step.length > 1) {
        at = at.slices.computeIfAbsent(step[1], _ -> new Element(step[0]));
      }
    }
    at.min = definition.path("min").asInt(0);
    String max = definition.path("max").asString("*");
    at.max = max.equals("*") ? Integer.MAX_VALUE : Integer.parseInt(max);
    for (Map.Entry<String, JsonNode> property : definition.properties()) {
      if (property.getKey().startsWith("fixed")) {
        at.fixed = property.getValue();
      } else if (property.getKey().startsWith("pattern")) {
        at.pattern = property.getValue();
      }
    }
    if (definition.path("binding").path("strength").asString("").equals("required")) {
      at.binding = definition.path("binding").path("valueSet").asString(null);
    }
    for (JsonNode type : definition.path("type")) {
      String code = type.path("code").asString("");
      at.types.add(code);
      if (code.equals("Extension") && type.path("profile").size() == 1) {
        at.extension = type.path("profile").get(0).asString();
      }
    }
    for (JsonNode discriminator : definition.path("slicing").path("discriminator")) {
      at.discriminators.add(
          new String[] {
            discriminator.path("type").asString(""), discriminator.path("path").asString("")
          });
    }
    at.closed = definition.path("slicing").path("rules").asString("").equals("closed");
  }

  private static void invariants(JsonNode element, String type, List<Invariant> into) {
    String path = element.path("path").asString("").replace("[x]", "");
    for (JsonNode constraint : element.path("constraint")) {
      String expression = constraint.path("expression").asString("");
      if (expression.isEmpty()
          || !constraint.path("severity").asString("").equals("error")
          || AT_THE_DOOR.contains(constraint.path("key").asString(""))) {
        continue;
      }
      try {
        into.add(
            new Invariant(
                FhirPath.compile(path.equals(type) ? "$this" : path, type),
                FhirPath.compile(expression)));
      } catch (FhirPathException e) {
        // An invariant that nobody can evaluate holds nobody to anything.
        continue;
      }
    }
  }

  /** The first thing that is not as it should be. */
  Verdict of(Subject subject, Around around) {
    String fault = children(root, subject.tree(), type, around.codes());
    if (fault != null) {
      return Verdict.failsAt(fault);
    }
    for (Invariant invariant : invariants) {
      for (Node node : invariant.where.evaluate(subject.tree(), around.context(subject))) {
        try {
          List<Node> holds = invariant.holds.evaluate(node, around.context(subject));
          if (holds.size() == 1 && Boolean.FALSE.equals(holds.getFirst().value())) {
            return Verdict.failsAt(node.path());
          }
        } catch (FhirPathException e) {
          continue; // It does not suit this record; the rest may.
        }
      }
    }
    return Verdict.PASSES;
  }

  private static @Nullable String children(
      Element parent, JsonNode object, String path, Codes codes) {
    for (Element child : parent.children.values()) {
      String fault = child(child, object, path, codes);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  /** An element's value and where it stands. */
  private record Item(JsonNode json, String path, String type) {}

  private static @Nullable String child(
      Element element, JsonNode object, String path, Codes codes) {
    List<Item> items = items(element, object, path);
    String place =
        path + "." + (element.isChoice() ? element.name.replace("[x]", "") : element.name);
    if (items.size() < element.min || items.size() > element.max) {
      return place;
    }
    for (Item item : items) {
      String fault = item(element, item, codes);
      if (fault != null) {
        return fault;
      }
    }
    if (element.slices.isEmpty()) {
      return null;
    }
    var unmatched = new ArrayList<>(items);
    boolean allKnown = true;
    for (Map.Entry<String, Element> slice : element.slices.entrySet()) {
      List<Item> matched = new ArrayList<>();
      Boolean known = true;
      for (Item item : items) {
        Boolean matches = matches(element, slice.getKey(), slice.getValue(), item);
        if (matches == null) {
          known = false;
        } else if (matches) {
          matched.add(item);
        }
      }
      if (!known || items.isEmpty() && !canMatch(element, slice.getKey(), slice.getValue())) {
        allKnown = false;
        continue;
      }
      unmatched.removeAll(matched);
      if (matched.size() < slice.getValue().min || matched.size() > slice.getValue().max) {
        return place;
      }
      for (Item item : matched) {
        String fault = item(slice.getValue(), item, codes);
        if (fault != null) {
          return fault;
        }
      }
    }
    return element.closed && allKnown && !unmatched.isEmpty() ? unmatched.getFirst().path() : null;
  }

  private static @Nullable String item(Element element, Item item, Codes codes) {
    JsonNode fixed = element.fixed;
    if (fixed != null && !same(fixed, item.json())) {
      return item.path();
    }
    JsonNode pattern = element.pattern;
    if (pattern != null && !holds(item.json(), pattern)) {
      return item.path();
    }
    if (element.isChoice()
        && !element.types.isEmpty()
        && element.types.stream().noneMatch(type -> type.equalsIgnoreCase(item.type()))) {
      return item.path();
    }
    if (element.binding != null) {
      Set<String> members = codes.members(element.binding);
      if (members != null && !Codes.isIn(item.json(), members)) {
        return item.path();
      }
    }
    return children(element, item.json(), item.path(), codes);
  }

  private static List<Item> items(Element element, JsonNode object, String path) {
    var items = new ArrayList<Item>();
    if (element.isChoice()) {
      String prefix = element.name.substring(0, element.name.length() - 3);
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        String name = property.getKey();
        if (name.startsWith(prefix)
            && name.length() > prefix.length()
            && Character.isUpperCase(name.charAt(prefix.length()))) {
          items.add(
              new Item(property.getValue(), path + "." + prefix, name.substring(prefix.length())));
        }
      }
      return items;
    }
    JsonNode value = object.path(element.name);
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        items.add(new Item(value.get(i), path + "." + element.name + "[" + i + "]", ""));
      }
    } else if (!value.isMissingNode()) {
      items.add(new Item(value, path + "." + element.name, ""));
    } else if (object.has("_" + element.name)) {
      items.add(new Item(object.path("_" + element.name), path + "." + element.name, ""));
    }
    return items;
  }

  /** Null where it cannot be told. */
  private static @Nullable Boolean matches(Element element, String name, Element slice, Item item) {
    if (element.isChoice()) {
      // Slices of choices are named by R4's convention: valueQuantity.
      return slice.types.isEmpty()
          ? (Boolean)
              name.equals(element.name.substring(0, element.name.length() - 3) + item.type())
          : (Boolean) slice.types.stream().anyMatch(type -> type.equalsIgnoreCase(item.type()));
    }
    if (element.discriminators.isEmpty()) {
      return slice.extension == null
          ? null
          : (Boolean) slice.extension.equals(item.json().path("url").asString(""));
    }
    boolean all = true;
    for (String[] discriminator : element.discriminators) {
      Boolean one = discriminated(discriminator, slice, item.json());
      if (one == null) {
        return null;
      }
      all &= one;
    }
    return all;
  }

  private static boolean canMatch(Element element, String name, Element slice) {
    return matches(
            element,
            name,
            slice,
            new Item(health.helan.foundation.store.Json.MAPPER.createObjectNode(), "", ""))
        != null;
  }

  private static @Nullable Boolean discriminated(
      String[] discriminator, Element slice, JsonNode json) {
    String[] steps =
        discriminator[1].equals("$this") ? new String[0] : discriminator[1].split("\\.");
    List<JsonNode> values = List.of(json);
    Element at = slice;
    JsonNode fixed = slice.fixed;
    JsonNode pattern = slice.pattern;
    for (String step : steps) {
      if (!step.matches("[A-Za-z]+")) {
        return null;
      }
      values = below(values, step);
      at = at == null ? null : at.children.get(step);
      fixed = at != null && at.fixed != null ? at.fixed : first(fixed, step);
      pattern = at != null && at.pattern != null ? at.pattern : first(pattern, step);
    }
    switch (discriminator[0]) {
      case "exists" -> {
        return at == null ? null : (at.max == 0) == values.isEmpty();
      }
      case "value", "pattern" -> {
        if (fixed == null && pattern == null) {
          String url = discriminator[1].equals("url") ? slice.extension : null;
          return url == null
              ? null
              : (Boolean) values.stream().anyMatch(value -> value.asString("").equals(url));
        }
        JsonNode exact = fixed;
        JsonNode part = pattern;
        return values.stream()
            .anyMatch(
                value -> exact != null ? same(exact, value) : part != null && holds(value, part));
      }
      default -> {
        return null;
      }
    }
  }

  private static List<JsonNode> below(List<JsonNode> values, String step) {
    var below = new ArrayList<JsonNode>();
    for (JsonNode value : values) {
      JsonNode next = value.path(step);
      if (next.isArray()) {
        next.forEach(below::add);
      } else if (!next.isMissingNode()) {
        below.add(next);
      }
    }
    return below;
  }

  private static @Nullable JsonNode first(@Nullable JsonNode json, String step) {
    if (json == null) {
      return null;
    }
    JsonNode next = json.path(step);
    if (next.isArray()) {
      next = next.path(0);
    }
    return next.isMissingNode() ? null : next;
  }

  private static boolean same(JsonNode wanted, JsonNode there) {
    return wanted.isNumber() && there.isNumber()
        ? wanted.decimalValue().compareTo(there.decimalValue()) == 0
        : wanted.equals(there);
  }

  /** Whether everything of the pattern stands in the value; lists: somewhere in the list. */
  private static boolean holds(JsonNode there, JsonNode pattern) {
    if (pattern instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        if (!holds(there.path(property.getKey()), property.getValue())) {
          return false;
        }
      }
      return there.isObject();
    }
    if (pattern.isArray()) {
      for (JsonNode wanted : pattern) {
        boolean found = false;
        for (JsonNode item : there) {
          found |= holds(item, wanted);
        }
        if (!found) {
          return false;
        }
      }
      return true;
    }
    return same(pattern, there);
  }
}
