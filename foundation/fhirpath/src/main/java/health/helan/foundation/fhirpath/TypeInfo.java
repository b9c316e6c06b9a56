package health.helan.foundation.fhirpath;

import health.helan.foundation.definitions.R4;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A type of FHIR R4 or of the language itself, linked to the types of its elements. */
final class TypeInfo {
  /** How the value of a primitive reads as a System value. */
  enum Reading {
    NONE,
    BOOLEAN,
    INTEGER,
    DECIMAL,
    STRING,
    DATE,
    DATETIME,
    TIME,
    QUANTITY
  }

  static final TypeInfo BOOLEAN = system("Boolean", Reading.BOOLEAN);
  static final TypeInfo STRING = system("String", Reading.STRING);
  static final TypeInfo INTEGER = system("Integer", Reading.INTEGER);
  static final TypeInfo DECIMAL = system("Decimal", Reading.DECIMAL);
  static final TypeInfo DATE = system("Date", Reading.DATE);
  static final TypeInfo DATETIME = system("DateTime", Reading.DATETIME);
  static final TypeInfo TIME = system("Time", Reading.TIME);
  static final TypeInfo QUANTITY = system("Quantity", Reading.QUANTITY);

  /** What {@code type()} answers. */
  static final TypeInfo CLASS_INFO = system("ClassInfo", Reading.NONE);

  static final Map<String, TypeInfo> SYSTEM =
      Map.of(
          "Boolean",
          BOOLEAN,
          "String",
          STRING,
          "Integer",
          INTEGER,
          "Decimal",
          DECIMAL,
          "Date",
          DATE,
          "DateTime",
          DATETIME,
          "Time",
          TIME,
          "Quantity",
          QUANTITY);

  final String name;
  final boolean system;
  final R4.Kind kind;
  final boolean isAbstract;
  final Reading reading;
  final @Nullable TypeInfo base;
  private final @Nullable TypeModel model;
  private volatile @Nullable Members members;

  private record Members(Map<String, Member> byName, Map<String, Slot> byJson) {}

  /**
   * An element by its FHIRPath name: one JSON property, or for a choice as many as it has types.
   *
   * @param byJson for choices, the slots by JSON property name
   */
  record Member(String name, Slot[] slots, Map<String, Slot> byJson) {}

  /**
   * One JSON property.
   *
   * @param shadow the property with id and extensions of a primitive; null for other types
   * @param repeats whether the specification lets it be an array
   */
  record Slot(String json, @Nullable String shadow, TypeInfo type, boolean repeats, String name) {}

  private TypeInfo(
      String name,
      boolean system,
      R4.Kind kind,
      boolean isAbstract,
      Reading reading,
      @Nullable TypeInfo base,
      @Nullable TypeModel model) {
    this.name = name;
    this.system = system;
    this.kind = kind;
    this.isAbstract = isAbstract;
    this.reading = reading;
    this.base = base;
    this.model = model;
  }

  private static TypeInfo system(String name, Reading reading) {
    return new TypeInfo(name, true, R4.Kind.PRIMITIVE, false, reading, null, null);
  }

  static TypeInfo fhir(R4.TypeDef def, @Nullable TypeInfo base, TypeModel model) {
    Reading reading = Reading.NONE;
    if (def.kind() == R4.Kind.PRIMITIVE) {
      reading =
          switch (def.name()) {
            case "boolean" -> Reading.BOOLEAN;
            case "integer", "unsignedInt", "positiveInt" -> Reading.INTEGER;
            case "decimal" -> Reading.DECIMAL;
            case "date" -> Reading.DATE;
            case "dateTime", "instant" -> Reading.DATETIME;
            case "time" -> Reading.TIME;
            default -> Reading.STRING;
          };
    } else if (def.name().equals("Quantity")
        || (base != null && base.reading == Reading.QUANTITY)) {
      reading = Reading.QUANTITY;
    }
    return new TypeInfo(def.name(), false, def.kind(), def.isAbstract(), reading, base, model);
  }

  boolean isPrimitive() {
    return kind == R4.Kind.PRIMITIVE;
  }

  boolean isResource() {
    return kind == R4.Kind.RESOURCE;
  }

  boolean isA(TypeInfo other) {
    for (TypeInfo t = this; t != null; t = t.base) {
      if (t == other) {
        return true;
      }
    }
    // A FHIR Quantity may be asked for by the unqualified name, which FHIR's own type takes.
    return system && reading == Reading.QUANTITY && !other.system && other.name.equals("Quantity");
  }

  /** The element of this name, null if there is none. */
  @Nullable Member member(String elementName) {
    return members().byName.get(elementName);
  }

  /** The element behind a JSON property, null if there is none. */
  @Nullable Slot slot(String json) {
    return members().byJson.get(json);
  }

  String qualifiedName() {
    return system ? "System." + name : name;
  }

  private Members members() {
    Members linked = members;
    if (linked == null) {
      linked = link();
      members = linked;
    }
    return linked;
  }

  private Members link() {
    if (model == null) {
      return new Members(Map.of(), Map.of());
    }
    var byName = new HashMap<String, Member>();
    var byJson = new LinkedHashMap<String, Slot>();
    if (isPrimitive()) {
      var element = model.require("Element");
      for (String inherited : new String[] {"id", "extension"}) {
        var member = element.member(inherited);
        if (member != null) {
          byName.put(inherited, member);
        }
      }
      return new Members(byName, byJson);
    }
    var def = model.definition(name);
    if (def == null) {
      return new Members(Map.of(), Map.of());
    }
    var grouped = new LinkedHashMap<String, LinkedHashMap<String, Slot>>();
    for (var element : def.elements().values()) {
      var type = model.require(elementType(element));
      var slot =
          new Slot(
              element.json(),
              type.isPrimitive() ? "_" + element.json() : null,
              type,
              element.repeats(),
              element.name());
      byJson.put(element.json(), slot);
      grouped.computeIfAbsent(element.name(), _ -> new LinkedHashMap<>()).put(slot.json, slot);
    }
    grouped.forEach(
        (elementName, slots) ->
            byName.put(
                elementName,
                new Member(elementName, slots.values().toArray(Slot[]::new), Map.copyOf(slots))));
    return new Members(byName, byJson);
  }

  private String elementType(R4.ElementDef element) {
    // R4's definitions call the id of a resource a System.String; FHIR's prose and tests an id.
    if (element.json().equals("id")) {
      return isResource() ? "id" : "string";
    }
    return element.type();
  }
}
