package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Levels;
import health.helan.foundation.store.Sensitivity;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * From a resource of the records to the same in the projection, by {@link Rules}. A reference keeps
 * what it points at, under the pseudonym, and nothing else; a date of care stays; a birth becomes
 * its year; an address its county; a code stays, without the words beside it. Thread-safe.
 */
final class Pseudonymiser {
  /** {@code v3-ObservationValue}; PSEUDED: data have been pseudonymised. */
  static final String LABEL_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

  static final String LABEL = "PSEUDED";

  /** System of the one identifier a resident has in the projection: the pseudonym itself. */
  static final String IDENTIFIER = "https://helan.health/fhir/pseudonym";

  /** Extension of an address with its GB/T 2260 code. */
  static final String AREA_CODE = "https://helan.health/fhir/StructureDefinition/area-code";

  /** Who is older than this is in one group with all who are. */
  static final int OLDEST = 89;

  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  /** Codes of units among them ({@code %}, {@code /min}, {@code [pH]}), and comparators. */
  private static final Pattern CODE =
      Pattern.compile("[A-Za-z0-9.+*/_:\\[\\](){}%'-]{1,64}|[<>]=?");

  private static final Pattern URI = Pattern.compile("[a-z]+:[A-Za-z0-9./:_~#?=-]{1,250}");
  private static final Pattern TIME = Pattern.compile("[0-9T:.+Z-]{4,40}");

  /**
   * Of the form of an identity number, whether its check digit fits or not (somebody mistyped), or
   * of a mobile number; whatever letters stand around it.
   */
  private static final Pattern SOMEBODY =
      Pattern.compile(
          "(?<!\\d)([1-9]\\d{5}(19|20)\\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}[\\dXx]|1[3-9]\\d{9})(?!\\d)");

