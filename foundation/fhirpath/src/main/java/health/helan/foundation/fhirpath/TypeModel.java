package health.helan.foundation.fhirpath;

import health.helan.foundation.definitions.R4;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The types of FHIR R4, linked to one another as they are asked for. */
final class TypeModel {
  private static final class Shared {
    static final TypeModel MODEL = new TypeModel(R4.get());
  }

  private final R4 r4;
  private final Map<String, TypeInfo> types = new ConcurrentHashMap<>();

  private TypeModel(R4 r4) {
    this.r4 = r4;
  }

  static TypeModel r4() {
    return Shared.MODEL;
  }

  R4 definitions() {
    return r4;
  }

  R4.@Nullable TypeDef definition(String name) {
    return r4.type(name);
  }

  /** A FHIR type by name or by the path of a backbone element; null if R4 has none. */
  @Nullable TypeInfo type(String name) {
    TypeInfo known = types.get(name);
    if (known != null) {
      return known;
    }
    // Profiles of Quantity that R4 uses as if they were types.
    if (name.equals("SimpleQuantity") || name.equals("MoneyQuantity")) {
      return type("Quantity");
    }
    if (name.startsWith("http://hl7.org/fhirpath/System.")) {
      String system = name.substring(name.lastIndexOf('.') + 1);
      return type(Character.toLowerCase(system.charAt(0)) + system.substring(1));
    }
    var def = r4.type(name);
    if (def == null) {
      return null;
    }
    String base = def.base();
    var created = TypeInfo.fhir(def, base == null ? null : type(base), this);
    // Identity of types is relied on, so the first one in stays.
    TypeInfo earlier = types.putIfAbsent(name, created);
    return earlier == null ? created : earlier;
  }

  TypeInfo require(String name) {
    TypeInfo type = type(name);
    if (type == null) {
      throw new IllegalStateException("The R4 definitions lack the type " + name);
    }
    return type;
  }

  /** The type that a resource's JSON names; null if it names none that R4 knows. */
  @Nullable TypeInfo typeOfResource(JsonNode json) {
    JsonNode name = json.get("resourceType");
    if (name == null || !name.isString()) {
      return null;
    }
    TypeInfo type = type(name.stringValue());
    return type != null && type.isResource() && !type.isAbstract ? type : null;
  }
}
