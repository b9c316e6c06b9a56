package health.helan.foundation.rest.patch;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.definitions.R4.ElementDef;
import health.helan.foundation.definitions.R4.TypeDef;
import health.helan.foundation.fhirpath.FhirPath;
import health.helan.foundation.fhirpath.FhirPathException;
import health.helan.foundation.fhirpath.Node;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A FHIRPath Patch (http://hl7.org/fhir/R4/fhirpatch.html): operations in a Parameters resource,
 * their places told by FHIRPath, all of which happen or none.
 *
 * <p>Where the specification leaves room: a {@code delete} that finds nothing does nothing, unless
 * its path names an element that cannot be there; {@code insert} at 0 makes a list that is not
 * there yet; what a {@code delete} leaves empty goes too, as FHIR has no empty elements; and a
 * value may be of another primitive type than its place if both are written alike in JSON, since
 * {@code string} is what many clients send for a code.
 */
public final class FhirPathPatch {
  /** More operations than this in one patch are refused; each may search the whole resource. */
  static final int MAX_OPERATIONS = 1_000;

  private static final Set<String> PARTS =
      Set.of("type", "path", "name", "value", "index", "source", "destination");
  private static final Pattern LAST_STEP =
      Pattern.compile("(.+)\\.\\s*([A-Za-z][A-Za-z0-9]*)\\s*", Pattern.DOTALL);

  private final List<Operation> operations;

  private FhirPathPatch(List<Operation> operations) {
    this.operations = operations;
  }

  /**
   * One operation as it was sent.
   *
   * @param number from 1, for messages
   * @param value the part called value
   */
  private record Operation(
      int number,
      String type,
      String path,
      @Nullable String name,
      @Nullable ObjectNode value,
      Map<String, Integer> numbers) {

    int number(String part) {
      var given = numbers.get(part);
      if (given == null) {
        throw new Refusal(Kind.INVALID, "patch.fhirpath.part-missing", number, part);
      }
      return given;
    }

    Refusal refusal(String key) {
      return new Refusal(
          Kind.UNPROCESSABLE, path, "patch.fhirpath." + key, new Object[] {number, path});
    }
  }

  /**
   * Reads a patch, so that a malformed one is refused before anything is looked up.
   *
   * @param parameters the body of the request
   * @throws Refusal of kind INVALID if it is no Parameters resource, or an operation lacks a part
   *     or has an unknown one; TOO_COSTLY for more than 1,000 operations
   */
  public static FhirPathPatch of(ObjectNode parameters) {
    if (!parameters.path("resourceType").asString("").equals("Parameters")) {
      throw new Refusal(Kind.INVALID, "patch.fhirpath.not-parameters");
    }
    var operations = new ArrayList<Operation>();
    for (var parameter : parameters.path("parameter")) {
      if (!parameter.path("name").asString("").equals("operation")) {
        throw new Refusal(
            Kind.INVALID, "patch.fhirpath.unknown-parameter", parameter.path("name").asString(""));
      }
      if (operations.size() == MAX_OPERATIONS) {
        throw new Refusal(Kind.TOO_COSTLY, "patch.fhirpath.too-many", MAX_OPERATIONS);
      }
      operations.add(operation(operations.size() + 1, parameter));
    }
    return new FhirPathPatch(List.copyOf(operations));
  }

  private static Operation operation(int number, JsonNode parameter) {
    var texts = new HashMap<String, String>();
    var numbers = new HashMap<String, Integer>();
    ObjectNode value = null;
    for (var part : parameter.path("part")) {
      var name = part.path("name").asString("");
      if (!PARTS.contains(name)) {
        throw new Refusal(Kind.INVALID, "patch.fhirpath.unknown-part", number, name);
      }
      switch (name) {
        case "value" -> value = (ObjectNode) part;
        case "index", "source", "destination" -> {
          var given = part.path("valueInteger");
          if (!given.canConvertToInt() || given.intValue() < 0) {
            throw new Refusal(Kind.INVALID, "patch.fhirpath.part-missing", number, name);
          }
          numbers.put(name, given.intValue());
        }
        default -> {
          var given =
              part.path("valueCode").isString() ? part.path("valueCode") : part.path("valueString");
          if (!given.isString()) {
            throw new Refusal(Kind.INVALID, "patch.fhirpath.part-missing", number, name);
          }
          texts.put(name, given.stringValue());
        }
      }
    }
    var type = required(texts, "type", number);
    var path = required(texts, "path", number);
    var needs =
        switch (type) {
          case "add" -> List.of("name", "value");
          case "insert" -> List.of("index", "value");
          case "replace" -> List.of("value");
          case "delete" -> List.<String>of();
          case "move" -> List.of("source", "destination");
          default -> throw new Refusal(Kind.INVALID, "patch.fhirpath.unknown-type", number, type);
        };
    for (var need : needs) {
      if (need.equals("value")
          ? value == null
          : !texts.containsKey(need) && !numbers.containsKey(need)) {
        throw new Refusal(Kind.INVALID, "patch.fhirpath.part-missing", number, need);
      }
    }
    return new Operation(number, type, path, texts.get("name"), value, Map.copyOf(numbers));
  }

  private static String required(Map<String, String> texts, String name, int number) {
    var text = texts.get(name);
    if (text == null) {
      throw new Refusal(Kind.INVALID, "patch.fhirpath.part-missing", number, name);
    }
    return text;
  }

  /**
   * The resource with all operations done, in order.
   *
   * @param resource is not changed, and shares no node with the answer
   * @return a tree of R4's elements; cardinality, bindings and invariants are left to validation
   * @throws Refusal INVALID if a path is no FHIRPath; UNPROCESSABLE if it leads to no or several
   *     elements, a name or value does not fit there, or an index is out of bounds; TOO_LONG if the
   *     outcome nests too deep
   */
  public ObjectNode applyTo(ObjectNode resource) {
    var tree = resource.deepCopy();
    for (var operation : operations) {
      new Step(tree, operation).carryOut();
    }
    return tree;
  }

  /** A place in the tree: an object and the element of it that is meant. */
  private record Slot(Container container, TypeDef parent, ElementDef element) {}

  /**
   * Where an element's children stand. Of a primitive that is the object under {@code _x}, which
   * may not be there yet.
   */
  private interface Container {
    @Nullable ObjectNode find();

    ObjectNode make();
  }

  /** One operation on the tree as it stands. */
  private static final class Step {
    private final R4 r4 = R4.get();
    private final ObjectNode tree;
    private final Operation operation;

    Step(ObjectNode tree, Operation operation) {
      this.tree = tree;
      this.operation = operation;
    }

    void carryOut() {
      switch (operation.type()) {
        case "add" -> add(one(operation.path()), Objects.requireNonNull(operation.name()));
        case "insert" -> insert();
        case "delete" -> {
          var found = find(operation.path());
          if (found.size() > 1) {
            throw operation.refusal("several");
          } else if (!found.isEmpty()) {
            delete(found.getFirst());
          }
        }
        case "replace" -> replace(one(operation.path()));
        case "move" -> move();
        default -> throw new IllegalStateException(operation.type());
      }
    }

    // ---- Finding

    @SuppressWarnings("ReferenceEquality") // Asks for this very tree, not one that looks like it.
    private List<Node> find(String path) {
      var type = tree.path("resourceType").asString("");
      List<Node> found;
      FhirPathException fault = null;
      try {
        try {
          found = FhirPath.compileStrict(path, type).evaluate(tree);
        } catch (FhirPathException e) {
          if (e.kind() != FhirPathException.Kind.SEMANTIC) {
            throw e;
          }
          // What strictness does not know may be there all the same, as in Bundle.entry.resource.
          fault = e;
          found = FhirPath.compile(path, type).evaluate(tree);
        }
        if (fault != null && found.isEmpty()) {
          throw fault;
        }
      } catch (FhirPathException e) {
        var kind =
            switch (e.kind()) {
              case SYNTAX, SEMANTIC -> Kind.INVALID;
              case EVALUATION -> Kind.UNPROCESSABLE;
              case LIMIT -> Kind.TOO_COSTLY;
            };
        throw new Refusal(
            kind,
            operation.path(),
            "patch.fhirpath.bad-path",
            new Object[] {operation.number(), path, String.valueOf(e.getMessage())});
      }
      for (var node : found) {
        if (root(node).json() != tree) {
          throw operation.refusal("not-an-element");
        }
      }
      return found;
    }

    private static Node root(Node node) {
      var root = node;
      for (var above = node.parent(); above != null; above = above.parent()) {
        root = above;
      }
      return root;
    }

    private Node one(String path) {
      var found = find(path);
      if (found.isEmpty()) {
        throw operation.refusal("nothing");
      } else if (found.size() > 1) {
        throw operation.refusal("several");
      }
      return found.getFirst();
    }

    private TypeDef type(String name) {
      return Objects.requireNonNull(r4.type(name), name);
    }

    private boolean isPrimitive(Node node) {
      return type(node.typeName()).kind() == R4.Kind.PRIMITIVE;
    }

    /** The elements that may stand in a node; in a primitive those of Element. */
    private TypeDef inside(Node node) {
      return isPrimitive(node) ? type("Element") : type(node.typeName());
    }

    private Container container(Node node) {
      if (!isPrimitive(node)) {
        var object = (ObjectNode) Objects.requireNonNull(node.json());
        return new Container() {
          @Override
          public ObjectNode find() {
            return object;
          }

          @Override
          public ObjectNode make() {
            return object;
          }
        };
      }
      return new Container() {
        @Override
        public @Nullable ObjectNode find() {
          return (ObjectNode) node.shadow();
        }

        @Override
        public ObjectNode make() {
          if (node.shadow() instanceof ObjectNode there) {
            return there;
          }
          var made = tree.objectNode();
          var parent = slot(node).container().make();
          var name = "_" + node.property();
          if (node.index() < 0) {
            parent.set(name, made);
          } else {
            set(list(parent, name), node.index(), made);
          }
          return made;
        }
      };
    }

    /** The place of a node that is not the root. */
    private Slot slot(Node node) {
      var parent = node.parent();
      var property = node.property();
      if (parent == null || property == null) {
        throw operation.refusal("whole");
      }
      var in = inside(parent);
      var element = in.elements().get(property);
      if (element == null) {
        throw operation.refusal("not-an-element");
      }
      return new Slot(container(parent), in, element);
    }

    // ---- The five operations

    private void add(Node node, String name) {
      var in = inside(node);
      var value = value();
      var element = elementFor(in, name, value);
      var object = container(node).make();
      if (element.repeats()) {
        put(object, element, count(object, element), value, depth(node) + 2);
        return;
      }
      for (var json : in.choices().getOrDefault(element.name(), List.of(element.json()))) {
        if (object.has(json) || object.has("_" + json)) {
          throw operation.refusal("already-there");
        }
      }
      put(object, element, -1, value, depth(node) + 1);
    }

    private void insert() {
      int index = operation.number("index");
      var found = find(operation.path());
      if (found.isEmpty()) {
        // A list that is not there has no place of its own: the element it would lie in has.
        var step = LAST_STEP.matcher(operation.path());
        if (!step.matches()) {
          throw operation.refusal("nothing");
        }
        var parent = one(step.group(1));
        var element = inside(parent).elements().get(step.group(2));
        if (element == null || !element.repeats()) {
          throw operation.refusal("not-a-list");
        } else if (index > 0) {
          throw operation.refusal("index");
        }
        add(parent, step.group(2));
        return;
      }
      var slot = wholeList(found);
      var object = slot.container().make();
      int size = count(object, slot.element());
      if (index > size) {
        throw operation.refusal("index");
      }
      var value = value();
      check(slot.element(), value);
      put(object, slot.element(), size, value, depth(found.getFirst()));
      move(object, slot.element(), size, index);
    }

    private void replace(Node node) {
      var slot = slot(node);
      var value = value();
      var object = slot.container().make();
      var element =
          slot.element().isChoice()
              ? elementFor(slot.parent(), slot.element().name(), value)
              : slot.element();
      check(element, value);
      if (node.index() < 0) {
        object.remove(slot.element().json());
        object.remove("_" + slot.element().json());
      }
      put(object, element, node.index(), value, depth(node));
    }

    private void move() {
      int source = operation.number("source");
      int destination = operation.number("destination");
      var found = find(operation.path());
      if (found.isEmpty()) {
        throw operation.refusal("nothing");
      }
      var slot = wholeList(found);
      var object = slot.container().make();
      int size = count(object, slot.element());
      if (source >= size || destination >= size) {
        throw operation.refusal("index");
      }
      move(object, slot.element(), source, destination);
    }

    private void delete(Node node) {
      var slot = slot(node);
      var object = slot.container().find();
      if (object == null) {
        throw operation.refusal("not-an-element");
      }
      for (var name : List.of(slot.element().json(), "_" + slot.element().json())) {
        if (node.index() >= 0 && object.get(name) instanceof ArrayNode list) {
          list.remove(node.index());
          if (list.valueStream().allMatch(JsonNode::isNull)) {
            object.remove(name);
          }
        } else {
          object.remove(name);
        }
      }
      prune(Objects.requireNonNull(node.parent()), object);
    }

    /** Takes away an element that lost its last child. */
    private void prune(Node node, ObjectNode object) {
      if (!object.isEmpty() || node.parent() == null) {
        return;
      }
      if (isPrimitive(node) && node.json() != null) {
        var parent = Objects.requireNonNull(slot(node).container().find());
        var name = "_" + node.property();
        if (node.index() >= 0 && parent.get(name) instanceof ArrayNode list) {
          list.setNull(node.index());
          if (list.valueStream().allMatch(JsonNode::isNull)) {
            parent.remove(name);
          }
        } else {
          parent.remove(name);
        }
      } else {
        delete(node);
      }
    }

    // ---- Values

    /** The members {@code x} and {@code _x} that a value becomes, whatever x will be. */
    private record Value(@Nullable JsonNode json, @Nullable JsonNode more, @Nullable String type) {}

    private Value value() {
      return value(Objects.requireNonNull(operation.value()));
    }

    private Value value(ObjectNode part) {
      if (part.get("resource") instanceof ObjectNode resource) {
        return new Value(resource.deepCopy(), null, "Resource");
      }
      for (var choice :
          Objects.requireNonNull(type("Parameters.parameter").choices().get("value"))) {
        var json = part.get(choice);
        var more = part.get("_" + choice);
        if (json != null || more != null) {
          var type =
              Objects.requireNonNull(type("Parameters.parameter").elements().get(choice)).type();
          return new Value(
              json == null ? null : json.deepCopy(), more == null ? null : more.deepCopy(), type);
        }
      }
      if (part.path("part").isEmpty()) {
        throw new Refusal(Kind.INVALID, "patch.fhirpath.part-missing", operation.number(), "value");
      }
      return new Value(part.get("part"), null, null);
    }

    /** An element without a type of its own, from the parts that name its children. */
    private ObjectNode assembled(TypeDef type, JsonNode parts, int depth) {
      if (depth > Json.MAX_DEPTH) {
        throw new Refusal(Kind.TOO_LONG, "patch.fhirpath.nests-too-deep", Json.MAX_DEPTH);
      }
      var object = tree.objectNode();
      for (var part : parts) {
        var value = value((ObjectNode) part);
        var element = elementFor(type, part.path("name").asString(""), value);
        if (!element.repeats()
            && (object.has(element.json()) || object.has("_" + element.json()))) {
          throw operation.refusal("already-there");
        }
        put(object, element, element.repeats() ? count(object, element) : -1, value, depth + 1);
      }
      return object;
    }

    /** The element called {@code name}, of a choice the one for the value's type. */
    private ElementDef elementFor(TypeDef in, String name, Value value) {
      var choices = in.choices().get(name);
      if (choices != null) {
        for (var json : choices) {
          var element = Objects.requireNonNull(in.elements().get(json));
          if (element.type().equals(value.type())) {
            return element;
          }
        }
        throw operation.refusal("wrong-type");
      }
      var element = in.elements().get(name);
      if (element == null) {
        throw new Refusal(
            Kind.UNPROCESSABLE,
            operation.path(),
            "patch.fhirpath.unknown-name",
            new Object[] {operation.number(), name, in.name()});
      }
      check(element, value);
      return element;
    }

    /** Whether the value's type suits the element. */
    private void check(ElementDef element, Value value) {
      var wanted = type(element.type());
      boolean fits =
          value.type() == null
              ? wanted.kind() == R4.Kind.BACKBONE || wanted.kind() == R4.Kind.COMPLEX
              : wanted.kind() == R4.Kind.RESOURCE
                  ? value.type().equals("Resource")
                  : wanted.kind() == R4.Kind.PRIMITIVE
                      ? writtenAlike(wanted, type(value.type()))
                      : specialises(value.type(), wanted.name())
                          || specialises(wanted.name(), value.type());
      if (!fits) {
        throw operation.refusal("wrong-type");
      }
    }

    private static boolean writtenAlike(TypeDef wanted, TypeDef given) {
      return given.kind() == R4.Kind.PRIMITIVE
          && (written(wanted.name()).equals(written(given.name()))
              || (wanted.name().equals("decimal") && written(given.name()).equals("integer")));
    }

    private static String written(String primitive) {
      return switch (primitive) {
        case "boolean", "decimal" -> primitive;
        case "integer", "positiveInt", "unsignedInt" -> "integer";
        default -> "string";
      };
    }

    private boolean specialises(String special, String general) {
      for (var name = special; name != null; name = type(name).base()) {
        if (name.equals(general)) {
          return !general.equals("Element") && !general.equals("BackboneElement");
        }
      }
      return false;
    }

    // ---- Members and lists of primitives, which run in two: values, and what goes with them

    /** Sets an element's value; {@code index} is -1 where it does not repeat. */
    private void put(ObjectNode object, ElementDef element, int index, Value value, int depth) {
      var json =
          value.type() == null
              ? assembled(type(element.type()), Objects.requireNonNull(value.json()), depth)
              : value.json();
      if (json != null && depth + height(json) > Json.MAX_DEPTH) {
        throw new Refusal(Kind.TOO_LONG, "patch.fhirpath.nests-too-deep", Json.MAX_DEPTH);
      }
      set(object, element.json(), index, json);
      set(object, "_" + element.json(), index, value.more());
    }

    private static void set(ObjectNode object, String name, int index, @Nullable JsonNode value) {
      if (index < 0) {
        if (value != null) {
          object.set(name, value);
        }
      } else if (value != null || object.has(name)) {
        var list = list(object, name);
        set(list, index, value == null ? list.nullNode() : value);
        if (list.valueStream().allMatch(JsonNode::isNull)) {
          object.remove(name);
        }
      }
    }

    private static void set(ArrayNode list, int index, JsonNode value) {
      while (list.size() <= index) {
        list.addNull();
      }
      list.set(index, value);
    }

    private static ArrayNode list(ObjectNode object, String name) {
      return object.get(name) instanceof ArrayNode list ? list : object.putArray(name);
    }

    private static int count(ObjectNode object, ElementDef element) {
      return Math.max(object.path(element.json()).size(), object.path("_" + element.json()).size());
    }

    private static void move(ObjectNode object, ElementDef element, int source, int destination) {
      for (var name : List.of(element.json(), "_" + element.json())) {
        if (object.get(name) instanceof ArrayNode list) {
          while (list.size() <= Math.max(source, destination)) {
            list.addNull();
          }
          list.insert(destination, list.remove(source));
        }
      }
    }

    /** The list that the nodes are, all of it and in its order. */
    @SuppressWarnings("ReferenceEquality") // Equal parents may be two.
    private Slot wholeList(List<Node> nodes) {
      var first = nodes.getFirst();
      var slot = slot(first);
      var object = slot.container().find();
      if (!slot.element().repeats() || object == null) {
        throw operation.refusal("not-a-list");
      }
      boolean whole = nodes.size() == count(object, slot.element());
      for (int i = 0; i < nodes.size(); i++) {
        var node = nodes.get(i);
        whole &=
            node.index() == i
                && Objects.equals(node.property(), first.property())
                && node.parent() != null
                && first.parent() != null
                && node.parent().json() == first.parent().json()
                && node.parent().shadow() == first.parent().shadow();
      }
      if (!whole) {
        throw operation.refusal("not-a-list");
      }
      return slot;
    }

    private static int depth(Node node) {
      int depth = 0;
      for (Node at = node; at != null; at = at.parent()) {
        depth += at.index() < 0 ? 1 : 2;
      }
      return depth;
    }

    private static int height(JsonNode node) {
      int height = 0;
      for (var child : node) {
        height = Math.max(height, 1 + height(child));
      }
      return height;
    }
  }
}