  private static final Pattern AREA = Pattern.compile("[1-9]\\d{5}(\\d{3}|\\d{6})?");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9.-]{1,64}");

  private final Pseudonyms pseudonyms;
  private final Clock clock;

  Pseudonymiser(Pseudonyms pseudonyms, Clock clock) {
    this.pseudonyms = pseudonyms;
    this.clock = clock;
  }

  /** The id in the projection. */
  String id(String type, String id) {
    return Rules.OPEN.contains(type) ? id : pseudonyms.of(type, id);
  }

  /**
   * The resource as the projection has it, with its id there; null when it has no place in it: a
   * type without a rule, an open type that is not open, level 5, a sensitive category, or something
   * in it that changes its meaning and is not understood here.
   */
  @Nullable ObjectNode apply(String type, String id, ObjectNode resource) {
    int level = Levels.of(type, resource);
    if (Rules.OPEN.contains(type)) {
      if (Levels.level(level) > 2) {
        return null;
      }
      ObjectNode copy = resource.deepCopy();
      ObjectNode meta =
          copy.get("meta") instanceof ObjectNode there ? there : copy.putObject("meta");
      meta.remove("versionId");
      meta.remove("lastUpdated");
      return copy;
    }
    Rules.Kept kept = Rules.of(type);
    if (kept == null
        || Levels.level(level) > 4
        || Levels.categories(level) != 0
        || hasModifier(resource)) {
      return null;
    }
    ObjectNode projected = Json.MAPPER.createObjectNode();
    projected.put("resourceType", type);
    String pseudonym = pseudonyms.of(type, id);
    projected.put("id", pseudonym);
    labels(resource, projected.putObject("meta").putArray("security"));
    if (type.equals("Patient")) {
      projected
          .putArray("identifier")
          .addObject()
          .put("system", IDENTIFIER)
          .put("value", pseudonym);
    }
    elements(resource, kept, projected);
    if (type.equals("Patient")) {
      person(resource, projected);
    }
    return projected;
  }

  /**
   * A modifier extension may say "not": what is not understood must not be passed on as if it were.
   */
  private static boolean hasModifier(JsonNode node) {
    if (node.isObject() && node.has("modifierExtension")) {
      return true;
    }
    for (JsonNode child : node) {
      if (child.isContainer() && hasModifier(child)) {
        return true;
      }
    }
    return false;
  }

  /** Labels of levels, and the one that says what this is. */
  private static void labels(ObjectNode resource, ArrayNode labels) {
    for (JsonNode label : resource.path("meta").path("security")) {
      String code = label.path("code").asString("");
      boolean isLevel =
          code.matches("L[1-5]") && Levels.SYSTEM.equals(label.path("system").asString(""));
      if (isLevel) {
        labels.addObject().put("system", Levels.SYSTEM).put("code", code);
      } else if (code.equals("R") && Sensitivity.ofLabel(code) == null) {
        labels
            .addObject()
            .put("system", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality")
            .put("code", code);
      }
    }
    labels.addObject().put("system", LABEL_SYSTEM).put("code", LABEL);
  }

  private void elements(JsonNode from, Rules.Kept kept, ObjectNode to) {
    for (Map.Entry<String, JsonNode> property : from.properties()) {
      Rules.Element element = kept.elements().get(property.getKey());
      if (element == null) {
        continue;
      }
      JsonNode value = property.getValue();
      if (value.isArray()) {
        ArrayNode values = Json.MAPPER.createArrayNode();
        for (JsonNode one : value) {
          JsonNode treated = value(one, element);
          if (treated != null) {
            values.add(treated);
          }
        }
        if (!values.isEmpty()) {
          to.set(property.getKey(), values);
        }
      } else {
        JsonNode treated = value(value, element);
        if (treated != null) {
          to.set(property.getKey(), treated);
        }
      }
    }
  }

  /** Null when nothing of it is left. */
  private @Nullable JsonNode value(JsonNode value, Rules.Element element) {
    if (Rules.PRIMITIVES.contains(element.type())) {
      return primitive(value, element.type());
    }
    if (element.type().equals("uri")) {
      return value.isString() && isUri(value.stringValue()) ? value : null;
    }
    if (!(value instanceof ObjectNode object)) {
      return null;
    }
    ObjectNode treated = Json.MAPPER.createObjectNode();
    switch (element.type()) {
      case "Reference" -> reference(object, treated);
      case "Address" -> address(object, treated);
      case "Coding" -> coding(object, treated);
      default -> {
        if (element.within() != null) {
          elements(object, element.within(), treated);
          unit(treated);
        }
      }
    }
    return treated.isEmpty() ? null : treated;
  }

  private static @Nullable JsonNode primitive(JsonNode value, String type) {
    boolean fits =
        switch (type) {
          case "boolean" -> value.isBoolean();
          case "integer", "positiveInt", "unsignedInt" -> value.isIntegralNumber();
          case "decimal" -> value.isNumber();
          case "code" -> value.isString() && isCode(value.stringValue());
          default -> value.isString() && TIME.matcher(value.stringValue()).matches();
        };
    return fits ? value : null;
  }

  /** Words and numbers of people are no codes, wherever somebody put them. */
  private static boolean isCode(String text) {
    return CODE.matcher(text).matches() && !namesSomebody(text);
  }

  private static boolean namesSomebody(String text) {
    return SOMEBODY.matcher(text).find();
  }

  /** A code without its system means nothing, and might be anything. */
  private static void coding(ObjectNode from, ObjectNode to) {
    String system = from.path("system").asString("");
    String code = from.path("code").asString("");
    if (isUri(system) && isCode(code)) {
      to.put("system", system).put("code", code);
      if (from.path("userSelected").isBoolean()) {
        to.set("userSelected", from.path("userSelected"));
      }
    }
  }

  private static boolean isUri(String text) {
    return URI.matcher(text).matches() && !namesSomebody(text);
  }

  /** The code of a unit shows as the unit; what stood there was text. */
  private static void unit(ObjectNode quantity) {
    if (quantity.has("code") && quantity.has("value") && quantity.has("system")) {
      quantity.set("unit", quantity.path("code"));
    }
  }

  /** Only to what stands in the projection; without name, number or version. */
  private void reference(ObjectNode from, ObjectNode to) {
    String[] segments = from.path("reference").asString("").split("/", -1);
    boolean isVersion = segments.length == 4 && segments[2].equals("_history");
    if ((segments.length == 2 || isVersion) && ID.matcher(segments[1]).matches()) {
      String type = segments[0];
      if (Rules.OPEN.contains(type) || Rules.of(type) != null) {
        to.put("reference", type + "/" + id(type, segments[1]));
      }
    }
  }

  /** Province, city and county as their codes of GB/T 2260, from the extension; else nothing. */
  private static void address(ObjectNode from, ObjectNode to) {
    for (JsonNode extension : from.path("extension")) {
      String code = extension.path("valueCode").asString("");
      if (AREA_CODE.equals(extension.path("url").asString("")) && AREA.matcher(code).matches()) {
        String county = code.substring(0, 6);
        to.putArray("extension").addObject().put("url", AREA_CODE).put("valueCode", county);
        to.put("state", county.substring(0, 2))
            .put("city", county.substring(0, 4))
            .put("district", county);
        return;
      }
    }
  }

  /** Year of birth, all above {@link #OLDEST} in one; year of death. */
  private void person(ObjectNode from, ObjectNode to) {
    to.remove("birthDate");
    Integer born = year(from.path("birthDate"));
    if (born != null) {
      int oldest = LocalDate.ofInstant(clock.instant(), BEIJING).getYear() - OLDEST - 1;
      to.put("birthDate", "%04d".formatted(Math.max(born, oldest)));
    }
    if (to.has("deceasedDateTime")) {
      Integer died = year(from.path("deceasedDateTime"));
      to.remove("deceasedDateTime");
      if (died != null) {
        to.put("deceasedDateTime", "%04d".formatted(died));
      } else {
        to.put("deceasedBoolean", true);
      }
    }
  }

  private static @Nullable Integer year(JsonNode date) {
    String text = date.asString("");
    return text.matches("[12]\\d{3}(-.*)?") ? Integer.valueOf(text.substring(0, 4)) : null;
  }
}
