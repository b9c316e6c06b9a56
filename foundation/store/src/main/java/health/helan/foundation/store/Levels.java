package health.helan.foundation.store;

import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Data level of a resource by GB/T 39725-2020 (section 6.2: level 1 open to all, 2 open to large
 * groups, 3 personal health data open to those concerned, 4 sensitive, 5 most sensitive). Which
 * type falls into which level is our reading, from general knowledge.
 *
 * <p>The column {@code level} holds the level in its three low bits and the sensitive categories
 * ({@link Sensitivity#bit}) above them: 3 is level 3, 12 is level 4 with the first category. So a
 * row says in one number all that the policy asks of its content, in the history too.
 */
public final class Levels {
  /** Code system of the labels {@code L1} to {@code L5}, in {@code meta.security}. */
  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/data-level";

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
          "Endpoint",
          // Prices are displayed to everybody (价格公示).
          "ChargeItemDefinition");

  private Levels() {}

  /** Whether resources of this type are open (level 1) unless they say more of themselves. */
  public static boolean isOpen(String type) {
    return PUBLIC.contains(type);
  }

  /** Level 1 to 5 out of the column. */
  public static int level(int column) {
    return column & 7;
  }

  /** Bits of the sensitive categories out of the column. */
  public static int categories(int column) {
    return column >> 3;
  }

  /**
   * The column's value. A level is raised by labels, never lowered: {@code L1} to {@code L5} of
   * {@link #SYSTEM}, R (restricted: 4) and V (very restricted: 5) of {@code v3-Confidentiality},
   * and those of a sensitive category (4).
   */
  public static short of(String type, JsonNode resource) {
    int level = PUBLIC.contains(type) && !isAboutPatient(resource) ? 1 : 3;
    int categories = level == 1 ? 0 : Sensitivity.of(resource);
    if (categories != 0) {
      level = 4;
    }
    return (short) (Math.max(level, labelled(resource)) | categories << 3);
  }

  /** The level that labels ask for; 0 for none. */
  public static int labelled(JsonNode resource) {
    int level = 0;
    for (JsonNode label : resource.path("meta").path("security")) {
      String code = label.path("code").asString("");
      int own =
          switch (code) {
            case "R" -> 4;
            case "V" -> 5;
            default ->
                code.length() == 2
                        && code.charAt(0) == 'L'
                        && code.charAt(1) >= '1'
                        && code.charAt(1) <= '5'
                        && SYSTEM.equals(label.path("system").asString(""))
                    ? code.charAt(1) - '0'
                    : Sensitivity.ofLabel(code) == null ? 0 : 4;
          };
      level = Math.max(level, own);
    }
    return level;
  }

  /** A Schedule of a patient, a contained Patient: then an open type is not open. */
  private static boolean isAboutPatient(JsonNode node) {
    if (node instanceof ObjectNode object) {
      for (var property : object.properties()) {
        JsonNode value = property.getValue();
        if (value.isContainer()) {
          if (isAboutPatient(value)) {
            return true;
          }
        } else if (property.getKey().equals("reference")) {
          String reference = value.asString("");
          if (reference.startsWith("Patient/") || reference.startsWith("RelatedPerson/")) {
            return true;
          }
        } else if (property.getKey().equals("resourceType")
            && value.asString("").equals("Patient")) {
          return true;
        }
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        if (isAboutPatient(node.get(i))) {
          return true;
        }
      }
    }
    return false;
  }
}
