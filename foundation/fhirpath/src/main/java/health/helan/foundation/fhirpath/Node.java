package health.helan.foundation.fhirpath;

import health.helan.foundation.fhirpath.TypeInfo.Member;
import health.helan.foundation.fhirpath.TypeInfo.Slot;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * One item of a FHIRPath collection: an element or resource in its JSON tree, or a value that the
 * expression computed. Immutable as long as the tree is; it refers to the tree and copies nothing.
 */
public final class Node extends Coll {
  static final Node TRUE = new Node(TypeInfo.BOOLEAN, true);
  static final Node FALSE = new Node(TypeInfo.BOOLEAN, false);

  /** Numbers beyond these bounds are not computed with: see {@link #decimal}. */
  private static final int MAX_DIGITS = 400;

  private static final JsonNode NOTHING = JsonNodeFactory.instance.arrayNode();

  final TypeInfo type;

  /** A JSON node for what lies in a tree, else Boolean, Integer, BigDecimal, String, … */
  private final @Nullable Object content;

  private final @Nullable JsonNode shadow;
  private final @Nullable Node parent;
  private final @Nullable Slot slot;
  private final int index;

  private Node(TypeInfo type, Object content) {
    this(type, content, null, null, null, -1);
  }

  Node(
      TypeInfo type,
      @Nullable Object content,
      @Nullable JsonNode shadow,
      @Nullable Node parent,
      @Nullable Slot slot,
      int index) {
    this.type = type;
    this.content = content;
    this.shadow = shadow;
    this.parent = parent;
    this.slot = slot;
    this.index = index;
  }

  /**
   * A resource as the root of a tree. Worth keeping where several expressions look at one resource.
   *
   * @throws FhirPathException if {@code resourceType} is absent or no type of R4
   */
  public static Node resource(JsonNode json) {
    TypeInfo type = TypeModel.r4().typeOfResource(json);
    if (type == null) {
      throw FhirPathException.evaluation(
          "The JSON is no resource that R4 knows (see resourceType)");
    }
    return new Node(type, json);
  }

  /**
   * An element on its own, such as a Coding that is kept outside its resource.
   *
   * @param typeName a type of R4, or a path such as {@code Observation.component}
   */
  public static Node element(JsonNode json, String typeName) {
    TypeInfo type = TypeModel.r4().type(typeName);
    if (type == null) {
      throw FhirPathException.evaluation("R4 has no type " + typeName);
    }
    if (type.isResource() && type.isAbstract) {
      return resource(json);
    }
    return new Node(type, json);
  }

  static Node of(boolean value) {
    return value ? TRUE : FALSE;
  }

  static Node of(int value) {
    return new Node(TypeInfo.INTEGER, value);
  }

  static Node of(String value) {
    return new Node(TypeInfo.STRING, value);
  }

  static Node of(BigDecimal value) {
    return new Node(TypeInfo.DECIMAL, value);
  }

  static Node of(Quantity value) {
    return new Node(TypeInfo.QUANTITY, value);
  }

  static Node of(Moment value) {
    return new Node(
        switch (value.kind) {
          case DATE -> TypeInfo.DATE;
          case DATETIME -> TypeInfo.DATETIME;
          case TIME -> TypeInfo.TIME;
        },
        value);
  }

  static Node classInfo(TypeInfo type) {
    return new Node(TypeInfo.CLASS_INFO, type);
  }

  /**
   * Type name: {@code Quantity}, {@code code}, {@code Patient}, {@code Observation.component}; with
   * the prefix {@code System.} for computed values, such as {@code System.Boolean}.
   */
  public String typeName() {
    return type.qualifiedName();
  }

  /** Whether the value was computed, rather than found in the tree. */
  public boolean isSystem() {
    return type.system;
  }

  /** Whether this is of the named FHIR type or one that specialises it, as {@code is} tells. */
  public boolean isA(String fhirType) {
    TypeInfo wanted = TypeModel.r4().type(fhirType);
    return wanted != null && type.isA(wanted);
  }

  /**
   * The JSON: of a tree's element its node itself, of a computed value a new one. Null for a
   * primitive that has only an id or extensions.
   */
  public @Nullable JsonNode json() {
    return switch (content) {
      case null -> null;
      case JsonNode json -> json;
      case Boolean b -> BooleanNode.valueOf(b);
      case Integer i -> IntNode.valueOf(i);
      case BigDecimal d -> DecimalNode.valueOf(d);
      case Quantity q -> quantityJson(q);
      case TypeInfo t ->
          JsonNodeFactory.instance
              .objectNode()
              .put("namespace", t.system ? "System" : "FHIR")
              .put("name", t.name);
      default -> StringNode.valueOf(content.toString());
    };
  }

