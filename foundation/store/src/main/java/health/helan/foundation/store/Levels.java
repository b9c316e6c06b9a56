package health.helan.foundation.store;

import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Data level of a resource by GB/T 39725-2020 (section 6.2: level 1 open to all, 2 open to large
 * groups, 3 personal health data open to those concerned, 4 sensitive, 5 most sensitive). Which
 * type falls into which level is our reading, from general knowledge; trust refines it.
 */
final class Levels {
  private static final Set<String> PUBLIC =
      Set.of(
          "Organization",
          "Practitioner",
          "PractitionerRole",
          "Location",
          "HealthcareService",
          "Schedule",
          "Slot",
          "CodeSystem",
          "ValueSet",
          "ConceptMap",
          "NamingSystem",
          "StructureDefinition",
          "SearchParameter",
          "CapabilityStatement",
          "OperationDefinition",
          "MedicationKnowledge",
          "Medication",
          "Substance",
          "Questionnaire",
          "PlanDefinition",
          "ActivityDefinition",
          "Measure",
          "Library",
          "InsurancePlan",
          "OrganizationAffiliation",
          "Endpoint");

  private Levels() {}

  /** Level 1 to 5; security labels R (restricted) and V (very restricted) raise it. */
  static short of(String type, JsonNode resource) {
    short level = (short) (PUBLIC.contains(type) ? 1 : 3);
    for (JsonNode label : resource.path("meta").path("security")) {
      switch (label.path("code").asString("")) {
        case "R" -> level = (short) Math.max(level, 4);
        case "V" -> level = 5;
        default -> {
          // Other labels do not speak of levels.
        }
      }
    }
    return level;
  }
}
