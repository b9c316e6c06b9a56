package health.helan.app.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What has to be in before what: conditional references ({@code Practitioner?identifier=…}) find
 * only what is there already. Files of one rank go in side by side.
 */
enum Rank {
  /** Definitions that resources are checked against. */
  DEFINITIONS,
  /** Organizations and locations; Synthea's {@code hospitalInformation}. */
  ORGANIZATIONS,
  /** Staff; Synthea's {@code practitionerInformation}. */
  STAFF,
  PATIENTS,
  EVERYTHING_ELSE;

  private static final Set<String> DEFINITION_TYPES =
      Set.of(
          "StructureDefinition",
          "CodeSystem",
          "ValueSet",
          "ConceptMap",
          "NamingSystem",
          "SearchParameter",
          "OperationDefinition",
          "CapabilityStatement",
          "ImplementationGuide",
          "CompartmentDefinition",
          "MessageDefinition",
          "Library",
          "Questionnaire",
          "PlanDefinition",
          "ActivityDefinition",
          "Measure");
  private static final Set<String> ORGANIZATION_TYPES =
      Set.of("Organization", "Location", "HealthcareService", "Endpoint");
  private static final Set<String> STAFF_TYPES = Set.of("Practitioner", "PractitionerRole");

  private static final int LOOK_INSIDE_BYTES = 512;
  private static final Pattern RESOURCE_TYPE =
      Pattern.compile("^\\s*\\{\\s*\"resourceType\"\\s*:\\s*\"([A-Za-z]{1,40})\"");

  /**
   * By the file's name alone: {@code hospitalInformation1.json}, {@code Organization.000.ndjson}.
   */
  static Rank of(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith("hospitalinformation")) {
      return ORGANIZATIONS;
    }
    if (lower.startsWith("practitionerinformation")) {
      return STAFF;
    }
    return ofType(name.split("[^A-Za-z]", 2)[0]);
  }

  /** By the file's name, or else by the type that its content begins with. */
  static Rank of(String path, InputStream content) throws IOException {
    Rank byName = of(path);
    if (byName != EVERYTHING_ELSE) {
      return byName;
    }
    String start = new String(content.readNBytes(LOOK_INSIDE_BYTES), StandardCharsets.UTF_8);
    Matcher type = RESOURCE_TYPE.matcher(start);
    return type.find() ? ofType(type.group(1)) : EVERYTHING_ELSE;
  }

  private static Rank ofType(String type) {
    if (DEFINITION_TYPES.contains(type)) {
      return DEFINITIONS;
    }
    if (ORGANIZATION_TYPES.contains(type)) {
      return ORGANIZATIONS;
    }
    if (STAFF_TYPES.contains(type)) {
      return STAFF;
    }
    return type.equals("Patient") ? PATIENTS : EVERYTHING_ELSE;
  }
}
