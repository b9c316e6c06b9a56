package health.helan.foundation.definitions;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The code systems and value sets that R4 (4.0.1) ships, as far as they are complete: FHIR's own,
 * HL7 v3's code systems and HL7 v2's tables, compiled at build time into a resource of its own.
 * SNOMED CT, LOINC, UCUM and the like are not among them.
 */
public interface ShippedCodes {

  /** The one instance; loads on first use, since few searches need it. */
  static ShippedCodes get() {
    return CompiledCodes.Instance.CODES;
  }

  /**
   * Codes of a value set by code system: all that its definition selects, abstract ones included.
   *
   * @param valueSet its canonical URL, with {@code |version} or without
   * @return null when R4 does not ship it, not in this version, or when it cannot be enumerated
   *     from what R4 ships (MIME types, UCUM units, LOINC codes chosen by a property)
   */
  @Nullable Map<String, List<String>> expansion(String valueSet);

  /**
   * A code and all codes that it subsumes, or all that subsume it, in the is-a hierarchy of its
   * code system (FHIR R4, CodeSystem 4.8.5): concepts nested within others, unless the code system
   * says that its nesting means something else. In a system without nesting each code subsumes
   * itself only.
   *
   * @param code compared as it is, else without regard to case
   * @param below true for the subsumed ones
   * @return null when R4 does not ship the system whole, or its nesting is no is-a hierarchy; empty
   *     when the system has no such code
   */
  @Nullable Set<String> related(String system, String code, boolean below);
}