  private static ObjectNode quantityJson(Quantity quantity) {
    var json = JsonNodeFactory.instance.objectNode().put("value", quantity.value());
    json.put("unit", quantity.unit());
    if (!quantity.calendar()) {
      json.put("system", "http://unitsofmeasure.org").put("code", quantity.unit());
    }
    return json;
  }

  /** The {@code _x} property beside a primitive {@code x}: its id and extensions. */
  public @Nullable JsonNode shadow() {
    return shadow;
  }

  /**
   * The value as a System value: Boolean, Integer, BigDecimal or String; for dates, times and
   * quantities their text. Null for a complex type, or a primitive without value.
   */
  public @Nullable Object value() {
    Object value = system();
    return value instanceof Moment || value instanceof Quantity ? value.toString() : value;
  }

  /** The text of a primitive as FHIR writes it; null for a complex type or where it is absent. */
  public @Nullable String text() {
    if (content instanceof JsonNode json) {
      return type.isPrimitive() && json.isValueNode() ? json.asString() : null;
    }
    return content instanceof BigDecimal d ? d.toPlainString() : Objects.toString(content, null);
  }

  /** The element this lies in; null for a root and for computed values. */
  public @Nullable Node parent() {
    return parent;
  }

  /** JSON property this lies under, {@code valueQuantity} for a choice; null for a root. */
  public @Nullable String property() {
    return slot == null ? null : slot.json();
  }

  /** Position in the parent's array, -1 where the property holds no array. */
  public int index() {
    return index;
  }

  /**
   * Where this lies, as a FHIRPath that leads there: {@code Observation.component[1].value}. Empty
   * for computed values.
   */
  public String path() {
    if (type.system) {
      return "";
    }
    var out = new StringBuilder();
    appendPath(out);
    return out.toString();
  }

  private void appendPath(StringBuilder out) {
    if (parent == null || slot == null) {
      out.append(type.name);
      return;
    }
    parent.appendPath(out);
    out.append('.').append(slot.name());
    if (index >= 0) {
      out.append('[').append(index).append(']');
    }
  }

  // ---- Inside the engine

  @Nullable Object content() {
    return content;
  }

  /** Whether this holds a value of its own; false for a primitive with extensions alone. */
  boolean hasValue() {
    return content != null;
  }

  boolean isPrimitive() {
    return type.isPrimitive();
  }

  /** The nearest resource this lies in, itself included; null outside any. */
  @Nullable Node resourceNode() {
    for (Node n = this; n != null; n = n.parent) {
      if (n.type.isResource()) {
        return n;
      }
    }
    return null;
  }

  /** Like {@link #resourceNode}, but of a contained resource the one that contains it. */
  @Nullable Node rootResourceNode() {
    for (Node n = this; n != null; n = n.parent) {
      if (n.type.isResource() && !(n.slot != null && n.slot.json().equals("contained"))) {
        return n;
      }
    }
    return null;
  }

  Node root() {
    Node n = this;
    while (n.parent != null) {
      n = n.parent;
    }
    return n;
  }

  /**
   * The value to compute with: Boolean, Integer, BigDecimal, String, Moment or Quantity. Null for a
   * complex type, an absent value, and one whose JSON does not fit its type.
   */
  @Nullable Object system() {
    if (!(content instanceof JsonNode json)) {
      return content instanceof TypeInfo ? null : content;
    }
    return switch (type.reading) {
      case NONE -> null;
      case BOOLEAN -> json.isBoolean() ? json.booleanValue() : null;
      case INTEGER ->
          json.isIntegralNumber() && json.canConvertToInt()
              ? (Object) json.intValue()
              : json.isNumber() ? decimal(json.decimalValue()) : null;
      case DECIMAL -> json.isNumber() ? decimal(json.decimalValue()) : null;
      case STRING -> json.isString() ? json.stringValue() : null;
      case DATE -> moment(json, Moment.Kind.DATE);
      case DATETIME -> moment(json, Moment.Kind.DATETIME);
      case TIME -> moment(json, Moment.Kind.TIME);
      case QUANTITY -> quantity(json);
    };
  }

  /**
   * A decimal the engine may compute with.
   *
   * @throws FhirPathException for one of more than 400 digits (1E+999999999 would fill the memory)
   */
  static BigDecimal decimal(BigDecimal value) {
    if (value.precision() > MAX_DIGITS || Math.abs((long) value.scale()) > MAX_DIGITS) {
      throw FhirPathException.limit("A number of more than " + MAX_DIGITS + " digits");
    }
    return value;
  }

  private static @Nullable Moment moment(JsonNode json, Moment.Kind kind) {
    return json.isString() ? Moment.parse(json.stringValue(), kind) : null;
  }

