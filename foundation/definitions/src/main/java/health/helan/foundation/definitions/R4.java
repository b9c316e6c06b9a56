package health.helan.foundation.definitions;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * FHIR R4 (4.0.1) as data: types with their elements, search parameters and compartments, compiled
 * at build time from HL7's definitions into one compact resource of this module.
 */
public interface R4 {

  /** The one instance; loads the compiled definitions on first use (a few tens of milliseconds). */
  static R4 get() {
    return CompiledR4.Instance.R4;
  }

  /** Names of all concrete resource types, {@code Account} to {@code VisionPrescription}. */
  Set<String> resourceTypes();

  /**
   * A resource type, data type or primitive by name ({@code Patient}, {@code Quantity}, {@code
   * dateTime}), or an inline backbone element by its path ({@code Observation.component}). Null
   * when R4 has no such type.
   */
  @Nullable TypeDef type(String name);

  /**
   * Search parameters that apply to a resource type, those of Resource and DomainResource included
   * (their {@code base} and the head of their expression stay {@code Resource} and {@code
   * DomainResource}). Source: HL7's search-parameters.json, 4.0.1; {@code _type}, {@code _list},
   * {@code _has}, {@code _filter} and the like have no SearchParameter there and are not listed.
   * Empty for a name that is not a resource type. Expressions stand as HL7 wrote them, some in
   * forms that want a lenient FHIRPath: {@code as} on collections ({@code
   * (Observation.component.value as Quantity)}), {@code .as(Age)}, {@code Patient.deceased.exists()
   * and Patient.deceased != false}.
   */
  List<SearchParam> searchParameters(String resourceType);

  /**
   * The R4 compartment definition: per resource type the search parameters that tie it to the
   * compartment's owner ({@code Patient}, {@code Encounter}, {@code Practitioner}, {@code
   * RelatedPerson}, {@code Device}); types that have no part in it are absent. The owner itself
   * belongs to its compartment too, whether listed or not; {@code {def}} in place of a parameter
   * says so. Source: HL7's CompartmentDefinitions, 4.0.1. Empty for any other name.
   */
  Map<String, List<String>> compartment(String owner);

  /** What kind of type this is. */
  enum Kind {
    PRIMITIVE,
    COMPLEX,
    BACKBONE,
    RESOURCE
  }

  /**
   * A type and its elements.
   *
   * @param name {@code Patient}, {@code HumanName}, {@code Observation.component}
   * @param base the type it specialises ({@code DomainResource}, {@code Quantity} for Age); null
   *     for Element and Resource
   * @param isAbstract true for Resource, DomainResource, Element, BackboneElement
   * @param elements by JSON property name, choices expanded ({@code valueQuantity}), those of the
   *     bases included, in the order of the specification; empty for primitives
   * @param choices by name without type ({@code value}) the JSON property names it may take
   * @param pattern for primitives the regular expression of the specification, where there is one
   */
  record TypeDef(
      String name,
      Kind kind,
      @Nullable String base,
      boolean isAbstract,
      Map<String, ElementDef> elements,
      Map<String, List<String>> choices,
      @Nullable String pattern) {}

  /**
   * One element under one JSON property name.
   *
   * @param json JSON property name, {@code valueQuantity} for a choice
   * @param name element name, {@code value} for a choice; equal to {@code json} otherwise
   * @param type type name for {@link R4#type}; a content reference gives the path it points to
   * @param min least number (for a choice: of the choice as a whole)
   * @param max greatest number, {@link Integer#MAX_VALUE} for {@code *}
   * @param targets resource types a Reference (or canonical) may point to; empty = any
   * @param requiredBinding URL of the value set of a required binding, without version
   * @param isSummary true when the element belongs to the summary ({@code _summary=true})
   */
  record ElementDef(
      String json,
      String name,
      String type,
      int min,
      int max,
      List<String> targets,
      @Nullable String requiredBinding,
      boolean isSummary) {
    public boolean repeats() {
      return max > 1;
    }

    public boolean isChoice() {
      return !json.equals(name);
    }
  }

  /**
   * All {@code system|code} pairs of a value set that R4 binds as required, where its definition
   * can be enumerated from the R4 package ({@code code} alone also listed); null where it cannot
   * (MIME types, UCUM units, ISO 4217 currencies, LOINC answers).
   */
  @Nullable Set<String> codes(String valueSetUrl);

  /**
   * A search parameter.
   *
   * @param type one of number, date, string, token, reference, composite, quantity, uri, special
   * @param expression FHIRPath, cut down to the part that speaks of {@code base}; empty for {@code
   *     _content}, {@code _text} and the like that have none
   * @param targets resource types a reference may point to
   * @param components of a composite, in order
   */
  record SearchParam(
      String base,
      String code,
      String type,
      String expression,
      List<String> targets,
      List<Component> components,
      String url) {
    /** A part of a composite: the code of a search parameter and the expression relative to it. */
    public record Component(String code, String type, String expression) {}
  }
}