  private static @Nullable Quantity quantity(JsonNode json) {
    JsonNode value = json.get("value");
    if (value == null || !value.isNumber() || json.has("comparator")) {
      return null;
    }
    JsonNode system = json.get("system");
    JsonNode code = json.get("code");
    JsonNode unit = json.get("unit");
    boolean ucum =
        system != null
            && system.isString()
            && system.stringValue().equals("http://unitsofmeasure.org");
    JsonNode chosen = ucum && code != null ? code : unit != null ? unit : code;
    return new Quantity(
        decimal(value.decimalValue()),
        chosen == null || !chosen.isString() ? "1" : chosen.stringValue(),
        false,
        ucum);
  }

  /** Whether {@link #children} would find anything; allocates nothing. */
  boolean hasChild(Member member) {
    if (!(content instanceof JsonNode json) || !json.isObject()) {
      return !children(member).isEmpty();
    }
    for (Slot candidate : member.slots()) {
      if (isPresent(json.get(candidate.json()))
          || (candidate.shadow() != null && isPresent(json.get(candidate.shadow())))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPresent(@Nullable JsonNode json) {
    return json != null && !json.isNull() && !(json.isArray() && json.isEmpty());
  }

  /** The elements of one name, {@link Many#EMPTY} where there are none. */
  Coll children(Member member) {
    JsonNode object = type.isPrimitive() ? shadow : content instanceof JsonNode json ? json : null;
    if (object == null || !object.isObject()) {
      return Many.EMPTY;
    }
    Slot[] slots = member.slots();
    if (slots.length == 1) {
      return children(object, slots[0]);
    }
    if (object.size() < slots.length) {
      // Of the fifty types an extension may have, look only for what is there.
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        String name = property.getKey();
        Slot found = member.byJson().get(name);
        if (found == null && name.startsWith("_")) {
          found = member.byJson().get(name.substring(1));
        }
        if (found != null) {
          return children(object, found);
        }
      }
      return Many.EMPTY;
    }
    for (Slot candidate : slots) {
      Coll found = children(object, candidate);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return Many.EMPTY;
  }

  Coll children(JsonNode object, Slot child) {
    JsonNode value = object.get(child.json());
    JsonNode beside = child.shadow() == null ? null : object.get(child.shadow());
    if (value == null && beside == null) {
      return Many.EMPTY;
    }
    if ((value != null && value.isArray()) || (beside != null && beside.isArray())) {
      return childrenOfArray(value, beside, child);
    }
    Node node = child(child, value, beside, -1);
    return node == null ? Many.EMPTY : node;
  }

  private Coll childrenOfArray(@Nullable JsonNode value, @Nullable JsonNode beside, Slot child) {
    JsonNode values = value != null && value.isArray() ? value : NOTHING;
    JsonNode besides = beside != null && beside.isArray() ? beside : NOTHING;
    int n = Math.max(values.size(), besides.size());
    if (n == 1) {
      Node only = child(child, values.get(0), besides.get(0), 0);
      return only == null ? Many.EMPTY : only;
    }
    var out = new Many(n);
    for (int i = 0; i < n; i++) {
      Node node = child(child, values.get(i), besides.get(i), i);
      if (node != null) {
        out.add(node);
      }
    }
    return out.done();
  }

  private @Nullable Node child(
      Slot child, @Nullable JsonNode value, @Nullable JsonNode beside, int at) {
    JsonNode content = value == null || value.isNull() ? null : value;
    JsonNode extra = beside == null || !beside.isObject() ? null : beside;
    if (content == null && extra == null) {
      return null;
    }
    TypeInfo childType = child.type();
    if (childType.isResource() && childType.isAbstract && content != null) {
      TypeInfo named = TypeModel.r4().typeOfResource(content);
      if (named != null) {
        childType = named;
      }
    }
    return new Node(childType, content, extra, this, child, at);
  }

  /** Adds every child, in the order of the JSON. */
  void addChildren(Many out) {
    if (type.isPrimitive()) {
      if (shadow != null) {
        addProperties(shadow, out);
      }
    } else if (content instanceof JsonNode json && json.isObject()) {
      addProperties(json, out);
    }
  }

  private void addProperties(JsonNode object, Many out) {
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      String name = property.getKey();
      Slot found = slotOf(name);
      if (found == null && name.startsWith("_")) {
        String plain = name.substring(1);
        found = object.has(plain) ? null : slotOf(plain);
      }
      if (found != null) {
        out.addAll(children(object, found));
      }
    }
  }

  private @Nullable Slot slotOf(String json) {
    if (type.isPrimitive()) {
      Member member = type.member(json);
      return member == null ? null : member.slots()[0];
    }
    return type.slot(json);
  }

  @Override
  int size() {
    return 1;
  }

  @Override
  Node get(int i) {
    return this;
  }

  @Override
  List<Node> toList() {
    return List.of(this);
  }

  /** Type and place, never the value: safe for logs. */
  @Override
  public String toString() {
    return type.system ? typeName() : typeName() + " at " + path();
  }
}
